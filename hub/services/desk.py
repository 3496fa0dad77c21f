"""The desk: what agents read and do. Access is checked here, once, for REST and sockets alike.

What an agent may not know of is answered like something that does not exist. An act that the state forbids is
answered with the state and the holder, so that the screen can say who was faster.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Protocol

import msgspec
from msgspec.structs import replace

from hub.errors import AlreadyClaimed, Conflict, Forbidden, InvalidInput, NotFound
from hub.model import commands as c
from hub.model.agent import Agent
from hub.model.commit import Claim, Commit
from hub.model.content import MAX_TEXT, Attachment, Content, Text, with_files
from hub.model.decide import decide
from hub.model.ids import AgentId, AttachmentId, BotId, ChannelId, JobId, MessageId, QueueId, SessionId, TeamId
from hub.model.queues import DEFAULT_QUEUE, Lane, Outcome, Queue
from hub.model.sentences import Sentence
from hub.model.session import OPEN_STATES, Demand, Session
from hub.model.timeline import Actor, Entry, Message
from hub.model.timestamps import shift
from hub.ports.store import Page, SessionQuery
from hub.services import access
from hub.services.connectors import Connectors
from hub.services.core import Core
from hub.services.directory import Directory
from hub.services.measures import parts_on
from hub.services.presences import Presences
from hub.services.sessions import Sessions

_COUNTS = 10
"""Times that unread messages are counted again because more came; the next reading settles what is left."""
_UNREAD_SHOWN = 500
"""Entries that are looked at to count what is unread: more unread messages than that are shown as so many."""


class FileFinder(Protocol):
    """Finds uploaded files; the attachment service is one."""

    async def find(self, ids: Sequence[AttachmentId], owner: str) -> Sequence[Attachment]:
        """Return the files in the order of their ids.

        Raises:
            InvalidInput: one does not exist, or was uploaded by somebody else than `owner`.
        """
        ...


class MessageDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A message that an agent sends, or a note. `client_id` makes a repeat harmless."""

    client_id: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    text: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)] = ""
    attachment_ids: Annotated[tuple[AttachmentId, ...], msgspec.Meta(max_length=10)] = ()
    channel_id: ChannelId | None = None
    in_reply_to: MessageId | None = None
    note: bool = False
    seen_seq: int | None = None
    force: bool = False


class TransferTo(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a session goes: to an agent, a team, another queue, whoever has the skills, or a bot. Exactly one is named.

    Supervisors also move sessions that wait: to an agent is then at once, without an offer.
    """

    agent_id: AgentId | None = None
    queue_id: QueueId | None = None
    team_id: TeamId | None = None
    skills: Mapping[str, Annotated[int, msgspec.Meta(ge=1, le=10)]] | None = None
    language: str | None = None
    bot_id: BotId | None = None


class TransferRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A transfer with a note for whoever takes over."""

    to: TransferTo
    note: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    keep_place: bool = True


class Desk:
    """Reads and acts for agents."""

    def __init__(
        self,
        core: Core,
        sessions: Sessions,
        directory: Directory,
        connectors: Connectors,
        files: FileFinder,
        presences: Presences,
    ) -> None:
        """Take the services that the desk stands on."""
        self._presences = presences
        self._core = core
        self._sessions = sessions
        self._directory = directory
        self._connectors = connectors
        self._files = files

    async def session(self, agent: Agent, session_id: SessionId) -> Session:
        """Return a session that the agent may see.

        Raises:
            NotFound: it does not exist, or is none of the agent's business.
        """
        session = await self._sessions.get(session_id)
        if not access.may_read(agent, session):
            raise NotFound("There is no such session.")
        return session

    async def sessions(self, agent: Agent, query: SessionQuery) -> Page[Session]:
        """Return the sessions of a query that the agent may see; a customer's include those of merged ones."""
        if query.customer_ids:
            merged = [one for each in query.customer_ids for one in await self._core.store.absorbed_by(each)]
            query = replace(query, customer_ids=(*query.customer_ids, *merged))
        if agent.sees_all:
            return await self._core.store.sessions(query)
        page = await self._core.store.sessions(replace(query, visible_to=agent.id))
        seen = tuple(session for session in page.items if access.may_read(agent, session))
        return Page(items=seen, next_cursor=page.next_cursor)

    async def timeline(self, agent: Agent, session_id: SessionId, after: int, limit: int) -> Sequence[Entry]:
        """Return entries of a session that the agent may see, ascending, after a number."""
        await self.session(agent, session_id)
        return await self._core.store.timeline(session_id, after, limit)

    async def accept(self, agent: Agent, session_id: SessionId) -> Session:
        """Accept the offer of a session."""
        return await self._answer(agent, session_id, c.Accept(agent=actor(agent)))

    async def reject(self, agent: Agent, session_id: SessionId, reason: str = "") -> Session:
        """Decline the offer of a session."""
        return await self._answer(agent, session_id, c.Reject(agent=actor(agent), reason=reason))

    async def take(self, agent: Agent, session_id: SessionId) -> Session:
        """Take a waiting session; whoever steers takes it from anybody."""
        command = c.Take(agent=actor(agent), force=agent.steers_all)
        await self._be_present(agent, await self._answerable(agent, session_id), command)
        return (await self._sessions.act(session_id, command))[0]

    async def _be_present(self, agent: Agent, session: Session, command: c.Command) -> None:
        """Count an agent who takes up work while offline as away: there, but without offers, and missed when gone.

        Raises:
            Conflict: the command is not allowed; then the presence stays as it was.
        """
        decide(session, command, self._core.clock.now())
        if agent.status == "offline" and agent.has("agent", "supervisor", "admin"):
            await self._presences.set(agent.id, "away")

    async def _answer(self, agent: Agent, session_id: SessionId, command: c.Command) -> Session:
        await self._answerable(agent, session_id)
        return (await self._sessions.act(session_id, command))[0]

    async def _answerable(self, agent: Agent, session_id: SessionId) -> Session:
        session = await self._sessions.get(session_id)
        if not access.may_answer_offer(agent, session):
            raise NotFound("There is no such session.")
        if not agent.has("agent", "supervisor", "admin"):
            raise Forbidden("Your role does not take sessions.")
        return session

    async def close(self, agent: Agent, session_id: SessionId, reason: str = "") -> Session:
        """End a session; the first close of an active one leads to wrap-up where that is configured."""
        await self.session(agent, session_id)
        until = self._core.session.wrap_up_s
        command = c.Close(
            by=actor(agent),
            reason=reason,
            force=agent.steers_all,
            wrap_up_until=shift(self._core.clock.now(), until) if until else None,
            wrap_up_job=JobId(self._core.ids.new()) if until else None,
        )
        return (await self._sessions.act(session_id, command))[0]

    async def reopen(self, agent: Agent, session_id: SessionId) -> Session:
        """Take up a closed session again.

        Raises:
            Conflict: the session is open, or the customer has another open one.
        """
        session = await self.session(agent, session_id)
        page = await self._core.store.sessions(SessionQuery(customer_ids=(session.customer_id,), states=OPEN_STATES))
        if any(other.id != session_id for other in page.items):
            raise Conflict("The customer has another open session: go on there.", code="other-session")
        command = c.Reopen(agent=actor(agent))
        await self._be_present(agent, session, command)
        return (await self._sessions.act(session_id, command))[0]

    async def read(self, agent: Agent, session_id: SessionId, seq: int | None = None) -> Session:
        """Mark everything up to a number read, or everything; only the holder's reading counts.

        With the number, what the customer wrote while the reading was on its way stays unread.
        """
        session = await self.session(agent, session_id)
        for _ in range(_COUNTS):
            seen = session
            command = c.MarkRead(actor=actor(agent), seq=seq, unread=await self._unread_after(seen, seq))

            def make(now: Session, *, counted: int = seen.last_seq, command: c.MarkRead = command) -> c.Command | None:
                return command if seq is None or now.last_seq == counted else None

            session, _ = await self._sessions.act(session_id, make)
            if seq is None or session.last_seq == seen.last_seq:
                break
        return session

    async def _unread_after(self, session: Session, seq: int | None) -> int:
        """Count the customer's messages after a number."""
        if seq is None or seq >= session.last_customer_seq:
            return 0
        entries = await self._core.store.timeline(session.id, seq, _UNREAD_SHOWN)
        return sum(isinstance(entry, Message) and entry.direction == "in" for entry in entries)

    async def label(
        self,
        agent: Agent,
        session_id: SessionId,
        *,
        tags: tuple[str, ...] | None,
        priority: int | None,
        summary: str | None,
    ) -> Session:
        """Change tags, priority or summary."""
        await self.session(agent, session_id)
        command = c.Label(by=actor(agent), tags=tags, priority=priority, summary=summary, force=agent.steers_all)
        return (await self._sessions.act(session_id, command))[0]

    async def set_lane(self, agent: Agent, session_id: SessionId, lane: Lane) -> Session:
        """Put a session in a lane, or take it out of one."""
        await self.session(agent, session_id)
        settings = self._directory.routing_settings()
        command = c.SetLane(
            by=actor(agent),
            lane=lane,
            due_at=shift(self._core.clock.now(), settings.emergency_target_s),
            review_skill=settings.review_skill,
            force=agent.steers_all,
        )
        return (await self._sessions.act(session_id, command))[0]

    async def review(self, agent: Agent, session_id: SessionId, outcome: Outcome, note: str) -> Session:
        """Decide on a sensitive request; the holder needs the skill for it.

        Raises:
            Forbidden: the agent has not the review skill and does not steer.
            Conflict: there is no such request, or somebody else holds the session.
        """
        session = await self.session(agent, session_id)
        skill = session.lane.skill if session.lane else ""
        if not agent.steers_all and skill not in agent.skills:
            raise Forbidden("Reviewing sensitive requests needs a skill that you do not have.")
        command = c.SettleReview(by=actor(agent), outcome=outcome, note=note, force=agent.steers_all)
        return (await self._sessions.act(session_id, command))[0]

    async def send(self, agent: Agent, session_id: SessionId, draft: MessageDraft) -> Message:
        """Answer the customer or leave a note; a repeated `client_id` returns the first message.

        Raises:
            Conflict: another has the floor; or `thread-changed`: the customer wrote after `seen_seq`.
        """
        session = await self.session(agent, session_id)
        if draft.note and not access.may_write(agent, session):
            raise Forbidden("Only the holder of a session or a supervisor can leave notes in it.")
        content = compose(draft.text, await self._files.find(draft.attachment_ids, f"agent/{agent.id}"))
        message_id, job_id = MessageId(self._core.ids.new()), JobId(self._core.ids.new())
        key = f"client/agent/{agent.id}/{session_id}/{draft.client_id}"
        answer = msgspec.Raw(msgspec.json.encode(message_id))

        def make(now: Session) -> c.Command:
            channel_id = draft.channel_id or now.reply_channel_id
            return c.Say(
                agent=actor(agent),
                message_id=message_id,
                content=content,
                note=draft.note,
                channel_id=channel_id,
                in_reply_to=draft.in_reply_to,
                client_id=draft.client_id,
                seen_seq=draft.seen_seq,
                force=draft.force,
                push_job=None if draft.note or not self._connectors.pushes(channel_id) else job_id,
                parts=1
                if draft.note
                else parts_on(self._connectors, channel_id, draft.text, len(draft.attachment_ids)),
            )

        def claim(commit: Commit) -> Commit:
            return replace(commit, claims=(Claim(key=key, answer=answer),))

        try:
            _, commit = await self._sessions.act(session_id, make, enrich=claim)
        except (AlreadyClaimed, Conflict) as error:
            first = error.answer if isinstance(error, AlreadyClaimed) else await self._core.store.claimed(key)
            if first is None:
                raise
            return await self._message(msgspec.json.decode(first, type=MessageId))
        if commit is None:
            raise InvalidInput("There is nothing to send.")
        return commit.messages[0]

    async def _message(self, message_id: MessageId) -> Message:
        found = await self._core.store.message(message_id)
        if found is None:
            raise NotFound("There is no such message.")
        return found[1]

    async def resend(self, agent: Agent, session_id: SessionId, message_id: MessageId) -> Message:
        """Send again a message that failed or is uncertain."""
        await self.session(agent, session_id)
        found = await self._core.store.message(message_id)
        if found is None or found[0] != session_id:
            raise NotFound("There is no such message in this session.")
        command = c.Resend(
            by=actor(agent), message=found[1], push_job=JobId(self._core.ids.new()), force=agent.steers_all
        )
        _, commit = await self._sessions.act(session_id, command)
        return commit.messages[0] if commit else found[1]

    async def transfer(self, agent: Agent, session_id: SessionId, request: TransferRequest) -> Session:
        """Move a session to an agent, a team, whoever has the skills, or a bot."""
        await self.session(agent, session_id)

        def make(session: Session) -> c.Command:
            return self._transfer_command(agent, session, request)

        return (await self._sessions.act(session_id, make))[0]

    def _transfer_command(self, agent: Agent, session: Session, request: TransferRequest) -> c.Command:
        to, by, force = request.to, actor(agent), agent.steers_all
        named = (to.agent_id, to.team_id, to.queue_id, to.skills, to.bot_id)
        if sum(one is not None for one in named) != 1:
            raise InvalidInput("Name exactly one of agent_id, team_id, queue_id, skills and bot_id.")
        if to.agent_id is not None:
            target = self._directory.agent(to.agent_id)
            if target is None or target.disabled or not target.has("agent", "supervisor", "admin"):
                raise InvalidInput("There is no such agent to transfer to.", code="unknown-agent")
            if session.state in ("queued", "offered") and force:
                if target.status == "offline":
                    raise Conflict(
                        Sentence("{name} is offline: give the session to somebody who is there.", name=target.name)
                    )
                return c.Take(agent=actor(target), by=by, note=request.note, force=True)
            return c.TransferToAgent(by=by, to=actor(target), note=request.note, force=force)
        if to.bot_id is not None:
            bot = self._directory.bot(to.bot_id)
            if bot is None:
                raise InvalidInput("There is no such bot to transfer to.", code="unknown-bot")
            return c.TransferToBot(by=by, bot_id=bot.id, bot_name=bot.name, note=request.note, force=force)
        demand, label = self._new_demand(session.demand, to)
        return c.TransferToQueue(
            by=by, demand=demand, label=label, note=request.note, keep_place=request.keep_place, force=force
        )

    def _new_demand(self, present: Demand, to: TransferTo) -> tuple[Demand, dict[str, str]]:
        language = to.language or present.language
        if to.team_id is not None:
            team = self._directory.team(to.team_id)
            if team is None:
                raise InvalidInput("There is no such team to transfer to.", code="unknown-team")
            demand = replace(present, team_id=team.id, skills={}, language=language, relax=(), overflow=())
            return demand, {"kind": "team", "id": team.id, "name": team.name}
        if to.queue_id is not None:
            queue = self._directory.find(Queue, to.queue_id)
            if queue is None and to.queue_id != DEFAULT_QUEUE:
                raise InvalidInput("There is no such queue to transfer to.", code="unknown-queue")
            overflow = queue.overflow if queue else ()
            demand = replace(present, queue=to.queue_id, hours_id=None, language=language, overflow=overflow)
            return demand, {"kind": "queue", "id": to.queue_id, "name": queue.name if queue else ""}
        skills = dict(to.skills or {})
        name = ", ".join(f"{skill} {level}" for skill, level in sorted(skills.items()))
        demand = replace(present, team_id=None, skills=skills, language=language, relax=(), overflow=())
        return demand, {"kind": "skills", "id": "", "name": name}


def actor(agent: Agent) -> Actor:
    """Return the agent as an author."""
    return Actor(kind="agent", id=agent.id, name=agent.name)


def compose(text: str, files: Sequence[Attachment]) -> Content:
    """Return the content that a text with files makes.

    Raises:
        InvalidInput: there is neither text nor file.
    """
    if not files and not text.strip():
        raise InvalidInput("A message needs text or a file.", code="empty-message")
    return with_files(Text(text=text), files)
