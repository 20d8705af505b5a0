"""The system twin's data card (`data/system_twin_card.json`), and a network's configuration in terms of its validity keys."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import JsonValue

from policies.data_card import DataCard
from twins.network import NetworkCard

VERSION = "1.0"
_FILE = Path(__file__).parent / "data" / "system_twin_card.json"


@cache
def system_twin_card() -> DataCard:
    """Return the data card: what the twin models, its sources and its validity range."""
    return DataCard.model_validate_json(_FILE.read_text(encoding="utf-8"))


def configuration_of_card(card: NetworkCard) -> dict[str, JsonValue]:
    """Return a network's configuration by the keys of the card's validity."""
    sites = {(cell.x, cell.y) for cell in card.cells}
    distances = [((ax - bx) ** 2 + (ay - by) ** 2) ** 0.5 for ax, ay in sites for bx, by in sites if (ax, ay) != (bx, by)]
    return {
        "carrier_ghz": max(cell.carrier_ghz for cell in card.cells),
        "subcarrier_spacing_khz": max(cell.subcarrier_spacing_khz for cell in card.cells),
        "prbs": max(cell.prbs for cell in card.cells),
        "cells": len(card.cells),
        "cell_height_m": min(cell.height for cell in card.cells),
        "min_site_distance_m": min(distances, default=500.0),
    }
