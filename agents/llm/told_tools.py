"""The tools on offer as a model is told them: none that changes the network, and no argument `intent`, which is filled in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from agents.llm.form import Form
from agents.llm.references import referred
from policies.effect import Effect
from tools.calls.tool_offer import ToolOffer
from tools.signatures import shared_types, signature


def callable_offers(offers: Iterable[ToolOffer]) -> list[ToolOffer]:
    """Return the offers that a planner may call, without their argument `intent`."""
    return [_without_intent(offer) for offer in offers if offer.effect != Effect.CONFIGURE.value]


def told_tools(offers: Iterable[ToolOffer], form: Form) -> Any:
    """Return the tools as data, as the form says."""
    tools = callable_offers(offers)
    if form.tools == "schema":
        return [offer.model_dump() for offer in tools]
    if form.tools == "signature":
        lines = [f"{signature(offer)}: {_first_sentence(offer.description)}" for offer in tools]
        return {"tools": lines, "types": shared_types(tools)}
    return [f"{offer.name}({', '.join(offer.input_schema.get('properties', {}))})" for offer in tools]


def _first_sentence(text: str) -> str:
    return " ".join(text.split()).partition(". ")[0]


def _without_intent(offer: ToolOffer) -> ToolOffer:
    schema = offer.input_schema
    properties = {name: field for name, field in schema.get("properties", {}).items() if name != "intent"}
    if len(properties) == len(schema.get("properties", {})):
        return offer
    required = [name for name in schema.get("required", ()) if name != "intent"]
    reached = referred(properties, schema.get("$defs", {}))
    short = {**schema, "properties": properties, "required": required, "$defs": reached}
    return offer.model_copy(update={"input_schema": short})
