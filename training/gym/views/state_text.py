"""The network state s and the result of a call as lines of text; texts of tools and agents are stripped of control characters."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from policies.gym.network_state import NetworkState
from policies.text.foreign import safe
from training.gym.episodes.episode import Step


class Dimension(NamedTuple):
    """A dimension of the state: field, name, unit and the factor to it; the SLA's field, and whether that is an upper bound."""

    field: str
    name: str
    unit: str
    factor: float
    bound: str
    upper: bool


DIMENSIONS = (
    Dimension("latency_ms", "latency", "ms", 1.0, "max_latency_ms", True),
    Dimension("jitter_ms", "jitter", "ms", 1.0, "max_jitter_ms", True),
    Dimension("loss", "loss", "%", 100.0, "max_loss", True),
    Dimension("throughput_mbps", "throughput", "Mbit/s", 1.0, "min_throughput_mbps", False),
    Dimension("edge_load", "edge load", "%", 100.0, "max_edge_load", True),
)


def number(state: NetworkState, dimension: Dimension) -> str:
    """Return the value of one dimension in its unit, with three significant digits."""
    return f"{getattr(state, dimension.field) * dimension.factor:.3g}"


def state_line(state: NetworkState) -> str:
    """Return the state in one line."""
    values = (f"{dimension.name} {number(state, dimension)} {dimension.unit}" for dimension in DIMENSIONS)
    return ", ".join([f"slice {state.slice.value}", *values])


def changes(before: NetworkState, after: NetworkState) -> str:
    """Return the differences between two states in the displayed digits; empty if there are none."""
    moves = [f"slice {before.slice.value} → {after.slice.value}"] if before.slice is not after.slice else []
    values = ((dimension, number(before, dimension), number(after, dimension)) for dimension in DIMENSIONS)
    return ", ".join([*moves, *(f"{kind.name} {old} → {new} {kind.unit}" for kind, old, new in values if old != new)])


def plain(text: object) -> str:
    """Return `text` on one line, with control characters (cursor moves, colours) as visible escapes."""
    return safe(str(text))


def call_text(tool: str, arguments: dict[str, Any]) -> str:
    """Return a call as `tool(name=value, …)`."""
    written = ", ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in arguments.items())
    return plain(f"{tool}({written})")


def step_lines(step: Step) -> Iterator[str]:
    """Yield the call, the events during it, the gate's ruling, the result, and the change of the state."""
    observation = step.observation
    yield f"t={step.at_s:g} s  {call_text(step.call.tool, step.call.arguments)}"
    if step.happened:
        yield "  meanwhile: " + plain(", ".join(step.happened))
    if step.verdict is not None:
        yield f"  gate: {plain(step.verdict)}"
    if observation.error is not None:
        yield f"  error ({observation.boundary}): {plain(observation.error)}"
    elif observation.evidence is not None:
        yield "  " + plain(observation.evidence.get("summary", ""))
    changed = changes(step.before, step.after)
    if changed:
        yield f"  state: {changed}"


def flat_lines(value: Any, name: str = "") -> Iterator[str]:
    """Yield a JSON value as lines `path = value`; lists of plain values stay on one line."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from flat_lines(item, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        for index, item in enumerate(value):
            yield from flat_lines(item, f"{name}[{index}]")
    else:
        yield plain(f"{name} = {json.dumps(value, ensure_ascii=False)}")
