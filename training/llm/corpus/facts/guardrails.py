"""The guardrails that TwinPilot ships, as running text."""

from __future__ import annotations

from collections.abc import Iterator

from policies.guardrails.loading import load_guardrails
from policies.guardrails.rules import Bound, StepBound
from training.llm.corpus.document import Document
from training.llm.corpus.facts.own import own_document
from training.llm.corpus.wording import statements


def guardrail_documents() -> Iterator[Document]:
    """Yield several wordings of every guardrail."""
    for text in _texts():
        yield own_document("guardrail", "policies/guardrails/guardrails.toml", text)


def _texts() -> Iterator[str]:
    rules = load_guardrails().rules
    for name in type(rules.bounds).model_fields:
        yield from _of_bound(name, getattr(rules.bounds, name))
    for step in rules.step:
        yield from statements("step", name=f"{step.class_name}.{step.attribute}", reach=_reach(step), source=step.source)
    for one in rules.protected_slice:
        name, least = f"{one.class_name}.{one.attribute}", f"{one.at_least:g}"
        yield from statements("protected", name=name, slice=one.slice.value, least=least, source=one.source)
    for floor in rules.policy.floor:
        least = f"{floor.at_least:g}"
        yield from statements("floor", objective=floor.objective, least=least, unit=floor.unit, source=rules.policy.source)


def _of_bound(name: str, bound: Bound) -> list[str]:
    edges = [
        f"above {edge:g} {what}"
        for edge, what in ((bound.warn_above, "a person is asked"), (bound.fail_above, "it is refused"))
        if edge is not None
    ]
    said = ", ".join(edges)
    start, reason = (f"{text[0].upper()}{text[1:]}" for text in (said, bound.source))
    return statements(
        "bound",
        bound=name.replace("_", " "),
        edges=said,
        edges_start=start,
        source=bound.source,
        reason=reason,
        remedy=bound.remedy,
    )


def _reach(step: StepBound) -> str:
    ways = [f"{most:g} {step.unit} {way}" for way, most in (("down", step.down), ("up", step.up)) if most is not None]
    return " and ".join(ways)
