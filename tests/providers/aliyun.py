"""A strict stand-in of Aliyun's SMS API: signature, nonce, clock, template, numbers and the limit of each number.

It computes signatures by its own means, and answers business errors with status 200 as the real one does.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from urllib.parse import quote

from aiohttp import web

from hub.testing.channel_ground import Heard
from tests.providers.cloud_sms import CloudSms

KEY_ID, KEY_SECRET = "LTAI-test-key", "the-access-key-secret"
SIGN_NAME, TEMPLATE, VARIABLE = "汇客", "SMS_15301", "content"
_AUTHORIZATION = re.compile(r"ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})")
_NEEDED = {"host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"}
_NUMBER = re.compile(r"1[3-9]\d{9}|[2-9]\d{6,14}")


class Aliyun(CloudSms):
    """One account with one approved signature and template."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        super().__init__(now_s)
        self.per_number = 100
        self.content = f"您好，${{{VARIABLE}}}"
        self._nonces: set[str] = set()

    def throttled(self) -> tuple[int, Any]:
        return 400, {"Code": "Throttling.User", "Message": "Request was denied due to user flow control."}

    def rejected(self) -> tuple[int, Any]:
        return 200, {"Code": "isv.MOBILE_NUMBER_ILLEGAL", "Message": "no", "RequestId": "r-1"}

    def respond(self, request: web.Request, body: bytes) -> tuple[int, Any]:
        code = self._fault(request, body)
        if code:
            self.faults.append(code)
            return 400, {"Code": code, "Message": "no", "RequestId": "r-1"}
        match request.headers["x-acs-action"]:
            case "SendSms":
                return self._send(dict(request.query))
            case "QuerySmsTemplate":
                is_mine = request.query.get("TemplateCode") == TEMPLATE
                found = {"Code": "OK", "TemplateStatus": 1, "TemplateContent": self.content}
                return 200, found if is_mine else {"Code": "isv.SMS_TEMPLATE_ILLEGAL"}
            case "QuerySmsSign":
                is_mine = request.query.get("SignName") == SIGN_NAME
                return 200, {"Code": "OK", "SignStatus": 1} if is_mine else {"Code": "isv.SMS_SIGNATURE_ILLEGAL"}
            case _:
                return 404, {"Code": "InvalidAction.NotFound"}

    def _send(self, query: dict[str, str]) -> tuple[int, Any]:
        number = query.get("PhoneNumbers", "")
        code = "OK"
        if not (_NUMBER.fullmatch(number) or number in self.known):
            code = "isv.MOBILE_NUMBER_ILLEGAL"
        elif query.get("SignName") != SIGN_NAME:
            code = "isv.SMS_SIGNATURE_ILLEGAL"
        elif query.get("TemplateCode") != TEMPLATE:
            code = "isv.SMS_TEMPLATE_ILLEGAL"
        elif set(json.loads(query.get("TemplateParam", "{}"))) != {VARIABLE}:
            code = "isv.TEMPLATE_MISSING_PARAMETERS"
        elif len(json.loads(query["TemplateParam"])[VARIABLE]) > 500:
            code = "isv.PARAM_LENGTH_LIMIT"
        elif sum(each.address == number for each in self.heard) >= self.per_number:
            code = "isv.BUSINESS_LIMIT_CONTROL"
        if code != "OK":
            return 200, {"Code": code, "Message": "no", "RequestId": "r-1"}
        text = json.loads(query["TemplateParam"])[VARIABLE]
        self.heard.append(Heard(key=query.get("OutId"), address=number, text=text))
        return 200, {"Code": "OK", "Message": "OK", "BizId": f"biz-{len(self.heard)}^0", "RequestId": "r-1"}

    def _fault(self, request: web.Request, body: bytes) -> str:
        given = _AUTHORIZATION.fullmatch(request.headers.get("Authorization", ""))
        if given is None or not set(given[2].split(";")) >= _NEEDED:
            return "IncompleteSignature"
        if given[1] != KEY_ID:
            return "InvalidAccessKeyId.NotFound"
        if request.headers["x-acs-content-sha256"] != hashlib.sha256(body).hexdigest():
            return "SignatureDoesNotMatch"
        if request.headers["x-acs-version"] != "2017-05-25":
            return "InvalidVersion"
        signed_at = datetime.fromisoformat(request.headers["x-acs-date"]).timestamp()
        if abs(signed_at - self.now_s()) > 900:
            return "InvalidTimeStamp.Expired"
        names = given[2].split(";")
        query = "&".join(
            f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sorted(request.query.items())
        )
        lines = [request.method, request.path, query]
        lines += [f"{name}:{request.headers[name].strip()}" for name in names]
        lines += ["", ";".join(names), hashlib.sha256(body).hexdigest()]
        to_sign = "ACS3-HMAC-SHA256\n" + hashlib.sha256("\n".join(lines).encode()).hexdigest()
        right = hmac.new(KEY_SECRET.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
        if given[3] != right:
            return "SignatureDoesNotMatch"
        nonce = request.headers["x-acs-signature-nonce"]
        if nonce in self._nonces:
            return "SignatureNonceUsed"
        self._nonces.add(nonce)
        return ""


@asynccontextmanager
async def aliyun(now_s: Callable[[], float]) -> AsyncIterator[Aliyun]:
    """Run Aliyun until the block ends."""
    provider = Aliyun(now_s)
    await provider.start()
    try:
        yield provider
    finally:
        await provider.stop()
