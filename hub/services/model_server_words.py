"""What became of a question to the model server, in plain words for administrators."""

from __future__ import annotations

from collections.abc import Mapping

from hub.ports.abilities import Words
from hub.ports.model_server import ModelFaultReason

SAID_READY: Words = {"zh-CN": "模型服务已应答，可以使用。", "en": "The model server answers and can be used."}
_SAID: Mapping[ModelFaultReason, tuple[str, str]] = {
    "unreachable": (
        "连接不上：请检查地址、端口、证书，以及服务是否在运行。",
        "It cannot be reached: check address, port and certificate, and whether the server runs.",
    ),
    "slow": (
        "没有在时限内答完：请调大时限，或换一个更快的模型。",
        "It did not finish within the time limit: allow more time, or take a faster model.",
    ),
    "refused": ("密钥不对，或没有权限。", "It refuses the key, or the key may not use this model."),
    "not_found": (
        "地址或模型名不存在：地址通常以 /v1 结尾。",
        "It knows no such address or model: the address usually ends in /v1.",
    ),
    "busy": ("请求太多，或额度已用完。", "It is asked too much, or the credit is used up."),
    "redirected": (
        "它要求跳转到别处，我们不跟随：请填写最终地址。",
        "It redirects elsewhere, which is not followed: set the final address.",
    ),
    "rejected": ("它不接受这样的请求：请检查模型名。", "It does not take the request: check the model's name."),
    "broken": ("它内部出错了。", "It has an error of its own."),
    "nonsense": (
        "它的应答不是聊天补全格式：这个地址可能不是模型接口。",
        "Its answer is no chat completion: the address may not be a model's interface.",
    ),
    "empty": ("它的应答里没有文字。", "Its answer has no words in it."),
}


def said_of(reason: ModelFaultReason, status: int | None = None) -> Words:
    """Return the sentence about a reason, with the status that came over HTTP where it is an error's."""
    chinese, english = _SAID[reason]
    if status is None or status == 200:
        return {"zh-CN": chinese, "en": english}
    return {"zh-CN": f"{chinese}（HTTP {status}）", "en": f"{english} (HTTP {status})"}
