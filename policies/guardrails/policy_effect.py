"""What an A1 policy does to the traffic that it is for: which cells it locks it out of, and what it guarantees.

Known are the slice SLA target and the traffic steering preference of O-RAN.WG2.A1TD, in any version. Of any other type the effect
is unknown, and a body of a known type that does not have its structure counts as unknown, too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from policies.guardrails.card import Card
from policies.guardrails.policy_scope import listed_cells, slice_of
from policies.guardrails.rules import PolicyFloor
from policies.managed_object import number_of
from policies.slices import Slice

SLA = "SliceSLATarget"
STEERING = "TrafficSteeringPreference"
_DENIALS = frozenset({"FORBID", "DENY", "DENIED", "BAR", "BARRED", "BLOCK", "BLOCKED", "REJECT", "LOCK", "LOCKED", "DISABLE"})
_LIMITS = ("max", "limit", "quota", "prb", "ratio", "share", "weight", "ues", "thpt", "throughput", "rate", "session")


@dataclass(frozen=True)
class PolicyEffect:
    """The effect of a policy's body.

    slice: None if it is not one slice of ours. shut: the cells in which an objective admits nobody or gives nothing, with the
    reason. barred: the cells that the traffic may not use. avoided: those that it should not use. cap: most users per cell.
    guarantees: by objective. unknown: why the effect cannot be told, empty if it can. denial: what in an unknown policy reads
    like a lock-out.
    """

    slice: Slice | None = None
    shut: dict[str, str] = field(default_factory=dict)
    barred: frozenset[str] = frozenset()
    avoided: frozenset[str] = frozenset()
    cap: float | None = None
    guarantees: dict[str, float] = field(default_factory=dict)
    unknown: str = ""
    denial: str = ""

    @property
    def traffic(self) -> str:
        """Whose traffic it is, in words."""
        return self.slice.value if self.slice else "the traffic in its scope"


def effect_of(policy_type: str, body: dict[str, Any] | None, card: Card, floors: tuple[PolicyFloor, ...]) -> PolicyEffect:
    """Return the effect of a policy; a policy that does not exist (None) has none."""
    if body is None:
        return PolicyEffect()
    try:
        if SLA in policy_type:
            return _sla(body, card, floors)
        if STEERING in policy_type:
            return _steering(body, card)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        problem = f"{type(error).__name__}: {error}"
        return PolicyEffect(unknown=f"it is not built as {policy_type} is ({problem})", denial=_denial(body))
    return PolicyEffect(unknown=f"the effect of the policy type {policy_type} is not known here", denial=_denial(body))


def _sla(body: dict[str, Any], card: Card, floors: tuple[PolicyFloor, ...]) -> PolicyEffect:
    objectives = {name: _number(value) for name, value in body["sliceSlaObjectives"].items()}
    resources = body.get("sliceSlaResources") or {}
    cells = listed_cells(resources.get("cellIdList"), card)
    low = [floor for floor in floors if objectives.get(floor.objective, floor.at_least) < floor.at_least]
    reason = ", ".join(f"{floor.objective} {objectives[floor.objective]:g} {floor.unit}".rstrip() for floor in low)
    return PolicyEffect(
        slice=slice_of(body),
        shut=dict.fromkeys(sorted(cells), reason) if low else {},
        cap=objectives.get("maxNumberOfUes"),
        guarantees={name: value for name, value in objectives.items() if name.startswith("gua")},
    )


def _number(value: Any) -> float:
    number = number_of(value)
    if number is None:
        raise ValueError(f"an objective is {str(value)[:40]!r}, not a number")
    return number


def _steering(body: dict[str, Any], card: Card) -> PolicyEffect:
    everywhere = frozenset(cell.id for cell in card.cells)
    barred: frozenset[str] = frozenset()
    avoided: frozenset[str] = frozenset()
    exclusive: list[frozenset[str]] = []
    for resource in body["tspResources"]:
        cells, preference = resource["cellIdList"], resource["preference"]
        if preference == "FORBID":
            barred |= listed_cells(cells, card)
        elif preference == "AVOID":
            avoided |= listed_cells(cells, card)
        elif preference == "SHALL":
            exclusive.append(listed_cells(cells, card) if cells else frozenset())
        elif preference != "PREFER":
            raise ValueError(f"preference {str(preference)[:40]!r}")
    if exclusive:
        barred |= everywhere - frozenset().union(*exclusive)
    return PolicyEffect(slice=slice_of(body), barred=barred, avoided=avoided)


def _denial(value: Any, name: str = "") -> str:
    """Return the first value of an unknown policy that reads like a lock-out: a refusal in words, or a limit of nothing."""
    if isinstance(value, dict):
        return next((found for key, item in value.items() if (found := _denial(item, str(key)))), "")
    if isinstance(value, list):
        return next((found for item in value if (found := _denial(item, name))), "")
    if isinstance(value, str) and value.strip().upper() in _DENIALS:
        return f"{name} {value}"
    number = _read(value)
    is_limit = any(word in name.lower() for word in _LIMITS)
    return f"{name} {number:g}" if number is not None and number <= 0 and is_limit else ""


def _read(value: Any) -> float | None:
    """Return a number, also one in a text."""
    try:
        return float(value) if isinstance(value, str) else number_of(value)
    except (ValueError, OverflowError):
        return None
