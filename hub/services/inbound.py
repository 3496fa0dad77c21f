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
from hub.model.commit import Claim, Commit, EventTag, Job, Record
from hub.model.content import MAX_TEXT, Email
from hub.model.customer import Customer, Identity
from hub.model.decide import decide
from hub.model.ids import ChannelId, CustomerId, JobId, MessageId, SessionId
from hub.model.session import Demand, ReplyWindow, Route, Session
from hub.model.timeline import Actor
from hub.model.timestamps import shift
from hub.model.workspace import Channel
from hub.ports.bus import Published
from hub.ports.channel import FetchedFile, GivenFile, Inbound, Reply, Request, Sender
from hub.ports.store import SessionQuery
from hub.services.attachments import safe_name
from hub.services.connectors import Connectors
from hub.services.consents import Consents, with_records
from hub.services.core import Core
from hub.services.directory import Directory
from hub.services.given_files import GivenFiles
from hub.services.identities import Identities, Resolved
from hub.services.sessions import Sessions
from hub.services.statuses import Statuses
from hub.services.threads import Answered, Threads

_ATTEMPTS = 20
_CACHED = 100_000
_LOWEST = 9
_MACHINES = ("auto_reply", "bounce", "receipt", "complaint")
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
        self,
        core: Core,
        sessions: Sessions,
        identities: Identities,
        directory: Directory,
        connectors: Connectors,
        *,
        statuses: Statuses,
        consents: Consents,
        given: GivenFiles,
    ) -> None:
        """Keep the open session of recently seen customers in memory; the store decides."""
        self._statuses = statuses
        self._consents = consents
        self._given = given
        self._threads = Threads(core, sessions)
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

    async def receive(
        self,
        channel: Channel,
        inbound: Inbound,
        *,
        customer_id: CustomerId | None = None,
        records: tuple[Record, ...] = (),
    ) -> bytes:
        """Make one inbound durable and return the answer kept for it; a repeat returns the first answer.

        `customer_id` is the name that a customer gets who does not exist yet; `records` are kept with the inbound.

        Raises:
            VersionConflict: one of the records has been changed by another.
        """
        claim_key = _claim_key(channel, inbound)
        try:
            if inbound.kind == "message" and inbound.sender is not None:
                if any(isinstance(file, GivenFile) for file in inbound.files):
                    if (first := await self._store.claimed(claim_key)) is not None:
                        raise AlreadyClaimed(claim_key, first)
                    inbound = await self._given.keep(channel, inbound)
                return msgspec.json.encode(await self._message(channel, inbound, customer_id, records))
            return await self._other(channel, inbound, records)
        except AlreadyClaimed as error:
            if records:
                await self._store.append(with_records(Commit(at=self._clock.now(), keys=()), records))
            return error.answer

    async def _other(self, channel: Channel, inbound: Inbound, records: tuple[Record, ...]) -> bytes:
        answer = msgspec.json.encode(Taken())
        claim = Claim(key=_claim_key(channel, inbound), answer=msgspec.Raw(answer))
        event = _inbound_event(channel, inbound)
        if inbound.kind == "status":
            await self._statuses.take(channel, inbound, claim, event, records)
            return answer
        commit = Commit(at=self._clock.now(), keys=(), claims=(claim,), events=(event,))
        await self._store.append(with_records(commit, records))
        if inbound.window is not None and inbound.sender is not None:
            await self._note_window(channel, inbound.sender, inbound.window)
        return answer

    async def _note_window(self, channel: Channel, sender: Sender, window: ReplyWindow) -> None:
        """Note what the platform allows on the customer's open session; without one there is nobody to write."""
        for identity in sender.identities:
            owner = await self._identities.owner(identity) if identity.verified else None
            latest = await self._latest_session(owner.id) if owner else None
            if latest is not None and latest.is_open:
                try:
                    await self._sessions.act(latest.id, c.NoteWindow(channel_id=channel.id, window=window))
                except Conflict:
                    return
                return

    async def _message(
        self, channel: Channel, inbound: Inbound, customer_id: CustomerId | None, records: tuple[Record, ...]
    ) -> Taken:
        if inbound.content is None or inbound.sender is None:
            raise InvalidInput("A message needs a sender and content.")
        if not isinstance(inbound.content, Email) and len(inbound.content.text) > MAX_TEXT:
            raise InvalidInput(f"The text is longer than {MAX_TEXT} characters.")
        message_id, new_customer = MessageId(self._ids.new()), customer_id or CustomerId(self._ids.new())
        sender = inbound.sender
        answered = await self._threads.find(channel.id, inbound)
        inbound = self._threads.told(inbound, answered)
        if answered is not None and _is_report(inbound, answered):
            return await self._enclose(channel, inbound, answered, message_id, records)
        for attempt in range(_ATTEMPTS):
            resolved = await self._identities.resolve(
                sender.identities,
                name=sender.name,
                language=channel.routing.language or sender.language,
                new_id=new_customer if attempt == 0 else CustomerId(self._ids.new()),
                attempt=attempt,
            )
            kept = (*records, *await self._consents.change(channel.id, inbound))
            try:
                return await self._join_or_open(channel, inbound, resolved, message_id, answered, kept)
            except VersionConflict:
                self._identities.forget(sender.identities)
            except Conflict as error:
                if isinstance(error, AlreadyClaimed):
                    raise
            self._open.pop(resolved.customer.id, None)
        raise Unavailable("Many messages of this customer arrive at once: send it again.")

    async def _enclose(
        self, channel: Channel, inbound: Inbound, about: Answered, message_id: MessageId, records: tuple[Record, ...]
    ) -> Taken:
        """Keep what a machine says about a session in that session, open or closed."""
        if inbound.content is None or inbound.sender is None:
            raise InvalidInput("A message needs a sender and content.")
        sender = inbound.sender
        command = c.Enclose(
            message_id=message_id,
            author=Actor(kind="system", id="system", name=sender.name or sender.address),
            channel_id=channel.id,
            content=inbound.content,
            files=self._awaited_files(inbound),
        )
        session, _ = await self._sessions.act(
            about.session.id, command, enrich=lambda commit: self._claimed(commit, channel, inbound, None, records)
        )
        return Taken(id=message_id, seq=session.last_seq, session_id=session.id)

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
        self,
        channel: Channel,
        inbound: Inbound,
        resolved: Resolved,
        message_id: MessageId,
        answered: Answered | None,
        records: tuple[Record, ...],
    ) -> Taken:
        customer = resolved.customer
        async with self._sessions.lock(SessionId(f"customer/{customer.id}")):
            latest = await self._latest_session(customer.id)
            command = self._command(channel, inbound, customer, message_id, answered)
            if latest is not None and latest.is_open:
                session, _ = await self._sessions.act(
                    latest.id, command, enrich=lambda commit: self._claimed(commit, channel, inbound, resolved, records)
                )
            else:
                session = await self._open_session(channel, inbound, resolved, command, latest, records)
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

    def _command(
        self, channel: Channel, inbound: Inbound, customer: Customer, message_id: MessageId, answered: Answered | None
    ) -> c.Receive:
        if inbound.sender is None or inbound.content is None:
            raise InvalidInput("A message needs a sender and content.")
        route = Route(
            address=inbound.sender.address,
            thread=inbound.thread,
            last_inbound_at=self._clock.now(),
            message_id=message_id,
            window=inbound.window,
        )
        return c.Receive(
            message_id=message_id,
            author=Actor(kind="customer", id=customer.id, name=customer.name),
            channel_id=channel.id,
            route=route,
            content=inbound.content,
            bot_job=JobId(self._ids.new()),
            client_id=inbound.client_id,
            files=self._awaited_files(inbound),
            is_automatic=inbound.is_automatic,
            in_reply_to=answered.message.id if answered else None,
        )

    def _awaited_files(self, inbound: Inbound) -> tuple[c.AwaitedFile, ...]:
        return tuple(self._awaited(file) for file in inbound.files if isinstance(file, FetchedFile))

    def _awaited(self, file: FetchedFile) -> c.AwaitedFile:
        name = safe_name(file.name or _last_part(file.url))
        return c.AwaitedFile(job=JobId(self._ids.new()), url=file.url, name=name, mime=file.mime)

    async def _open_session(
        self,
        channel: Channel,
        inbound: Inbound,
        resolved: Resolved,
        first: c.Receive,
        latest: Session | None,
        records: tuple[Record, ...],
    ) -> Session:
        customer = resolved.customer
        before = latest.routes.get(channel.id) if latest else None
        if before is not None:
            # An auto-responder must not get fresh answers by having its session closed.
            first = replace(first, route=replace(first.route, automatic_at=before.automatic_at))
        bot = self._directory.bot(channel.routing.bot_id) if channel.routing.bot_id else None
        now = self._clock.now()
        command = c.Open(
            first=first,
            session_id=SessionId(self._ids.new()),
            customer_id=customer.id,
            customer_name=customer.name,
            customer_level=customer.level,
            customer_language=(inbound.sender.language if inbound.sender else None) or customer.language,
            demand=_lowered(demand_of(channel, customer), inbound),
            bot_id=bot.id if bot else None,
            is_filed=_needs_nobody(inbound),
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
        commit = self._claimed(commit, channel, inbound, counted, records)
        session = await self._sessions.append(self._with_profile(commit, channel, inbound, resolved))
        self._identities.note(counted.customer)
        return session

    def _with_profile(self, commit: Commit, channel: Channel, inbound: Inbound, resolved: Resolved) -> Commit:
        """Ask who a customer is whom we see for the first time, where the provider can tell."""
        is_new = resolved.is_changed and resolved.customer.version == 1
        if not is_new or inbound.sender is None or not self._connectors.knows_people(channel.id):
            return commit
        job = Job(
            id=JobId(self._ids.new()),
            kind="profile",
            group=resolved.customer.id,
            seq=1,
            due_at=self._clock.now(),
            payload={"channel_id": channel.id, "address": inbound.sender.address},
        )
        return replace(commit, jobs=(*commit.jobs, job))

    def _claimed(
        self,
        commit: Commit,
        channel: Channel,
        inbound: Inbound,
        resolved: Resolved | None,
        records: tuple[Record, ...],
    ) -> Commit:
        session = commit.session
        if session is None or not commit.messages:
            raise ValueError("a message always changes its session")
        message = commit.messages[0]
        taken = Taken(id=message.id, seq=message.seq, session_id=session.id)
        claim = Claim(key=_claim_key(channel, inbound), answer=msgspec.Raw(msgspec.json.encode(taken)))
        commit = replace(
            commit,
            keys=(*commit.keys, *(resolved.keys if resolved else ())),
            claims=(claim,),
            customers=(resolved.customer,) if resolved is not None and resolved.is_changed else (),
            events=(*commit.events, _inbound_event(channel, inbound)),
        )
        return with_records(commit, records)


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


def _lowered(demand: Demand, inbound: Inbound) -> Demand:
    """Return what a machine's message asks: nobody hurries for it."""
    return replace(demand, priority=_LOWEST) if inbound.is_automatic else demand


def _needs_nobody(inbound: Inbound) -> bool:
    """Tell whether a session that starts with this is filed at once: an opt-out word, or a machine's own mail.

    A mailing list's mail may be a person's, so it waits in the queue, at the end.
    """
    if not inbound.is_automatic:
        return False
    content = inbound.content
    return inbound.consent is not None or (isinstance(content, Email) and content.email.kind in _MACHINES)


def _is_report(inbound: Inbound, about: Answered) -> bool:
    """Tell whether a machine speaks about a session of somebody else: a bounce, a receipt from a mail server."""
    if not inbound.is_automatic or inbound.answers is None or inbound.sender is None:
        return False
    return all(route.address != inbound.sender.address for route in about.session.routes.values())


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
    data = {
        "channel_id": channel.id,
        "kind": channel.kind,
        "external_event_id": inbound.event_id,
        "outcome": outcome,
    }
    return EventTag(type="channel.inbound", data=data if inbound.wake is None else {**data, "wake": inbound.wake})
