"""A bot's versions: training them, judging them, and letting them answer; and what a version makes of a text."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from hub.api.access import READ_BOTS, TRAIN, TRY_BOTS
from hub.api.call import Call, Listing, Nothing, Paging, listing
from hub.api.decoding import refuse
from hub.api.rest.long_jobs import LongJobBegun
from hub.api.routes import Routes
from hub.errors import NotFound
from hub.model.ids import BotId
from hub.ports.teaching import Explained
from hub.services.teaching.shown import Comparison, Judgement, VersionView, judgement, version_view

routes = Routes("bots")
_LONGEST = 10_000


class TrainWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A note beside the version."""

    note: Annotated[str, msgspec.Meta(max_length=500)] = ""


class CrossWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Into how many parts the examples are split; each is tested on a model that was trained on the others."""

    parts: Annotated[int, msgspec.Meta(ge=2, le=10)] = 5


class ExampleGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sentence and the intent that it has."""

    text: Annotated[str, msgspec.Meta(max_length=_LONGEST)]
    intent: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class EvaluateWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sentences to judge a version by; the bot's present test set where none are given."""

    examples: Annotated[tuple[ExampleGiven, ...], msgspec.Meta(max_length=20_000)] | None = None


class CompareWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """With which version, the live one by default (0: the bot as it was given), and on how many messages at most."""

    other: Annotated[int, msgspec.Meta(ge=0)] | None = msgspec.field(name="with", default=None)
    limit: Annotated[int, msgspec.Meta(ge=1, le=2000)] = 500


class PublishWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`force` publishes although sentences of the test set got worse; it needs a reason."""

    force: bool = False
    reason: Annotated[str, msgspec.Meta(max_length=500)] = ""


class CanaryWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which part of the sessions the version answers; 0 ends it."""

    share: Annotated[float, msgspec.Meta(ge=0, le=1)]


class TextGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text to be understood, by the live version unless another one is named (0: the bot as it was given)."""

    text: Annotated[str, msgspec.Meta(max_length=_LONGEST)]
    version: Annotated[int, msgspec.Meta(ge=0)] | None = None


@routes.on("POST", "/bots/{id}/parse", access=TRY_BOTS, is_program=True)
async def parse_text(call: Call[TextGiven, Nothing]) -> dict[str, object]:
    """Tell what a text means, in the form of Rasa's `/model/parse`."""
    return await call.services.teaching.models.parse(BotId(call.id), call.body.text, call.body.version)


@routes.on("POST", "/bots/{id}/train", access=TRAIN, status=202)
async def begin_training(call: Call[TrainWish, Nothing]) -> LongJobBegun:
    """Train a version from the present files; the job's result is the version, as a draft."""
    job = await call.services.teaching.training.train(BotId(call.id), by=call.agent, note=call.body.note.strip())
    return LongJobBegun(job_id=job.id)


@routes.on("POST", "/bots/{id}/validate", access=TRAIN, status=202)
async def begin_cross_validation(call: Call[CrossWish, Nothing]) -> LongJobBegun:
    """Cross-validate the present files; the job's result is an evaluation."""
    job = await call.services.teaching.training.cross_validate(BotId(call.id), by=call.agent, parts=call.body.parts)
    return LongJobBegun(job_id=job.id)


@routes.on("GET", "/bots/{id}/versions", access=READ_BOTS)
async def list_versions(call: Call[Nothing, Paging]) -> Listing[VersionView]:
    """List the versions, the newest first."""
    versions = call.services.teaching.versions.all(BotId(call.id))
    return listing([version_view(one) for one in reversed(versions)], call.query)


@routes.on("GET", "/bots/{id}/versions/{n}/evaluation", access=READ_BOTS)
async def get_version_evaluation(call: Call[Nothing, Nothing]) -> Judgement:
    """Return how a version fared on the test set when it was trained."""
    return judgement(await call.services.teaching.judging.kept(BotId(call.id), _n(call)))


@routes.on("POST", "/bots/{id}/versions/{n}/evaluate", access=TRY_BOTS)
async def evaluate_version(call: Call[EvaluateWish, Nothing]) -> Judgement:
    """Judge a version by sentences: those given, or the present test set."""
    given = call.body.examples
    pairs = None if given is None else [(one.text, one.intent) for one in given]
    return judgement(await call.services.teaching.judging.evaluate(BotId(call.id), _n(call), pairs))


@routes.on("POST", "/bots/{id}/versions/{n}/compare", access=TRY_BOTS)
async def compare_versions(call: Call[CompareWish, Nothing]) -> Comparison:
    """Compare a version with another one on the newest messages of real customers."""
    wish = call.body
    return await call.services.teaching.judging.compare(BotId(call.id), _n(call), wish.other, limit=wish.limit)


@routes.on("POST", "/bots/{id}/versions/{n}/publish", access=TRAIN)
async def publish_version(call: Call[PublishWish, Nothing]) -> VersionView:
    """Let a version answer all customers; an older one too. Refused when its test got worse, unless forced."""
    reason = call.body.reason.strip()
    if call.body.force and not reason:
        raise refuse("reason", "Say why it is published although its test got worse.")
    publishing = call.services.teaching.publishing
    version = await publishing.publish(
        BotId(call.id), _n(call), by=call.agent, reason=reason if call.body.force else None
    )
    return version_view(version)


@routes.on("POST", "/bots/{id}/versions/{n}/canary", access=TRAIN)
async def set_canary(call: Call[CanaryWish, Nothing]) -> VersionView:
    """Let a version answer a part of the sessions; each session stays with the version that it has."""
    version = await call.services.teaching.publishing.canary(BotId(call.id), _n(call), call.body.share)
    return version_view(version)


@routes.on("POST", "/bots/{id}/explain", access=TRY_BOTS)
async def explain_text(call: Call[TextGiven, Nothing]) -> Explained:
    """Tell what a text means, and why."""
    return await call.services.teaching.models.explain(BotId(call.id), call.body.text, call.body.version)


def _n(call: Call[Any, Any]) -> int:
    given = call.part("n")
    if not (given.isascii() and given.isdigit()):
        raise NotFound("There is no such version.")
    return int(given)
