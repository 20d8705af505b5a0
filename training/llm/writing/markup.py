"""Texts with their marks written in them: "keep {k:the load} {p:in S2} {a:under 80 %}".

A hand is written as a short script of such lines; offsets are computed, so that nobody counts characters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal

from agents.reading.marked import LIVE_ACTS, Act
from training.llm.labelled_text import LabelledEdit, LabelledRestriction, LabelledTarget, LabelledText

_MARK: Final = re.compile(r"\{(?P<tag>[pawksvrcn]\d?):(?P<words>[^{}]*)\}")
Where = Literal["*"] | Sequence[str]


def without_marks(line: str) -> tuple[str, tuple[tuple[str, int, int], ...]]:
    """Return the text of a line and its marks.

    Raises ValueError if a brace belongs to no mark, or a mark begins or ends with a space.
    """
    text, marks, position = "", [], 0
    for match in _MARK.finditer(line):
        if not match["words"] or match["words"] != match["words"].strip():
            raise ValueError(f"mark {match.group()!r} is empty, or begins or ends with a space: leave spaces outside")
        text += line[position : match.start()]
        marks.append((match["tag"], len(text), len(text) + len(match["words"])))
        text, position = text + match["words"], match.end()
    text += line[position:]
    if "{" in text or "}" in text:
        raise ValueError(f"a brace belongs to no mark in {text!r}: write {{tag:words}}, tag one of p a w k s v r c n and a digit")
    return text, tuple(marks)


def target(
    kpi: str,
    cells: Where,
    condition: str,
    value: float | None,
    *marks: str,
    slice: str | None = None,
    percent: float | None = None,
    to: str = "now",
) -> LabelledTarget:
    """Return a target; percent, to: of a relative bound, whose `value` is None. marks: tags of its words."""
    relative = None if percent is None else {"percent": percent, "to": to}
    return LabelledTarget.model_validate(
        {"kpi": kpi, "slice": slice, "cells": _where(cells), "condition": condition, "value": value, "relative": relative}
        | {"marks": marks}
    )


def edit(
    attribute: str,
    cells: Where,
    value: float | str | None,
    *marks: str,
    slice: str | None = None,
    delta: float | None = None,
) -> LabelledEdit:
    """Return an edit; `value` is None where there is a `delta`."""
    return LabelledEdit.model_validate(
        {"attribute": attribute, "slice": slice, "cells": _where(cells), "value": value, "delta": delta, "marks": marks}
    )


def forbid(what: str, cells: Where, *marks: str, slice: str | None = None) -> LabelledRestriction:
    """Return a restriction."""
    return LabelledRestriction.model_validate({"what": what, "cells": _where(cells), "slice": slice, "marks": marks})


def labelled(
    act: Act,
    phenomenon: str,
    style: str,
    line: str,
    *items: LabelledTarget | LabelledEdit | LabelledRestriction,
    window: tuple[str, str] | None = None,
    condition: str | None = None,
    because: str | None = None,
) -> LabelledText:
    """Return a labelled text from its line with marks; its window in ISO 8601, UTC."""
    text, marks = without_marks(line)
    return LabelledText.model_validate(
        {
            "text": text,
            "act": act,
            "targets": [one for one in items if isinstance(one, LabelledTarget)],
            "edits": [one for one in items if isinstance(one, LabelledEdit)],
            "forbidden": [one for one in items if isinstance(one, LabelledRestriction)],
            "window": window,
            "condition_on": condition,
            "because": because,
            "phenomenon": phenomenon,
            "style": style,
            "marks": marks,
        }
    )


def write_texts(folder: Path, texts: Sequence[LabelledText]) -> None:
    """Write the texts of a hand beside its card.

    A text that is asked about or refused, but has items, is one that code sees to refuse (a bare number, a cell that does not
    exist): its label has no items, and how it is marked goes to `literal.jsonl`.
    """
    refused = [text for text in texts if text.items() and text.act not in LIVE_ACTS]
    nothing = {"targets": (), "edits": (), "forbidden": (), "window": None, "condition_on": None}
    labels = [text.model_copy(update=nothing) if text in refused else text for text in texts]
    literal = [text.model_copy(update={"act": "change", "because": None}) for text in refused]
    for name, some in (("texts.jsonl", labels), ("literal.jsonl", literal)):
        lines = (json.dumps(text.model_dump(mode="json"), ensure_ascii=False) + "\n" for text in some)
        (folder / name).write_text("".join(lines), encoding="utf-8")


def _where(cells: Where) -> Any:
    return "*" if cells == "*" else sorted(cells)
