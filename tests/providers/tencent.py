"""A strict stand-in of Tencent Cloud's SMS API: signature, clock, template, numbers and the limit of each number.

It computes signatures by its own means, and answers everything with status 200 as the real one does.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from hub.testing.channel_ground import Heard
from tests.providers.cloud_sms import CloudSms

SECRET_ID, SECRET_KEY = "AKID-test-id", "the-secret-key"
APP_ID, SIGN_NAME, TEMPLATE = "1400006666", "汇客", "1110"
_AUTHORIZATION = re.compile(
    r"TC3-HMAC-SHA256 Credential=([^/]+)/([0-9-]{10})/sms/tc3_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})"
)
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
_FIELDS = {"PhoneNumberSet", "SmsSdkAppId", "SignName", "TemplateId", "TemplateParamSet", "SessionContext"}


class Tencent(CloudSms):
    """One account with one application, signature and template."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        super().__init__(now_s)
        self.per_number = 100
        self.content = "您好，{1}"

    def throttled(self) -> tuple[int, Any]:
        return 200, _error("RequestLimitExceeded")

    def rejected(self) -> tuple[int, Any]:
        return 200, _sent("InvalidParameterValue.IncorrectPhoneNumber")

    def respond(self, request: web.Request, body: bytes) -> tuple[int, Any]:
        code = self._fault(request, body)
        if code:
            self.faults.append(code)
            return 200, _error(code)
        fields = json.loads(body)
        match request.headers["X-TC-Action"]:
            case "SendSms":
                return 200, self._send(fields)
            case "DescribeSmsTemplateList":
                status = {"TemplateId": int(TEMPLATE), "StatusCode": 0, "TemplateContent": self.content}
                found = [status] if fields["TemplateIdSet"] == [int(TEMPLATE)] else []
                return 200, {"Response": {"DescribeTemplateStatusSet": found, "RequestId": "r-1"}}
            case _:
                return 200, _error("InvalidAction")

    def _send(self, fields: dict[str, Any]) -> Any:
        if set(fields) != _FIELDS:
            return _error("UnknownParameter")
        if fields["SmsSdkAppId"] != APP_ID:
            return _error("InvalidParameterValue.SdkAppIdNotExist")
        [number], [text] = fields["PhoneNumberSet"], fields["TemplateParamSet"]
        if not (_NUMBER.fullmatch(number) or number in self.known):
            return _sent("InvalidParameterValue.IncorrectPhoneNumber")
        if fields["SignName"] != SIGN_NAME:
            return _sent("FailedOperation.SignatureIncorrectOrUnapproved")
        if fields["TemplateId"] != TEMPLATE:
            return _sent("FailedOperation.TemplateIncorrectOrUnapproved")
        if len(text) > 500:
            return _sent("InvalidParameterValue.ContentLengthLimit")
        if sum(each.address == number for each in self.heard) >= self.per_number:
            return _sent("LimitExceeded.PhoneNumberDailyLimit")
        self.heard.append(Heard(key=fields["SessionContext"], address=number, text=text))
        return _sent("Ok", f"2433:{len(self.heard)}", fields["SessionContext"])

    def _fault(self, request: web.Request, body: bytes) -> str:
        given = _AUTHORIZATION.fullmatch(request.headers.get("Authorization", ""))
        if given is None or not set(given[3].split(";")) >= {"content-type", "host"}:
            return "AuthFailure.SignatureFailure"
        if request.headers.get("X-TC-Version") != "2021-01-11" or not request.headers.get("X-TC-Region"):
            return "MissingParameter"
        signed_at = int(request.headers["X-TC-Timestamp"])
        if abs(signed_at - self.now_s()) > 300:
            return "AuthFailure.SignatureExpire"
        if given[1] != SECRET_ID or given[2] != datetime.fromtimestamp(signed_at, UTC).strftime("%Y-%m-%d"):
            return "AuthFailure.SecretIdNotFound"
        lines = [request.method, "/", ""]
        lines += [f"{name}:{request.headers[name].strip().lower()}" for name in given[3].split(";")]
        lines += ["", given[3], hashlib.sha256(body).hexdigest()]
        hashed = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        to_sign = f"TC3-HMAC-SHA256\n{signed_at}\n{given[2]}/sms/tc3_request\n{hashed}"
        day = _hmac(b"TC3" + SECRET_KEY.encode(), given[2])
        right = _hmac(_hmac(_hmac(day, "sms"), "tc3_request"), to_sign).hex()
        return "" if given[4] == right else "AuthFailure.SignatureFailure"


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _error(code: str) -> dict[str, Any]:
    return {"Response": {"Error": {"Code": code, "Message": "no"}, "RequestId": "r-1"}}


def _sent(code: str, serial: str = "", context: str = "") -> dict[str, Any]:
    status = {"SerialNo": serial, "PhoneNumber": "", "Fee": 1, "SessionContext": context, "Code": code, "Message": ""}
    return {"Response": {"SendStatusSet": [status], "RequestId": "r-1"}}


@asynccontextmanager
async def tencent(now_s: Callable[[], float]) -> AsyncIterator[Tencent]:
    """Run Tencent Cloud until the block ends."""
    provider = Tencent(now_s)
    await provider.start()
    try:
        yield provider
    finally:
        await provider.stop()
