"""The prompt: role and rules from a file, the view as quoted and typed JSON, cut to the token budget oldest evidence first."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from agents.llm.chat import Message
from agents.planner import View
from policies.kpi import kpi_definitions
from tools.calls.observation import Observation

_PROMPTS = Path(__file__).parent.parent / "prompts"
_CHARACTERS_PER_TOKEN = 4
_LONGEST_EVIDENCE = 6000


@cache
def prompt_text(name: str) -> str:
    """Return the prompt file `name`."""
    return (_PROMPTS / f"{name}.md").read_text(encoding="utf-8")


def messages_for(view: View, prompt: str, budget_tokens: int) -> list[Message]:
    """Return system and user message. What tools returned stands under "evidence", as data of a named tool, and nowhere else."""
    fixed = _fixed(view)
    room = budget_tokens * _CHARACTERS_PER_TOKEN - len(prompt) - len(json.dumps(fixed, ensure_ascii=False))
    evidence: list[dict[str, Any]] = []
    for one in reversed(view.observations):
        told = _observed(one)
        room -= len(json.dumps(told, ensure_ascii=False))
        if room < 0:
            evidence.append({"left out": f"{len(view.observations) - len(evidence)} older observations, over the token budget"})
            break
        evidence.append(told)
    content = json.dumps({**fixed, "evidence": list(reversed(evidence))}, ensure_ascii=False)
    return [Message(role="system", content=prompt), Message(role="user", content=content)]


def _fixed(view: View) -> dict[str, Any]:
    card = view.card
    return {
        "operator_text": view.text,
        "answers": [one.model_dump() for one in view.answers],
        "now": card.now.isoformat(),
        "areas": card.areas(),
        "cells": [cell.id for cell in card.cells],
        "slices": [one.value for one in card.slices],
        "events": [one.model_dump(mode="json") for one in card.events],
        "kpis": {name: kpi.unit for name, kpi in kpi_definitions().items()},
        "tools": [one.model_dump() for one in view.tools],
        "intent": view.intent.model_dump(mode="json") if view.intent else None,
        "objections": list(view.feedback),
        "verdict": view.verdict.model_dump(mode="json") if view.verdict else None,
        "steps_left": view.steps_left,
    }


def _observed(one: Observation) -> dict[str, Any]:
    arguments = {key: value for key, value in one.call.arguments.items() if key != "intent"}
    text = json.dumps(one.evidence, ensure_ascii=False) if one.evidence is not None else ""
    told: dict[str, Any] = {"tool": one.call.tool, "arguments": arguments}
    if one.error is not None:
        return {**told, "error": one.error, "boundary": one.boundary}
    if len(text) > _LONGEST_EVIDENCE:
        return {**told, "data_cut_at": _LONGEST_EVIDENCE, "data": text[:_LONGEST_EVIDENCE]}
    return {**told, "data": one.evidence}
