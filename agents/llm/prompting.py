"""The prompt: role and rules from a file, the view as typed JSON; the oldest evidence is left out beyond the token budget."""

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
_MAX_EVIDENCE_CHARACTERS = 6000


@cache
def prompt_text(name: str) -> str:
    """Return the text of the prompt file `prompts/NAME.md`."""
    return (_PROMPTS / f"{name}.md").read_text(encoding="utf-8")


def messages_for(view: View, prompt: str, budget_tokens: int) -> list[Message]:
    """Return the system and the user message. Tool results appear only under "evidence", each as data of a named tool."""
    fixed = _fixed(view)
    room = budget_tokens * _CHARACTERS_PER_TOKEN - len(prompt) - len(json.dumps(fixed, ensure_ascii=False))
    evidence: list[dict[str, Any]] = []
    for observation in reversed(view.observations):
        entry = _evidence(observation)
        room -= len(json.dumps(entry, ensure_ascii=False))
        if room < 0:
            evidence.append({"left out": f"{len(view.observations) - len(evidence)} older observations, over the token budget"})
            break
        evidence.append(entry)
    content = json.dumps({**fixed, "evidence": list(reversed(evidence))}, ensure_ascii=False)
    return [Message(role="system", content=prompt), Message(role="user", content=content)]


def _fixed(view: View) -> dict[str, Any]:
    card = view.card
    return {
        "operator_text": view.text,
        "answers": [answer.model_dump() for answer in view.answers],
        "now": card.now.isoformat(),
        "areas": card.areas(),
        "cells": [cell.id for cell in card.cells],
        "slices": [slice_.value for slice_ in card.slices],
        "events": [event.model_dump(mode="json") for event in card.events],
        "kpis": {name: kpi.unit for name, kpi in kpi_definitions().items()},
        "tools": [offer.model_dump() for offer in view.tools],
        "intent": view.intent.model_dump(mode="json") if view.intent else None,
        "steps": [step.model_dump(mode="json", exclude={"source"}) for step in view.steps],
        "forbidden": [prohibition.describe() for prohibition in view.forbidden],
        "objections": list(view.feedback),
        "changed_since_the_last_plan": list(view.changes),
        "verdict": view.verdict.model_dump(mode="json") if view.verdict else None,
        "steps_left": view.steps_left,
    }


def _evidence(observation: Observation) -> dict[str, Any]:
    arguments = {key: value for key, value in observation.call.arguments.items() if key != "intent"}
    text = json.dumps(observation.evidence, ensure_ascii=False) if observation.evidence is not None else ""
    entry: dict[str, Any] = {"tool": observation.call.tool, "arguments": arguments}
    if observation.error is not None:
        return {**entry, "error": observation.error, "boundary": observation.boundary}
    if len(text) > _MAX_EVIDENCE_CHARACTERS:
        return {**entry, "data_cut_at": _MAX_EVIDENCE_CHARACTERS, "data": text[:_MAX_EVIDENCE_CHARACTERS]}
    return {**entry, "data": observation.evidence}
