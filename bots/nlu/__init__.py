"""Understanding: what a sentence means (intent, entities, language, mood), learnt in plain Python."""

from bots.nlu.understanding import Understander, Understanding

__all__ = ["Understander", "Understanding"]
