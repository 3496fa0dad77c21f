"""Inbound: from a provider's request to a durable entry in the customer's session, exactly once.

The order is fixed: verify, parse, find the customer, decide, commit, answer. A repeat of an event finds the first
answer by its claim, however late it comes and whichever process takes it. Nothing is acknowledged before it is durable.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

import msgspec
from msgspec.structs import replace

from hub.errors import AlreadyClaimed, Conflict, InvalidInput, Unavailable, VersionConflict
from hub.model import commands as c
from hub.model.commit import Claim, Commit, EventTag
from hub.model.content import MAX_TEXT
from hub.model.customer import Customer, Identity
from hub.model.decide import decide
from hub.model.ids import ChannelId, CustomerId, JobId, MessageId, SessionId
from hub.model.session import Demand, Route, Session
from hub.model.timeline import Actor
from hub.model.timestamps import shift
from hub.model.workspace import Channel
from hub.ports.bus import Published
from hub.ports.channel import FetchedFile, Inbound, Reply, Request
from hub.ports.store import SessionQuery
from hub.services.attachments import safe_name
from hub.services.connectors import Connectors
from hub.services.core import Core
from hub.services.directory import Directory
from hub.services.identities import Identities, Resolved
from hub.services.sessions import Sessions

_ATTEMPTS = 20
_CACHED = 100_000
_URGENCY = {"normal": 9, "vip": 1, "urgent": 0}
"""The worst priority that a customer of each level is given (routing.md R2)."""


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an inbound: the answer kept under its claim. Empty ids for what made no message."""

    id: str = ""
    seq: int = 0
    session_id: str = ""


class Inbounds:
    """Takes in what customers and providers send."""

    def __init__(
        self, core: Core, sessions: Sessions, identities: Identities, directory: Directory, connectors: Connectors
    ) -> None:
        """Keep the open session of recently seen customers in memory; the store decides."""
        self._store = core.store
        self._clock = core.clock
        self._ids = core.ids
        self._bot_idle_s = core.session.bot_idle_s
        self._sessions = sessions
        self._identities = identities
        self._directory = directory
        self._connectors = connectors
        self._open: OrderedDict[CustomerId, SessionId] = OrderedDict()

    def hear(self, published: Published) -> None:
        """Note which session of a customer is open."""
        session = published.commit.session
        if session is not None:
            self._note_open(session)
        for customer in published.commit.customers:
            if customer.merged_into is not None:
                self._open.pop(customer.id, None)

    def _note_open(self, session: Session) -> None:
        if not session.is_open:
            if self._open.get(session.customer_id) == session.id:
                del self._open[session.customer_id]
            return
        self._open[session.customer_id] = session.id
        self._open.move_to_end(session.customer_id)
        if len(self._open) > _CACHED:
            self._open.popitem(last=False)

    async def take(self, channel_id: str, request: Request) -> Reply:
        """Take in a provider's request whole and return what the provider wants to hear.

        Raises:
            NotFound: there is no such channel.
            Unauthenticated: the signature is wrong; nothing was parsed.
            InvalidInput: the body is not what the protocol says; nothing was stored.
            Unavailable: our trouble; the provider should send it again.
        """
        channel, connector = self._connectors.get(ChannelId(channel_id))
        connector.verify(request, self._clock.now())
        inbounds = connector.parse(request)
        taken = [await self.receive(channel, inbound) for inbound in inbounds]
        return connector.reply(request, taken)

    async def receive(self, channel: Channel, inbound: Inbound, *, customer_id: CustomerId | None = None) -> bytes:
        """Make one inbound durable and return the answer kept for it; a repeat returns the first answer.

        `customer_id` is the name that a customer gets who does not exist yet.
        """
        try:
            if inbound.kind == "message" and inbound.sender is not None:
                return msgspec.json.encode(await self._message(channel, inbound, customer_id))
            return await self._other(channel, inbound)
        except AlreadyClaimed as error:
            return error.answer

    async def _other(self, channel: Channel, inbound: Inbound) -> bytes:
        answer = msgspec.json.encode(Taken())
        claim = Claim(key=_claim_key(channel, inbound), answer=msgspec.Raw(answer))
        event = _inbound_event(channel, inbound)
        await self._store.append(Commit(at=self._clock.now(), keys=(), claims=(claim,), events=(event,)))
        return answer

    async def _message(self, channel: Channel, inbound: Inbound, customer_id: CustomerId | None) -> Taken:
        if inbound.content is None or inbound.sender is None:
            raise InvalidInput("A message needs a sender and content.")
        if len(inbound.content.text) > MAX_TEXT:
            raise InvalidInput(f"The text is longer than {MAX_TEXT} characters.")
        message_id, new_customer = MessageId(self._ids.new()), customer_id or CustomerId(self._ids.new())
        for attempt in range(_ATTEMPTS):
            resolved = await self._identities.resolve(
                inbound.sender.identities,
                name=inbound.sender.name,
                language=channel.routing.language or inbound.sender.language,
                new_id=new_customer if attempt == 0 else CustomerId(self._ids.new()),
                attempt=attempt,
            )
            try:
                return await self._join_or_open(channel, inbound, resolved, message_id)
            except VersionConflict:
                self._identities.forget(inbound.sender.identities)
            except Conflict as error:
                if isinstance(error, AlreadyClaimed):
                    raise
            self._open.pop(resolved.customer.id, None)
        raise Unavailable("Many messages of this customer arrive at once: send it again.")

    async def link(
        self, channel: Channel, identities: Sequence[Identity], *, name: str, new_id: CustomerId
    ) -> Customer:
        """Bind identities that were proved together to one customer, durably, before any message."""
        for attempt in range(_ATTEMPTS):
            resolved = await self._identities.resolve(
                identities, name=name, language=channel.routing.language, new_id=new_id, attempt=attempt
            )
            if not resolved.is_changed:
                return resolved.customer
            told = EventTag(type="customer.updated", data={"customer_id": resolved.customer.id})
            commit = Commit(at=self._clock.now(), keys=resolved.keys, customers=(resolved.customer,), events=(told,))
            try:
                await self._store.append(commit)
            except VersionConflict:
                self._identities.forget(identities)
                continue
            self._identities.note(resolved.customer)
            return resolved.customer
        raise Unavailable("The customer is being changed by others: try again.")

    async def _join_or_open(
        self, channel: Channel, inbound: Inbound, resolved: Resolved, message_id: MessageId
    ) -> Taken:
        customer = resolved.customer
        async with self._sessions.lock(SessionId(f"customer/{customer.id}")):
            latest = await self._latest_session(customer.id)
            command = self._command(channel, inbound, customer, message_id)
            if latest is not None and latest.is_open:
                session, _ = await self._sessions.act(
                    latest.id, command, enrich=lambda commit: self._claimed(commit, channel, inbound, resolved)
                )
            else:
                session = await self._open_session(channel, inbound, resolved, command, latest)
            if resolved.is_changed:
                self._identities.note(customer)
            self._note_open(session)
        return Taken(id=message_id, seq=session.last_customer_seq, session_id=session.id)

    async def _latest_session(self, customer_id: CustomerId) -> Session | None:
        """Return the customer's open session, or else the newest closed one."""
        known = self._open.get(customer_id)
        if known is not None:
            session = await self._sessions.get(known)
            if session.is_open:
                return session
        merged = await self._store.absorbed_by(customer_id)
        page = await self._store.sessions(SessionQuery(customer_ids=(customer_id, *merged), limit=20))
        return next((session for session in page.items if session.is_open), page.items[0] if page.items else None)

    def _command(self, channel: Channel, inbound: Inbound, customer: Customer, message_id: MessageId) -> c.Receive:
        if inbound.sender is None or inbound.content is None:
            raise InvalidInput("A message needs a sender and content.")
        return c.Receive(
            message_id=message_id,
            author=Actor(kind="customer", id=customer.id, name=customer.name),
            channel_id=channel.id,
            route=Route(address=inbound.sender.address, thread=inbound.thread, last_inbound_at=self._clock.now()),
            content=inbound.content,
            bot_job=JobId(self._ids.new()),
            client_id=inbound.client_id,
            files=tuple(self._awaited(file) for file in inbound.files),
        )

    def _awaited(self, file: FetchedFile) -> c.AwaitedFile:
        name = safe_name(file.name or _last_part(file.url))
        return c.AwaitedFile(job=JobId(self._ids.new()), url=file.url, name=name, mime=file.mime)

    async def _open_session(
        self, channel: Channel, inbound: Inbound, resolved: Resolved, first: c.Receive, latest: Session | None
    ) -> Session:
        customer = resolved.customer
        bot = self._directory.bot(channel.routing.bot_id) if channel.routing.bot_id else None
        now = self._clock.now()
        command = c.Open(
            first=first,
            session_id=SessionId(self._ids.new()),
            customer_id=customer.id,
            customer_name=customer.name,
            customer_level=customer.level,
            customer_language=(inbound.sender.language if inbound.sender else None) or customer.language,
            demand=demand_of(channel, customer),
            bot_id=bot.id if bot else None,
            bot_name=bot.name if bot else "",
            sticky_agent_id=latest.served_by[-1] if latest and latest.served_by else None,
            sticky_at=latest.closed_at if latest else None,
            idle_job=JobId(self._ids.new()) if bot else None,
            idle_at=shift(now, self._bot_idle_s) if bot else None,
        )
        commit = decide(None, command, now)
        if commit is None:
            raise ValueError("opening a session always changes something")
        counted = resolved
        if not resolved.is_changed:
            counted = replace(resolved, customer=replace(customer, version=customer.version + 1), is_changed=True)
            counted = replace(counted, keys=(f"customer/{customer.id}#{customer.version + 1}",))
        counted = replace(counted, customer=replace(counted.customer, sessions=customer.sessions + 1))
        session = await self._sessions.append(self._claimed(commit, channel, inbound, counted))
        self._identities.note(counted.customer)
        return session

    def _claimed(self, commit: Commit, channel: Channel, inbound: Inbound, resolved: Resolved) -> Commit:
        session = commit.session
        if session is None or session.last_message_id is None:
            raise ValueError("a message always changes its session")
        taken = Taken(id=session.last_message_id, seq=session.last_customer_seq, session_id=session.id)
        claim = Claim(key=_claim_key(channel, inbound), answer=msgspec.Raw(msgspec.json.encode(taken)))
        return replace(
            commit,
            keys=(*commit.keys, *resolved.keys),
            claims=(claim,),
            customers=(resolved.customer,) if resolved.is_changed else (),
            events=(*commit.events, _inbound_event(channel, inbound)),
        )


def demand_of(channel: Channel, customer: Customer) -> Demand:
    """Return what a session that starts on this channel asks of an agent."""
    routing = channel.routing
    return Demand(
        skills=dict(routing.skills),
        language=routing.language,
        priority=min(routing.priority, _URGENCY[customer.level]),
        weight=routing.weight,
        relax=routing.relax,
    )


def _last_part(url: str) -> str:
    """Return what an address without a name calls its file."""
    try:
        return unquote(urlsplit(url).path)
    except ValueError:
        return ""


def _claim_key(channel: Channel, inbound: Inbound) -> str:
    return f"inbound/{channel.id}/{inbound.event_id}"


def _inbound_event(channel: Channel, inbound: Inbound) -> EventTag:
    unsupported = inbound.content is not None and inbound.content.__struct_config__.tag == "unsupported"
    outcome = "unsupported" if unsupported else inbound.kind
    return EventTag(
        type="channel.inbound",
        data={
            "channel_id": channel.id,
            "kind": channel.kind,
            "external_event_id": inbound.event_id,
            "outcome": outcome,
        },
    )
