"""What Tencent Cloud's codes mean for a message: kinds of trouble, each with a plain sentence. Texts are never matched.

Source: Tencent Cloud, SMS 2021-01-11, "SendSms" error codes, and the carriers' codes of reports (channels.md 2.4).
"""

from __future__ import annotations

from collections.abc import Mapping

from hub.model.timeline import Trouble

_NUMBER: tuple[Trouble, str] = ("address_invalid", "The number is not valid.")
_LONG: tuple[Trouble, str] = ("too_long", "The text is longer than the template's parameter may be.")
_TEMPLATE: tuple[Trouble, str] = ("misconfigured", "The template is not approved or does not fit the channel.")
_SIGN: tuple[Trouble, str] = ("misconfigured", "The signature is not approved.")
_LIMIT: tuple[Trouble, str] = ("limit_reached", "Tencent Cloud's limit of messages is reached.")
_NUMBER_LIMIT: tuple[Trouble, str] = ("limit_reached", "Tencent Cloud's limit of messages to this number is reached.")
_MEANINGS: Mapping[str, tuple[Trouble, str]] = {
    "LimitExceeded.PhoneNumberThirtySecondLimit": _NUMBER_LIMIT,
    "LimitExceeded.PhoneNumberOneHourLimit": _NUMBER_LIMIT,
    "LimitExceeded.PhoneNumberDailyLimit": _NUMBER_LIMIT,
    "LimitExceeded.PhoneNumberSameContentDailyLimit": _NUMBER_LIMIT,
    "FailedOperation.InsufficientBalanceInSmsPackage": ("misconfigured", "The Tencent Cloud package is used up."),
    "FailedOperation.TemplateIncorrectOrUnapproved": _TEMPLATE,
    "FailedOperation.TemplateUnapprovedOrNotExist": _TEMPLATE,
    "FailedOperation.TemplateParamSetNotMatchApprovedTemplate": _TEMPLATE,
    "InvalidParameterValue.TemplateParameterFormatError": _TEMPLATE,
    "InvalidParameterValue.MissingSignatureParameter": _SIGN,
    "FailedOperation.SignatureIncorrectOrUnapproved": _SIGN,
    "FailedOperation.MissingSignature": _SIGN,
    "FailedOperation.ContainSensitiveWord": ("filtered", "The text holds words that are not let through."),
    "FailedOperation.PhoneNumberInBlacklist": ("blocked", "The number is on a list of those that want no messages."),
    "FailedOperation.ForbidAddMarketingTemplates": _TEMPLATE,
    "InvalidParameterValue.IncorrectPhoneNumber": _NUMBER,
    "InvalidParameterValue.TemplateParameterLengthLimit": _LONG,
    "InvalidParameterValue.ContentLengthLimit": _LONG,
    "InvalidParameterValue.SdkAppIdNotExist": ("misconfigured", "The SdkAppId does not exist."),
    "UnauthorizedOperation.SdkAppIdIsDisabled": ("misconfigured", "The SMS application is switched off."),
    "AuthFailure.SignatureExpire": ("misconfigured", "The server's clock is wrong by more than five minutes."),
}
_FAMILIES: Mapping[str, tuple[Trouble, str]] = {
    "LimitExceeded": _LIMIT,
    "AuthFailure": ("misconfigured", "Tencent Cloud does not accept the SecretId and SecretKey."),
    "UnauthorizedOperation": ("misconfigured", "The account may not send these messages."),
    "UnsupportedOperation": ("not_supported", "Tencent Cloud does not send this to this number."),
    "MissingParameter": ("misconfigured", "A setting of the channel is missing."),
}
_LATER = frozenset({"RequestLimitExceeded", "InternalError", "ResourceUnavailable", "ResourceInsufficient"})
_REPORTS: Mapping[str, tuple[Trouble, str]] = {
    "EXPIRED": ("refused", "The phone was out of reach until the message expired."),
    "UNDELIV": ("refused", "The phone could not be reached."),
    "REJECTD": ("filtered", "The carrier filtered the message."),
    "REJECT": ("filtered", "The carrier filtered the message."),
    "BLACK": ("blocked", "The number is on a list of those that want no messages."),
}


def is_later(code: str) -> bool:
    """Tell whether Tencent Cloud asks for patience: nothing was taken."""
    return code.partition(".")[0] in _LATER


def trouble_of(code: str) -> tuple[Trouble, str]:
    """Return the kind of trouble and the sentence for a code of the API."""
    known = _MEANINGS.get(code) or _FAMILIES.get(code.partition(".")[0])
    return _told(known, code, "Tencent Cloud refused the message")


def report_trouble(code: str) -> tuple[Trouble, str]:
    """Return the same for the code of a delivery report."""
    return _told(_REPORTS.get(code), code, "The carrier did not deliver the message")


def _told(known: tuple[Trouble, str] | None, code: str, otherwise: str) -> tuple[Trouble, str]:
    is_plain = code.isascii() and len(code) <= 80 and code.replace(".", "").replace(":", "").isalnum()
    if known is not None:
        return known[0], f"{known[1]} ({code})" if is_plain else known[1]
    return "refused", f"{otherwise} with code {code}." if is_plain else f"{otherwise}."
