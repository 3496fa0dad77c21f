"""The simulator: repeatable, in agreement with theory on short days, honest about what it cannot answer."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from routing import decisions as d
from routing import erlang
from routing import events as e
from routing.engine import Engine
from routing.simulate import Demand, Habits, Plan, Profile, simulate
from routing.staffing import staffing
from tests.unit.routing.days import TALK_S, by_priority, churn, plain, wallace_whitt
from tests.unit.routing.referee import Referee


def test_the_same_seed_gives_the_same_day() -> None:
    plan = plain(load=0.8, agents=4, hours=10)
    assert simulate(plan, Random(3)) == simulate(plan, Random(3))
    assert simulate(plan, Random(3)) != simulate(plan, Random(4))


def test_the_share_that_waits_is_that_of_erlang_c() -> None:
    outcome = simulate(plain(load=0.7, agents=6, hours=250), Random(1))
    assert outcome.total.waited == pytest.approx(erlang.erlang_c(4.2, 6), rel=0.08)
    assert outcome.utilisation == pytest.approx(0.7, rel=0.04)
    assert outcome.total.mean_s == pytest.approx(erlang.mean_wait(4.2 / TALK_S, TALK_S, 6), rel=0.15)


def test_those_who_give_up_are_as_many_as_erlang_a_says() -> None:
    outcome = simulate(plain(load=1.1, agents=5, hours=150, patience_s=120), Random(1))
    share, wait = erlang.impatient(5.5 / TALK_S, TALK_S, 5, 120)
    assert outcome.total.gave_up / outcome.total.asked == pytest.approx(share, rel=0.08)
    assert outcome.total.mean_s == pytest.approx(wait, rel=0.08)


def test_a_better_class_waits_less() -> None:
    waits = simulate(by_priority(load=0.9, agents=6, hours=60), Random(2)).by_class
    assert waits["vip"].mean_s < waits["urgent"].mean_s < waits["normal"].mean_s


def test_a_second_skill_does_nearly_what_all_skills_do() -> None:
    one, two = (simulate(wallace_whitt(skills, per_minute=1.5, hours=8), Random(5)).total for skills in (1, 2))
    assert two.turned_away < one.turned_away / 2
    assert two.mean_s < one.mean_s / 2


def test_on_a_floor_with_churn_the_referee_sees_no_violation() -> None:
    plan = churn(load=0.95, hours=0.15)
    referee, engine, told = Referee(plan.config), Engine(plan.config), 0

    def watch(event: e.Event, now: float, decisions: Sequence[d.Decision]) -> None:
        nonlocal told
        told += 1
        referee.look(event, now, decisions, engine)

    outcome = simulate(plan, Random(1), watch=watch, router=lambda _: engine)
    assert outcome.total.answered > 100
    assert told > 500


def test_a_customer_beyond_the_places_is_turned_away() -> None:
    demand = Demand(name="all", per_hour=3600, service_s=1000)
    outcome = simulate(Plan(demand=(demand,), agents=1, places=2, hours=1), Random(1))
    assert outcome.total.turned_away > outcome.total.answered * 10


def test_nobody_who_lacks_the_skill_serves() -> None:
    demand = Demand(name="all", per_hour=60, service_s=60, patience_s=10, skills={"tech": 1})
    outcome = simulate(Plan(demand=(demand,), agents=5, hours=2), Random(1))
    assert outcome.total.answered == 0
    assert outcome.total.gave_up == outcome.total.asked > 0
    assert outcome.total.in_time == 0


def test_the_staffing_answer_is_the_fewest_that_reach_the_share() -> None:
    plan = Plan(demand=(Demand(name="all", per_hour=60, service_s=360),), agents=1, hours=60, warm_up_hours=3)
    found = staffing(plan, lambda: Random(8), share=0.8, within_s=20)
    by_agents = {point.agents: point.in_time for point in found.points}
    assert by_agents[found.agents] >= 0.8 > by_agents[found.agents - 1]
    assert abs(found.agents - erlang.agents_needed(1 / 60, 360, share=0.8, within_s=20)) <= 1


def test_a_share_that_nobody_can_reach_is_said_so() -> None:
    demand = Demand(name="all", per_hour=60, service_s=60, patience_s=60, skills={"tech": 1})
    plan = Plan(demand=(demand,), agents=1, hours=1)
    with pytest.raises(ValueError, match="look at skills"):
        staffing(plan, lambda: Random(1), share=0.8, within_s=20)
    with pytest.raises(ValueError, match="share"):
        staffing(plan, lambda: Random(1), share=1.2, within_s=20)


def test_who_waits_on_at_the_end_was_not_answered_in_time() -> None:
    served = Demand(name="served", per_hour=60, service_s=60)
    forgotten = Demand(name="forgotten", per_hour=30, service_s=60, skills={"tech": 1})
    plan = Plan(demand=(served, forgotten), agents=8, hours=10)
    outcome = simulate(plan, Random(1))
    assert outcome.waiting > 200
    assert outcome.by_class["forgotten"].in_time == 0
    assert outcome.by_class["served"].in_time > 0.95
    assert outcome.total.in_time < 0.75
    with pytest.raises(ValueError, match="look at skills") as refused:
        staffing(plan, lambda: Random(1), share=0.8, within_s=20)
    assert "5000" not in str(refused.value), "it is not found out by trying ever more agents"


def test_what_the_router_refuses_is_not_played_without_it() -> None:
    demand = Demand(name="all", per_hour=60, service_s=60, priority=42)
    with pytest.raises(ValueError, match="Priority 42"):
        simulate(Plan(demand=(demand,), agents=1), Random(1))


def test_an_impossible_plan_is_refused() -> None:
    demand = Demand(name="all", per_hour=60, service_s=60)
    with pytest.raises(ValueError, match="per_hour"):
        Demand(name="all", per_hour=0, service_s=60)
    with pytest.raises(ValueError, match="patience_s"):
        Demand(name="all", per_hour=1, service_s=60, patience_s=-1)
    with pytest.raises(ValueError, match="at least one agent"):
        Plan(demand=(demand,), agents=0)
    with pytest.raises(ValueError, match="customers and a team"):
        Plan(demand=(), agents=1)
    with pytest.raises(ValueError, match="up to 5,000,000 customers"):
        Plan(demand=(demand,), agents=1, hours=1e9)
    with pytest.raises(ValueError, match="up to 100,000 agents"):
        Plan(demand=(demand,), agents=1_000_000)
    with pytest.raises(ValueError, match="room"):
        Plan(demand=(demand,), agents=1, team=(Profile(capacity=0),))
    with pytest.raises(ValueError, match="service level"):
        simulate(Plan(demand=(demand,), agents=1), Random(1), within_s=-1)
    with pytest.raises(ValueError, match="less than 1"):
        Habits(rejects=0.5, ignores=0.5)


def test_offers_that_nobody_answers_do_not_lose_the_customer() -> None:
    demand = Demand(name="all", per_hour=30, service_s=60)
    habits = Habits(reaction_s=3, ignores=0.5, works_s=1800, away_s=60)
    plan = Plan(demand=(demand,), agents=3, team=(Profile(capacity=2),), habits=habits, hours=4)
    total = simulate(plan, Random(1)).total
    assert total.gave_up == 0
    assert total.answered >= 100
