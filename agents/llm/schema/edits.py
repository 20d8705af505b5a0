"""The edits that a model may write: attributes of objects that were read, their present values, and what the limits allow.

An edit carries the old value, so what was not read cannot be edited. A1 policies are not among them: their bodies follow the
schema of the peer, which is in no view.
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.heuristics.evidence_reader import values_of
from agents.llm.schema.bounded import Schema, choice, integer, items, number, record, text
from agents.planner import View
from policies.limits.limit import Limit
from policies.limits.loading import load_limits
from policies.managed_object import Scalar, class_of
from tools.ran.topology_tools import read_configuration

# Present values by class and attribute, then by DN.
Present = dict[tuple[str, str], dict[str, Scalar]]


def present_values(view: View) -> Present:
    """Return the values of all attributes that were read and can be changed; of two readings the newer one counts."""
    limits = load_limits()
    present: Present = {}
    for table in values_of(view.observations, read_configuration):
        for item in table.objects:
            for attribute, value in item.attributes.items():
                key = (class_of(item.dn), attribute)
                if key in limits and not limits.limit(*key).read_only:
                    present.setdefault(key, {})[item.dn] = value
    return present


def edit_schemas(present: Present) -> list[Schema]:
    """Return one alternative for each attribute; they refer to `dn_definitions`."""
    return [
        record({"kind": {"const": "attribute"}, **_item(class_name, attribute, values), "new": _allowed(limit)})
        for class_name, attribute, values, limit in _limited(present)
    ]


def knob_schemas(present: Present) -> list[Schema]:
    """Return one alternative for each attribute that a search may set: a range with a step for numbers, else choices."""
    return [
        record({**_item(class_name, attribute, values), **_span(limit)})
        for class_name, attribute, values, limit in _limited(present)
    ]


def dn_definitions(present: Present) -> dict[str, Schema]:
    """Return the DNs of each class, named once, as several attributes have the same objects."""
    dns: dict[str, list[str]] = {}
    for (class_name, _), values in present.items():
        dns.setdefault(class_name, []).extend(values)
    return {f"dn_{class_name}": choice(names) for class_name, names in dns.items()}


def _limited(present: Present) -> Iterator[tuple[str, str, dict[str, Scalar], Limit]]:
    limits = load_limits()
    for (class_name, attribute), values in present.items():
        yield class_name, attribute, values, limits.limit(class_name, attribute)


def _item(class_name: str, attribute: str, values: dict[str, Scalar]) -> dict[str, Schema]:
    return {
        "dn": {"$ref": f"#/$defs/dn_{class_name}"},
        "attribute": {"const": attribute},
        "old": choice(values.values()),
    }


def _allowed(limit: Limit) -> Schema:
    match limit.kind:
        case "range":
            return number(limit.low, limit.high, limit.step) if limit.step else number(limit.low, limit.high)
        case "set" | "enum":
            return choice(limit.values)
        case "boolean":
            return {"type": "boolean"}
        case "string":
            return text(60)


def _span(limit: Limit) -> dict[str, Schema]:
    if limit.kind != "range" or limit.low is None or limit.high is None:
        return {"choices": items(_allowed(limit), most=8, least=1)}
    step = limit.step or 0.001
    width = limit.high - limit.low
    steps = (
        integer(step, width) if step.is_integer() else {"type": "number", "minimum": step, "maximum": width, "multipleOf": step}
    )
    return {"low": _allowed(limit), "high": _allowed(limit), "step": steps}
