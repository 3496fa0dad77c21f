"""Inbound: from a provider's request to a durable entry in the customer's session, exactly once.

The order is fixed: verify, parse, find the customer, decide, commit, answer. A repeat of an event finds the first
answer by its claim, however late it comes and whichever process takes it. Nothing is acknowledged before it is durable.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace as with_changes

import msgspec
from msgspec.structs import replace

from hub.errors import AlreadyClaimed, Conflict, InvalidInput, NotFound, Unavailable, VersionConflict
from hub.model import commands as c
from hub.model.commit import Commit, EventTag, Record
from hub.model.content import MAX_TEXT, Email
from hub.model.customer import Customer, Identity
from hub.model.decide import decide
from hub.model.ids import ChannelId, CustomerId, JobId, MessageId, SessionId
from hub.model.sentences import Sentence
from hub.model.session import ReplyWindow, Session
from hub.model.timestamps import shift
from hub.model.workspace import Channel
from hub.ports.bus import Published
from hub.ports.channel import GivenFile, Inbound, Reply, Request, Sender
from hub.ports.store import SessionQuery
from hub.services.arrivals import Arrival, Taken, claim_key, claim_of, event_of
from hub.services.connectors import Connectors
from hub.services.consents import Consents, with_records
from hub.services.core import Core
from hub.services.given_files import GivenFiles
from hub.services.identities import Identities, Resolved
from hub.services.sessions import Sessions
from hub.services.statuses import Statuses
from hub.services.threads import Threads
from hub.services.triage import Triage, Verdict

_ATTEMPTS = 20
_CACHED = 100_000


class Inbounds:
    """Takes in what customers and providers send."""

    def __init__(
        self,
        core: Core,
        sessions: Sessions,
        identities: Identities,
        connectors: Connectors,
        *,
        statuses: Statuses,
        consents: Consents,
        given: GivenFiles,
        triage: Triage,
    ) -> None:
        """Keep the open session of recently seen customers in memory; the store decides."""
        self._statuses = statuses
        self._consents = consents
        self._given = given
        self._triage = triage
        self._threads = Threads(core, sessions)
        self._store = core.store
        self._clock = core.clock
        self._ids = core.ids
        self._bot_idle_s = core.session.bot_idle_s
        self._sessions = sessions
        self._identities = identities
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
        try:
            taken = [await self.receive(channel, inbound) for inbound in inbounds]
        except (Conflict, NotFound) as error:
            # What our own writers do to each other is no fault of the provider, who would not send it again.
            raise Unavailable("Many act on this at once: send it again.") from error
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
        try:
            if inbound.kind == "message" and inbound.sender is not None:
                arrival = await self._arrival(channel, await self._with_files(channel, inbound), records)
                return msgspec.json.encode(await self._message(arrival, customer_id))
            return await self._other(channel, inbound, records)
        except AlreadyClaimed as error:
            if records:
                await self._store.append(with_records(Commit(at=self._clock.now(), keys=()), records))
            return error.answer

    async def _with_files(self, channel: Channel, inbound: Inbound) -> Inbound:
        """Return the inbound with the files that it brings kept, unless it is a repeat."""
        if not any(isinstance(file, GivenFile) for file in inbound.files):
            return inbound
        key = claim_key(channel, inbound)
        if (first := await self._store.claimed(key)) is not None:
            raise AlreadyClaimed(key, first)
        return await self._given.keep(channel, inbound)

    async def _other(self, channel: Channel, inbound: Inbound, records: tuple[Record, ...]) -> bytes:
        claim, event = claim_of(channel, inbound, Taken()), event_of(channel, inbound)
        if inbound.kind == "status":
            await self._statuses.take(channel, inbound, claim, event, records)
            return bytes(claim.answer)
        commit = Commit(at=self._clock.now(), keys=(), claims=(claim,), events=(event,))
        await self._store.append(with_records(commit, records))
        if inbound.window is not None and inbound.sender is not None:
            await self._note_window(channel, inbound.sender, inbound.window)
        return bytes(claim.answer)

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

    async def _arrival(self, channel: Channel, inbound: Inbound, records: tuple[Record, ...]) -> Arrival:
        inbound = await self._consents.settled(channel.id, inbound)
        answered = await self._threads.find(channel.id, inbound)
        inbound = self._threads.told(inbound, answered)
        if inbound.content is None or inbound.sender is None:
            raise InvalidInput("A message needs a sender and content.")
        if not isinstance(inbound.content, Email) and len(inbound.content.text) > MAX_TEXT:
            raise InvalidInput(Sentence("The text is longer than {most} characters.", most=MAX_TEXT))
        return Arrival(
            channel=channel,
            inbound=inbound,
            sender=inbound.sender,
            content=inbound.content,
            message_id=MessageId(self._ids.new()),
            answered=answered,
            records=records,
        )

    async def _message(self, arrival: Arrival, customer_id: CustomerId | None) -> Taken:
        if arrival.is_report and arrival.answered is not None:
            return await self._enclose(arrival, arrival.answered.session.id)
        sender, new_customer = arrival.sender, customer_id or CustomerId(self._ids.new())
        for attempt in range(_ATTEMPTS):
            resolved = await self._identities.resolve(
                sender.identities,
                name=sender.name,
                language=arrival.channel.routing.language or sender.language,
                new_id=new_customer if attempt == 0 else CustomerId(self._ids.new()),
                attempt=attempt,
            )
            consent = await self._consents.change(arrival.channel.id, arrival.inbound)
            try:
                whole = with_changes(arrival, records=(*arrival.records, *consent))
                return await self._join_or_open(whole, resolved)
            except VersionConflict:
                self._identities.forget(sender.identities)
            except Conflict as error:
                if isinstance(error, AlreadyClaimed):
                    raise
            self._open.pop(resolved.customer.id, None)
        raise Unavailable("Many messages of this customer arrive at once: send it again.")

    async def _enclose(self, arrival: Arrival, session_id: SessionId) -> Taken:
        """Keep what a machine says about a session in that session, open or closed."""
        command = arrival.enclose(self._ids)
        session, _ = await self._sessions.act(session_id, command, enrich=lambda commit: arrival.claimed(commit, None))
        return Taken(id=arrival.message_id, seq=session.last_seq, session_id=session.id)

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

    async def _join_or_open(self, arrival: Arrival, resolved: Resolved) -> Taken:
        customer = resolved.customer
        async with self._sessions.lock(SessionId(f"customer/{customer.id}")):
            latest = await self._latest_session(customer.id)
            is_open = latest is not None and latest.is_open
            verdict = await self._judge(arrival, customer, is_start=not is_open)
            command = arrival.receive(customer, self._clock.now(), self._ids)
            if verdict is not None:
                command = self._triage.raised(command, verdict)
            if latest is not None and latest.is_open:
                session, _ = await self._sessions.act(
                    latest.id, command, enrich=lambda commit: arrival.claimed(commit, resolved)
                )
            else:
                session = await self._open_session(arrival, resolved, command, latest, verdict)
            if resolved.is_changed:
                self._identities.note(customer)
            self._note_open(session)
        return Taken(id=arrival.message_id, seq=session.last_customer_seq, session_id=session.id)

    async def _judge(self, arrival: Arrival, customer: Customer, *, is_start: bool) -> Verdict | None:
        """Return what the rules say of a message; of what a machine wrote they say nothing."""
        if arrival.inbound.is_automatic:
            return None
        return await self._triage.judge(
            arrival.channel,
            arrival.content,
            language=arrival.channel.routing.language or arrival.sender.language or customer.language,
            level=customer.level,
            now=self._clock.now(),
            is_start=is_start,
        )

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

    async def _open_session(
        self,
        arrival: Arrival,
        resolved: Resolved,
        first: c.Receive,
        latest: Session | None,
        verdict: Verdict | None,
    ) -> Session:
        customer, channel = resolved.customer, arrival.channel
        before = latest.routes.get(channel.id) if latest else None
        if before is not None:
            # An auto-responder must not get fresh answers by having its session closed.
            first = replace(first, route=replace(first.route, automatic_at=before.automatic_at))
        bot = self._triage.first_bot(channel, verdict.choice) if verdict else None
        demand = arrival.demand(customer)
        now = self._clock.now()
        command = c.Open(
            first=first,
            session_id=SessionId(self._ids.new()),
            customer_id=customer.id,
            customer_name=customer.name,
            customer_level=customer.level,
            customer_language=arrival.sender.language or customer.language,
            demand=self._triage.placed(demand, verdict.choice) if verdict else demand,
            bot_id=bot.id if bot else None,
            is_filed=arrival.needs_nobody,
            bot_name=bot.name if bot else "",
            sticky_agent_id=latest.served_by[-1] if latest and latest.served_by else None,
            sticky_at=latest.closed_at if latest else None,
            idle_job=JobId(self._ids.new()) if bot else None,
            idle_at=shift(now, self._bot_idle_s) if bot else None,
        )
        commit = decide(None, command, now)
        if commit is None:
            raise ValueError("opening a session always changes something")
        if resolved.is_changed and customer.version == 1 and self._connectors.knows_people(channel.id):
            commit = replace(commit, jobs=(*commit.jobs, arrival.profile_job(customer, now, self._ids)))
        counted = resolved
        if not resolved.is_changed:
            counted = replace(resolved, customer=replace(customer, version=customer.version + 1), is_changed=True)
            counted = replace(counted, keys=(f"customer/{customer.id}#{customer.version + 1}",))
        counted = replace(counted, customer=replace(counted.customer, sessions=customer.sessions + 1))
        session = await self._sessions.append(arrival.claimed(commit, counted))
        self._identities.note(counted.customer)
        return session
