"""Actions: those that ship with the product, and those of a rasa-sdk action server of the bot's own."""

from bots.actions.contract import Action, ActionCall, ActionResult, Saying
from bots.actions.demo_orders import BUILT_IN
from bots.actions.doing import Doer, FirstOf, Shipped, drive
from bots.actions.server import ActionServer

__all__ = [
    "BUILT_IN",
    "Action",
    "ActionCall",
    "ActionResult",
    "ActionServer",
    "Doer",
    "FirstOf",
    "Saying",
    "Shipped",
    "drive",
]
