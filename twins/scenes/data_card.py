"""The data card of ray-traced radio maps (`data/scene_card.json`): the validity of tracing in the built-in scenes."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from policies.data_card import DataCard

_FILE = Path(__file__).parent / "data" / "scene_card.json"


@cache
def scene_card() -> DataCard:
    """Return the card. Its validity bounds request and result: scene, carrier, depth, and the coverage of the finished map."""
    return DataCard.model_validate_json(_FILE.read_text(encoding="utf-8"))
