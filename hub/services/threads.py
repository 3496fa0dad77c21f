"""Threads: which message of ours, or of the same thread, a customer's message answers, and whether they belong to it.

A session belongs to the customer, so a thread never decides whose session a message joins; it tells the agent what is
being answered, and warns when somebody answers who was not part of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from hub.errors import NotFound
from hub.model.content import Email
from hub.model.ids import ChannelId, MessageId, SessionId
from hub.model.session import Session
from hub.model.timeline import Message
from hub.ports.channel import Inbound
from hub.services.core import Core
from hub.services.sessions import Sessions

_LOOKED_AT = 12
"""References that are looked up; a thread is found by its newest ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The message that is answered, with its session."""

    message: Message
    session: Session


class Threads:
    """Finds what is answered."""

    def __init__(self, core: Core, sessions: Sessions) -> None:
        """Look into the store: a thread may be years old."""
        self._store = core.store
        self._sessions = sessions

    async def find(self, channel_id: ChannelId, inbound: Inbound) -> Answered | None:
        """Return the message that an inbound answers: by our signed name first, then by earlier inbounds."""
        if inbound.answers is not None and (found := await self._message(inbound.answers)) is not None:
            return found
        for event_id in inbound.answers_any[:_LOOKED_AT]:
            answer = await self._store.claimed(f"inbound/{channel_id}/{event_id}")
            taken = msgspec.json.decode(answer, type=dict[str, object]) if answer is not None else {}
            if (message_id := taken.get("id")) and (found := await self._message(MessageId(str(message_id)))):
                return found
        return await self._newest(inbound.answers_session) if inbound.answers_session is not None else None

    async def _newest(self, session_id: SessionId) -> Answered | None:
        """Return the newest message of a session whose address was written to, without a message being named."""
        try:
            session = await self._sessions.get(session_id)
        except NotFound:
            return None
        return await self._message(session.last_message_id) if session.last_message_id is not None else None

    async def _message(self, message_id: MessageId) -> Answered | None:
        located = await self._store.message(message_id)
        if located is None:
            return None
        return Answered(message=located[1], session=await self._sessions.get(located[0]))

    def told(self, inbound: Inbound, answered: Answered | None) -> Inbound:
        """Return the inbound with what is known of its thread written into it."""
        content = inbound.content
        if answered is None or not isinstance(content, Email) or inbound.sender is None:
            return inbound
        belongs = inbound.sender.address.lower() in _people(answered)
        email = replace(content.email, in_reply_to_entry=answered.message.id, participant=belongs)
        return replace(inbound, content=replace(content, email=email))


def _people(answered: Answered) -> set[str]:
    """Return the addresses that belong to a thread: whom we wrote to, and everybody named on the answered mail."""
    people = {route.address.lower() for route in answered.session.routes.values()}
    content = answered.message.content
    if isinstance(content, Email):
        mail = content.email
        people |= {person.address.lower() for person in (mail.from_, *mail.to, *mail.cc, *mail.reply_to)}
    return people
