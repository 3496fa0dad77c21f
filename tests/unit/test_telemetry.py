"""Logs: nothing personal in them, one object a line for machines, and libraries come through the same door."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from hub import telemetry


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """Leave the logging of the other tests as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


@pytest.mark.parametrize(
    "name",
    [
        *("password", "Password", "token", "visitor_token", "refresh_token", "api_key", "outbound_secret"),
        *("password_hash", "text", "last_text", "content", "body", "phone", "email", "agent_email", "address"),
        *("Authorization", "cookie"),
    ],
)
def test_personal_and_secret_fields_are_masked(name: str) -> None:
    masked = telemetry.mask(None, "info", {"event": "x", name: "13900000101"})
    assert masked == {"event": "x", name: "***"}


def test_masking_reaches_into_mappings_and_ends() -> None:
    deep: dict[str, object] = {"phone": "13900000101"}
    for _ in range(6):
        deep = {"inner": deep}
    masked = telemetry.mask(
        None, "info", {"event": "x", "customer": {"id": "c1", "email": "a@b.example"}, "deep": deep}
    )
    assert masked["customer"] == {"id": "c1", "email": "***"}
    assert "13900000101" not in str(masked)


def test_ids_and_figures_stay_readable() -> None:
    event = {"event": "session.assigned", "session": "s1", "agent": "a1", "waited_s": 1.5, "offers": [1, 2]}
    assert telemetry.mask(None, "info", dict(event)) == event


def test_json_lines_hold_one_object_each_whatever_is_in_them(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.set_up("json", "info")
    log = structlog.get_logger()
    log.info("first.thing", note="two\nlines, 中文", password="secret 1")
    try:
        raise ValueError("broken\nin two lines")
    except ValueError:
        log.exception("second.thing")
    logging.getLogger("a.library").warning("third %s", "thing")
    lines = capsys.readouterr().err.splitlines()
    first, second, third = map(json.loads, lines)
    assert (first["event"], first["note"], first["password"]) == ("first.thing", "two\nlines, 中文", "***")
    assert {"level", "timestamp"} <= set(first)
    assert "ValueError" in second["exception"]
    assert (third["event"], third["level"], third["logger"]) == ("third thing", "warning", "a.library")


def test_lines_below_the_level_and_chatter_of_libraries_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.set_up("json", "warning")
    log = structlog.get_logger()
    log.info("not.wanted")
    log.warning("wanted")
    logging.getLogger("a.library").info("chatter")
    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == ["wanted"]


def test_a_traceback_for_people_shows_no_local_variables(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.set_up("text", "info")

    def fail(said_by_customer: str) -> None:
        raise ValueError("broken")

    try:
        fail("my secret illness")
    except ValueError:
        structlog.get_logger().exception("turn.failed")
    written = capsys.readouterr().err
    assert "ValueError" in written
    # The call itself stands in the traceback as it does in this file; what must not appear are values of variables.
    assert "said_by_customer =" not in written
