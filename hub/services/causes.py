"""What is wrong now and should have an alarm: with sessions, with whole lines, and with the records of queues.

Pure questions to the wait board, the engine and the directory; the watchdog asks them every few seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from hub.model.alarms import AlarmKind, Cause, Subject
from hub.model.ids import QueueId, SessionId
from hub.model.queues import DEFAULT_QUEUE, Queue
from hub.model.timestamps import from_seconds
from hub.model.workspace import BusinessHours
from hub.services.directory import Directory
from hub.services.router_config import every_queue, read_line_name
from hub.services.wait_board import Place, WaitBoard
from hub.services.waiting_list import Watched
from hub.services.waits import Seen
from routing.standing import Unserved

LISTED = 50
"""So many alarms of one kind are about a session each; what is beyond is one alarm about the router."""
_HIDDEN = 50
"""So many at the front of a line may wait for their hours before somebody behind them is looked for."""
_TEAM = "team:"


def about_sessions(board: WaitBoard, wrong: Mapping[AlarmKind, Mapping[SessionId, None]]) -> Iterator[Cause]:
    """Yield a cause for each session with which something is wrong, and one for all that are too many to list."""
    for kind, sessions in wrong.items():
        for session_id in islice(sessions, LISTED):
            yield _about_session(kind, board.seen[session_id])
        if len(sessions) > LISTED:
            subject = Subject(kind="router", id="router")
            yield Cause(kind=kind, subject=subject, parameters={"sessions": len(sessions)})


def _about_session(kind: AlarmKind, seen: Seen) -> Cause:
    parameters: dict[str, str | int | float] = {"since": from_seconds(seen.since or seen.queued_s)}
    if kind == "emergency_overdue" and seen.lane is not None:
        parameters = {"due_at": seen.lane.due_at or "", "rule": seen.lane.rule, "because": seen.lane.because}
    elif kind == "unanswered":
        parameters |= {"agent_id": seen.agent_id or "", "agent_name": seen.agent_name}
    elif kind == "bot_silent":
        parameters |= {"bot_id": seen.bot_id or ""}
    return Cause(kind=kind, subject=Subject(kind="session", id=seen.id, name=seen.customer_name), parameters=parameters)


def about_queues(watched: Watched) -> Iterator[Cause]:
    """Yield what is wrong with whole lines: too long a wait, nobody there, nobody who may."""
    queues = {queue.id: queue for queue in every_queue(watched.directory.queues())}
    is_anybody_there = watched.engine.staff(()).online > 0
    for line in watched.engine.unserved() if is_anybody_there else ():
        queue_id = read_line_name(line.line.queue)[0]
        yield _unserved(queues.get(queue_id, queues[DEFAULT_QUEUE]), line)
    for queue in queues.values():
        first = _first_in_hours(watched, queue.id)
        if first is None:
            continue
        since, session_id = first
        if not is_anybody_there:
            waiting = {"waiting": len(watched.board.queues[queue.id].line)}
            yield Cause(kind="nobody_online", subject=_subject(queue), parameters=waiting)
        if watched.now - since > queue.target_s:
            parameters: dict[str, str | float] = {"target_s": queue.target_s, "session_id": session_id}
            yield Cause(kind="wait_over_target", subject=_subject(queue), parameters=parameters)


def _first_in_hours(watched: Watched, queue_id: QueueId) -> Place | None:
    """Return who has waited longest in a queue, besides those whose hours are over."""
    board = watched.board.queues.get(queue_id)
    for place in islice(board.line if board else (), _HIDDEN):
        standing = watched.engine.standing(place[1])
        if standing is None or standing.reason != "outside_hours":
            return place
    return None


def _unserved(queue: Queue, found: Unserved) -> Cause:
    needs = found.line.skills
    skills = ", ".join(f"{skill} {level}" for skill, level in needs if not skill.startswith(_TEAM))
    team = next((skill.removeprefix(_TEAM) for skill, _ in needs if skill.startswith(_TEAM)), "")
    language = found.line.language or ""
    parameters: dict[str, str | int | float] = {
        "session_id": found.first,
        "sessions": found.sessions,
        "skills": skills,
        "language": language,
        "team_id": team,
    }
    about = "/".join((skills, language, team))
    return Cause(kind="no_eligible_agent", subject=_subject(queue), about=about, parameters=parameters)


def about_hours(directory: Directory) -> Iterator[Cause]:
    """Yield the queues whose hours never open."""
    for queue in every_queue(directory.queues()):
        hours = directory.find(BusinessHours, queue.business_hours_id) if queue.business_hours_id else None
        if hours is not None and not hours.hours and not any(day.hours for day in hours.special_days):
            parameters = {"business_hours_id": hours.id}
            yield Cause(kind="queue_without_hours", subject=_subject(queue), parameters=parameters)


def _subject(queue: Queue) -> Subject:
    return Subject(kind="queue", id=queue.id, name=queue.name)
