"""A cache of the samples of a long measurement, one JSON line each, so that an interrupted measurement resumes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from policies.change import digest_of
from policies.word import Word

Sample = TypeVar("Sample", bound=Word)


class SampleCache(Generic[Sample]):
    """The samples of type `model` in the file `path`; without a path samples are only cached in memory."""

    def __init__(self, path: Path | None, model: type[Sample]) -> None:
        self._path = path
        self._samples: dict[str, Sample] = {}
        text = path.read_text(encoding="utf-8") if path is not None and path.exists() else ""
        self._truncated = bool(text) and not text.endswith("\n")  # the last line is incomplete after an interruption
        for row in filter(None, map(_whole, text.splitlines())):
            self._samples[str(row["key"])] = model.model_validate(row["sample"])

    def get_or_measure(self, conditions: object, measure: Callable[[], Sample]) -> Sample:
        """Return the cached sample for `conditions` (JSON values that determine it), or measure and store it."""
        key = digest_of(conditions)
        if key not in self._samples:
            self._samples[key] = measure()
            if self._path is not None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                row = {"key": key, "sample": self._samples[key].model_dump(mode="json")}
                with self._path.open("a", encoding="utf-8") as lines:
                    lines.write("\n" * self._truncated + json.dumps(row) + "\n")
                self._truncated = False
        return self._samples[key]


def _whole(line: str) -> dict[str, object] | None:
    """Parse a line, None if it is truncated."""
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) and {"key", "sample"} <= row.keys() else None
