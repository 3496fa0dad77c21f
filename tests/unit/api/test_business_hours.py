"""Business hours: what cannot be kept is refused with a sentence, and holidays are imported once however often."""

from __future__ import annotations

from typing import Any

import pytest

from hub.services.holiday_calendars import shipped
from tests.unit.api.world import World

OFFICE = {"name": "办公时间", "hours": [{"weekday": day, "start": "09:00", "end": "18:00"} for day in range(5)]}


async def _made(world: World, **more: Any) -> Any:
    status, made = await world.call("POST", "/business-hours", {**OFFICE, **more}, as_="admin")
    assert status == 201, made
    return made


@pytest.mark.parametrize(
    ("wrong", "field", "says"),
    [
        ({"zone": "Asia/Nowhere"}, "zone", "unknown"),
        ({"hours": [{"weekday": 7, "start": "09:00", "end": "18:00"}]}, "hours", "Weekday 7"),
        ({"hours": [{"weekday": 0, "start": "18:00", "end": "09:00"}]}, "hours", "before they start"),
        (
            {
                "hours": [
                    {"weekday": 0, "start": "09:00", "end": "12:00"},
                    {"weekday": 0, "start": "11:00", "end": "18:00"},
                ]
            },
            "hours",
            "overlap",
        ),
        ({"holidays": ["2026-02-30"]}, "holidays", "not a date"),
        ({"special_days": [{"date": "2026-10-10", "hours": [["09:00", "25:00"]]}]}, "special_days", "25:00"),
        (
            {"special_days": [{"date": "2026-10-10", "hours": [["09:00", "12:00"], ["11:30", "18:00"]]}]},
            "special_days",
            "overlap",
        ),
        ({"special_days": [{"date": "2026-10-10"}, {"date": "2026-10-10"}]}, "special_days", "more than once"),
    ],
)
async def test_hours_that_cannot_be_kept_are_refused_by_field(
    wrong: dict[str, Any], field: str, says: str, staffed: World
) -> None:
    made = await _made(staffed)
    created = await staffed.call("POST", "/business-hours", {**OFFICE, **wrong}, as_="admin")
    changed = await staffed.call("PATCH", f"/business-hours/{made['id']}", wrong, as_="admin")
    for status, problem in (created, changed):
        assert status == 422
        assert [fault["field"] for fault in problem["errors"]] == [field]
        assert says in problem["errors"][0]["message"]
    kept = (await staffed.call("GET", "/business-hours", as_="admin"))[1]["items"]
    assert kept == [made], "nothing was changed"


async def test_the_calendar_shows_weekdays_holidays_and_special_days(staffed: World) -> None:
    short = [{"date": "2026-10-10", "hours": [["10:00", "12:00"], ["09:00", "09:30"]], "name": "盘点"}]
    made = await _made(staffed, holidays=["2026-10-08", "2026-10-10"], special_days=short)
    path = f"/business-hours/{made['id']}/calendar"
    status, shown = await staffed.call("GET", f"{path}?from=2026-10-07&days=5", as_="agent")
    assert status == 200
    assert [(day["date"], day["open"], day["why"], day["name"]) for day in shown["items"]] == [
        ("2026-10-07", [["09:00", "18:00"]], "weekday", ""),
        ("2026-10-08", [], "holiday", ""),
        ("2026-10-09", [["09:00", "18:00"]], "weekday", ""),
        ("2026-10-10", [["09:00", "09:30"], ["10:00", "12:00"]], "special", "盘点"),
        ("2026-10-11", [], "weekday", ""),
    ]
    # It is eight in the morning in London, and four in the afternoon of the same Monday in Shanghai.
    assert (await staffed.call("GET", f"{path}?days=1", as_="agent"))[1]["items"][0]["date"] == "2026-01-05"
    assert (await staffed.call("GET", f"{path}?from=tomorrow", as_="agent"))[0] == 422
    assert (await staffed.call("GET", "/business-hours/nothing/calendar", as_="agent"))[0] == 404


async def test_a_shipped_year_is_imported_and_importing_it_again_changes_nothing(staffed: World) -> None:
    by_hand = {"date": "2026-12-24", "hours": [["09:00", "12:00"]], "name": "半天"}
    made = await _made(staffed, special_days=[by_hand])
    path = f"/business-hours/{made['id']}/holidays"
    status, after = await staffed.call("POST", path, {"calendar": "cn-2026"}, as_="admin")
    assert status == 200
    days = {day["date"]: day for day in after["special_days"]}
    assert days["2026-10-01"] == {"date": "2026-10-01", "hours": [], "name": "国庆节"}
    assert days["2026-10-10"]["hours"] == [["09:00", "18:00"]], "a Saturday on which people work"
    assert days["2026-12-24"] == by_hand
    assert list(days) == sorted(days)
    again = await staffed.call("POST", path, {"calendar": "cn-2026"}, as_="admin")
    assert again == (200, after)
    calendar = f"/business-hours/{made['id']}/calendar?from=2026-10-09&days=2"
    shown = (await staffed.call("GET", calendar, as_="admin"))[1]["items"]
    assert [day["open"] for day in shown] == [[["09:00", "18:00"]], [["09:00", "18:00"]]]


async def test_a_year_that_is_not_shipped_is_imported_from_its_data(staffed: World) -> None:
    made = await _made(staffed, hours=[])
    data = {
        "id": "cn-2027",
        "country": "CN",
        "year": 2027,
        "name": {"zh": "2027", "en": "2027"},
        "days": [
            {"date": "2027-01-01", "name": {"zh": "元旦", "en": "New Year's Day"}, "kind": "holiday"},
            {"date": "2027-01-03", "name": {"zh": "上班", "en": "Working day"}, "kind": "workday"},
        ],
    }
    path = f"/business-hours/{made['id']}/holidays"
    status, after = await staffed.call("POST", path, {"calendar_data": data, "language": "en"}, as_="admin")
    assert status == 200
    # Hours that are open on no weekday give a working day nothing to be open for.
    assert after["special_days"] == [{"date": "2027-01-01", "hours": [], "name": "New Year's Day"}]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"calendar": "cn-1066"},
        {
            "calendar_data": {
                "id": "x", "country": "CN", "year": 2027, "name": {"en": "x"},
                "days": [{"date": "2027-02-30", "name": {"en": "x"}, "kind": "holiday"}],
            }
        },
    ],
)  # fmt: skip
async def test_a_wrong_import_is_refused(wrong: dict[str, Any], staffed: World) -> None:
    made = await _made(staffed)
    assert (await staffed.call("POST", f"/business-hours/{made['id']}/holidays", wrong, as_="admin"))[0] == 422


@pytest.mark.parametrize(("year", "off", "worked"), [(2025, 28, 5), (2026, 33, 6)])
def test_the_shipped_calendars_are_whole(year: int, off: int, worked: int) -> None:
    calendar = next(one for one in shipped() if one.id == f"cn-{year}")
    kinds = [day.kind for day in calendar.days]
    assert (kinds.count("holiday"), kinds.count("workday")) == (off, worked)
    assert len({day.date for day in calendar.days}) == len(calendar.days)
    assert all(day.date.startswith(str(year)) and set(day.name) == {"zh", "en"} for day in calendar.days)
    assert "国务院办公厅" in calendar.source
