"""Samples of a long measurement, kept one JSON line each, so that it goes on after a kill instead of beginning again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from policies.change import digest_of
from policies.word import Word

Sample = TypeVar("Sample", bound=Word)


class KeptSamples(Generic[Sample]):
    """The samples in `path`, of type `model`; without a path nothing is kept."""

    def __init__(self, path: Path | None, model: type[Sample]) -> None:
        self._path = path
        self._kept: dict[str, Sample] = {}
        text = path.read_text(encoding="utf-8") if path is not None and path.exists() else ""
        self._cut = bool(text) and not text.endswith("\n")  # a kill ended the last line
        for row in filter(None, map(_whole, text.splitlines())):
            self._kept[str(row["key"])] = model.model_validate(row["sample"])

    def of(self, conditions: object, measure: Callable[[], Sample]) -> Sample:
        """Return the sample that was kept for `conditions` (JSON values that decide it), else measure and keep it."""
        key = digest_of(conditions)
        if key not in self._kept:
            self._kept[key] = measure()
            if self._path is not None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                row = {"key": key, "sample": self._kept[key].model_dump(mode="json")}
                with self._path.open("a", encoding="utf-8") as lines:
                    lines.write("\n" * self._cut + json.dumps(row) + "\n")
                self._cut = False
        return self._kept[key]


def _whole(line: str) -> dict[str, object] | None:
    """The line's object, None for one that a kill cut short."""
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) and {"key", "sample"} <= row.keys() else None
