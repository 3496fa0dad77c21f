"""What Twilio's error codes mean for a message: kinds of trouble, each with a plain sentence. Texts are never matched.

Source: Twilio, "Error and warning dictionary" (channels.md 2.2).
"""

from __future__ import annotations

from collections.abc import Mapping

from hub.model.timeline import Trouble

_ACCOUNT: tuple[Trouble, str] = ("misconfigured", "Twilio does not accept the account SID and auth token.")
_NUMBER: tuple[Trouble, str] = ("address_invalid", "The number cannot get short messages.")
_SENDER: tuple[Trouble, str] = ("misconfigured", "Twilio does not let this account send from this number.")
_MEANINGS: Mapping[int, tuple[Trouble, str]] = {
    20003: _ACCOUNT,
    20404: _ACCOUNT,
    20005: ("misconfigured", "The Twilio account is not active."),
    30002: ("misconfigured", "The Twilio account is suspended."),
    21211: ("address_invalid", "The number is not valid."),
    21214: ("address_invalid", "The number is not valid."),
    21217: ("address_invalid", "The number is not valid."),
    21604: ("address_invalid", "The number is missing."),
    21614: ("address_invalid", "The number is not a mobile phone's."),
    21212: _SENDER,
    21603: _SENDER,
    21606: _SENDER,
    21607: _SENDER,
    21659: _SENDER,
    21660: _SENDER,
    30034: _SENDER,
    63007: _SENDER,
    21408: ("misconfigured", "The Twilio account may not send to this country."),
    21608: ("misconfigured", "A trial account sends to verified numbers only."),
    21219: ("misconfigured", "A trial account sends to verified numbers only."),
    21610: ("opted_out", "The recipient has asked for no more messages."),
    21612: ("refused", "Twilio has no way from this sender to this number."),
    21617: ("too_long", "The text is longer than 1,600 characters."),
    21605: ("too_long", "The text is longer than 1,600 characters."),
    21620: ("not_supported", "Twilio could not use a file of the message."),
    21623: ("not_supported", "The message has too many files."),
    12300: ("not_supported", "Twilio does not take this kind of file."),
    30019: ("not_supported", "A file is too large for the carrier."),
    30003: ("refused", "The phone is switched off or out of reach."),
    30004: ("blocked", "The message was blocked by the recipient or the carrier."),
    30005: ("address_invalid", "The number is unknown or no longer in service."),
    30006: _NUMBER,
    30007: ("filtered", "The carrier filtered the message as unwanted."),
    30008: ("refused", "The carrier gave no reason."),
    30001: ("limit_reached", "Too many messages were waiting at Twilio."),
    30022: ("limit_reached", "The carrier's limit of messages is reached."),
    30023: ("limit_reached", "The carrier's limit of messages for today is reached."),
    63003: _NUMBER,
    63015: _NUMBER,
    63024: _NUMBER,
    63016: ("window_closed", "WhatsApp takes only templates 24 hours after the customer's last message."),
    63018: ("limit_reached", "WhatsApp's limit of messages is reached."),
    63038: ("limit_reached", "The account's limit of messages for today is reached."),
    11200: ("misconfigured", "Twilio could not reach an address of the message."),
}
LATER = frozenset({20429, 20503, 14107, 21611, 63021})
"""Codes of a provider that asks for patience; the message was not taken."""


def trouble_of(code: str | int) -> tuple[Trouble, str]:
    """Return the kind of trouble and the sentence for an error code, whatever it is."""
    text = str(code)
    known = _MEANINGS.get(int(text)) if text.isascii() and text.isdigit() and len(text) <= 9 else None
    if known is not None:
        return known[0], f"{known[1]} (Twilio {text})"
    named = f" with code {text}" if text.isascii() and text.isalnum() and len(text) <= 20 else ""
    return "refused", f"Twilio refused the message{named}."
