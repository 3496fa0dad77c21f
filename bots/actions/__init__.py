"""Actions that are shipped with the product: small pure functions from slots to what is said and kept.

An action has no access to sessions, stores or the network; actions that need them run in an action server of their own.
"""

from bots.actions.contract import Action, ActionCall, ActionResult, Saying
from bots.actions.demo_orders import order_status

BUILT_IN: dict[str, Action] = {"action_order_status": order_status}
"""The shipped actions by the name under which a rule calls them."""

__all__ = ["BUILT_IN", "Action", "ActionCall", "ActionResult", "Saying"]
