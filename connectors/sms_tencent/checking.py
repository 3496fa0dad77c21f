"""The test of the settings: the keys, the template with its parameter, and the callback token. Nothing is sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import msgspec

from connectors._http import Answer
from connectors._sms.checking import no_token, result
from connectors._sms.reading import word_of
from connectors.sms_tencent.codes import trouble_of
from connectors.sms_tencent.wire import Template, error_code, response_of
from hub.ports.abilities import CheckResult
from hub.ports.channel import SendDelayed, SendRefused, SendUnknown

Call = Callable[[str, bytes], Awaitable[Answer]]
_APPROVED = "0"
_FIRST_PARAMETER = "{1}"


async def check_settings(call: Call, template: Template, *, has_token: bool) -> Sequence[CheckResult]:
    """Return what Tencent Cloud says of the keys and the template."""
    results = [await _template(call, template)]
    if not has_token:
        results.append(no_token())
    return results


async def _template(call: Call, template: Template) -> CheckResult:
    if not template.template_id.isascii() or not template.template_id.isdigit():
        return result("template_id", False, "The template id is a number.", "模板 ID 应为数字。")
    body = msgspec.json.encode({"International": 0, "TemplateIdSet": [int(template.template_id[:15])]})
    try:
        answer = await call("DescribeSmsTemplateList", body)
    except (SendRefused, SendDelayed, SendUnknown) as error:
        english = f"Tencent Cloud was asked in vain: {error}"
        return result("secret_id", False, english, "无法连接腾讯云：请检查网络和服务地址。")
    response = response_of(answer)
    if code := error_code(response):
        return result("secret_id", False, trouble_of(code)[1], f"腾讯云拒绝了请求（{code[:80]}），请检查设置。")
    found = response.get("DescribeTemplateStatusSet")
    if not isinstance(found, list):
        return result("secret_id", False, f"Tencent Cloud answered {answer.status}.", f"腾讯云返回 {answer.status}。")
    first = found[0] if found and isinstance(found[0], dict) else {}
    if word_of(first, "StatusCode") != _APPROVED:
        return result(
            "template_id", False, "The template is not there or not approved yet.", "模板不存在或尚未审核通过。"
        )
    if _FIRST_PARAMETER not in word_of(first, "TemplateContent"):
        return result("template_id", False, "The template has no parameter {1}.", "模板中没有参数 {1}。")
    return result("template_id", True, "Tencent Cloud accepts the keys and the template.", "密钥和模板可用。")
