"""The draft of a commit: collects what one command changes on a session. Used by `decide` and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from hub.errors import Conflict
from hub.model.commit import Commit, EventTag, EventType, Job, session_key
from hub.model.content import preview, type_name
from hub.model.ids import JobId
from hub.model.session import HOLDER_OF, NOBODY, Holder, LastMessage, Session, State
from hub.model.timeline import Activity, ActivityKind, Actor, Message
from hub.model.timestamps import Timestamp


class Draft:
    """Changes to one session, in the order they are made; `commit` gives them as one value."""

    def __init__(self, session: Session, now: Timestamp, *, is_new: bool = False) -> None:
        """Start from the session as it stands, or from a blank one that does not exist yet."""
        self.now = now
        self.session = session if is_new else replace(session, version=session.version + 1)
        self._before = () if is_new else session.concerned
        self._messages: list[Message] = []
        self._activities: list[Activity] = []
        self._told: list[EventTag] = []
        self._jobs: list[Job] = []
        self._done: list[JobId] = []

    def set(self, **changes: object) -> None:
        """Change fields of the session."""
        self.session = replace(self.session, **changes)

    def move(self, state: State, holder: Holder = NOBODY) -> None:
        """Change state and holder together, so that they always agree."""
        if HOLDER_OF[state] != holder.kind:
            raise ValueError(f"a session in state {state} is not held by {holder.kind}")
        offer = self.session.offer if state in ("offered", "active") else None
        offline = self.session.offline if state == "queued" else None
        told = self.session.told if state in ("queued", "offered") else None
        transfer = self.session.transfer if offer else None
        self.set(state=state, holder=holder, offer=offer, transfer=transfer, offline=offline, told=told)

    def next_seq(self) -> int:
        """Take the next number of the timeline."""
        self.set(last_seq=self.session.last_seq + 1)
        return self.session.last_seq

    def say(self, message: Message) -> None:
        """Add a message to the timeline and show it as the newest, unless it is a private note."""
        self._messages.append(message)
        self._told.append(EventTag(type="message.created", seq=message.seq))
        if message.note:
            return
        self.set(last_message_at=self.now, last_message=_short(message), last_message_id=message.id)

    def revise(self, message: Message) -> None:
        """Put a changed message in the place of the one with its number."""
        self._messages.append(message)
        self._told.append(EventTag(type="message.updated", seq=message.seq))
        if message.id == self.session.last_message_id:
            self.set(last_message=_short(message))

    def record(self, kind: ActivityKind, actor: Actor, **data: str | int | Mapping[str, str] | None) -> None:
        """Add something that was done to the timeline."""
        self._activities.append(Activity(kind=kind, seq=self.next_seq(), at=self.now, actor=actor, data=data))
        self._told.append(EventTag(type="activity.created", seq=self.session.last_seq))

    def tell(self, event: EventType) -> None:
        """Announce a change of the session itself."""
        self._told.append(EventTag(type=event))

    def ask(self, job: Job) -> None:
        """Ask for durable work."""
        self._jobs.append(job)

    def finish(self, job_id: JobId) -> None:
        """End durable work that was asked for earlier."""
        self._done.append(job_id)

    def commit(self, *, epoch: int | None = None) -> Commit:
        """Return the whole change as one commit."""
        told = [tag for tag in self._told if tag.type.startswith("session.")]
        about = [tag for tag in self._told if not tag.type.startswith("session.")]
        if not told:
            told = [EventTag(type="session.updated")]
        session = self.session
        return Commit(
            at=self.now,
            keys=(session_key(session.id, session.version),),
            session=session,
            messages=tuple(self._messages),
            activities=tuple(self._activities),
            events=(*told, *about),
            audience=tuple(dict.fromkeys((*self._before, *session.concerned))),
            jobs=tuple(self._jobs),
            done=tuple(self._done),
            epoch=epoch,
        )


def _short(message: Message) -> LastMessage:
    return LastMessage(
        text=preview(message.content),
        author_kind=message.author.kind,
        at=message.at,
        type=type_name(message.content),
    )


def refuse(session: Session, detail: str, *, code: str | None = None) -> Conflict:
    """Return the refusal of an act, with the state and who holds the session."""
    holder = {"kind": session.holder.kind, "id": session.holder.id, "name": session.holder.name}
    return Conflict(detail, code=code, extra={"state": session.state, "holder": holder})
