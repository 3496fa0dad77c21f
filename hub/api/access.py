"""Who may make a call: the matrix of interface.md, as sets of roles that every route names.

A route without an access does not exist, and a test walks over all routes with all roles.
"""

from __future__ import annotations

from dataclasses import dataclass

from hub.errors import Forbidden
from hub.model.agent import ROLES, Agent, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may make a call: staff with one of the roles, visitors of the web chat, or everybody."""

    roles: frozenset[Role] = frozenset()
    visitor: bool = False
    public: bool = False

    def check(self, agent: Agent) -> None:
        """Refuse staff who have none of the roles.

        Raises:
            Forbidden: always in that case, before anything of the request is read.
        """
        if self.roles.isdisjoint(agent.roles):
            raise Forbidden("Your role does not allow this.")

    def describe(self) -> str:
        """Say it in words, for the documentation."""
        if self.public:
            return "everybody"
        people = [role for role in ROLES if role in self.roles]
        return ", ".join([*people, *(["visitor"] if self.visitor else [])])


def staff(*roles: Role) -> Access:
    """Return the access of staff with one of the roles."""
    return Access(roles=frozenset(roles))


PUBLIC = Access(public=True)
VISITORS = Access(visitor=True)
EVERYBODY = staff("admin", "supervisor", "agent", "trainer", "auditor")
ADMIN = staff("admin")
LEADERS = staff("admin", "supervisor")
READ_ALL = staff("admin", "supervisor", "auditor")
SERVE = staff("admin", "supervisor", "agent")
READ_SERVICE = staff("admin", "supervisor", "agent", "auditor")
TRAIN = staff("admin", "trainer")
READ_BOTS = staff("admin", "supervisor", "trainer", "auditor")
TRY_BOTS = staff("admin", "supervisor", "trainer")
"""Calls that write nothing, but are no reading either."""
UPLOAD = Access(roles=SERVE.roles, visitor=True)
