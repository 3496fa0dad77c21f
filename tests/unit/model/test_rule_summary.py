"""The summary that needs no model: what is in the record, in the customer's language, nothing twice."""

from __future__ import annotations

from msgspec.structs import replace

from hub.model.ids import CustomerId, SessionId
from hub.model.rule_summary import summarise
from hub.model.session import NOBODY, Context, Handoff, IntentScore, Session
from hub.model.timestamps import Timestamp

SESSION = Session(
    id=SessionId("s1"),
    version=1,
    customer_id=CustomerId("c1"),
    state="queued",
    holder=NOBODY,
    created_at=Timestamp("2026-11-22T08:00:00.000Z"),
)
LEARNED = Context(intents=(IntentScore(name="refund", confidence=0.9),), slots={"order_number": "A1", "language": "zh"})


def test_it_tells_what_the_bot_has_learned_and_how_the_customer_feels() -> None:
    session = replace(SESSION, context=LEARNED, feeling="angry", tags=("vip",))
    assert summarise(session, ["退钱", "三天了"], 1, "zh") == (
        "客户发来 2 条消息，得到 1 次回复。涉及：refund。已知：order_number = A1。客户情绪激动。标签：vip。"
        "客户最近说：“退钱”、“三天了”。"
    )
    assert summarise(session, ["refund please"], 2, "en") == (
        "1 message from the customer, 2 answers. About: refund. Known: order_number = A1. The customer is angry."
        ' Tags: vip. The customer said last: "refund please".'
    )


def test_what_the_bot_handed_over_goes_before_what_it_learned_and_nothing_is_quoted_twice() -> None:
    handoff = Handoff(reason="asked", summary="客户要退款。最近的话：“退钱”")
    told = summarise(replace(SESSION, context=LEARNED, handoff=handoff), ["退钱", "还在吗"], 0, "zh")
    assert told == "客户发来 2 条消息，得到 0 次回复。客户要退款。最近的话：“退钱”客户最近说：“还在吗”。"


def test_long_words_are_cut_and_only_the_last_three_are_quoted() -> None:
    told = summarise(SESSION, ["one", "two", "three", " ", "x" * 500 + "\n" + "y"], 0, "en")
    assert '"two", "three", "' in told
    assert "one" not in told.replace("message", "")
    assert len(told) < 300
