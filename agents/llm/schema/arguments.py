"""The arguments of a tool in the schema of a reply: as the tool's own schema says, with every name and bound of this view."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from agents.llm.schema.bounded import Schema, choice, integer, items, moment, number, one_of, record, text
from agents.llm.schema.edits import Present, edit_schemas, knob_schemas
from agents.planner import View
from policies.kpi import kpi_definitions
from policies.limits.loading import load_limits
from policies.managed_object import CONFIGURABLE

_LONGEST_TEXT: Final = 160
_MOST_ITEMS: Final = 8
_MOST_EDITS: Final = 24


class Arguments:
    """Schemas of arguments for one view. What is called like a name of the network, or of a catalogue, is one of them."""

    def __init__(self, view: View, present: Present) -> None:
        ids = [cell.id for cell in view.card.cells]
        kpis = list(kpi_definitions())
        attributes = [limit.attribute for limit in load_limits() if limit.class_name in CONFIGURABLE]
        self._now = view.card.now
        self._edits = edit_schemas(present)
        self._names: dict[str, Callable[[], Schema]] = {
            "cell": lambda: choice(ids),
            "neighbour": lambda: choice(ids),
            "cells": lambda: items(choice([*ids, *view.card.areas()]), len(ids) + len(view.card.areas())),
            "kpi": lambda: choice(kpis),
            "kpis": lambda: items(choice(kpis), _MOST_ITEMS, 1),
            "classes": lambda: items(choice(CONFIGURABLE), len(CONFIGURABLE)),
            "class_name": lambda: choice(CONFIGURABLE),
            "attribute": lambda: choice(attributes),
            "without_events": lambda: items(choice(event.name for event in view.card.events), len(view.card.events)),
            "edits": lambda: items(one_of(self._edits), _MOST_EDITS, 1),
            "knobs": lambda: items(one_of(knob_schemas(present)), _MOST_ITEMS, 1),
        }

    def of(self, schema: Schema) -> Schema | None:
        """Return the schema of a tool's arguments; None if it takes edits and nothing was read that could be edited."""
        types = schema.get("$defs", {})
        if not self._edits and "edits" in _fields_within(schema, types):
            return None
        return self._object(schema, types)

    def _object(self, schema: Schema, types: dict[str, Schema]) -> Schema:
        required = set(schema.get("required", ()))
        fields = {
            name: self._names[name]() if name in self._names else self._bounded(field, types)
            for name, field in schema.get("properties", {}).items()
            if name != "intent"
        }
        return record(
            {name: field for name, field in fields.items() if name in required},
            {name: field for name, field in fields.items() if name not in required},
        )

    def _bounded(self, schema: Schema, types: dict[str, Schema]) -> Schema:
        if "$ref" in schema:
            return self._bounded(types[schema["$ref"].rpartition("/")[2]], types)
        for key in ("enum", "const"):
            if key in schema:
                return {key: schema[key]}
        for key in ("anyOf", "oneOf", "allOf"):
            if key in schema:
                return one_of([self._bounded(alternative, types) for alternative in schema[key]])
        return self._plain(schema, types)

    def _plain(self, schema: Schema, types: dict[str, Schema]) -> Schema:
        match schema.get("type"):
            case "object":
                return self._object(schema, types)
            case "array":
                return self._array(schema, types)
            case "integer" | "number" as kind:
                return integer(*_range(schema, 1)) if kind == "integer" else number(*_range(schema, 0.001))
            case "boolean" | "null" as kind:
                return {"type": kind}
            case _:
                longest = min(schema.get("maxLength", _LONGEST_TEXT), _LONGEST_TEXT)
                return moment(self._now) if schema.get("format") == "date-time" else text(longest)

    def _array(self, schema: Schema, types: dict[str, Schema]) -> Schema:
        if "prefixItems" in schema:
            parts = [self._bounded(item, types) for item in schema["prefixItems"]]
            return {"type": "array", "prefixItems": parts, "items": False, "minItems": len(parts), "maxItems": len(parts)}
        least = schema.get("minItems", 0)
        most = min(schema.get("maxItems", _MOST_ITEMS), max(_MOST_ITEMS, least))
        return items(self._bounded(schema.get("items", {}), types), most, least)


def _range(schema: Schema, finest: float) -> tuple[float | None, float | None]:
    """Return the bounds of a number; an excluded one moves by the finest step that a model may write."""
    low, high = schema.get("minimum"), schema.get("maximum")
    if "exclusiveMinimum" in schema:
        low = round(schema["exclusiveMinimum"] + finest, 9)
    if "exclusiveMaximum" in schema:
        high = round(schema["exclusiveMaximum"] - finest, 9)
    return low, high


def _fields_within(schema: Any, types: dict[str, Schema], seen: Sequence[str] = ()) -> set[str]:
    """Return the names of all fields in a schema, at any depth."""
    if isinstance(schema, list):
        return set().union(*(_fields_within(part, types, seen) for part in schema))
    if not isinstance(schema, dict):
        return set()
    names = set(schema.get("properties", {}))
    for key, part in schema.items():
        if key == "$ref":
            name = str(part).rpartition("/")[2]
            names |= set() if name in seen else _fields_within(types.get(name, {}), types, (*seen, name))
        elif key != "$defs":
            names |= _fields_within(part, types, seen)
    return names
