"""The JSON schema of a reply to one view: what the model may decide now, with the names of this network and run alone.

1. Names (cells, areas, slices, KPIs, events, tools and their arguments, attributes, candidates) are enumerations; strings,
   numbers and lists have bounds, so that a reply ends.
2. A kind of decision is on offer only where it can be valid: nothing is proposed before it was tried, and nothing is tried before
   the configuration was read.
3. By kind: one alternative for each kind with just its fields, for servers that decode under any JSON schema. Others (OpenAI)
   refuse alternatives at the top: for them it is one object with the fields of all kinds.
"""

from __future__ import annotations

from typing import Any, Final

from agents.llm.references import referred
from agents.llm.schema.arguments import Arguments
from agents.llm.schema.bounded import Schema, choice, integer, items, moment, number, one_of, record, text
from agents.llm.schema.edits import dn_definitions, present_values
from agents.llm.told_tools import callable_offers
from agents.llm.tried import tried_candidates
from agents.planner import View
from agents.workflows.objections import objections_of
from policies.intent import Condition
from policies.kpi import kpi_definitions

_SENTENCE, _LINE, _MOST_CALLS, _MOST_TARGETS, _MOST_CONTEXTS = 300, 120, 4, 6, 3
_BOUNDS: Final = tuple(condition.value for condition in Condition if not condition.is_objective)
_PLACE: Final = {name: {"$ref": f"#/$defs/{name}"} for name in ("cells", "area", "slice")}
_OBJECTIVES: Final = tuple(condition.value for condition in Condition if condition.is_objective)


def reply_schema(view: View, *, by_kind: bool = True) -> Schema:
    """Return the schema of a reply to this view."""
    kinds = [
        *(_understand(view) if view.intent is None or view.unread else ()),
        *_call(view),
        *_propose(view),
        _kind("ask", {"text": text(_SENTENCE)}, {"choices": items(text(_LINE), 5)}),
        _kind("finish", {"text": text(2 * _SENTENCE)}, {"recommendation": text(_SENTENCE)}),
        _kind("escalate", {"text": text(_SENTENCE), "nearest": text(_SENTENCE)}),
    ]
    schema = one_of(kinds) if by_kind else _flat(kinds)
    return {**schema, "$defs": referred(schema, {**_definitions(view), **dn_definitions(present_values(view))})}


def _kind(name: str, required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    return record({"kind": {"const": name}, **required}, optional)


def _flat(kinds: list[Schema]) -> Schema:
    """Return one object in which only the kind is required; of a field that several kinds have, the longest form."""
    fields: dict[str, Any] = {}
    for kind in kinds:
        for name, field in kind["properties"].items():
            known = fields.get(name, {})
            fields[name] = known if known.get("maxLength", 0) > field.get("maxLength", 0) else field
    names = list(dict.fromkeys(kind["properties"]["kind"]["const"] for kind in kinds))
    return record({"kind": choice(names)}, {name: field for name, field in fields.items() if name != "kind"})


def _understand(view: View) -> list[Schema]:
    """Return the reading with a window, and that without one: a window has both its ends."""
    events = [event.name for event in view.card.events]
    required = {"targets": items({"$ref": "#/$defs/target"}, _MOST_TARGETS, 1)}
    time = moment(view.card.now)
    optional = {
        "event": choice(["", *events]),
        "permanent": {"type": "boolean"},
        "without_events": items(choice(events), len(events)),
        "attendance": integer(0, 1_000_000),
        "contexts": items({"$ref": "#/$defs/context"}, _MOST_CONTEXTS),
        "assumptions": items(text(_LINE), 4),
        "plan": items(text(_LINE), 6),
    }
    window = {"window_start": time, "window_end": time}
    objectives_only = {"targets": items({"$ref": "#/$defs/objective"}, _MOST_TARGETS, 1), "harm_only": {"const": True}}
    return [
        _kind("understand", required | window, optional),
        _kind("understand", required, optional),
        _kind("understand", objectives_only | window, optional),
        _kind("understand", objectives_only, optional),
    ]


def _targets() -> list[Schema]:
    """Return a bound of each KPI within its range, and an objective."""
    bounds = [
        record({**_PLACE, "kpi": {"const": name}, "condition": choice(_BOUNDS), "value": number(kpi.lowest, kpi.highest)},
               {"tolerance": number(0, 0.99, 0.01)})
        for name, kpi in kpi_definitions().items()
    ]  # fmt: skip
    return [*bounds, {"$ref": "#/$defs/objective"}]


def _objective() -> Schema:
    return record({**_PLACE, "kpi": choice(kpi_definitions()), "condition": choice(_OBJECTIVES)})


def _context() -> Schema:
    """Return a condition; its value is checked with the intent."""
    bound = {"kpi": choice(kpi_definitions()), "condition": choice(_BOUNDS), "value": number(0, 1_000_000)}
    return record({**_PLACE, **bound, "words": text(_LINE), "lasting": {"type": "boolean"}})


def _definitions(view: View) -> dict[str, Schema]:
    """Return targets and what they name, once for all that refer to them."""
    card = view.card
    return {
        "target": one_of(_targets()),
        "objective": _objective(),
        "context": _context(),
        "cells": items(choice(cell.id for cell in card.cells), len(card.cells)),
        "area": choice(["", *card.areas()]),
        "slice": choice([*(slice_.value for slice_ in card.slices), None]),
    }


def _call(view: View) -> list[Schema]:
    arguments = Arguments(view, present_values(view))
    needs_intent = {offer.name for offer in view.tools if "intent" in offer.input_schema.get("properties", {})}
    calls = []
    for offer in callable_offers(view.tools):
        schema = arguments.of(offer.input_schema)
        if schema is not None and (view.intent is not None or offer.name not in needs_intent):
            calls.append(record({"tool": {"const": offer.name}, "arguments": schema}, {"reason": text(_LINE)}))
    return [_kind("call", {"calls": items(one_of(calls), _MOST_CALLS, 1)})] if calls else []


def _propose(view: View) -> list[Schema]:
    refused = objections_of(view).digests
    names = [name for name, one in tried_candidates(view).items() if one.change_set.digest not in refused]
    if view.intent is None or not names:
        return []
    return [_kind("propose", {"candidates": items(choice(names), 5, 1)}, {"assumptions": items(text(_LINE), 4)})]
