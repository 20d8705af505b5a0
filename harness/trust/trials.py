"""The trials of an experiment, one after the other, with progress; results in a file make an interrupted experiment go on."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Result = dict[str, Any]


class Trials:
    """Runs trials by name; in the folder `out`, results are kept as they come, and trials that are there are not repeated."""

    def __init__(self, experiment: str, out: Path | None, *, show: bool = True) -> None:
        self._experiment = experiment
        self._path = out / f"trust-{experiment}.jsonl" if out else None
        self._show = show

    def run(self, names: Iterable[str], trial: Callable[[str], Result]) -> dict[str, Result]:
        """Return the result of each trial, in order."""
        done, wanted = self._done(), list(names)
        for number, name in enumerate(wanted, 1):
            if name not in done:
                done[name] = trial(name)
                self._keep(name, done[name])
            self._progress(number, len(wanted))
        return {name: done[name] for name in wanted}

    def _done(self) -> dict[str, Result]:
        if self._path is None or not self._path.exists():
            return {}
        lines = self._path.read_text(encoding="utf-8").splitlines(keepends=True)
        entries = [json.loads(line) for line in lines if line.endswith("\n")]
        return {entry["trial"]: entry["result"] for entry in entries}

    def _keep(self, name: str, result: Result) -> None:
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"trial": name, "result": result}) + "\n")

    def _progress(self, number: int, total: int) -> None:
        if self._show and (number == total or number % max(1, total // 20) == 0):
            sys.stderr.write(f"trust: {self._experiment} {number}/{total}\n")
