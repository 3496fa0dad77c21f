"""Names that trainers give, and that an intent stands in the domain."""

from __future__ import annotations

import re

from bots.teaching.draft import Draft, intents_of
from hub.errors import InvalidInput
from hub.model.sentences import Sentence

_NAME = re.compile(r"[^\W_][\w.-]{0,99}(?:/[\w.-]{1,100})?")
_RESPONSE = re.compile(r"utter_[\w.-]{1,100}(?:/[\w.-]{1,100})?")
_RESERVED = frozenset({"nlu_fallback"})


def check_name(name: str, what: str = "an intent") -> None:
    """Refuse a name that Rasa's files cannot hold everywhere."""
    if _NAME.fullmatch(name) is None:
        raise InvalidInput(
            Sentence(
                "{name!r} cannot be the name of {what}: use letters, digits, '_' and '-', such as order_status.",
                name=name[:100],
                what=Sentence.of(what),
            )
        )
    if name in _RESERVED:
        raise InvalidInput(
            Sentence("{name!r} is what a message is that was not understood: choose another name.", name=name)
        )


def check_response(name: str) -> None:
    """Refuse a response's name that no rule could say."""
    if _RESPONSE.fullmatch(name) is None:
        raise InvalidInput(
            Sentence("{name!r} cannot be the name of a response: begin it with utter_.", name=name[:100])
        )


def know_intent(draft: Draft, name: str) -> None:
    """Put an intent into the domain where it is not there; of a retrieval intent the part before the slash."""
    base = name.partition("/")[0]
    if not any({base, name} & set(intents_of(document)) for _, document in draft.documents()):
        draft.add_to_list(draft.domain_file(), "intents", [base])
