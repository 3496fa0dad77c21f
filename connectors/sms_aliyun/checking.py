"""The test of the settings: the AccessKey, the template with its variable, the signature, and the callback token."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from connectors._http import Answer
from connectors._sms.checking import no_token, result
from connectors._sms.reading import answer_of, word_of
from connectors.sms_aliyun.codes import trouble_of
from connectors.sms_aliyun.wire import Template
from hub.ports.abilities import CheckResult
from hub.ports.channel import SendDelayed, SendRefused, SendUnknown

Call = Callable[[str, Mapping[str, str]], Awaitable[Answer]]
_APPROVED = "1"


async def check_settings(call: Call, template: Template, *, has_token: bool) -> Sequence[CheckResult]:
    """Return what Aliyun says of each part; nothing is sent to anybody."""
    results = [await _template(call, template)]
    if results[0].is_ok:
        results.append(await _sign(call, template))
    if not has_token:
        results.append(no_token())
    return results


async def _template(call: Call, template: Template) -> CheckResult:
    fields, failure = await _asked(call, "QuerySmsTemplate", {"TemplateCode": template.code})
    if failure is not None:
        return failure
    if word_of(fields, "TemplateStatus") != _APPROVED:
        return result("template_code", False, "The template is not approved yet.", "模板尚未审核通过。")
    if f"${{{template.variable}}}" not in word_of(fields, "TemplateContent"):
        english = f"The template has no variable ${{{template.variable}}}: set its name in the channel's settings."
        return result(
            "template_variable", False, english, f"模板中没有变量 ${{{template.variable}}}，请在设置中填写变量名。"
        )
    return result("template_code", True, "Aliyun accepts the AccessKey and the template.", "AccessKey 和模板可用。")


async def _sign(call: Call, template: Template) -> CheckResult:
    fields, failure = await _asked(call, "QuerySmsSign", {"SignName": template.sign_name})
    if failure is not None:
        return failure
    if word_of(fields, "SignStatus") != _APPROVED:
        return result("sign_name", False, "The signature is not approved yet.", "签名尚未审核通过。")
    return result("sign_name", True, "The signature is approved.", "签名可用。")


async def _asked(call: Call, action: str, query: Mapping[str, str]) -> tuple[Mapping[str, object], CheckResult | None]:
    try:
        answer = await call(action, query)
    except (SendRefused, SendDelayed, SendUnknown) as error:
        return {}, result(
            "access_key_id", False, f"Aliyun was asked in vain: {error}", "无法连接阿里云：请检查网络和服务地址。"
        )
    fields = answer_of(answer.body)
    code = word_of(fields, "Code")
    if code == "OK":
        return fields, None
    english = trouble_of(code)[1] if code else f"Aliyun answered {answer.status}."
    return fields, result(
        "access_key_id", False, english, f"阿里云拒绝了请求（{code[:60] or answer.status}），请检查设置。"
    )
