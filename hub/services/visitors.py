"""Visitors of the web chat: who they are, what they send, and what they may see.

A visitor is a device that we gave a signed token to; a page that knows its user adds a proof of its own. Connecting
makes no session: the first message does. A visitor sees the messages of their own sessions, without private notes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import jwt
import msgspec

from hub.errors import Conflict, InvalidInput, NotFound, Unauthenticated
from hub.model import commands as c
from hub.model.content import MAX_TEXT, Content, MenuReply, Text
from hub.model.customer import Identity
from hub.model.ids import AttachmentId, ChannelId, CustomerId, SessionId
from hub.model.session import Session
from hub.model.timeline import Actor, Entry, Message
from hub.model.workspace import Channel
from hub.ports.abilities import Identifies
from hub.ports.channel import Inbound, Sender
from hub.ports.store import SessionQuery
from hub.services.arrivals import Taken
from hub.services.connectors import Connectors
from hub.services.core import Core
from hub.services.desk import FileFinder, compose
from hub.services.identities import Identities
from hub.services.inbound import Inbounds
from hub.services.secrets import Secrets
from hub.services.sessions import Sessions

_TOKEN_S = 400 * 86400
"""A visitor token lives as long as browsers keep storage at most; it is renewed at every connect."""
_LOOKS = 30
_LOOK_S = 0.1
_CALL_ME = {"zh": "请回电：{contact} {when}", "en": "Please call me back: {contact} {when}"}
_HUMAN = {"zh": "我想转人工客服", "en": "I would like to talk to a person"}


class VisitorIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """A visitor whom a token names: a device on a channel, and the customer it belongs to or will belong to."""

    channel_id: ChannelId
    device: str
    customer_id: CustomerId
    identities: tuple[Identity, ...] = ()
    name: str = ""
    language: str | None = None

    @property
    def owner(self) -> str:
        """Return the name under which the visitor owns uploaded files."""
        return f"visitor/{self.device}"


class VisitorMessage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a visitor sends; `payload` is that of a menu's option."""

    client_id: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    text: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)] = ""
    attachment_ids: Annotated[tuple[AttachmentId, ...], msgspec.Meta(max_length=10)] = ()
    payload: Annotated[str, msgspec.Meta(max_length=2000)] | None = None


class CallbackWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a visitor wants to be called back, and in their words when."""

    contact: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    wish: Annotated[str, msgspec.Meta(max_length=500)] = ""


class Visitors:
    """Serves visitors of web chat channels."""

    def __init__(
        self,
        core: Core,
        sessions: Sessions,
        identities: Identities,
        inbounds: Inbounds,
        connectors: Connectors,
        *,
        secrets: Secrets,
        files: FileFinder,
    ) -> None:
        """Take the services that visitors stand on."""
        self._core = core
        self._sessions = sessions
        self._identities = identities
        self._inbounds = inbounds
        self._connectors = connectors
        self._files = files
        self._key = secrets.derive("visitor-token")

    def channel(self, channel_id: str) -> Channel:
        """Return a web chat channel.

        Raises:
            NotFound: there is no such channel, or it is of another kind.
        """
        channel = self._connectors.get(ChannelId(channel_id))[0]
        if channel.kind != "webchat":
            raise NotFound("There is no such web chat.")
        return channel

    def token(self, text: str) -> VisitorIdentity:
        """Return the visitor whom a token names.

        Raises:
            Unauthenticated: the token is forged, damaged or expired.
        """
        try:
            claims = jwt.decode(text, self._key, algorithms=["HS256"], options={"require": ["exp", "sub", "ch", "cus"]})
            return VisitorIdentity(
                channel_id=ChannelId(str(claims["ch"])),
                device=str(claims["sub"]),
                customer_id=CustomerId(str(claims["cus"])),
            )
        except jwt.InvalidTokenError as error:
            raise Unauthenticated("The visitor token is not valid.") from error

    def issue(self, visitor: VisitorIdentity) -> str:
        """Return a fresh token for a visitor."""
        expires = int(self._core.clock.seconds()) + _TOKEN_S
        claims = {"sub": visitor.device, "ch": visitor.channel_id, "cus": visitor.customer_id, "exp": expires}
        return jwt.encode(claims, self._key, algorithm="HS256")

    async def connect(
        self, channel_id: str, token: str | None, identity: Mapping[str, object] | None, *, locale: str = ""
    ) -> VisitorIdentity:
        """Return who connects: the visitor of the token, a new one without, joined to the page's user if proved.

        `locale` is the visitor's own (`zh-CN`, `en`, …); a bot answers in its language when the words do not tell.

        Raises:
            NotFound: there is no such web chat.
            Unauthenticated: the page's proof of identity is wrong.
        """
        channel = self.channel(channel_id)
        known = self._known(channel, token)
        device = known.device if known else self._core.ids.new()
        customer_id = known.customer_id if known else CustomerId(self._core.ids.new())
        mine = Identity(kind="device", value=device, verified=True)
        sender = self._identify(channel, identity) if identity is not None else None
        identities = (mine, *(sender.identities if sender else ()))
        name = sender.name if sender else ""
        owner = await self._owner(channel, identities, name, customer_id, is_proved=sender is not None)
        return VisitorIdentity(
            channel_id=channel.id,
            device=device,
            customer_id=owner,
            identities=identities,
            name=name,
            language=locale.replace("_", "-").partition("-")[0].lower() or None,
        )

    def _known(self, channel: Channel, token: str | None) -> VisitorIdentity | None:
        if not token:
            return None
        try:
            known = self.token(token)
        except Unauthenticated:
            return None
        return known if known.channel_id == channel.id else None

    def _identify(self, channel: Channel, identity: Mapping[str, object]) -> Sender:
        connector = self._connectors.get(channel.id)[1]
        if not isinstance(connector, Identifies):
            raise Unauthenticated("This channel takes no proof of identity.")
        return connector.identify(identity, self._core.clock.now())

    async def _owner(
        self, channel: Channel, identities: Sequence[Identity], name: str, new_id: CustomerId, *, is_proved: bool
    ) -> CustomerId:
        if is_proved:
            return (await self._inbounds.link(channel, identities, name=name, new_id=new_id)).id
        owner = await self._identities.owner(identities[0])
        return owner.id if owner else new_id

    async def open_session(self, visitor: VisitorIdentity) -> Session | None:
        """Return the visitor's open session, or None."""
        sessions = await self.sessions(visitor)
        return next((session for session in sessions if session.is_open), None)

    async def sessions(self, visitor: VisitorIdentity) -> list[Session]:
        """Return the visitor's sessions, newest first."""
        owner = await self._identities.owner(Identity(kind="device", value=visitor.device, verified=True))
        if owner is None:
            return []
        merged = await self._core.store.absorbed_by(owner.id)
        page = await self._core.store.sessions(SessionQuery(customer_ids=(owner.id, *merged), limit=50))
        return list(page.items)

    async def session(self, visitor: VisitorIdentity, session_id: SessionId) -> Session:
        """Return one of the visitor's own sessions.

        Raises:
            NotFound: it does not exist or is somebody else's.
        """
        found = next((one for one in await self.sessions(visitor) if one.id == session_id), None)
        if found is None:
            raise NotFound("There is no such session.")
        return found

    async def timeline(
        self, visitor: VisitorIdentity, session_id: SessionId, after: int, limit: int
    ) -> Sequence[Entry]:
        """Return the messages of one of the visitor's sessions that they may see."""
        await self.session(visitor, session_id)
        entries = await self._core.store.timeline(session_id, after, limit)
        return [entry for entry in entries if is_visible(entry)]

    async def send(self, visitor: VisitorIdentity, message: VisitorMessage) -> Taken:
        """Take in a visitor's message, once for each `client_id`.

        Raises:
            InvalidInput: it says nothing, or names files that are not the visitor's.
        """
        content: Content
        if message.payload is not None:
            content = MenuReply(text=message.text or message.payload, option_id="", payload=message.payload)
        else:
            content = compose(message.text, await self._files.find(message.attachment_ids, visitor.owner))
        return await self._receive(visitor, message.client_id, content)

    async def _receive(self, visitor: VisitorIdentity, client_id: str, content: Content) -> Taken:
        mine = Identity(kind="device", value=visitor.device, verified=True)
        inbound = Inbound(
            event_id=f"{visitor.device}/{client_id}",
            kind="message",
            occurred_at=self._core.clock.now(),
            sender=Sender(
                address=visitor.device,
                identities=visitor.identities or (mine,),
                name=visitor.name,
                language=visitor.language,
            ),
            content=content,
            client_id=client_id,
        )
        answer = await self._inbounds.receive(
            self.channel(visitor.channel_id), inbound, customer_id=visitor.customer_id
        )
        return msgspec.json.decode(answer, type=Taken)

    async def ask_person(self, visitor: VisitorIdentity, locale: str) -> Session:
        """Queue the visitor for a person; asking again changes nothing. Without a session, one is opened."""
        session = await self.open_session(visitor)
        if session is None:
            text = _HUMAN["zh" if locale.startswith("zh") else "en"]
            taken = await self._receive(visitor, f"human/{self._core.ids.new()}", Text(text=text))
            session = await self._sessions.get(SessionId(taken.session_id))
        command = c.AskPerson(actor=self._actor(session), reason="asked", summary=_summary(session, locale))
        return (await self._sessions.act(session.id, command))[0]

    async def wish_callback(self, visitor: VisitorIdentity, wish: CallbackWish, locale: str) -> Session:
        """Note where a visitor who comes outside hours wants to be called back; without a session, one is opened.

        Raises:
            InvalidInput: there is no contact.
            Conflict: code `not-offline`: somebody is here to answer.
        """
        contact, when = wish.contact.strip(), wish.wish.strip()
        if not contact:
            raise InvalidInput("Give a phone number or another way to reach you.")
        session = await self.open_session(visitor)
        if session is None:
            text = _CALL_ME["zh" if locale.startswith("zh") else "en"].format(contact=contact, when=when).strip()
            taken = await self._receive(visitor, f"callback/{self._core.ids.new()}", Text(text=text))
            session = await self._sessions.get(SessionId(taken.session_id))
        if session.state == "bot":
            command = c.AskPerson(actor=self._actor(session), reason="asked", summary=_summary(session, locale))
            session = (await self._sessions.act(session.id, command))[0]
        session = await self._turned_away(session)
        note = c.WishCallback(customer=self._actor(session), contact=contact, wish=when)
        return (await self._sessions.act(session.id, note))[0]

    async def _turned_away(self, session: Session) -> Session:
        """Wait until the router, which hears of a new session through the stream, has found its queue closed."""
        for _ in range(_LOOKS):
            if session.offline is not None or session.state != "queued":
                break
            await self._core.clock.sleep(_LOOK_S)
            session = await self._sessions.get(session.id)
        return session

    async def rate(self, visitor: VisitorIdentity, score: int, comment: str) -> Session:
        """Rate the visitor's last session.

        Raises:
            InvalidInput: the score is not from 1 to 5.
            Conflict: there is no session yet.
        """
        if not 1 <= score <= 5 or len(comment) > 2000:
            raise InvalidInput("Rate with 1 to 5 and a comment of at most 2,000 characters.")
        sessions = await self.sessions(visitor)
        if not sessions:
            raise Conflict("There is nothing to rate yet.", code="no-session")
        command = c.Rate(customer=self._actor(sessions[0]), score=score, comment=comment)
        return (await self._sessions.act(sessions[0].id, command))[0]

    async def read(self, visitor: VisitorIdentity, seq: int) -> None:
        """Note that the visitor has read up to a number; their messages from us then show as read."""
        session = await self.open_session(visitor)
        if session is None or seq <= session.customer_read_seq:
            return
        entries = await self._core.store.timeline(session.id, session.customer_read_seq, 200)
        unread = tuple(
            entry
            for entry in entries
            if isinstance(entry, Message)
            and entry.seq <= seq
            and entry.direction == "out"
            and not entry.note
            and entry.delivery.state in ("sent", "delivered")
        )
        await self._sessions.act(session.id, c.MarkRead(actor=self._actor(session), seq=seq, messages=unread))

    def _actor(self, session: Session) -> Actor:
        return Actor(kind="customer", id=session.customer_id, name=session.customer_name)


def _summary(session: Session, locale: str) -> str:
    """Return in a sentence what the customer said last before they asked for a person."""
    if not session.context.questions:
        return ""
    last = session.context.questions[-1]
    if locale.startswith("zh"):
        return f"客户点了“转人工”。最后一句：“{last}”"
    return f'The customer pressed "talk to a person". Last said: "{last}"'


def is_visible(entry: Entry) -> bool:
    """Tell whether a customer may see an entry: messages yes, private notes and acts of the desk no."""
    return isinstance(entry, Message) and not entry.note
