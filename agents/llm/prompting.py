"""The prompt: role and rules from a file, the view as typed JSON in a form that fits (`agents.llm.fitting`)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from agents.llm.chat import Message
from agents.llm.form import Form
from agents.llm.shortening import evidence_of
from agents.llm.told_tools import told_tools
from agents.llm.tried import told_candidates
from agents.planner import View
from policies.kpi import kpi_definitions
from tools.calls.observation import Observation
from tools.ran.candidate_tools import compare_candidates, refine_candidate

_PROMPTS = Path(__file__).parent.parent / "prompts"
_LONG: Final = Form()
# What is under "candidates", by the tool that tried them.
_ASIDE: Final = {
    compare_candidates.name: frozenset(("candidates",)),
    refine_candidate.name: frozenset(("best", "trials")),
}


@cache
def prompt_text(name: str) -> str:
    """Return the text of the prompt file `prompts/NAME.md`."""
    return (_PROMPTS / f"{name}.md").read_text(encoding="utf-8")


def messages_for(view: View, prompt: str, form: Form = _LONG) -> list[Message]:
    """Return the system and the user message. Tool results appear only under "evidence", each as data of a named tool."""
    results = len(view.observations)
    kept = view.observations[max(0, results - (results if form.results is None else form.results)) :]
    told = {
        **_unchanging(view, form),
        "evidence": [_evidence(observation, form) for observation in kept],
        **_changing(view, form),
    }
    if left_out := form.left_out(results):
        told["left_out"] = left_out
    return [Message(role="system", content=prompt), Message(role="user", content=json.dumps(told, ensure_ascii=False))]


def _unchanging(view: View, form: Form) -> dict[str, Any]:
    """What is the same in every decision of a run comes first: a server computes a beginning that it has seen only once."""
    card = view.card
    return {
        "kpis": {name: kpi.unit for name, kpi in kpi_definitions().items()},
        "tools": told_tools(view.tools, form),
        "areas": card.areas(),
        "cells": [cell.id for cell in card.cells],
        "slices": [slice_.value for slice_ in card.slices],
        "events": [event.model_dump(mode="json") for event in card.events],
        "steps": [step.model_dump(mode="json", exclude={"source"}) for step in view.steps],
        "operator_text": view.text,
        "intent": view.intent.model_dump(mode="json") if view.intent else None,
    }


def _changing(view: View, form: Form) -> dict[str, Any]:
    return {
        "answers": [answer.model_dump() for answer in view.answers],
        "now": view.card.now.isoformat(),
        "forbidden": [prohibition.describe() for prohibition in view.forbidden],
        "candidates": told_candidates(view, form),
        "objections": list(view.feedback),
        "changed_since_the_last_plan": list(view.changes),
        "verdict": view.verdict.model_dump(mode="json") if view.verdict else None,
        "steps_left": view.steps_left,
    }


def _evidence(observation: Observation, form: Form) -> dict[str, Any]:
    return evidence_of(observation, form, _ASIDE.get(observation.call.tool, frozenset()))
