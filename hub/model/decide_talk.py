"""What is said: the customer's messages, the bot's turns, the agent's answers, and how far each of them got."""

from __future__ import annotations

from msgspec.structs import replace

from hub.errors import Conflict
from hub.model import commands as c
from hub.model.commit import Job
from hub.model.content import preview
from hub.model.decide_files import ask_for_files, until_fetched
from hub.model.decide_reach import automatic_within_hour, close_window, count_automatic, renewed, spend
from hub.model.draft import Draft, refuse
from hub.model.ids import JobId, SessionId
from hub.model.lanes import hear_rules
from hub.model.phones import find_phone
from hub.model.session import NOBODY, Context, Handoff, Holder, IntentScore, Rating, Session
from hub.model.timeline import SYSTEM, Actor, Delivery, Message, advance
from hub.model.timestamps import Timestamp, shift

LAST_QUESTIONS = 3
"""How many of the customer's newest questions a handoff shows: enough to see the matter at a glance."""
OVERFLOW = "overflow"
"""The name of the timer that opens a waiting session to others."""
LAST_INTENTS = 5
"""How many different intents a handoff shows; more would be a log, not a summary."""


def open_session(command: c.Open, now: Timestamp) -> Draft:
    """Start a session with its first message."""
    first = command.first
    is_for_people = first.is_automatic or first.mark is not None or bool(first.wants_person)
    bot_id = None if is_for_people else command.bot_id
    holder = Holder(kind="bot", id=bot_id, name=command.bot_name) if bot_id else NOBODY
    session = Session(
        id=command.session_id,
        version=1,
        customer_id=command.customer_id,
        customer_name=command.customer_name,
        customer_level=command.customer_level,
        customer_language=command.customer_language,
        state="bot" if bot_id else "queued",
        holder=holder,
        demand=command.demand,
        bot_id=bot_id,
        created_at=now,
        routes={first.channel_id: first.route},
        reply_channel_id=first.channel_id,
        sticky_agent_id=command.sticky_agent_id,
        sticky_at=command.sticky_at,
    )
    draft = Draft(session, now, is_new=True)
    draft.tell("session.created")
    if bot_id and command.idle_job and command.idle_at:
        draft.ask(timer(session.id, command.idle_job, "session.idle", command.idle_at))
    receive(draft, first)
    if command.is_filed:
        _file(draft)
    elif not bot_id:
        enter_queue(draft, SYSTEM)
    return draft


def _file(draft: Draft) -> None:
    """Close the session as it is opened: a machine wrote, and nobody waits for an answer."""
    draft.move("closed")
    draft.set(closed_at=draft.now, unread=0)
    draft.record("closed", SYSTEM, reason="automatic")
    draft.tell("session.closed")


def receive(draft: Draft, command: c.Receive) -> bool:
    """Take in a customer's message; ask the bot for a turn while it has the floor."""
    session = draft.session
    if command.channel_id not in session.routes:
        draft.record("channel_joined", command.author, channel_id=command.channel_id)
    seq = draft.next_seq()
    content = until_fetched(command.content, command.files)
    draft.say(
        Message(
            seq=seq,
            at=draft.now,
            id=command.message_id,
            direction="in",
            author=command.author,
            channel_id=command.channel_id,
            content=content,
            delivery=Delivery(state="delivered"),
            client_id=command.client_id,
            in_reply_to=command.in_reply_to,
            feeling=command.feeling,
        )
    )
    draft.set(
        routes={**session.routes, command.channel_id: renewed(session.routes.get(command.channel_id), command.route)},
        reply_channel_id=command.channel_id,
        last_customer_seq=seq,
        unread=session.unread + 1,
        bot_streak=0,
    )
    ask_for_files(draft, command)
    _note_number(draft, command)
    why = hear_rules(draft, command)
    if session.state == "bot" and not command.is_automatic:
        asked = (*session.context.questions, preview(content))[-LAST_QUESTIONS:]
        draft.set(bot_asked_seq=seq, context=replace(session.context, questions=asked))
        if why:
            hand_off(draft, SYSTEM, why, "")
            return True
        job = _job(draft, command.bot_job, "bot_turn", seq)
        # The names that stand in for files are no words of the customer.
        draft.ask(job if command.content.text else replace(job, payload={"wordless": 1}))
    elif session.state == "wrap_up":
        draft.move("active", session.holder)
    return True


def _note_number(draft: Draft, command: c.Receive) -> None:
    """Note the number of a customer who was asked for one, since nobody is there."""
    offline = draft.session.offline
    if offline is None or offline.action != "callback" or offline.contact:
        return
    if number := find_phone(command.content.text):
        draft.set(offline=replace(offline, contact=number))
        draft.record("callback", command.author, contact=number, wish="")


def bot_say(draft: Draft, command: c.BotSay) -> bool:
    """Carry out the bot's turn, once: a second answer to the same message is dropped."""
    if command.asked_seq <= draft.session.bot_done_seq:
        return False
    if _is_too_much(draft, command):
        draft.set(bot_done_seq=command.asked_seq, context=_learn(draft.session.context, command))
        hand_off(draft, command.author, "automatic_limit", command.handoff_summary)
        return True
    draft.set(
        bot_done_seq=command.asked_seq,
        bot_memory=command.memory,
        context=_learn(draft.session.context, command),
        bot_streak=draft.session.bot_streak + len(command.contents),
        unread=0,
    )
    jobs: tuple[JobId | None, ...] = command.push_jobs or (None,) * len(command.contents)
    for message_id, content, job in zip(command.message_ids, command.contents, jobs, strict=True):
        seq = draft.next_seq()
        draft.say(
            Message(
                seq=seq,
                at=draft.now,
                id=message_id,
                direction="out",
                author=command.author,
                channel_id=draft.session.reply_channel_id,
                content=content,
                delivery=Delivery(state="queued" if job else "sent"),
            )
        )
        if job:
            draft.ask(_job(draft, job, "push", seq))
    _count_answers(draft, command)
    if command.handoff_reason:
        hand_off(draft, command.author, command.handoff_reason, command.handoff_summary)
    return True


def _is_too_much(draft: Draft, command: c.BotSay) -> bool:
    """Tell whether the answers would be more than the channel allows machines in an hour (channels.md 3.5)."""
    channel_id = draft.session.reply_channel_id
    if not command.automatic_per_hour or not command.contents or channel_id is None:
        return False
    already = automatic_within_hour(draft.session.routes.get(channel_id), draft.now)
    return len(already) + len(command.contents) > command.automatic_per_hour


def _count_answers(draft: Draft, command: c.BotSay) -> None:
    channel_id = draft.session.reply_channel_id
    if not command.contents or channel_id is None:
        return
    spend(draft, channel_id, max(command.parts, len(command.contents)))
    if command.automatic_per_hour:
        count_automatic(draft, channel_id, len(command.contents))


def _learn(context: Context, command: c.BotSay) -> Context:
    best: dict[str, IntentScore] = {intent.name: intent for intent in context.intents}
    best.update({intent.name: intent for intent in command.intents})
    return replace(
        context,
        intents=tuple(best.values())[-LAST_INTENTS:],
        slots={**context.slots, **command.slots},
    )


def ask_person(draft: Draft, command: c.AskPerson) -> bool:
    """Queue the session for a person; asking again while waiting or served changes nothing."""
    if draft.session.state != "bot":
        return False
    hand_off(draft, command.actor, command.reason, command.summary)
    return True


def hand_off(draft: Draft, actor: Actor, reason: str, summary: str) -> None:
    """Let the bot give the session to people, with all it has learned."""
    session = draft.session
    handoff = Handoff(
        reason=reason,
        intents=session.context.intents,
        slots=session.context.slots,
        last_questions=session.context.questions,
        summary=summary,
    )
    draft.set(handoff=handoff, summary=summary or session.summary, unread=max(1, session.unread))
    draft.record("handoff", actor, reason=reason, summary=summary)
    enter_queue(draft, actor)


def enter_queue(draft: Draft, actor: Actor) -> None:
    """Put the session in the queue: at its old place when it had one, else at the end."""
    draft.move("queued")
    draft.set(queued_at=draft.session.queued_at or draft.now)
    draft.record("queued", actor, priority=draft.session.demand.priority)
    draft.tell("session.queued")
    ask_for_overflow(draft)


def ask_for_overflow(draft: Draft) -> None:
    """Ask for the next time at which the session is opened to others, if its queue has such steps."""
    session = draft.session
    if session.queued_at is None or not session.demand.overflow:
        return
    due_at = shift(session.queued_at, min(step.after_s for step in session.demand.overflow))
    draft.ask(timer(session.id, JobId(f"overflow/{session.id}/{session.version}"), OVERFLOW, due_at))


def say(draft: Draft, command: c.Say) -> bool:
    """Let the holder answer, or anybody with access leave a private note."""
    session = draft.session
    if not command.note:
        _check_floor(session, command)
    seq = draft.next_seq()
    channel_id = None if command.note else (command.channel_id or session.reply_channel_id)
    draft.say(
        Message(
            seq=seq,
            at=draft.now,
            id=command.message_id,
            direction="out",
            author=command.agent,
            channel_id=channel_id,
            content=command.content,
            note=command.note,
            delivery=Delivery(state="queued" if command.push_job else "sent"),
            client_id=command.client_id,
            in_reply_to=command.in_reply_to,
        )
    )
    if command.note:
        return True
    draft.set(first_response_at=session.first_response_at or draft.now, unread=0, read_seq=seq)
    if command.push_job:
        draft.ask(_job(draft, command.push_job, "push", seq))
        spend(draft, channel_id, command.parts)
    return True


def _check_floor(session: Session, command: c.Say) -> None:
    if session.state != "active" or session.holder.id != command.agent.id:
        raise refuse(session, "Only the agent who holds the session can answer the customer.")
    if command.channel_id is not None and command.channel_id not in session.routes:
        raise refuse(session, "The customer is not known on this channel.", code="no-route")
    if command.seen_seq is not None and command.seen_seq < session.last_customer_seq and not command.force:
        raise Conflict(
            "The customer has written since: read it, then send again with force.",
            code="thread-changed",
            extra={"last_customer_seq": session.last_customer_seq, "last_seq": session.last_seq},
        )


def mark_read(draft: Draft, command: c.MarkRead) -> bool:
    """Note how far the holder or the customer has read."""
    session = draft.session
    if command.actor.kind == "customer":
        seq = min(command.seq or 0, session.last_seq)
        if seq <= session.customer_read_seq:
            return False
        draft.set(customer_read_seq=seq)
        for message in command.messages:
            draft.revise(replace(message, delivery=advance(message.delivery, Delivery(state="read"))))
        return True
    seq = session.last_seq if command.seq is None else min(command.seq, session.last_seq)
    if session.holder.id != command.actor.id or (session.unread <= command.unread and session.read_seq >= seq):
        return False
    draft.set(unread=min(session.unread, command.unread), read_seq=max(session.read_seq, seq))
    return True


def report(draft: Draft, command: c.Report) -> bool:
    """Note news of a delivery; news that is older than what we know changes nothing."""
    delivery = advance(command.message.delivery, command.delivery)
    if command.done_job:
        draft.finish(command.done_job)
    if delivery == command.message.delivery:
        return command.done_job is not None
    draft.revise(replace(command.message, delivery=delivery))
    close_window(draft, command.message, delivery)
    return True


def resend(draft: Draft, command: c.Resend) -> bool:
    """Send again what failed or is uncertain, because a person says so."""
    if command.message.delivery.state not in ("failed", "uncertain"):
        raise refuse(draft.session, "Only a message that failed or is uncertain can be sent again.")
    if draft.session.holder.id != command.by.id and not command.force:
        raise refuse(draft.session, "Only the agent who holds the session can send a message again.")
    draft.revise(replace(command.message, delivery=Delivery(state="queued")))
    draft.ask(replace(_job(draft, command.push_job, "push", command.message.seq), payload={"again": 1}))
    return True


def rate(draft: Draft, command: c.Rate) -> bool:
    """Keep the customer's rating; a second one replaces the first."""
    rating = Rating(score=command.score, comment=command.comment, at=draft.now)
    draft.set(rating=rating)
    draft.record("rated", command.customer, score=command.score, comment=command.comment)
    return True


def timer(session_id: SessionId, job_id: JobId, name: str, due_at: Timestamp) -> Job:
    """Return a timer of the session; each kind of timer is a group of its own, so that none holds back another."""
    return Job(
        id=job_id, kind="timer", group=f"{session_id}/{name}", seq=0, due_at=due_at, session_id=session_id, name=name
    )


def push_job(draft: Draft, job_id: JobId, seq: int) -> Job:
    """Return the work of handing a message to its channel's provider."""
    return _job(draft, job_id, "push", seq)


def _job(draft: Draft, job_id: JobId, kind: str, seq: int) -> Job:
    return Job(
        id=job_id,
        kind="push" if kind == "push" else "bot_turn",
        group=draft.session.id,
        seq=seq,
        due_at=draft.now,
        session_id=draft.session.id,
    )
