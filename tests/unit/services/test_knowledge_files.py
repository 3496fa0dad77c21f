"""Articles as files: what is written is read again, and what is wrong is told by its row."""

from __future__ import annotations

import pytest

from hub.errors import InvalidInput
from hub.services.knowledge_files import MAX_ROWS, read_articles, write_articles
from tests.unit.services.test_knowledge import an_article

ARTICLES = [
    an_article("a1", questions=("Is it slow?", "White dust"), tags=("kettle",), category="Care"),
    an_article("a2", language="zh", title="=1+1 怎么算", body='说明，"引号"\n第二行', state="draft", public=False),
]


@pytest.mark.parametrize("form", ["csv", "json"])
def test_what_is_written_is_read_again(form: str) -> None:
    rows = read_articles(f"articles.{form}", write_articles(ARTICLES, form))  # type: ignore[arg-type]  # both of its values
    for row, article in zip(rows, ARTICLES, strict=True):
        assert {name: getattr(row, name) for name in row.__struct_fields__} == {
            name: getattr(article, name) for name in row.__struct_fields__
        }


def test_a_spreadsheet_finds_no_formula() -> None:
    assert b"\n=" not in write_articles(ARTICLES, "csv")
    assert b",=" not in write_articles(ARTICLES, "csv")


def test_a_plain_list_of_questions_and_answers_is_enough() -> None:
    rows = read_articles("faq.csv", "问题,答案\n怎么充气,用打气筒\n,\n怎么刹车,捏\n".encode())
    assert [(row.title, row.body, row.state) for row in rows] == [
        ("怎么充气", "用打气筒", "draft"),
        ("怎么刹车", "捏", "draft"),
    ]


@pytest.mark.parametrize(
    ("name", "data", "where", "what"),
    [
        ("a.csv", b"\xff\xfe", "file", "UTF-8"),
        ("a.csv", b"", "file", "no articles"),
        ("a.csv", b"name,text\nx,y\n", "file", "title"),
        ("a.csv", b"title,state\nx,published\n,draft\ny,odd\n", "row 3", "title"),
        ("a.csv", b'title\n"x', "file", "CSV"),
        ("a.csv", b"title\n" + b"x" * 300, "row 2", "title"),
        ("a.json", b"{}", "file", "list"),
        ("a.json", b"[1]", "row 1", "object"),
        ("a.json", b"[" * 5000, "file", "JSON"),
        ("a.csv", b"title\n" + b"x\n" * (MAX_ROWS + 1), "file", "at most"),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(name: str, data: bytes, where: str, what: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_articles(name, data)
    assert (caught.value.faults[0].field, what in caught.value.faults[0].message) == (where, True), caught.value.faults
