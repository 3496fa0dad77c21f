"""The usual rules, offered to a new workspace: emergencies, threats to leave, requests about personal data.

Words that leave little doubt, in Chinese and English; people add their own. Adding them again changes nothing that is
there, under whatever id: a rule that was removed and restored, or came with a bundle, is still the same rule.
"""

from __future__ import annotations

import msgspec

from hub.errors import Conflict
from hub.model.ids import RuleId
from hub.model.queues import RoutingRule, RuleThen, RuleWhen
from hub.services.directory import Directory
from hub.services.records import Records

_EMERGENCY_ZH = (
    "起火 着火 失火 冒烟 自燃 爆炸 触电 漏电 受伤 烫伤 烧伤 炸伤 流血 中毒 昏迷 晕倒 救命 急救 报警 电池漏液 电池漏水 "
    "电池鼓包 电池膨胀 燃气泄漏 煤气泄漏 煤气味 生命危险 自杀"
)
_EMERGENCY_EN = (
    "fire, smoke, smoking, sparks, explosion, exploded, electric shock, electrocuted, injured, injury, bleeding, "
    "burned my, burnt my, poisoned, unconscious, gas leak, smell gas, battery leak, battery is leaking, "
    "swollen battery, call the police, ambulance, suicide"
)
_SENSITIVE_ZH = (
    "删除我的个人信息 删除个人信息 删除我的信息 删除我的数据 删除个人数据 清除我的数据 注销账号 注销账户 注销我的账号 "
    "导出我的数据 导出个人信息 我的个人信息副本 查询我的个人信息 更正我的个人信息 撤回同意 撤回授权 身份证 银行卡号 "
    "信息泄露 数据泄露 隐私泄露 泄露我的 被盗刷 个人信息保护法 实名信息"
)
_SENSITIVE_EN = (
    "delete my data, delete my account, delete my personal data, delete my information, erase my data, "
    "right to be forgotten, right to erasure, export my data, copy of my data, copy of my personal data, "
    "data subject request, subject access request, GDPR, CCPA, PIPL, withdraw my consent, data breach, data leak, "
    "leaked my data, identity theft, my passport number, my social security number"
)


def _words(chinese: str, english: str) -> tuple[str, ...]:
    return (*chinese.split(), *(word.strip() for word in english.split(",")))


USUAL: tuple[RoutingRule, ...] = (
    RoutingRule(
        id=RuleId("usual-emergency"),
        name="紧急情况 / Emergency",
        when=RuleWhen(words=_words(_EMERGENCY_ZH, _EMERGENCY_EN)),
        then=RuleThen(first="person", priority=0, lane="emergency"),
    ),
    RoutingRule(
        id=RuleId("usual-sensitive"),
        name="个人信息请求 / Personal data",
        when=RuleWhen(words=_words(_SENSITIVE_ZH, _SENSITIVE_EN)),
        then=RuleThen(first="person", lane="reviewed"),
    ),
    RoutingRule(
        id=RuleId("usual-threat"),
        name="扬言离开或曝光 / Threatens to leave or complain",
        when=RuleWhen(feelings=("threatening",)),
        then=RuleThen(first="person", priority=1),
    ),
)


def usual_rules(after: int = -1) -> list[RoutingRule]:
    """Return the usual rules in their order, at the positions after the given one."""
    return [msgspec.structs.replace(rule, position=place) for place, rule in enumerate(USUAL, start=after + 1)]


async def add_usual_rules(records: Records, directory: Directory) -> list[RoutingRule]:
    """Add those of the usual rules that are not there, after the others; return all rules in their order.

    One is there if some rule says the same or has its name, whatever its id is and whether it is on or off.
    """
    there = directory.routing_rules()
    last = max((rule.position for rule in there), default=-1)
    for rule in usual_rules(after=last):
        if any(_is_the_same(rule, one) for one in there):
            continue
        try:
            await records.create(rule)
        except Conflict:
            # It was there once, and removed: its name goes on counting.
            await records.put_plain("routing_rule", rule.id, msgspec.json.encode(rule))
    return directory.routing_rules()


def _is_the_same(usual: RoutingRule, other: RoutingRule) -> bool:
    same_words = set(usual.when.words) == set(other.when.words)
    says_the_same = same_words and msgspec.structs.replace(other.when, words=usual.when.words) == usual.when
    return other.id == usual.id or other.name == usual.name or (says_the_same and other.then == usual.then)
