"""Why a state followed from the one before: what changed, what theory makes of it, and what came of that, in three clauses.

The clauses are computed, not written by a model: differences of the two layouts, then how the mission's need for resource blocks
compares with what it can get, its SINR and its path, then the dimensions of the state that moved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from twins.gym.layout import Layout
from twins.gym.measurement import Measurement
from twins.gym.window import Window
from twins.learned.arrays import layout_arrays
from twins.learned.physics import physics, received_dbm

_NOTICEABLE = 0.1  # relative change of a number that is worth a word


@dataclass(frozen=True)
class Situation:
    """The mission's means: blocks that it could get over what it needs, use of its slices, SINR in dB, link delay in ms."""

    could_per_need: float
    use: float
    sinr_db: float
    link_ms: float


def situation(layout: Layout, window: Window, mission: tuple[str, ...]) -> Situation:
    """Return what theory says of the mission's flows in `window` under `layout`."""
    arrays, names = layout_arrays(layout), list(layout.cells)
    cells = np.array([0 if one.cell is None else names.index(one.cell) for one in (window.users[name] for name in layout.users)])
    theory = physics(arrays, received_dbm(arrays), cells)
    rows = [list(layout.flows).index(name) for name in mission]
    return Situation(
        could_per_need=float(np.mean(theory.could[rows] / np.maximum(theory.need[rows], 1e-9))),
        use=float(np.mean(theory.use[rows])),
        sinr_db=float(np.mean(theory.sinr_db[rows])),
        link_ms=float(np.mean(arrays.host_ms[rows])),
    )


def explain(before: Measurement, after: Measurement, mission: tuple[str, ...]) -> str:
    """Return the explanation; of a state that stands it says so."""
    changes, effects = list(_changes(before, after, mission)), list(_effects(before, after))
    if not changes and not effects:
        return "nothing that the network could feel changed: the state stands"
    was, now = situation(before.layout, before.window, mission), situation(after.layout, after.window, mission)
    causes = list(_causes(was, now))
    parts = [", ".join(changes) or "users moved", ", ".join(causes) or "the mission's radio and path are as before"]
    return "; ".join([*parts, ", ".join(effects) or "the state hardly moves"])


def _changes(before: Measurement, after: Measurement, mission: tuple[str, ...]) -> Iterator[str]:
    """What differs between the layouts, and which events came or went."""
    yield from (f"{event.kind.value} {event.target}".strip() + " began" for event in after.events if event not in before.events)
    yield from (f"{event.kind.value} {event.target}".strip() + " ended" for event in before.events if event not in after.events)
    old, new, first = before.layout, after.layout, mission[0]
    if old.flows[first].slice != new.flows[first].slice:
        yield f"the mission went from {old.flows[first].slice.value} to {new.flows[first].slice.value}"
    if old.flows[first].host != new.flows[first].host:
        yield f"its service went from {old.flows[first].host} to {new.flows[first].host}"
    if sum(old.flows[name].mbps for name in mission) != sum(new.flows[name].mbps for name in mission):
        yield "the mission's rate changed"
    if any(old.cells[name].shares != cell.shares for name, cell in new.cells.items()):
        yield "slices got other shares"
    radio = [name for name, cell in new.cells.items() if (cell.power_dbm, cell.beam, cell.a3_offset_db) != _radio(old, name)]
    if radio and not any(event.target in radio for event in after.events if event not in before.events):
        yield f"the radio of {', '.join(radio)} changed"
    moved = [name for name in mission if before.window.users[name].cell != after.window.users[name].cell]
    yield from (f"{name} was handed over to {after.window.users[name].cell}" for name in moved)


def _radio(layout: Layout, name: str) -> tuple[object, ...]:
    cell = layout.cells[name]
    return cell.power_dbm, cell.beam, cell.a3_offset_db


def _causes(was: Situation, now: Situation) -> Iterator[str]:
    if _differs(was.could_per_need, now.could_per_need):
        short = "short of blocks" if now.could_per_need < 1.0 else "blocks enough"
        yield f"it can get {now.could_per_need:.1f} of the blocks that it needs instead of {was.could_per_need:.1f} ({short})"
    if _differs(was.use, now.use):
        yield f"its slice is asked for {now.use:.0%} of its blocks instead of {was.use:.0%}"
    if abs(was.sinr_db - now.sinr_db) > 1.0:
        yield f"its SINR goes from {was.sinr_db:.0f} to {now.sinr_db:.0f} dB"
    if _differs(was.link_ms, now.link_ms):
        yield f"its path takes {now.link_ms:.0f} ms instead of {was.link_ms:.0f}"


def _effects(before: Measurement, after: Measurement) -> Iterator[str]:
    one, other = before.state, after.state
    if _differs(one.latency_ms, other.latency_ms):
        yield f"latency {one.latency_ms:.0f} to {other.latency_ms:.0f} ms"
    if abs(one.loss - other.loss) > 0.01:
        yield f"loss {one.loss:.0%} to {other.loss:.0%}"
    if _differs(one.throughput_mbps, other.throughput_mbps):
        yield f"throughput {one.throughput_mbps:.2f} to {other.throughput_mbps:.2f} Mbit/s"
    if abs(one.edge_load - other.edge_load) > 0.02:
        yield f"edge load {one.edge_load:.0%} to {other.edge_load:.0%}"


def _differs(one: float, other: float) -> bool:
    return abs(one - other) > _NOTICEABLE * max(abs(one), 1e-9)
