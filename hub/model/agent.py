"""Staff: roles and what each may do, skills, and presence as the desk shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

import msgspec

from hub.model.ids import AgentId, TeamId
from hub.model.timestamps import Timestamp

Role = Literal["admin", "supervisor", "agent", "trainer", "auditor"]
ROLES: tuple[str, ...] = get_args(Role)
PresenceStatus = Literal["online", "away", "offline"]


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    """A member of staff. `password_hash` never leaves the server; skills go from level 1 to 10."""

    id: AgentId
    version: int = 1
    email: str
    name: str
    password_hash: str
    roles: tuple[Role, ...]
    skills: Mapping[str, int] = {}
    languages: tuple[str, ...] = ()
    capacity: int = 5
    team_ids: tuple[TeamId, ...] = ()
    status: PresenceStatus = "offline"
    created_at: Timestamp
    disabled: bool = False

    def has(self, *roles: Role) -> bool:
        """Tell whether the agent has at least one of the roles."""
        return any(role in self.roles for role in roles)

    @property
    def sees_all(self) -> bool:
        """Tell whether the agent may read every session."""
        return self.has("admin", "supervisor", "auditor")

    @property
    def steers_all(self) -> bool:
        """Tell whether the agent may act on sessions that somebody else holds."""
        return self.has("admin", "supervisor")


class Presence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the desk shows of an agent: status, units in use, units in all.

    `unresponsive`: offers ran out unanswered, so there are no more until the agent accepts, rejects or chooses `online`
    anew.
    """

    status: PresenceStatus
    used: int
    capacity: int
    unresponsive: bool = False
