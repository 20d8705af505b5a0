"""A table of an answer: rows of named values that a person can read and a program can use."""

from __future__ import annotations

from policies.word import Word

TableValue = str | bool | int | float | None
"""A value of a row; None: there is none, which is not zero."""


class AnswerColumn(Word):
    """A column that is shown: the rows' `key`, and its heading."""

    key: str
    title: str
    is_number: bool = False


class AnswerTable(Word):
    """Rows under a title. A row may hold more than its columns show, for programs (`kpi`, the catalogue's name).

    notes: what is true of the table as a whole, one line each: the threshold and where it comes from, the time, the seeds.
    """

    title: str
    columns: tuple[AnswerColumn, ...]
    rows: tuple[dict[str, TableValue], ...]
    notes: tuple[str, ...] = ()


def text_column(key: str, title: str) -> AnswerColumn:
    """Return a column of words."""
    return AnswerColumn(key=key, title=title)


def number_column(key: str, title: str) -> AnswerColumn:
    """Return a column of numbers."""
    return AnswerColumn(key=key, title=title, is_number=True)
