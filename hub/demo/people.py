"""The customers of the demo shop. All names, numbers and addresses are made up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from hub.model.customer import AttributeValue, Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One sample customer; `key` is how the stories call them. Phone and mail count as proved: the shop signs them."""

    key: str
    name: str
    language: Literal["zh", "en"]
    level: Level = "normal"
    tags: tuple[str, ...] = ()
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    phone: str = ""
    email: str = ""


PEOPLE: tuple[Person, ...] = (
    Person(
        key="zhangwei",
        name="张伟",
        language="zh",
        attributes={"city": "北京", "last_order": "HK20260001"},
        phone="+8613900000101",
    ),
    Person(
        key="liufang",
        name="刘芳",
        language="zh",
        level="vip",
        tags=("会员 Member",),
        attributes={"city": "上海", "orders": 23, "last_order": "HK20260003"},
        phone="+8613900000102",
        email="liufang@mail.example",
    ),
    Person(key="chenjing", name="陈静", language="zh", attributes={"city": "广州"}, phone="+8613900000103"),
    Person(
        key="wanglei",
        name="王磊",
        language="zh",
        attributes={"city": "杭州", "company": "杭州云栖茶舍"},
        email="wanglei@mail.example",
    ),
    Person(
        key="zhaomin",
        name="赵敏",
        language="zh",
        level="vip",
        tags=("会员 Member", "回访 Follow-up"),
        attributes={"city": "成都", "orders": 41},
        phone="+8613900000105",
    ),
    Person(key="sunli", name="孙丽", language="zh", attributes={"city": "南京", "last_order": "HK20260004"}),
    Person(key="zhoutao", name="周涛", language="zh", attributes={"city": "武汉"}, phone="+8613900000107"),
    Person(
        key="wuguifang",
        name="吴桂芳",
        language="zh",
        tags=("长辈 Senior",),
        attributes={"city": "西安", "prefers": "电话"},
        phone="+8613900000108",
    ),
    Person(
        key="heyutong",
        name="何雨桐",
        language="zh",
        attributes={"city": "深圳", "last_order": "HK20260005"},
        email="heyutong@mail.example",
    ),
    Person(key="majianguo", name="马建国", language="zh", attributes={"city": "沈阳"}, phone="+8613900000110"),
    Person(
        key="olivia",
        name="Olivia Carter",
        language="en",
        attributes={"city": "Shanghai", "last_order": "HK20260002"},
        email="olivia.carter@mail.example",
    ),
    Person(key="james", name="James Miller", language="en", attributes={"city": "Beijing"}, phone="+8613900000112"),
    Person(
        key="sofia",
        name="Sofia Rossi",
        language="en",
        level="vip",
        tags=("会员 Member",),
        attributes={"city": "Shenzhen", "orders": 17, "company": "Caffè Rossi"},
        email="sofia@rossi.example",
    ),
    Person(key="daniel", name="Daniel Kim", language="en", attributes={"city": "Suzhou"}, phone="+8613900000114"),
    Person(key="priya", name="Priya Nair", language="en", attributes={"city": "Guangzhou"}),
    Person(
        key="lucas",
        name="Lucas Weber",
        language="en",
        attributes={"city": "Hangzhou", "last_order": "HK20260003"},
        email="lucas.weber@mail.example",
    ),
)
