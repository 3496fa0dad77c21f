"""What the bot does when it does not know: the ladder to a person, and Rasa's two-stage fallback.

The ladder: once more with suggestions; then the offer of a person; then a person. The two-stage fallback asks "did you
mean …?" first, then for other words, once each; what is clarified is answered as if it had been said at once.
"""

from __future__ import annotations

from bots.actions.requests import Steps
from bots.dialogue.context import Context
from bots.dialogue.forms import ask
from bots.dialogue.memory import LISTEN, TWO_STAGE
from bots.nlu.understanding import FALLBACK
from bots.training.dataset import Button

ASK_AFFIRMATION = "action_default_ask_affirmation"
ASK_REPHRASE = "action_default_ask_rephrase"

_DENIED = "out_of_scope"
_GUESSES = 3
_GUESS_FROM = 0.1
"""Least confidence of a guess worth showing; the first topics of the training files fill up what is left."""
_WORDS = {"zh": ("是的", "不是"), "en": ("Yes", "No")}


def miss(context: Context) -> Steps[None]:
    """Take the next step of the ladder to a person; the turn is over then."""
    memory = context.memory
    memory.misses += 1
    if memory.misses == 1 and memory.form in context.domain.forms and memory.requested_slot is not None:
        yield from ask(context, memory.form or "", memory.requested_slot)
    elif memory.misses == 1:
        context.say(
            "utter_default" if context.speaker.knows("utter_default") else "utter_rephrase", more=guesses(context)
        )
    elif memory.misses == 2:
        context.say("utter_offer_person")
        context.offers_person = True
    else:
        context.say("utter_not_understood")
        context.hand_over("not_understood")
    context.forget_turn()


def guesses(context: Context) -> list[Button]:
    """Return the likeliest intents that have a name for people, as choices; a single odd guess is never all."""
    labels = context.labels()
    ranking = context.understood.ranking
    likely = [intent for intent, share in ranking if intent in labels and share >= _GUESS_FROM]
    offered = list(dict.fromkeys([*likely, *labels]))
    return [Button(title=labels[intent], payload=f"/{intent}") for intent in offered[:_GUESSES]]


def ask_affirmation(context: Context) -> None:
    """Ask whether the likeliest intent was meant, with yes and no to choose from."""
    ranking = [intent for intent, _ in context.understood.ranking if intent != FALLBACK]
    labels = context.labels()
    intent = next((name for name in ranking if name in labels), ranking[0] if ranking else "")
    if not intent:
        ask_rephrase(context)
        return
    yes, no = _WORDS[context.language]
    buttons = [Button(title=yes, payload=f"/{intent}"), Button(title=no, payload=f"/{_DENIED}")]
    context.say("utter_ask_affirmation", {"intent": labels.get(intent, intent)}, buttons)


def ask_rephrase(context: Context) -> None:
    """Ask for other words."""
    context.say("utter_ask_rephrase" if context.speaker.knows("utter_ask_rephrase") else "utter_rephrase")


def two_stage(context: Context) -> Steps[None]:
    """Go one step through the two stages: ask, ask again, or end clarified or given up."""
    memory = context.memory
    intent = memory.said.intent
    memory.clarified = [*(memory.clarified if memory.form == TWO_STAGE else ()), intent][-4:]
    heard = memory.clarified
    given_up = heard[-2:] == [FALLBACK, FALLBACK] or heard[-3:] == [_DENIED, FALLBACK, _DENIED]
    if intent not in (FALLBACK, _DENIED):
        _clarified(context)
    elif given_up:
        context.record(TWO_STAGE, by_rule=True)
        _leave(context)
        memory.misses = max(memory.misses, 1)
        yield from miss(context)
    else:
        context.record(TWO_STAGE, by_rule=True)
        if memory.form is not None and memory.form != TWO_STAGE:
            memory.below = (memory.form, memory.requested_slot)
        memory.form, memory.requested_slot = TWO_STAGE, None
        if intent == FALLBACK:
            ask_affirmation(context)
        else:
            ask_rephrase(context)


def _leave(context: Context) -> None:
    """Leave the two stages, back to the form that waits below them."""
    memory = context.memory
    below = memory.below
    memory.clarified = []
    memory.leave_form()
    if below is not None:
        memory.form, memory.requested_slot = below


def _clarified(context: Context) -> None:
    """Leave the two stages and go on as if this message had been the first."""
    memory = context.memory
    _leave(context)
    while memory.history and memory.history[-1].said.intent in (FALLBACK, _DENIED):
        memory.history.pop()
    memory.after = LISTEN
