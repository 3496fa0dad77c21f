"""Routing rules: IF a message is like this THEN its session goes there, in an order, tried out before they matter."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from hub.api.access import ADMIN, LEADERS, READ_ALL
from hub.api.call import Call, Listing, Nothing, Paging, listing
from hub.api.decoding import refuse
from hub.api.patches import patched
from hub.api.rest.names import keep_unique, must_exist
from hub.api.routes import Routes
from hub.errors import Conflict, InvalidInput, NotFound, VersionConflict
from hub.model.commit import Record
from hub.model.content import MAX_TEXT, Text
from hub.model.customer import Level
from hub.model.ids import BotId, ChannelId, QueueId, RuleId, TeamId
from hub.model.queues import DEFAULT_QUEUE, Feeling, Lane, RoutingRule, RuleThen, RuleWhen
from hub.model.sentences import Sentence
from hub.model.timestamps import Timestamp, normalise
from hub.model.word_search import plain
from hub.services import Services
from hub.services.default_rules import add_usual_rules
from hub.services.zones import load_zones

routes = Routes("routing-rules")
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Words = Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
Short = Annotated[str, msgspec.Meta(max_length=100)]
_MOST = 500


class RuleDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new rule; it speaks after those that are there."""

    name: Name
    enabled: bool = True
    when: RuleWhen = RuleWhen()
    then: RuleThen = RuleThen()


class RulePatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of a rule; `when` and `then` as a whole.

    With the `version` that was seen, the change is refused (409 `changed`) where somebody else was first.
    """

    version: int | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    when: RuleWhen | UnsetType = UNSET
    then: RuleThen | UnsetType = UNSET


class RuleOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All rules in the order in which they shall speak.

    With the order that was seen (`before`), the new one is refused (409 `changed`) where somebody else was first.
    """

    ids: Annotated[tuple[RuleId, ...], msgspec.Meta(max_length=_MOST)]
    before: Annotated[tuple[RuleId, ...], msgspec.Meta(max_length=_MOST)] | UnsetType = UNSET


class Trial(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A message that nobody wrote. `session_started`: it comes later in a session; `feeling` instead of reading it."""

    channel_id: ChannelId
    text: Words = ""
    language: Short | None = None
    level: Level = "normal"
    feeling: Feeling | None = None
    at: Short | None = None
    session_started: bool = False


class TrialChoice(msgspec.Struct, frozen=True, kw_only=True):
    """Where the message would lead, with what the channel says where the rules say nothing.

    Later in a session, `first` is null unless a person would take over from a bot.
    """

    first: Literal["bot", "person"] | None
    bot_id: BotId | None
    queue_id: QueueId
    team_id: TeamId | None
    language: str | None
    skills: dict[str, int]
    priority: int
    lane: Lane


class MatchedRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that held: the parts that it was the first to say, and the words or the mood that met it."""

    rule_id: RuleId
    name: str
    said: tuple[str, ...]
    because: str


class TrialAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules make of the message."""

    feeling: Feeling | None
    feeling_words: tuple[str, ...]
    hours: Literal["open", "closed", "always"]
    choice: TrialChoice
    matched: tuple[MatchedRule, ...]


@routes.on("GET", "/routing-rules", access=READ_ALL)
async def list_routing_rules(call: Call[Nothing, Paging]) -> Listing[RoutingRule]:
    """List the rules in the order in which they speak."""
    return listing(call.services.directory.routing_rules(), call.query)


@routes.on("POST", "/routing-rules", access=ADMIN, status=201)
async def create_routing_rule(call: Call[RuleDraft, Nothing]) -> RoutingRule:
    """Add a rule after the others."""
    draft, services = call.body, call.services
    rules = services.directory.routing_rules()
    keep_unique(rules, draft.name)
    if len(rules) >= _MOST:
        raise InvalidInput(Sentence("There are {most} rules already: remove some first.", most=_MOST))
    _check(services, draft.when, draft.then)
    rule = RoutingRule(
        id=RuleId(services.core.ids.new()),
        name=draft.name,
        position=max((one.position for one in rules), default=-1) + 1,
        enabled=draft.enabled,
        when=draft.when,
        then=draft.then,
    )
    return await services.records.create(rule)


@routes.on("PATCH", "/routing-rules/{id}", access=ADMIN)
async def change_routing_rule(call: Call[RulePatch, Nothing]) -> RoutingRule:
    """Change a rule."""
    patch, services = call.body, call.services
    must_exist(services.directory.find(RoutingRule, call.id))
    keep_unique(services.directory.routing_rules(), patch.name, besides=call.id)
    _check(
        services,
        RuleWhen() if isinstance(patch.when, UnsetType) else patch.when,
        RuleThen() if isinstance(patch.then, UnsetType) else patch.then,
    )

    def changed(present: RoutingRule) -> RoutingRule:
        if patch.version not in (UNSET, present.version):
            raise _changed()
        return patched(present, patch)

    return await services.records.update(RoutingRule, call.id, changed)


@routes.on("DELETE", "/routing-rules/{id}", access=ADMIN)
async def remove_routing_rule(call: Call[Nothing, Nothing]) -> None:
    """Remove a rule."""
    await call.services.records.remove("routing_rule", call.id)


@routes.on("PUT", "/routing-rules/order", access=ADMIN)
async def order_routing_rules(call: Call[RuleOrder, Nothing]) -> Listing[RoutingRule]:
    """Put the rules in another order, all at once or not at all; every rule is named once."""
    services, wanted = call.services, call.body.ids
    rules = {rule.id: rule for rule in services.directory.routing_rules()}
    if call.body.before not in (UNSET, tuple(rules)):
        raise _changed()
    if sorted(wanted) != sorted(rules):
        raise refuse("ids", "Name every rule once; somebody else may have added or removed one.")
    moved = [(place, rules[one]) for place, one in enumerate(wanted) if rules[one].position != place]
    if moved:
        try:
            await services.records.put_together([_placed(place, rule) for place, rule in moved])
        except VersionConflict:
            raise _changed() from None
    return Listing(items=tuple(services.directory.routing_rules()))


def _placed(position: int, rule: RoutingRule) -> Record:
    placed = replace(rule, position=position, version=rule.version + 1)
    data = msgspec.Raw(msgspec.json.encode(placed))
    return Record(kind="routing_rule", id=rule.id, version=placed.version, data=data)


def _changed() -> Conflict:
    return Conflict("Somebody else has changed it meanwhile: load it anew.", code="changed")


@routes.on("POST", "/routing-rules/defaults", access=ADMIN)
async def add_usual_routing_rules(call: Call[Nothing, Nothing]) -> Listing[RoutingRule]:
    """Add the usual rules that are missing: emergencies, personal data, threats; return all rules."""
    return Listing(items=tuple(await add_usual_rules(call.services.records, call.services.directory)))


@routes.on("POST", "/routing-rules/try", access=LEADERS)
async def try_routing_rules(call: Call[Trial, Nothing]) -> TrialAnswer:
    """Tell what the rules make of a message, and why; nothing is kept."""
    trial, services = call.body, call.services
    channel = services.directory.channel(trial.channel_id)
    if channel is None:
        raise NotFound("There is no such channel.")
    now = _moment(trial.at) if trial.at else services.core.clock.now()
    triage = services.triage
    await load_zones(services.directory)
    verdict = await triage.judge(
        channel,
        Text(text=trial.text),
        language=trial.language or channel.routing.language,
        level=trial.level,
        now=now,
        is_start=not trial.session_started,
        feeling=trial.feeling,
    )
    choice = verdict.choice
    outcome = triage.outcome(channel, verdict)
    is_open = triage.is_open(channel, now)
    return TrialAnswer(
        feeling=verdict.facts.feeling,
        feeling_words=verdict.facts.feeling_words,
        hours="always" if is_open is None else "open" if is_open else "closed",
        choice=TrialChoice(
            first=outcome.first,
            bot_id=outcome.bot.id if outcome.bot else None,
            queue_id=outcome.demand.queue,
            team_id=TeamId(outcome.demand.team_id) if outcome.demand.team_id else None,
            language=outcome.demand.language,
            skills=dict(outcome.demand.skills),
            priority=outcome.demand.priority,
            lane=choice.lane or "normal",
        ),
        matched=tuple(
            MatchedRule(rule_id=one.rule.id, name=one.rule.name, said=one.said, because=one.because)
            for one in choice.matched
        ),
    )


def _moment(text: str) -> Timestamp:
    try:
        return normalise(text)
    except ValueError as error:
        raise refuse("at", "Give a time with its zone, like 2026-11-22T08:00:00Z.") from error


def _check(services: Services, when: RuleWhen, then: RuleThen) -> None:
    """Refuse what names things that are not there, and words that no message can have."""
    directory = services.directory
    faults: list[InvalidInput] = []
    for index, word in enumerate(when.words):
        if not plain(word):
            faults.append(refuse(f"when.words[{index}]", "Give a word."))
    if any(directory.channel(one) is None for one in when.channel_ids):
        faults.append(refuse("when.channel_ids", "There is no such channel."))
    if then.bot_id is not None and directory.bot(then.bot_id) is None:
        faults.append(refuse("then.bot_id", "There is no such bot."))
    if then.team_id is not None and directory.team(then.team_id) is None:
        faults.append(refuse("then.team_id", "There is no such team."))
    if then.queue_id not in (None, DEFAULT_QUEUE, *(queue.id for queue in directory.queues())):
        faults.append(refuse("then.queue_id", "There is no such queue."))
    if faults:
        raise InvalidInput(faults[0].detail, faults=[fault for error in faults for fault in error.faults])
