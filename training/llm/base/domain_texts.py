"""The domain corpus: what operators say and what the harness itself says, from which the base's vocabulary is chosen."""

from __future__ import annotations

import json
from collections.abc import Iterator

from policies.kpi import kpi_definitions
from policies.limits.loading import load_limits
from tools.gym.catalogue import gym_registry
from tools.registry import default_registry
from training.llm.labelled_text import hands_of


def domain_texts() -> Iterator[str]:
    """Yield operators' texts with the cards of their networks, KPIs, the limits catalogue, and the tools with their schemas."""
    for hand in hands_of():
        yield hand.card.model_dump_json()
        yield from (text.text for text in hand.texts)
    for word in (*kpi_definitions().values(), *load_limits()):
        yield word.model_dump_json()
    for registry in (default_registry(), gym_registry()):
        yield from map(json.dumps, registry.schemas())
