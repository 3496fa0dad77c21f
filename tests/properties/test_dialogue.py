"""Properties of the dialogue: whatever customers say and actions answer, a turn ends, says something, stays bounded."""

from __future__ import annotations

from functools import cache

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

import bots
from bots.actions.requests import ActionOutcome
from bots.dialogue import Dialogue
from bots.dialogue.memory import Memory
from bots.nlu.emotion import LEVELS, Emotion
from bots.nlu.entities import Entity
from bots.nlu.understanding import FALLBACK, Understanding
from hub.ports.understanding import BotAnswer, Turn
from hub.testing.understanding_contract import MAX_CONTENTS, MAX_MEMORY, first_turn, next_turn

_FILES = {
    "domain.yml": """
intents: [a, b, c, yes, no, restart, back]
entities: [x, y]
slots:
  x: {type: text, mappings: [{type: from_entity, entity: x}]}
  y: {type: list, mappings: [{type: from_entity, entity: y}]}
  z: {type: bool, mappings: [{type: from_intent, intent: yes, value: true}, {type: custom, action: action_fill}]}
  words: {type: text, mappings: [{type: from_text, conditions: [{active_loop: form_one, requested_slot: words}]}]}
forms:
  form_one: {required_slots: [x, words], ignored_intents: [c]}
  form_two: {required_slots: [y, z]}
actions: [action_one, action_two, action_fill, validate_form_one, action_ask_z, action_session_start,
  action_validate_slot_mappings]
session_config: {session_expiration_time: 5, carry_over_slots_to_new_session: false}
responses:
  utter_disclosure: [{text: I am a bot.}]
  utter_a: [{text: "a {x}"}, {text: aa, condition: [{type: slot, name: z, value: true}]}]
  utter_b: [{text: b, buttons: [{title: "Yes {x}", payload: /yes}, {title: "No", payload: '/no{"x": "{x}"}'}]}]
  utter_ask_x: [{text: x?}]
  utter_ask_words: [{text: words?}]
  utter_ask_y: [{text: y?}]
""",
    "rules.yml": """
rules:
- rule: one
  steps: [{intent: a}, {action: utter_a}, {action: action_one}]
- rule: opens one
  condition: [{active_loop: null}]
  steps: [{intent: b}, {action: form_one}, {active_loop: form_one}]
- rule: one is full
  condition: [{active_loop: form_one}]
  steps: [{action: form_one}, {active_loop: null}, {action: action_two}]
- rule: leaves
  condition: [{active_loop: form_two}]
  steps: [{intent: no}, {action: action_deactivate_loop}, {active_loop: null}, {action: utter_b}]
- rule: two stages
  steps: [{intent: nlu_fallback}, {action: action_two_stage_fallback}, {active_loop: action_two_stage_fallback}]
""",
    "stories.yml": """
stories:
- story: switch
  steps: [{intent: b}, {action: form_one}, {active_loop: form_one},
    {or: [{intent: c}, {intent: no}]}, {action: utter_b},
    {slot_was_set: [{z: true}]}, {intent: yes}, {action: form_two}, {active_loop: form_two}, {active_loop: null},
    {action: utter_a}, {checkpoint: end}]
- story: circle
  steps: [{checkpoint: end}, {intent: c}, {action: action_two}, {checkpoint: end}]
""",
}
_INTENTS = ("a", "b", "c", "yes", "no", "restart", "back", "out_of_scope", FALLBACK, "strange", "faq/x")
_NAMES = (
    "x",
    "y",
    "z",
    "words",
    "requested_slot",
    "unknown",
    "form_one",
    "form_two",
    "action_one",
    "action_two",
    "n" * 300,
)

_values = st.sampled_from([None, True, 0, 1.5, "", "word", "w" * 5_000, [], ["a"], {"k": [1]}, ["v" * 300] * 300])
_events = st.fixed_dictionaries(
    {
        "event": st.sampled_from(
            [
                "slot", "slot", "slot", "followup", "active_loop", "form", "reset_slots", "restart", "rewind", "undo",
                "pause", "resume", "user", "bot", "action", "loop_interrupted", "action_execution_rejected",
                "session_started", "session_ended", "reminder", "unheard of",
            ]
        ),
    },
    optional={
        "name": st.sampled_from(_NAMES) | st.none() | st.integers(),
        "value": _values,
        "text": st.text(max_size=20) | st.none(),
        "is_interrupted": st.booleans(),
        "parse_data": st.sampled_from([None, {"intent": 1}, {"intent": {"name": "b"}, "entities": [{"entity": "x"}]}]),
    },
)  # fmt: skip
_responses = st.fixed_dictionaries(
    {},
    optional={
        "text": st.sampled_from(["said", "", "t" * 20_000]) | st.none(),
        "response": st.sampled_from(["utter_b", "utter_a", "utter_none"]),
        "buttons": st.sampled_from([None, [], [{"title": "T", "payload": "p" * 9_000}] * 30, [1], "x"]),
        "image": st.sampled_from([None, "https://example.com/a.png", 7]),
        "custom": st.sampled_from([None, {"text": "c"}, [1], "x"]),
    },
)
_outcomes = st.builds(
    ActionOutcome,
    status=st.sampled_from(["done", "done", "done", "done", "rejected", "unknown", "failed"]),
    events=st.lists(_events, max_size=4),
    responses=st.lists(_responses, max_size=3),
)


@cache
def _dialogue() -> Dialogue:
    return Dialogue(bots.IntentEngine(bots.read_files(_FILES)).project)


@st.composite
def _understood(draw: st.DrawFn) -> Understanding:
    intent = draw(st.sampled_from(_INTENTS))
    entities = tuple(
        Entity(name=name, value="value", start=0, end=0, extractor="")
        for name in draw(st.lists(st.sampled_from(["x", "y", "other"]), max_size=3))
    )
    ranking = () if draw(st.integers(0, 9)) == 0 else ((intent, 0.7), ("a", 0.2))
    is_fallback = intent == FALLBACK or not ranking
    text = draw(st.sampled_from(["", "word", "1", "2", "w" * 9_000]))
    level = draw(st.sampled_from((*LEVELS[:1] * 20, *LEVELS)))
    emotion = Emotion(level=level, score=0.0)
    return Understanding(text=text, ranking=ranking, is_fallback=is_fallback, entities=entities, emotion=emotion)


def _work_out(turn: Turn, understood: Understanding, outcomes: list[ActionOutcome]) -> BotAnswer:
    """Work a turn out with these outcomes, over and over; count that it ends."""
    dialogue = _dialogue()
    steps = dialogue.work_out(dialogue.begin(turn, understood))
    try:
        next(steps)
        for number in range(200):
            steps.send(outcomes[number % len(outcomes)])
    except StopIteration as end:
        answer: BotAnswer = end.value
        return answer
    raise AssertionError("the turn does not end")


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_every_turn_ends_says_something_and_stays_bounded(data: st.DataObject) -> None:
    turn = first_turn("hello")
    for step in range(data.draw(st.integers(1, 8))):
        understood = data.draw(_understood())
        outcomes = data.draw(st.lists(_outcomes, min_size=1, max_size=3))
        answer = _work_out(turn, understood, outcomes)

        assert answer.contents or answer.handoff is not None
        assert len(answer.contents) <= MAX_CONTENTS
        written = msgspec.json.encode(answer.memory)
        assert len(written) <= MAX_MEMORY
        assert msgspec.json.decode(written) == dict(answer.memory)
        assert Memory.load(answer.memory).dump() == dict(answer.memory), "memory is read as it was written"
        assert all(isinstance(value, str) for value in answer.slots.values())
        assert _work_out(turn, understood, outcomes) == answer, "the same turn gets the same answer"
        turn = next_turn(turn, answer, f"text {step}")
