"""Where the words of a text stand, for marking entities: cut as the model would cut them, without a model.

The first Chinese text takes a second, as the cutter loads its words then.
"""

from __future__ import annotations

from collections.abc import Mapping

from bots.nlu.entities import Lexicon
from bots.nlu.tokenize import cut, normalise
from bots.nlu.word_cuts import WordCutter
from bots.teaching.material import read_project


def words_of(text: str, files: Mapping[str, str]) -> tuple[tuple[int, int], ...]:
    """Return start and end of each word; the bot's own words (lists, marked phrases, synonyms) stay whole."""
    project = read_project(files)
    is_simplified = project.config.simplify_traditional
    lexicon = Lexicon.gather(project.data, project.domain.entities, is_simplified=is_simplified)
    normalised = normalise(text, is_simplified=is_simplified)
    return tuple(WordCutter(lexicon.words()).cut(normalised, cut(normalised.reading)))
