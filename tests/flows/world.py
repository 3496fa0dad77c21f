"""A small world in which everybody acts at random, from one seed: visitors, agents and a supervisor on a running hub.

Acts that the state forbids are refused by the hub and count as acts: a refusal must change nothing either.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from tests.flows.workspace import Workspace
from tests.support.clients import AgentClient, Json, RestError, VisitorClient

Act = Callable[[], Awaitable[bool]]


@dataclass
class World:
    """People who act. `done` counts what was carried out, `refused` what the hub did not allow."""

    made: Workspace
    dice: random.Random
    visitors: list[VisitorClient]
    agents: list[AgentClient]
    supervisor: AgentClient
    count: int = 0
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    async def act(self) -> None:
        """Let somebody do something."""
        self.count += 1
        acts: dict[str, tuple[int, Act]] = {
            "say": (9, self._say),
            "human": (3, self._human),
            "rate": (1, self._rate),
            "customer read": (2, self._customer_read),
            "accept": (9, self._accept),
            "reject": (2, self._reject),
            "send": (7, self._send),
            "note": (2, self._note),
            "read": (2, self._read),
            "label": (2, self._label),
            "transfer": (4, self._transfer),
            "close": (3, self._close),
            "reopen": (2, self._reopen),
            "take": (1, self._take),
            "presence": (2, self._presence),
            "rename": (1, self._rename),
        }
        name = self.dice.choices(list(acts), [weight for weight, _ in acts.values()])[0]
        try:
            is_done = await acts[name][1]()
        except RestError as error:
            if error.status not in (404, 409):
                raise
            is_done = False
        (self.done if is_done else self.refused)[name] += 1

    async def _say(self) -> bool:
        ack = await self.dice.choice(self.visitors).say(f"visitor says {self.count}", client_id=f"v{self.count}")
        return bool(ack["ok"])

    async def _human(self) -> bool:
        return bool((await self.dice.choice(self.visitors).act("human"))["ok"])

    async def _rate(self) -> bool:
        return bool((await self.dice.choice(self.visitors).act("rate", score=self.dice.randint(1, 5)))["ok"])

    async def _customer_read(self) -> bool:
        return bool((await self.dice.choice(self.visitors).act("read"))["ok"])

    def _agent(self) -> AgentClient:
        return self.dice.choice(self.agents)

    async def _session(self, agent: AgentClient, state: str) -> str:
        page = await agent.rest.get("/sessions", agent_id="me", state=state, limit="200")
        ids = sorted(session["id"] for session in page["items"])
        return self.dice.choice(ids) if ids else "none"

    async def _accept(self) -> bool:
        agent = self._agent()
        return bool((await agent.act("session.accept", session_id=await self._session(agent, "offered,active")))["ok"])

    async def _reject(self) -> bool:
        agent = self._agent()
        return bool((await agent.act("session.reject", session_id=await self._session(agent, "offered")))["ok"])

    async def _send(self) -> bool:
        return await self._write(note=False)

    async def _note(self) -> bool:
        return await self._write(note=True)

    async def _write(self, *, note: bool) -> bool:
        agent = self._agent()
        ack = await agent.act(
            "message.send",
            session_id=await self._session(agent, "active"),
            client_id=f"a{self.count}",
            text=f"agent says {self.count}",
            note=note,
        )
        return bool(ack["ok"])

    async def _read(self) -> bool:
        agent = self._agent()
        return bool((await agent.act("read", session_id=await self._session(agent, "active")))["ok"])

    async def _label(self) -> bool:
        agent = self._agent()
        labels = {"tags": [f"tag{self.count % 3}"], "priority": self.dice.randint(0, 9), "summary": f"sum {self.count}"}
        await agent.rest.call("PATCH", f"/sessions/{await self._session(agent, 'active')}", labels)
        return True

    async def _transfer(self) -> bool:
        agent = self._agent()
        targets: list[Json] = [{"agent_id": self._agent().agent_id}, {"skills": {}}]
        body = {"to": self.dice.choice(targets), "note": "please", "keep_place": self.dice.random() < 0.5}
        await agent.rest.post(f"/sessions/{await self._session(agent, 'active')}/transfer", body)
        return True

    async def _close(self) -> bool:
        agent = self._agent()
        await agent.rest.post(f"/sessions/{await self._session(agent, 'active')}/close")
        return True

    async def _reopen(self) -> bool:
        agent = self._agent()
        page = await agent.rest.get("/sessions", state="closed", limit="200")
        ids = sorted(session["id"] for session in page["items"]) or ["none"]
        await agent.rest.post(f"/sessions/{self.dice.choice(ids)}/reopen")
        return True

    async def _take(self) -> bool:
        page = await self.made.admin.get("/sessions", state="bot,queued,offered,active", limit="200")
        ids = sorted(session["id"] for session in page["items"]) or ["none"]
        await self.supervisor.rest.post(f"/sessions/{self.dice.choice(ids)}/take")
        return True

    async def _presence(self) -> bool:
        status = self.dice.choice(["online", "online", "away"])
        return bool((await self._agent().act("presence.set", status=status))["ok"])

    async def _rename(self) -> bool:
        visitor = self.dice.choice(self.visitors)
        await self.made.admin.call("PATCH", f"/customers/{visitor.customer_id}", {"name": f"name {self.count}"})
        return True


async def world_of(made: Workspace, stack: AsyncExitStack, seed: int) -> World:
    """Make six visitors (half of them with a bot), four agents and a supervisor."""
    bot = await made.bot()
    channels = [await made.channel(), await made.channel(bot_id=bot["id"])]
    await made.person("eve", roles=("supervisor",))
    supervisor = await stack.enter_async_context(made.signed_in("eve"))
    agents = []
    for name in ("ann", "bo", "cy", "di"):
        await made.person(name, capacity=3)
        agents.append(await stack.enter_async_context(made.signed_in(name)))
    visitors = [await stack.enter_async_context(made.visitor(channels[n % 2])) for n in range(6)]
    return World(made, random.Random(seed), visitors, agents, supervisor)
