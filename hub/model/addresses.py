"""Addresses in the one way in which each is written: two spellings of one address are one identity."""

from __future__ import annotations

import phonenumbers
from email_validator import EmailNotValidError, validate_email

HOME_REGION = "CN"
"""Country of a phone number that is written without one."""


def normal_phone(text: str) -> str:
    """Return a phone number as E.164, for example `+8613800138000`.

    Raises:
        ValueError: the text is no phone number; the message says how to write one.
    """
    try:
        number = phonenumbers.parse(text, HOME_REGION)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise ValueError("This is no phone number: write it like +8613800138000.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normal_email(text: str) -> str:
    """Return a mail address in lower case; the domain is not looked up.

    Raises:
        ValueError: the text is no mail address.
    """
    try:
        return validate_email(text, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise ValueError("This is no mail address.") from None


def normal_value(kind: str, text: str) -> str:
    """Return the value of an identity of this kind in its one spelling.

    Raises:
        ValueError: the text is no address of this kind.
    """
    match kind:
        case "phone":
            return normal_phone(text)
        case "email":
            return normal_email(text)
        case _:
            return text.strip()
