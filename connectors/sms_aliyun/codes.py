"""What Aliyun's codes mean for a message: kinds of trouble, each with a plain sentence. Texts are never matched.

Source: Alibaba Cloud, "API error codes" and "Receipt status codes" of Short Message Service (channels.md 2.3).
"""

from __future__ import annotations

from collections.abc import Mapping

from hub.model.timeline import Trouble

_LIMIT: tuple[Trouble, str] = ("limit_reached", "Aliyun's limit of messages to this number is reached.")
_KEYS: tuple[Trouble, str] = ("misconfigured", "Aliyun does not accept the AccessKey.")
_TEMPLATE: tuple[Trouble, str] = ("misconfigured", "The template is not approved or does not fit the channel.")
_SIGN: tuple[Trouble, str] = ("misconfigured", "The signature is not approved.")
_NUMBER: tuple[Trouble, str] = ("address_invalid", "The number is not valid.")
_WORDS: tuple[Trouble, str] = ("filtered", "The text holds words that are not let through.")
_MEANINGS: Mapping[str, tuple[Trouble, str]] = {
    "isv.BUSINESS_LIMIT_CONTROL": _LIMIT,
    "isv.DAY_LIMIT_CONTROL": ("limit_reached", "The account's limit of messages for today is reached."),
    "isv.MONTH_LIMIT_CONTROL": ("limit_reached", "The account's limit of messages for this month is reached."),
    "isv.AMOUNT_NOT_ENOUGH": ("misconfigured", "The Aliyun account has no credit left."),
    "isv.OUT_OF_SERVICE": ("misconfigured", "The Aliyun account has no credit left."),
    "isv.MOBILE_NUMBER_ILLEGAL": _NUMBER,
    "isv.MOBILE_COUNT_OVER_LIMIT": _NUMBER,
    "isv.SMS_TEMPLATE_ILLEGAL": _TEMPLATE,
    "isv.TEMPLATE_MISSING_PARAMETERS": _TEMPLATE,
    "isv.INVALID_JSON_PARAM": _TEMPLATE,
    "isv.SMS_SIGNATURE_ILLEGAL": _SIGN,
    "isv.SMS_SIGNATURE_SCENE_ILLEGAL": _SIGN,
    "isv.SMS_SIGN_ILLEGAL": _SIGN,
    "isv.PARAM_LENGTH_LIMIT": ("too_long", "The text is longer than the template's variable may be."),
    "isv.PARAM_NOT_SUPPORT_URL": ("filtered", "The template's variable may hold no link."),
    "isv.TEMPLATE_PARAMS_ILLEGAL": _WORDS,
    "isv.BLACK_KEY_CONTROL_LIMIT": _WORDS,
    "isv.SMS_CONTENT_ILLEGAL": _WORDS,
    "isv.PRODUCT_UN_SUBSCRIPT": ("misconfigured", "The Aliyun account has no SMS service."),
    "isv.ACCOUNT_NOT_EXISTS": _KEYS,
    "isv.ACCOUNT_ABNORMAL": _KEYS,
    "isp.RAM_PERMISSION_DENY": ("misconfigured", "The AccessKey may not send short messages."),
    "isv.RAM_PERMISSION_DENY": ("misconfigured", "The AccessKey may not send short messages."),
    "Forbidden.RAM": ("misconfigured", "The AccessKey may not send short messages."),
    "SignatureDoesNotMatch": _KEYS,
    "IncompleteSignature": _KEYS,
    "InvalidAccessKeyId.NotFound": _KEYS,
    "InvalidAccessKeyId.Inactive": _KEYS,
    "InvalidTimeStamp.Expired": ("misconfigured", "The server's clock is wrong."),
}
_LATER = frozenset({"isp.SYSTEM_ERROR", "SignatureNonceUsed", "ServiceUnavailable", "InternalError"})
_REPORTS: Mapping[str, tuple[Trouble, str]] = {
    "MOBILE_NOT_ON_SERVICE": ("address_invalid", "The number is not in service."),
    "MOBILE_ACCOUNT_ABNORMAL": ("address_invalid", "The number is not in service."),
    "NO_ROUTE": ("refused", "There is no way to this number."),
    "MOBILE_TERMINAL_ERROR": ("refused", "The phone is switched off or out of reach."),
    "MOBILE_SEND_LIMIT": _LIMIT,
    "MOBILE_IN_BLACK": ("blocked", "The number is on a list of those that want no messages."),
    "SP_BLACK": ("blocked", "The number is on a list of those that want no messages."),
    "CONTENT_KEYWORD": _WORDS,
    "CONTENT_ERROR": _WORDS,
    "INVALID_NUMBER": _NUMBER,
    "SIGNATURE_ERROR": _SIGN,
}


def is_later(code: str) -> bool:
    """Tell whether Aliyun asks for patience: nothing was taken."""
    return code in _LATER or code.startswith("Throttling")


def trouble_of(code: str) -> tuple[Trouble, str]:
    """Return the kind of trouble and the sentence for a code of the API."""
    return _told(_MEANINGS, code, "Aliyun refused the message")


def report_trouble(code: str) -> tuple[Trouble, str]:
    """Return the same for the code of a delivery report."""
    return _told(_REPORTS, code, "The carrier did not deliver the message")


def _told(meanings: Mapping[str, tuple[Trouble, str]], code: str, otherwise: str) -> tuple[Trouble, str]:
    known = meanings.get(code)
    if known is not None:
        return known[0], f"{known[1]} ({code})"
    is_plain = code.isascii() and len(code) <= 60 and code.replace(".", "").replace("_", "").replace(":", "").isalnum()
    return "refused", f"{otherwise} with code {code}." if is_plain else f"{otherwise}."
