"""What ails the intents of a bot: too few sentences, sentences that two of them share or nearly share, no answer.

Told from the files alone, without a model, quickly enough to be told at every look.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bots.engine import with_defaults
from bots.teaching.likeness import Index, weigh
from bots.teaching.sentences import bare
from bots.teaching.uses import stories_by_intent
from bots.training.consistency import BUILT_IN_INTENTS
from bots.training.dataset import Example, Project
from hub.model.teaching import Health

FEW = 8
"""Below so many sentences an intent is guessed rather than known."""
NEARLY_SAME = 0.8
"""From this likeness on a sentence could as well be one of the other intent."""
_SHOWN = 10
_OTHERS = 5


def ailments(project: Project, names: Sequence[str]) -> dict[str, list[Health]]:
    """Return what ails each intent, the worst first."""
    examples = project.data.examples
    found: dict[str, list[Health]] = {name: [] for name in names}
    counts: dict[str, int] = dict.fromkeys(names, 0)
    for example in examples:
        counts[example.intent] += 1
    listed, answered = set(project.domain.intents), _answered(project)
    shared, near = _shared(examples), _near(examples)
    for name in names:
        base = name.partition("/")[0]
        if counts[name] < FEW and name not in BUILT_IN_INTENTS:
            found[name].append(Health(kind="few_examples"))
        found[name] += _told("duplicate", shared.get(name, {}))
        found[name] += _told("confused_with", near.get(name, {}))
        if not {name, base} & answered and name not in BUILT_IN_INTENTS:
            found[name].append(Health(kind="no_answer"))
        if not {name, base} & listed:
            found[name].append(Health(kind="not_in_domain"))
    return found


def _told(kind: str, others: Mapping[str, Sequence[str]]) -> Iterator[Health]:
    worst = sorted(others.items(), key=lambda pair: -len(pair[1]))[:_OTHERS]
    for other, texts in worst:
        yield Health(
            kind="duplicate" if kind == "duplicate" else "confused_with", other=other, texts=tuple(texts[:_SHOWN])
        )


def _shared(examples: Sequence[Example]) -> dict[str, dict[str, list[str]]]:
    """Return the sentences that an intent has with another one."""
    same: dict[str, dict[str, str]] = {}
    for example in examples:
        same.setdefault(bare(example.text), {}).setdefault(example.intent, example.text)
    found: dict[str, dict[str, list[str]]] = {}
    for intents in same.values():
        for one, text in intents.items():
            for other in intents:
                if other != one:
                    found.setdefault(one, {}).setdefault(other, []).append(text)
    return found


def _near(examples: Sequence[Example]) -> dict[str, dict[str, list[str]]]:
    """Return the sentences of an intent that are nearly one of another intent's."""
    vectors = weigh([example.text for example in examples])
    index = Index(vectors, NEARLY_SAME)
    found: dict[str, dict[str, list[str]]] = {}
    for number, example in enumerate(examples):
        for other_number, _ in index.near(number):
            other = examples[other_number]
            if other.intent != example.intent and bare(other.text) != bare(example.text):
                for one, two in ((example, other), (other, example)):
                    texts = found.setdefault(one.intent, {}).setdefault(two.intent, [])
                    if one.text not in texts:
                        texts.append(one.text)
        index.add(number)
    return found


def _answered(project: Project) -> set[str]:
    """Return the intents that something follows from: rules, stories, slots that they fill, actions they trigger."""
    whole = with_defaults(project)
    found = set(stories_by_intent(whole))
    for slot in whole.domain.slots.values():
        for mapping in slot.mappings:
            if mapping.kind in ("from_intent", "from_trigger_intent"):
                found.update(mapping.intents)
    found.update(name for name, options in whole.domain.intent_options.items() if "triggers" in options)
    return found
