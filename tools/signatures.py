"""Tools' inputs in few words: from JSON schemas to lines that a model or a person reads, each shared type told once.

`edge_offload(task: TaskSpec, target: OffloadTarget)` and `TaskSpec = {task: string, gcycles_per_job: number >0 <=100 "…"}` say
what some thousand characters of JSON schema say.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tools.calls.tool_offer import ToolOffer

_BOUNDS = (("minimum", ">="), ("exclusiveMinimum", ">"), ("maximum", "<="), ("exclusiveMaximum", "<"))


def signature(offer: ToolOffer) -> str:
    """Return `name(argument: type "what it is", …)`; a `?` marks arguments that may be left out."""
    return f"{offer.name}({', '.join(_fields(offer.input_schema))})"


def shared_types(offers: Iterable[ToolOffer]) -> dict[str, str]:
    """Return the types that the signatures of `offers` name, and those that these name, each with what it is."""
    found: dict[str, str] = {}
    for offer in offers:
        for name, schema in offer.input_schema.get("$defs", {}).items():
            found[name] = _type(schema)
    return dict(sorted(found.items()))


def _fields(schema: dict[str, Any]) -> list[str]:
    required = schema.get("required", ())
    return [_field(name, one, name in required) for name, one in schema.get("properties", {}).items()]


def _field(name: str, schema: dict[str, Any], required: bool) -> str:
    said = schema.get("description", "")
    return f"{name}{'' if required else '?'}: {_type(schema)}" + (f" {json.dumps(said, ensure_ascii=False)}" if said else "")


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema or "const" in schema:
        return "|".join(json.dumps(one) for one in schema.get("enum", [schema.get("const")]))
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return "|".join(_type(one) for one in schema[key])
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
        return "[" + ", ".join(_type(one) for one in schema["prefixItems"]) + "]"
    least, most = schema.get("minItems", 0), schema.get("maxItems", "")
    return f"{_type(schema.get('items', {}))}[]" + (f" of {least}..{most}" if least or most else "")
