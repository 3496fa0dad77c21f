"""Articles as plain words: nothing of the marks is left, nothing of the words is lost."""

from __future__ import annotations

import pytest

from hub.model.knowledge_text import excerpt, plain_text


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("## Heading ##\n\nText", "Heading\n\nText"),
        ("a **bold** and *soft* `code`", "a bold and soft code"),
        ("- one\n- two\n\n1. first", "• one\n• two\n\n1. first"),
        (
            "[Orders](https://shop.example/o) and <https://a.example>",
            "Orders (https://shop.example/o) and https://a.example",
        ),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a | b\n1 | 2"),
        ("> quoted\n\n---\n\n```\nx = 1\n```", "quoted\n\nx = 1"),
        ("before<!-- hidden -->after", "beforeafter"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("", ""),
    ],
)
def test_marks_go_and_words_stay(markdown: str, words: str) -> None:
    assert plain_text(markdown) == words


def test_an_excerpt_ends_with_a_sentence_where_one_ends_late_enough() -> None:
    assert excerpt("短。", 10) == "短。"
    assert excerpt("第一句话在这里。第二句话在这里。第三句", 18) == "第一句话在这里。第二句话在这里。…"
    assert excerpt("no end at all here", 10) == "no end at…"
    assert len(excerpt("字" * 1000, 600)) == 600
