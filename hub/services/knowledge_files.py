"""Articles as files: CSV for spreadsheets and JSON for programs, the same fields both ways.

A file is read whole before anything of it counts; what is wrong is told row by row. Pure.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

import msgspec

from hub.errors import FieldFault, InvalidInput
from hub.model.knowledge import MAX_BODY, MAX_QUESTIONS, MAX_TITLE, Article, ArticleLanguage, ArticleState
from hub.model.reasons import reason

MAX_ROWS = 2_000
_MAX_FAULTS = 50
_COLUMNS = ("language", "title", "questions", "body", "category", "state", "public", "tags")
_ALSO_CALLED = {
    "question": "title",
    "answer": "body",
    "问题": "title",
    "答案": "body",
    "标题": "title",
    "分类": "category",
}
_BETWEEN = "\n"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Text = Annotated[str, msgspec.Meta(max_length=MAX_TITLE)]


class ArticleRow(msgspec.Struct, frozen=True, kw_only=True):
    """One article of a file; other fields of it are left out."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TITLE)]
    language: ArticleLanguage | None = None
    questions: Annotated[tuple[Text, ...], msgspec.Meta(max_length=MAX_QUESTIONS)] = ()
    body: Annotated[str, msgspec.Meta(max_length=MAX_BODY)] = ""
    category: Annotated[str, msgspec.Meta(max_length=100)] = ""
    state: ArticleState = "draft"
    public: bool = True
    tags: Annotated[tuple[Text, ...], msgspec.Meta(max_length=MAX_QUESTIONS)] = ()


def read_articles(name: str, data: bytes) -> list[ArticleRow]:
    """Read a file of articles: JSON (a list of objects) when the name says so, else CSV with a line of headings.

    Raises:
        InvalidInput: it cannot be read, is too long, or rows are wrong (`row 3: …`); nothing of it counts then.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refusal([("file", "The file is not in UTF-8.")]) from error
    rows = _from_json(text) if name.lower().endswith(".json") else _from_csv(text)
    if not rows:
        raise _refusal([("file", "There are no articles in the file.")])
    if len(rows) > MAX_ROWS:
        raise _refusal([("file", f"A file may have at most {MAX_ROWS} articles.")])
    read: list[ArticleRow] = []
    faults: list[tuple[str, str]] = []
    for number, row in rows:
        try:
            read.append(msgspec.convert(row, ArticleRow, strict=False))
        except msgspec.ValidationError as error:
            faults.append((f"row {number}", reason(error)))
    if faults:
        raise _refusal(faults[:_MAX_FAULTS])
    return read


def write_articles(articles: Iterable[Article], form: Literal["csv", "json"]) -> bytes:
    """Write articles as `read_articles` reads them."""
    rows = [{name: getattr(article, name) for name in _COLUMNS} for article in articles]
    if form == "json":
        return msgspec.json.format(msgspec.json.encode(rows), indent=1)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    writer.writerows([_cell(row[name]) for name in _COLUMNS] for row in rows)
    # Spreadsheets take a file without this mark for one of another encoding.
    return out.getvalue().encode("utf-8-sig")


def _from_json(text: str) -> list[tuple[int, object]]:
    try:
        rows = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise _refusal([("file", f"The file is not JSON: {error}.")]) from error
    if not isinstance(rows, list):
        raise _refusal([("file", "The file must be a list of articles.")])
    return list(enumerate(rows, start=1))


def _from_csv(text: str) -> list[tuple[int, object]]:
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise _refusal([("file", f"The file is not CSV: {error}.")]) from error
    if not lines:
        return []
    headings = [_ALSO_CALLED.get(name.strip().lower(), name.strip().lower()) for name in lines[0]]
    if "title" not in headings:
        raise _refusal([("file", "The first line must name the columns, `title` (or `question`) among them.")])
    rows: list[tuple[int, object]] = []
    for number, cells in enumerate(lines[1:], start=2):
        if any(cell.strip() for cell in cells):
            given = {name: _plain(cell) for name, cell in zip(headings, cells, strict=False) if cell.strip()}
            rows.append((number, {name: _value(name, cell) for name, cell in given.items()}))
    return rows


def _value(name: str, cell: str) -> object:
    if name in ("questions", "tags"):
        return [part.strip() for part in cell.splitlines() if part.strip()]
    return cell.strip().lower() if name in ("language", "state", "public") else cell


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = _BETWEEN.join(value) if isinstance(value, tuple) else str(value)
    # A cell that begins like this would be worked out as a formula by a spreadsheet.
    return f"'{text}" if text.startswith(_FORMULA) else text


def _plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def _refusal(faults: Sequence[tuple[str, str]]) -> InvalidInput:
    return InvalidInput(
        "The articles cannot be read: see errors.",
        faults=[FieldFault(field=where, message=what) for where, what in faults],
    )
