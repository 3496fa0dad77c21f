"""A trained model: one text in, intent, entities, language and mood out.

Texts that begin with "/" are commands of buttons (`/intent{"entity": "value"}`) and skip the classifier, as in Rasa.
Immutable and free of input and output, so one object serves all sessions and is swapped without a pause.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import msgspec

from bots.nlu import language
from bots.nlu.calibration import Doubt
from bots.nlu.classifier import IntentClassifier, Verdict
from bots.nlu.emotion import emotion_of
from bots.nlu.encoder import SentenceEncoder
from bots.nlu.entities import Entity, EntityFinder, Lexicon
from bots.nlu.explanation import Explanation, explain
from bots.nlu.features import Counts, count_features
from bots.nlu.spelling import Speller
from bots.nlu.tagging import NO_TAGGER, Tagger
from bots.nlu.tokenize import Piece, cut, normalise
from bots.nlu.understanding import Understanding, rasa_form
from bots.nlu.vectors import Floats
from bots.nlu.word_cuts import WordCutter
from bots.training.dataset import Project

_COMMAND = re.compile(r"^/(?P<name>[^{@\s]+)(?:@(?P<confidence>[0-9.]+))?\s*(?P<entities>\{.*\})?", re.DOTALL)
_READ = 0.2
"""How much of a training is done when all examples are read."""
_command_entities = msgspec.json.Decoder(dict[str, str | int | float | bool | None])


class Traits(msgspec.Struct, frozen=True, kw_only=True):
    """What a model knows beside its weights: names of intents, how to find entities, and the thresholds."""

    known_intents: tuple[str, ...]
    lexicon: Lexicon
    doubt: Doubt


class Model:
    """Understands texts for one bot; immutable."""

    def __init__(
        self,
        traits: Traits,
        classifier: IntentClassifier,
        tagger: Tagger = NO_TAGGER,
        encoder: SentenceEncoder | None = None,
    ) -> None:
        """Put a model together from its parts; `train` and `load_model` are the ways to get them."""
        self.encoder = encoder
        self.traits = traits
        self.classifier = classifier
        self._known = frozenset(traits.known_intents)
        self._finder = EntityFinder(traits.lexicon, tagger)
        self._cutter = WordCutter(traits.lexicon.words())
        self._speller = Speller(classifier.weigher.numbers, classifier.weigher.rarity)

    @property
    def tagger(self) -> Tagger:
        """Return what was learnt from marked examples."""
        return self._finder.tagger

    @property
    def intents(self) -> tuple[str, ...]:
        """Return the intents that the model tells apart."""
        return self.classifier.intents

    def understand(self, text: str) -> Understanding:
        """Understand one text; never fails, whatever the text is."""
        if command := self._command(text):
            return command
        meant = self._meant(text)
        return replace(meant, emotion=emotion_of(text, meant.language))

    def parse(self, text: str) -> dict[str, object]:
        """Understand one text and tell it in the form of Rasa's `/model/parse`, which has no place for a mood."""
        return rasa_form(self._command(text) or self._meant(text), self.traits.doubt.threshold)

    def _meant(self, text: str) -> Understanding:
        """Understand all of a text but its mood."""
        pieces, entities, tokens, counts = _read(text, self._finder, self.traits.lexicon, self._speller)
        verdict = self.classifier.rank(self.classifier.vector(counts, self._meaning(text)))
        return Understanding(
            text=text,
            ranking=verdict.ranking,
            is_fallback=verdict.is_strange or self._is_unsure(verdict),
            entities=tuple(entities),
            language=language.detect(pieces),
            tokens=tokens,
            belonging=verdict.belonging,
        )

    def explain(self, text: str) -> Explanation:
        """Tell which pieces of a text spoke for and against the best intents; slow at first, as `words` is."""
        pieces, _, _, counts = _read(text, self._finder, self.traits.lexicon, self._speller)
        return explain(self.classifier, text, self._cut(text, pieces), counts, self._meaning(text))

    def words(self, text: str) -> tuple[tuple[int, int], ...]:
        """Return where the words of a text stand, for marking entities; the bot's own words are never cut apart.

        The first Chinese text takes a second: call it in a thread.
        """
        return tuple(self._cut(text, cut(normalise(text, is_simplified=self.traits.lexicon.is_simplified).reading)))

    def _cut(self, text: str, pieces: Sequence[Piece]) -> list[tuple[int, int]]:
        return self._cutter.cut(normalise(text, is_simplified=self.traits.lexicon.is_simplified), pieces)

    def _meaning(self, text: str) -> Floats | None:
        return None if self.encoder is None else self.encoder.encode([text])[0]

    def _is_unsure(self, verdict: Verdict) -> bool:
        if not verdict.ranking:
            return True
        second = verdict.ranking[1][1] if len(verdict.ranking) > 1 else -1.0
        return self.traits.doubt.is_unsure(verdict.ranking[0][1], second)

    def _command(self, text: str) -> Understanding | None:
        """Read `/intent@0.9{"entity": "value"}`; None where no such intent exists, so that it is read as words."""
        match = _COMMAND.match(text)
        if match is None or match["name"] not in self._known:
            return None
        try:
            confidence = min(1.0, float(match["confidence"] or 1))
            given = _command_entities.decode(match["entities"] or "{}")
        except (ValueError, msgspec.DecodeError, msgspec.ValidationError):
            confidence, given = 1.0, {}
        start = match.start("entities") if match["entities"] else 0
        end = match.end("entities") if match["entities"] else 0
        entities = [
            Entity(name=name, value=str(value), start=start, end=end, extractor="RegexMessageHandler")
            for name, value in given.items()
            if value is not None
        ]
        return Understanding(
            text=text, ranking=((match["name"], confidence),), is_fallback=False, entities=tuple(entities)
        )


def train(
    project: Project, encoder: SentenceEncoder | None = None, progress: Callable[[float], None] | None = None
) -> Model:
    """Train a model on a project's examples; the same project always gives the same model.

    Takes some seconds of one core for ten thousand examples and blocks: call it in a process or thread of its own. A
    model that was trained with an encoder needs the same one whenever it is loaded.

    Args:
        project: The examples, and what is known beside them.
        encoder: What tells the meaning of a sentence, where there is such a thing.
        progress: Is told now and then how much is done, from 0 to 1.
    """
    tell = progress or _tell_nobody
    examples = project.data.examples
    config = project.config
    known = (*project.domain.intents, *(example.intent for example in examples))
    traits = Traits(
        known_intents=tuple(dict.fromkeys(known)),
        lexicon=Lexicon.gather(project.data, project.domain.entities, is_simplified=config.simplify_traditional),
        doubt=Doubt(threshold=config.threshold, ambiguity_threshold=config.ambiguity_threshold),
    )
    texts = [normalise(example.text, is_simplified=traits.lexicon.is_simplified) for example in examples]
    pieces = [cut(text.reading) for text in texts]
    finder = EntityFinder(traits.lexicon).trained(list(zip(examples, texts, pieces, strict=True)))
    counts = [
        count_features(text.reading, parts, finder.find(text, parts)[1])
        for text, parts in zip(texts, pieces, strict=True)
    ]
    meanings = encoder.encode([example.text for example in examples]) if encoder is not None and examples else None
    intents = [example.intent for example in examples]
    tell(_READ)
    classifier = IntentClassifier.train(
        counts, intents, traits.doubt, meanings, lambda share: tell(_READ + (1 - _READ) * share)
    )
    return Model(traits, classifier, finder.tagger, encoder)


def _tell_nobody(share: float) -> None:
    del share


def _read(
    text: str, finder: EntityFinder, lexicon: Lexicon, speller: Speller
) -> tuple[Sequence[Piece], list[Entity], tuple[tuple[int, int], ...], Counts]:
    """Return the pieces, entities, token offsets and features of a text."""
    normalised = normalise(text, is_simplified=lexicon.is_simplified)
    pieces = cut(normalised.reading)
    entities, hits = finder.find(normalised, pieces)
    counts = count_features(normalised.reading, speller.mended(pieces), hits)
    return pieces, entities, normalised.spans(pieces), counts
