"""Help with writing in a session: drafts and short replies by the model server, and summaries with or without one."""

from __future__ import annotations

from hub.api.access import SERVE
from hub.api.call import Call, Nothing
from hub.api.routes import Routes
from hub.model.ids import SessionId
from hub.services.drafts import AnswerDraft, Suggested, Summary

routes = Routes("drafts")


@routes.on("POST", "/sessions/{id}/draft", access=SERVE)
async def draft_answer(call: Call[Nothing, Nothing]) -> AnswerDraft:
    """Propose an answer for a person to check, with the articles it was made from; nothing is sent.

    409 `no-model-server` where none is set up for drafts.
    """
    return await call.services.drafts.draft(call.agent, SessionId(call.id))


@routes.on("POST", "/sessions/{id}/suggestions", access=SERVE)
async def suggest_replies(call: Call[Nothing, Nothing]) -> Suggested:
    """Propose up to three short replies to choose from; nothing is sent.

    409 `no-model-server` where none is set up for suggestions.
    """
    return await call.services.drafts.suggest(call.agent, SessionId(call.id))


@routes.on("POST", "/sessions/{id}/summary", access=SERVE)
async def summarise_session(call: Call[Nothing, Nothing]) -> Summary:
    """Sum a session up: by the model server where one answers in time, by our own rules otherwise. Nothing is kept."""
    return await call.services.drafts.summarise(call.agent, SessionId(call.id))
