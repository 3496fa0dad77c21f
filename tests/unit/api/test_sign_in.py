"""Passwords, tokens and back-off."""

from __future__ import annotations

import pytest

from hub.errors import RateLimited, Unauthenticated
from hub.model.timestamps import shift
from hub.services.accounts import Accounts, Backoff
from hub.testing.environment import FakeClock
from tests.unit.api.world import PASSWORD, World


async def _login(world: World, password: str = PASSWORD, email: str = "agent@example.cn") -> tuple[int, dict[str, str]]:
    status, answer = await world.call("POST", "/auth/login", {"email": email, "password": password})
    return status, answer


async def test_sign_in_gives_tokens_and_the_agent(world: World) -> None:
    agent = await world.add_agent("agent", skills={"refund": 5})
    status, answer = await world.call("POST", "/auth/login", {"email": " AGENT@example.cn ", "password": PASSWORD})
    assert status == 200
    assert set(answer) == {"token", "expires_at", "refresh_token", "refresh_expires_at", "agent"}
    assert answer["agent"]["id"] == agent.id
    assert answer["agent"]["skills"] == {"refund": 5}
    assert answer["agent"]["presence"] == {"status": "offline", "used": 0, "capacity": 5}
    assert "password_hash" not in answer["agent"]
    world.tokens["me"] = answer["token"]
    assert (await world.call("GET", "/auth/me", as_="me"))[1] == answer["agent"]


async def test_unknown_people_and_wrong_passwords_hear_the_same(world: World) -> None:
    await world.add_agent("agent")
    wrong = await _login(world, "wrong password")
    unknown = await _login(world, "wrong password", "nobody@example.cn")
    assert wrong == unknown
    assert wrong[0] == 401


async def test_a_refresh_token_is_good_once(world: World) -> None:
    await world.add_agent("agent")
    _, first = await _login(world)
    status, second = await world.call("POST", "/auth/refresh", {"refresh_token": first["refresh_token"]})
    assert status == 200
    assert second["refresh_token"] != first["refresh_token"]
    assert (await world.call("POST", "/auth/refresh", {"refresh_token": first["refresh_token"]}))[0] == 401
    # Using it twice ended the whole family: the newest one is void as well.
    assert (await world.call("POST", "/auth/refresh", {"refresh_token": second["refresh_token"]}))[0] == 401


async def test_refresh_tokens_end_after_two_weeks(world: World) -> None:
    await world.add_agent("agent")
    _, first = await _login(world)
    services = world.services
    later = Accounts(
        directory=services.directory,
        records=services.records,
        secrets=services.secrets,
        clock=FakeClock(shift(world.clock.now(), 14 * 86400 + 1)),
        ids=services.core.ids,
    )
    with pytest.raises(Unauthenticated):
        await later.refresh(first["refresh_token"])
    assert await later.forget_old(world.store) == 2
    assert await later.forget_old(world.store) == 0


async def test_signing_out_ends_the_family(world: World) -> None:
    await world.add_agent("agent")
    _, first = await _login(world)
    status, body = await world.call("POST", "/auth/logout", {"refresh_token": first["refresh_token"]})
    assert (status, body) == (204, None)
    assert (await world.call("POST", "/auth/refresh", {"refresh_token": first["refresh_token"]}))[0] == 401
    assert (await world.call("POST", "/auth/logout", {"refresh_token": "unknown.token"}))[0] == 204


@pytest.mark.parametrize("change", [{"password": "another password"}, {"disabled": True}])
async def test_a_new_password_or_a_disabled_account_ends_every_token(change: dict[str, object], world: World) -> None:
    await world.add_agent("admin")
    agent = await world.add_agent("agent")
    _, first = await _login(world)
    assert (await world.call("PATCH", f"/agents/{agent.id}", change, as_="admin"))[0] == 200
    assert (await world.call("GET", "/auth/me", as_="agent"))[0] == 401
    assert (await world.call("POST", "/auth/refresh", {"refresh_token": first["refresh_token"]}))[0] == 401


async def test_guessing_is_slowed_down_and_the_true_user_elsewhere_is_not(world: World) -> None:
    await world.add_agent("agent")
    statuses = [(await _login(world, f"guess {number}"))[0] for number in range(8)]
    assert statuses[:5] == [401] * 5
    assert statuses[-1] == 429
    # The right password does not help from here; from another address it does.
    refused = await world.send("POST", "/api/v1/auth/login", {"email": "agent@example.cn", "password": PASSWORD})
    assert refused.status == 429
    assert int(refused.headers["Retry-After"]) >= 1
    assert (await world.services.accounts.login("agent@example.cn", PASSWORD, "elsewhere")).token
    await world.clock.advance(float(refused.headers["Retry-After"]))
    assert (await _login(world))[0] == 200


async def test_the_wait_doubles_up_to_five_minutes_and_is_forgotten() -> None:
    clock = FakeClock()
    backoff = Backoff(clock)
    waits = []
    for _ in range(20):
        try:
            backoff.begin("a@b", "1.2.3.4")
        except RateLimited as error:
            waits.append(error.retry_after)
            await clock.advance(error.retry_after)
            backoff.begin("a@b", "1.2.3.4")
    assert waits[:4] == [1.0, 2.0, 4.0, 8.0]
    assert max(waits) == 300.0
    await clock.advance(3600)
    backoff.begin("a@b", "1.2.3.4")


def test_one_address_that_tries_many_accounts_is_slowed_down() -> None:
    backoff = Backoff(FakeClock())
    for number in range(Backoff.FREE_PER_ADDRESS):
        backoff.begin(f"agent{number}@example.cn", "1.2.3.4")
    with pytest.raises(RateLimited):
        backoff.begin("one more@example.cn", "1.2.3.4")
    backoff.begin("one more@example.cn", "5.6.7.8")


async def test_two_refreshes_at_once_do_not_both_win(world: World) -> None:
    await world.add_agent("agent")
    accounts = world.services.accounts
    pair = await accounts.login("agent@example.cn", PASSWORD, "here")
    family_id = pair.refresh_token.partition(".")[0]
    agent = world.services.directory.agent(pair.agent_id)
    assert agent is not None
    await accounts._turn(agent, family_id, 2)
    with pytest.raises(Unauthenticated):
        await accounts._turn(agent, family_id, 2)
