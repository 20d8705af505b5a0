"""Compact signatures of tools, rendered from their JSON schemas for a model or a person; each shared type is described once.

`edge_offload(task: TaskSpec, target: OffloadTarget)` and `TaskSpec = {task: string, gcycles_per_job: number >0 <=100 "…"}`
replace some thousand characters of JSON schema.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tools.calls.tool_offer import ToolOffer

_BOUNDS = (("minimum", ">="), ("exclusiveMinimum", ">"), ("maximum", "<="), ("exclusiveMaximum", "<"))


def signature(offer: ToolOffer) -> str:
    """Return `name(argument: type "description", …)`; a `?` marks optional arguments."""
    return f"{offer.name}({', '.join(_fields(offer.input_schema))})"


def shared_types(offers: Iterable[ToolOffer]) -> dict[str, str]:
    """Return the definitions of all types that the signatures of `offers` refer to, directly or not, by type name."""
    types: dict[str, str] = {}
    for offer in offers:
        for name, schema in offer.input_schema.get("$defs", {}).items():
            types[name] = _type(schema)
    return dict(sorted(types.items()))


def _fields(schema: dict[str, Any]) -> list[str]:
    required = schema.get("required", ())
    return [_field(name, field, name in required) for name, field in schema.get("properties", {}).items()]


def _field(name: str, schema: dict[str, Any], required: bool) -> str:
    description = schema.get("description", "")
    quoted = f" {json.dumps(description, ensure_ascii=False)}" if description else ""
    return f"{name}{'' if required else '?'}: {_type(schema)}{quoted}"


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema or "const" in schema:
        return "|".join(json.dumps(value) for value in schema.get("enum", [schema.get("const")]))
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return "|".join(_type(alternative) for alternative in schema[key])
    return _plain_type(schema)


def _plain_type(schema: dict[str, Any]) -> str:
    kind = schema.get("type", "any")
    if kind == "array":
        return _array(schema)
    if kind == "object":
        values = schema.get("additionalProperties")
        if "properties" not in schema and isinstance(values, dict):
            return f"{{name: {_type(values)}}}"
        return "{" + ", ".join(_fields(schema)) + "}"
    return " ".join([str(kind), *(f"{sign}{schema[key]:g}" for key, sign in _BOUNDS if key in schema)])


def _array(schema: dict[str, Any]) -> str:
    if "prefixItems" in schema:
        return "[" + ", ".join(_type(item) for item in schema["prefixItems"]) + "]"
    min_items, max_items = schema.get("minItems", 0), schema.get("maxItems", "")
    return f"{_type(schema.get('items', {}))}[]" + (f" of {min_items}..{max_items}" if min_items or max_items else "")
