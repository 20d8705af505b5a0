"""The documentation of the tools as running text: effect, arguments with their types and bounds, and errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from policies.effect import Effect
from tools.contract import Tool
from tools.gym.catalogue import gym_registry
from tools.registry import default_registry
from training.llm.corpus.document import Document
from training.llm.corpus.facts.own import own_document
from training.llm.corpus.wording import statements

_MEANS: Final = {
    Effect.OBSERVE: "it reads and changes nothing",
    Effect.REASON: "it computes from what it is given and changes nothing in the network",
    Effect.CONFIGURE: "it changes the network, and is carried out only behind the gate and an approval",
}
_EDGES: Final = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "above {}",
    "exclusiveMaximum": "below {}",
    "minItems": "{} or more",
    "maxItems": "up to {}",
    "maxLength": "up to {} characters",
}


def tool_documents() -> Iterator[Document]:
    """Yield several wordings of every tool of the harness and of the gym."""
    for name, registry in (("tools/registry.py", default_registry()), ("tools/gym/catalogue.py", gym_registry())):
        for tool in registry:
            yield from (own_document("tool", name, text) for text in _of_tool(tool))


def _of_tool(tool: Tool[Any, Any]) -> list[str]:
    schema = tool.request.model_json_schema()
    fields: dict[str, dict[str, Any]] = schema.get("properties", {})
    required = [name for name in fields if name in schema.get("required", [])]
    errors = ", ".join(error.__name__ for error in tool.raises)
    means = _MEANS[tool.effect]
    return statements(
        "tool",
        tool=tool.name,
        effect=tool.effect.value,
        means=means,
        means_start=f"{means[0].upper()}{means[1:]}",
        description=_sentence(tool.description.replace("\n", " ")),
        arguments="; ".join(_argument(name, one, name in required) for name, one in fields.items()) or "no argument",
        required=" and ".join(required) or "no argument that is required",
        timeout=f"{tool.timeout_s:g}",
        errors=f"It refuses a call with {errors}." if errors else "",
    )


def _argument(name: str, field: dict[str, Any], is_required: bool) -> str:
    parts = [_type_of(field), *(text.format(field[key]) for key, text in _EDGES.items() if key in field)]
    described = f", {field['description']}" if field.get("description") else ""
    value = field.get("default")
    default = f", by default {value}" if isinstance(value, bool | int | float) or (isinstance(value, str) and value) else ""
    return f"{name} ({', '.join(parts)}{'' if is_required else ', optional'}{default}){described}"


def _type_of(field: dict[str, Any]) -> str:
    if "enum" in field:
        return f"one of {', '.join(map(str, field['enum']))}"
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    if "anyOf" in field:
        return " or ".join(_type_of(one) for one in field["anyOf"])
    return str(field.get("type", "value")).replace("null", "nothing")


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
