"""A row of a trace: one measurement, the action and events that preceded it, and the layout in force."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from policies.gym.split import Purpose
from twins.gym.layout import Layout
from twins.gym.scenario import Family, Scenario, scenario
from twins.gym.window import Window


@dataclass(frozen=True)
class TraceRow:
    """`step` counts from 0 within a segment; `layout` is the difference from the scenario's; other fields as in `Measurement`."""

    family: str
    seed: int
    segment: int
    policy: str
    step: int
    at_s: float
    action: dict[str, Any] | None
    happened: tuple[str, ...]
    events: tuple[dict[str, Any], ...]
    state: dict[str, Any]
    server_loads: dict[str, float]
    layout: dict[str, Any]
    window: dict[str, Any]

    def scenario(self) -> Scenario:
        """Return the scenario of the row."""
        purpose = Purpose.TRAINING if self.seed <= 50 else Purpose.BENCHMARK
        return scenario(Family(self.family), self.seed, purpose)

    def measured_layout(self, base: Layout) -> Layout:
        """Return the layout in force, given that of the scenario."""
        return Layout.model_validate(merged(base.model_dump(mode="json"), self.layout))

    def measured_window(self) -> Window:
        """Return the measured window."""
        return Window.model_validate(self.window)


def difference(old: Any, new: Any) -> Any:
    """Return the leaves of the JSON value `new` that differ from `old`, as nested dictionaries."""
    return {
        key: difference(old[key], value) if isinstance(value, dict) and isinstance(old.get(key), dict) else value
        for key, value in new.items()
        if old.get(key) != value
    }


def merged(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """Return `base` with the leaves of `change` replaced."""
    out = dict(base)
    for key, value in change.items():
        out[key] = merged(base[key], value) if isinstance(value, dict) and isinstance(base.get(key), dict) else value
    return out


def write_rows(path: Path, rows: Iterable[TraceRow]) -> None:
    """Write rows as gzipped JSON lines, atomically; the same rows give the same bytes."""
    part = path.with_suffix(".part")
    with part.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as packed:
        for row in rows:
            packed.write(json.dumps(asdict(row), separators=(",", ":")).encode() + b"\n")
    part.replace(path)


def read_rows(path: Path) -> Iterator[TraceRow]:
    """Read the rows of a file written by `write_rows`."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            raw = json.loads(line)
            yield TraceRow(**{**raw, "happened": tuple(raw["happened"]), "events": tuple(raw["events"])})
