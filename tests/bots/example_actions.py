"""Small actions for the example bots, written against the action protocol: as much as their stories need, no more.

Each takes the tracker of a request and gives events; they stand in for the bots' own action servers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bots.actions.requests import ActionOutcome, ActionRequest, Plain

Act = Callable[[Mapping[str, Any]], list[Plain]]

_FORM_OF_INTENT = {
    "transfer_money": "transfer_money_form",
    "pay_cc": "cc_payment_form",
    "search_transactions": "transaction_search_form",
    "check_earnings": "transaction_search_form",
}


def slot(name: str, value: object) -> Plain:
    """Return the event that sets a slot."""
    return {"event": "slot", "timestamp": None, "name": name, "value": value}


def _nothing(_tracker: Mapping[str, Any]) -> list[Plain]:
    return []


def _ask_switch(tracker: Mapping[str, Any]) -> list[Plain]:
    return [slot("next_form_name", _FORM_OF_INTENT[tracker["latest_message"]["intent"]["name"]])]


def _deny_switch(_tracker: Mapping[str, Any]) -> list[Plain]:
    return [slot("next_form_name", None)]


def _affirm_switch(tracker: Mapping[str, Any]) -> list[Plain]:
    return [
        slot("requested_slot", None),
        slot("next_form_name", None),
        slot("previous_form_name", tracker["active_loop"]["name"]),
        slot("AA_CONTINUE_FORM", None),
    ]


def _ask_back(_tracker: Mapping[str, Any]) -> list[Plain]:
    return [slot("previous_form_name", None)]


def _empty(*names: str) -> Act:
    return lambda _tracker: [slot(name, None) for name in names]


def _candidates(tracker: Mapping[str, Any]) -> dict[str, object]:
    """Return the values to check: the slot events at the very end, where rasa-sdk looks for them."""
    found: dict[str, object] = {}
    for event in reversed(tracker["events"]):
        if event["event"] != "slot":
            break
        found.setdefault(event["name"], event["value"])
    return found


def _validate(tracker: Mapping[str, Any]) -> list[Plain]:
    return [slot(name, value) for name, value in _candidates(tracker).items()]


def _validate_and_continue(tracker: Mapping[str, Any]) -> list[Plain]:
    events = _validate(tracker)
    if tracker["slots"].get("AA_CONTINUE_FORM") is None:
        events.append(slot("AA_CONTINUE_FORM", "yes"))
    return events


def _validate_email(tracker: Mapping[str, Any]) -> list[Plain]:
    """Take an address only: a yes or no to "the address you used last?" is none here."""
    found = _candidates(tracker)
    return [
        slot(name, None if name == "email" and not isinstance(value, str) else value) for name, value in found.items()
    ]


_PAID = ("AA_CONTINUE_FORM", "zz_confirm_form", "time", "amount-of-money", "credit_card", "PERSON", "search_type")

ACTIONS: Mapping[str, Mapping[str, Act]] = {
    "financial-demo": {
        "action_session_start": _nothing,
        "action_show_balance": _nothing,
        "action_show_recipients": _nothing,
        "action_show_transfer_charge": _nothing,
        "action_pay_cc": _empty(*_PAID),
        "action_transfer_money": _empty(*_PAID),
        "action_transaction_search": _empty(*_PAID),
        "action_ask_transaction_search_form_zz_confirm_form": _nothing,
        "action_switch_forms_ask": _ask_switch,
        "action_switch_forms_deny": _deny_switch,
        "action_switch_forms_affirm": _affirm_switch,
        "action_switch_back_ask": _ask_back,
        "validate_cc_payment_form": _validate_and_continue,
        "validate_transfer_money_form": _validate_and_continue,
        "validate_transaction_search_form": _validate_and_continue,
    },
    "helpdesk-assistant": {
        "action_ask_email": _nothing,
        "action_check_incident_status": _empty("email"),
        "action_handoff_options": _nothing,
        "action_open_incident": _empty("email", "priority", "problem_description", "incident_title", "confirm"),
        "validate_open_incident_form": _validate_email,
        "validate_incident_status_form": _validate_email,
    },
    "moodbot_rasa_init": {},
}


class ExampleActions:
    """Does the actions of one example bot; each also says a word, as a bot would."""

    def __init__(self, bot: str) -> None:
        """Take the bot's folder name."""
        self._acts = ACTIONS[bot]

    async def perform(self, request: ActionRequest) -> ActionOutcome:
        """Do one action."""
        act = self._acts.get(request.name)
        if act is None:
            return ActionOutcome(status="unknown")
        return ActionOutcome(status="done", events=act(request.tracker), responses=[{"text": "Done."}])
