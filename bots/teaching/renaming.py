"""Renames an intent wherever its name stands: examples, domain, rules, stories, tests, slots, forms, buttons, config.

Of a retrieval intent (`faq/opening`) the responses that carry its name are renamed too. Changes words in place, so
nothing else in the files moves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bots.teaching.draft import Draft
from bots.teaching.names import check_name
from bots.teaching.surgery import Document, Splice
from bots.teaching.uses import command_intent
from hub.errors import InvalidInput
from hub.model.sentences import Sentence

Rename = Callable[[str], str]
_NAMING = frozenset(
    {
        "intent",
        "not_intent",
        "ignored_intents",
        "ignore_intents_list",
        "retrieval_intent",
        "deny_suggestion_intent_name",
    }
)
"""Keys whose value, or each item of it, is an intent's name."""
_SPEAKING = frozenset({"payload", "user"})
"""Keys whose value may be a command (`/intent{…}`)."""
_FOREIGN = frozenset({"slot_was_set", "entities", "custom", "metadata"})
"""Keys under which the same words mean something else."""


def rename_intent(draft: Draft, name: str, to: str) -> None:
    """Rename an intent."""
    if name == to:
        return
    if not draft.knows_intent(name) and not any(_is_under(item.name, name) for item in draft.nlu_items(None)):
        raise InvalidInput(Sentence("There is no intent {name!r}.", name=name))
    if draft.knows_intent(to):
        raise InvalidInput(Sentence("There is an intent {to!r} already: move the sentences there instead.", to=to))
    check_name(to)
    is_retrieval = "/" in name or any(_is_under(item.name, name) for item in draft.nlu_items(None))

    def intent(word: str) -> str:
        return to + word[len(name) :] if word == name or _is_under(word, name) else word

    def response(word: str) -> str:
        if not is_retrieval:
            return word
        return f"utter_{intent(word.removeprefix('utter_'))}" if word.startswith("utter_") else intent(word)

    for path, document in list(draft.documents(None)):
        with draft.cutting(path):
            splices = list(_Walk(document, intent, response).splices())
        if splices:
            draft.change(path, splices)


def _is_under(word: str, name: str) -> bool:
    return word.startswith(f"{name}/")


class _Walk:
    def __init__(self, document: Document, intent: Rename, response: Rename) -> None:
        self._document = document
        self._intent = intent
        self._response = response
        self._seen: set[int] = set()

    def splices(self) -> Iterator[Splice]:
        if self._document.root is not None:
            yield from self._visit(self._document.root, is_top=True)

    def _visit(self, node: Node, *, is_top: bool = False) -> Iterator[Splice]:
        if id(node) in self._seen:
            return
        self._seen.add(id(node))
        if isinstance(node, SequenceNode):
            for item in node.value:
                yield from self._visit(item)
        if not isinstance(node, MappingNode):
            return
        for name, value in node.value:
            yield from self._under(str(name.value), value, is_top=is_top)

    def _under(self, key: str, value: Node, *, is_top: bool) -> Iterator[Splice]:
        if key in _NAMING:
            yield from self._words(value, self._intent)
        elif key in _SPEAKING:
            yield from self._words(value, self._command)
        elif key == "action":
            yield from self._words(value, self._response)
        elif is_top and key == "intents":
            yield from self._listed(value)
        elif key not in _FOREIGN:
            if is_top and key == "responses":
                yield from self._keys(value, self._response)
            yield from self._visit(value)

    def _listed(self, node: Node) -> Iterator[Splice]:
        if isinstance(node, SequenceNode):
            for item in node.value:
                yield from (
                    self._keys(item, self._intent) if isinstance(item, MappingNode) else self._words(item, self._intent)
                )

    def _keys(self, node: Node, rename: Rename) -> Iterator[Splice]:
        if isinstance(node, MappingNode):
            for name, _ in node.value:
                yield from self._words(name, rename)

    def _words(self, node: Node, rename: Rename) -> Iterator[Splice]:
        """Rename a word, or each word of a list."""
        if isinstance(node, SequenceNode):
            for item in node.value:
                yield from self._words(item, rename)
        elif isinstance(node, MappingNode):
            yield from self._visit(node)
        elif isinstance(node, ScalarNode) and id(node) not in self._seen:
            self._seen.add(id(node))
            old = str(node.value)
            new = f"/{rename(old[1:])}" if rename == self._intent and old.startswith("/") else rename(old)
            if new != old:
                yield self._document.replace_scalar(node, new)

    def _command(self, text: str) -> str:
        name = command_intent(text)
        return f"/{self._intent(name)}{text[1:].lstrip()[len(name) :]}" if name else text
