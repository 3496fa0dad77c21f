"""The dialogue: a pure step machine over rules, stories, forms and responses in Rasa's form."""

from bots.dialogue.dialogue import Dialogue
from bots.dialogue.menus import chosen

__all__ = ["Dialogue", "chosen"]
