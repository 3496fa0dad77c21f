"""How well the mood is heard on public reviews, which nothing here is trained on: test material only.

What is measured: a review with praise should be heard as calm, one with blame as unhappy or worse.
"""

from __future__ import annotations

import pytest

from bots.nlu.emotion import emotion_of
from tests.bots import corpora

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("name", "bar"), [("sentiment/waimai10k_train", 0.85), ("sentiment/chnsenti_hotel_train", 0.80)]
)
def test_reviews_are_heard_as_praise_or_blame(name: str, bar: float) -> None:
    reviews = corpora.examples(name)
    right = [(emotion_of(review.text, "zh").level == "calm") == (review.intent == "1") for review in reviews]
    assert sum(right) / len(right) >= bar


@pytest.mark.parametrize(("name", "bar"), [("sentiment/amazon_train", 0.74), ("sentiment/tweets_train", 0.87)])
def test_english_praise_and_blame_are_told_apart(name: str, bar: float) -> None:
    texts = [text for text in corpora.examples(name) if text.intent != "neu"]
    right = [(emotion_of(text.text, "en").score >= 0) == (text.intent == "pos") for text in texts]
    assert sum(right) / len(right) >= bar
