"""Actions: those that ship with the product, and those of a rasa-sdk action server of the bot's own."""

from bots.actions.contract import Action, ActionCall, ActionResult, Saying
from bots.actions.demo_orders import DemoOffice
from bots.actions.doing import Doer, FirstOf, Shipped, drive
from bots.actions.http_office import HttpOffice
from bots.actions.server import ActionServer
from bots.actions.shop import Office, shop_actions

__all__ = [
    "Action",
    "ActionCall",
    "ActionResult",
    "ActionServer",
    "DemoOffice",
    "Doer",
    "FirstOf",
    "HttpOffice",
    "Office",
    "Saying",
    "Shipped",
    "drive",
    "shop_actions",
]
