"""The network state s and what became of a call, in lines for a person. What tools and agents wrote moves no cursor."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from policies.gym.network_state import NetworkState
from training.gym.episodes.episode import Step


class Dimension(NamedTuple):
    """A dimension of the state: its field, name and unit, the factor to that unit, and the SLA's field with its sense."""

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


def number(state: NetworkState, one: Dimension) -> str:
    """The value of one dimension in its unit, three digits."""
    return f"{getattr(state, one.field) * one.factor:.3g}"


def state_line(state: NetworkState) -> str:
    """The state in one line."""
    return ", ".join([f"slice {state.slice.value}", *(f"{one.name} {number(state, one)} {one.unit}" for one in DIMENSIONS)])


def changes(before: NetworkState, after: NetworkState) -> str:
    """What differs between two states, in the digits that are shown; empty where nothing does."""
    said = [f"slice {before.slice.value} → {after.slice.value}"] if before.slice is not after.slice else []
    pairs = ((one, number(before, one), number(after, one)) for one in DIMENSIONS)
    return ", ".join([*said, *(f"{one.name} {old} → {new} {one.unit}" for one, old, new in pairs if old != new)])


def plain(text: object) -> str:
    """Text on one line that moves no cursor and colours nothing: control characters become visible escapes."""
    said = str(text).encode("utf-8", "backslashreplace").decode()
    return "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in said)


def call_text(tool: str, arguments: dict[str, Any]) -> str:
    """A call as it is written: `tool(name=value, …)`."""
    said = ", ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in arguments.items())
    return plain(f"{tool}({said})")


def step_lines(step: Step) -> Iterator[str]:
    """What was called, what happened meanwhile, what came of it, and what changed."""
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
    """A JSON value as lines `path = value`; lists of plain values stay on one line."""
    if isinstance(value, dict) and value:
        for key, one in value.items():
            yield from flat_lines(one, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
        for index, one in enumerate(value):
            yield from flat_lines(one, f"{name}[{index}]")
    else:
        yield plain(f"{name} = {json.dumps(value, ensure_ascii=False)}")
