"""Evidence in short: numbers rounded, long lists and texts cut, and what was cut said in the place where it was."""

from __future__ import annotations

import json
from typing import Any, Final

from agents.llm.form import Form
from tools.calls.observation import Observation

# What a planner does not decide by, or what says nothing: of measurements that are covered and have no warning.
_ASIDE: Final = frozenset(("provenance", "coverage", "uncertainty"))
_LONGEST_TEXT: Final = 300


def evidence_of(observation: Observation, form: Form, aside: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return a tool's result as data of that tool. aside: names of its arguments and values that are told elsewhere."""
    arguments = {name: value for name, value in observation.call.arguments.items() if name not in {"intent", *aside}}
    entry: dict[str, Any] = {"tool": observation.call.tool, "arguments": shortened(arguments, form.items)}
    if observation.error is not None:
        return {**entry, "error": observation.error[: form.characters], "boundary": observation.boundary}
    if observation.evidence is None:
        return {**entry, "data": None}
    return {**entry, "data": _fitted(_without(observation.evidence, aside), form)}


def shortened(value: Any, items: int | None) -> Any:
    """Return JSON with at most `items` items a list and 300 characters a text; numbers have four digits unless they are whole."""
    if items is None:
        return value
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_TEXT else f"{value[:_LONGEST_TEXT]}…"
    if isinstance(value, dict):
        return {name: shortened(item, items) for name, item in value.items()}
    if isinstance(value, list):
        cut = [shortened(item, items) for item in value[:items]]
        return cut if len(value) <= items else [*cut, f"{len(value) - items} more left out"]
    return value


def _fitted(evidence: dict[str, Any], form: Form) -> dict[str, Any]:
    """Return the evidence in at most `form.characters`: first the lists get shorter, then only the summary is left."""
    items = form.items
    while _length(told := shortened(evidence, items)) > form.characters:
        items = 32 if items is None else items // 2
        if not items:
            return {"summary": str(evidence.get("summary", ""))[: form.characters], "left out": "the values"}
    return dict(told)


def _without(evidence: dict[str, Any], aside: frozenset[str]) -> dict[str, Any]:
    kept = {name: value for name, value in evidence.items() if name not in _ASIDE and value not in ([], "")}
    coverage = evidence.get("coverage")
    if isinstance(coverage, dict) and not coverage.get("covered", True):
        kept["not covered"] = coverage.get("reasons")
    if isinstance(kept.get("value"), dict):
        kept["value"] = {name: value for name, value in kept["value"].items() if name not in aside}
    return kept


def _length(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False))
