"""Idempotency-Key: the first answer again, and nothing twice."""

from __future__ import annotations

import asyncio

import pytest

from hub.api.idempotency import ABANDONED_S, KEPT_S, Answers
from hub.api.problems import Answer
from hub.errors import Conflict, InvalidInput, NotFound, Unavailable
from hub.model.timestamps import shift
from hub.testing.environment import FakeClock, SeededIds
from tests.unit.api.world import World


def _answers(world: World, *, is_sole_writer: bool = False, seed: str = "one", later_s: float = 0) -> Answers:
    return Answers(
        records=world.services.records,
        secrets=world.services.secrets,
        clock=FakeClock(shift(world.clock.now(), later_s)),
        ids=SeededIds(seed),
        is_sole_writer=is_sole_writer,
    )


class Counted:
    """A request that counts its runs."""

    def __init__(self, answer: Answer | Exception | None = None) -> None:
        self.runs = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self._answer = answer

    async def __call__(self) -> Answer:
        self.runs += 1
        await self.gate.wait()
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer or Answer(status=201, body=b'{"run": %d}' % self.runs)


async def test_a_repeat_gets_the_first_answer(staffed: World) -> None:
    first = await staffed.send("POST", "/api/v1/teams", {"name": "A"}, as_="admin", Idempotency_Key="k1")
    again = await staffed.send("POST", "/api/v1/teams", {"name": "A"}, as_="admin", Idempotency_Key="k1")
    assert (first.status, again.status) == (201, 201)
    assert await first.json() == await again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(staffed.services.directory.teams()) == 1


async def test_another_body_under_the_same_key_is_422(staffed: World) -> None:
    await staffed.call("POST", "/teams", {"name": "A"}, as_="admin", Idempotency_Key="k1")
    status, problem = await staffed.call("POST", "/teams", {"name": "B"}, as_="admin", Idempotency_Key="k1")
    assert (status, problem["type"]) == (422, "key-reused")
    assert [team.name for team in staffed.services.directory.teams()] == ["A"]


async def test_keys_of_two_callers_are_two_keys(staffed: World) -> None:
    body = {"shortcut": "hi", "text": "Hello"}
    one = await staffed.call("POST", "/canned-replies", body, as_="admin", Idempotency_Key="k")
    two = await staffed.call("POST", "/canned-replies", body, as_="agent", Idempotency_Key="k")
    assert one[1]["id"] != two[1]["id"]


async def test_a_corrected_request_may_use_its_key_again(staffed: World) -> None:
    assert (await staffed.call("POST", "/teams", {"nam": "A"}, as_="admin", Idempotency_Key="k"))[0] == 422
    assert (await staffed.call("POST", "/teams", {"name": "A"}, as_="admin", Idempotency_Key="k"))[0] == 201


async def test_a_conflict_is_an_answer_too(staffed: World) -> None:
    await staffed.call("POST", "/teams", {"name": "A"}, as_="admin")
    for _ in range(2):
        status, problem = await staffed.call("POST", "/teams", {"name": "A"}, as_="admin", Idempotency_Key="k")
        assert (status, problem["type"]) == (409, "name-taken")


@pytest.mark.parametrize("key", ["", " \t", "x" * 256])
async def test_a_key_must_be_a_key(key: str, world: World) -> None:
    run = Counted()
    if key.strip():
        with pytest.raises(InvalidInput):
            await _answers(world).once(key, caller="a", fingerprint=b"f", run=run)
    else:
        with pytest.raises(InvalidInput):
            await _answers(world).once(key.strip(), caller="a", fingerprint=b"f", run=run)
    assert run.runs == 0


async def test_a_duplicate_waits_for_the_first_to_end(world: World) -> None:
    answers, run = _answers(world), Counted()
    run.gate.clear()
    both = [asyncio.create_task(answers.once("k", caller="a", fingerprint=b"f", run=run)) for _ in range(5)]
    for _ in range(20):
        await asyncio.sleep(0)
    run.gate.set()
    given = await asyncio.gather(*both)
    assert run.runs == 1
    assert {answer.body for answer in given} == {b'{"run": 1}'}


async def test_a_duplicate_on_another_node_does_not_run(world: World) -> None:
    run = Counted()
    run.gate.clear()
    first = asyncio.create_task(_answers(world).once("k", caller="a", fingerprint=b"f", run=run))
    for _ in range(20):
        await asyncio.sleep(0)
    with pytest.raises(Conflict) as caught:
        await _answers(world, seed="two").once("k", caller="a", fingerprint=b"f", run=run)
    assert caught.value.type == "in-progress"
    run.gate.set()
    await first
    assert (await _answers(world, seed="two").once("k", caller="a", fingerprint=b"f", run=run)).status == 201
    assert run.runs == 1


async def test_answers_survive_a_restart(world: World) -> None:
    run = Counted()
    first = await _answers(world, seed="one").once("k", caller="a", fingerprint=b"f", run=run)
    again = await _answers(world, seed="two").once("k", caller="a", fingerprint=b"f", run=run)
    assert (again.status, again.body, run.runs) == (first.status, first.body, 1)


async def test_a_request_lost_in_a_crash_runs_again_later(world: World) -> None:
    lost = Counted(RuntimeError("the power went out"))
    with pytest.raises(RuntimeError):
        await _answers(world).once("k", caller="a", fingerprint=b"f", run=lost)
    run = Counted()
    with pytest.raises(Conflict):
        await _answers(world, seed="two").once("k", caller="a", fingerprint=b"f", run=run)
    await _answers(world, seed="three", later_s=ABANDONED_S).once("k", caller="a", fingerprint=b"f", run=run)
    assert run.runs == 1


async def test_after_a_restart_of_the_only_process_nobody_waits(world: World) -> None:
    lost = Counted(RuntimeError("the power went out"))
    with pytest.raises(RuntimeError):
        await _answers(world).once("k", caller="a", fingerprint=b"f", run=lost)
    run = Counted()
    await _answers(world, seed="two", is_sole_writer=True).once("k", caller="a", fingerprint=b"f", run=run)
    assert run.runs == 1


async def test_our_own_trouble_is_not_kept(world: World) -> None:
    answers = _answers(world)
    troubled = Counted(Unavailable("later"))
    assert (await answers.once("k", caller="a", fingerprint=b"f", run=troubled)).status == 503
    run = Counted()
    assert (await answers.once("k", caller="a", fingerprint=b"f", run=run)).status == 201
    missing = Counted(NotFound("gone"))
    assert (await answers.once("m", caller="a", fingerprint=b"f", run=missing)).status == 404


async def test_answers_are_forgotten_after_a_day(world: World) -> None:
    run = Counted()
    await _answers(world).once("k", caller="a", fingerprint=b"f", run=run)
    second_day = _answers(world, seed="two", later_s=KEPT_S + 1)
    await second_day.once("k", caller="a", fingerprint=b"other", run=run)
    assert run.runs == 2
    third_day = _answers(world, seed="three", later_s=2 * KEPT_S + 2)
    assert await third_day.forget_old(world.store) == 1
    assert await third_day.forget_old(world.store) == 0
    await third_day.once("k", caller="a", fingerprint=b"third", run=run)
    assert run.runs == 3


async def test_answers_at_rest_are_sealed(staffed: World) -> None:
    body = {"email": "agent@example.cn", "password": "correct horse"}
    _, answer = await staffed.call("POST", "/auth/login", body, Idempotency_Key="k")
    kept = b"".join(bytes(record.data) for record in await staffed.store.records("answer"))
    assert kept
    assert answer["token"].encode() not in kept
    assert b"correct horse" not in kept
