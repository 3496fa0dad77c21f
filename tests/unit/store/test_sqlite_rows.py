"""Many rows with few statements: all of them, in order, however many there are."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from hypothesis import given
from hypothesis import strategies as st

from hub.store.sqlite_rows import ManyRows


@given(st.integers(0, 700))
def test_every_row_is_written_in_order(count: int) -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE t (a, b)")
        rows = [(number, f"b{number}") for number in range(count)]
        ManyRows("INSERT INTO t (a, b) VALUES", 2).run(database, rows)
        assert database.execute("SELECT a, b FROM t ORDER BY rowid").fetchall() == rows
        ManyRows("DELETE FROM t WHERE a IN (VALUES", 1, ")").run(database, [(row[0],) for row in rows[::2]])
        assert database.execute("SELECT a, b FROM t ORDER BY rowid").fetchall() == rows[1::2]
