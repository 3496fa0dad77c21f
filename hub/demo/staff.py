"""The people who work in the demo shop: one account a role, three for agents, and the teams and skills they share.

The passwords are public. They belong to a workspace that anybody may look at; `--demo` is not for real customers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.model.agent import Role

DOMAIN = "demo.huike.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One member of the demo staff; `key` is how the stories call them."""

    key: str
    name: str
    password: str
    role: Role
    skills: Mapping[str, int] = field(default_factory=dict)
    languages: tuple[str, ...] = ("zh", "en")
    teams: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        """Return the address that the account signs in with."""
        return f"{self.key}@{DOMAIN}"


STAFF: tuple[Account, ...] = (
    Account(
        key="lina",
        name="李娜 Li Na",
        password="demo-lina-1",
        role="agent",
        skills={"orders": 8, "refunds": 9, "billing": 5, "privacy": 6},
        teams=("after_sales", "billing"),
    ),
    Account(
        key="wangqiang",
        name="王强 Wang Qiang",
        password="demo-wangqiang-1",
        role="agent",
        skills={"orders": 6, "technical": 9},
        teams=("after_sales",),
    ),
    Account(
        key="emma",
        name="Emma Brown",
        password="demo-emma-1",
        role="agent",
        skills={"orders": 7, "billing": 8, "refunds": 6, "technical": 4, "privacy": 8},
        teams=("sales", "billing"),
    ),
    Account(key="supervisor", name="周敏 Zhou Min", password="demo-supervisor-1", role="supervisor"),
    Account(key="trainer", name="林悦 Lin Yue", password="demo-trainer-1", role="trainer"),
    Account(key="auditor", name="何明 He Ming", password="demo-auditor-1", role="auditor"),
    Account(key="admin", name="管理员 Admin", password="demo-admin-1", role="admin"),
)

TEAMS: Mapping[str, str] = {
    "sales": "售前 Sales",
    "after_sales": "售后 After-sales",
    "billing": "财务 Billing",
}
SKILLS: Mapping[str, Mapping[str, str]] = {
    "orders": {"zh": "订单", "en": "Orders"},
    "billing": {"zh": "账单", "en": "Billing"},
    "technical": {"zh": "技术", "en": "Technical"},
    "refunds": {"zh": "退款", "en": "Refunds"},
    "privacy": {"zh": "个人信息", "en": "Privacy"},
}
