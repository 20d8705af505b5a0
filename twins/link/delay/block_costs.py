"""Measured cost of an operation of each receiver block: `data/block_costs.json`, with its record beside it.

An operation count does not show how fast the operations run (memory, vectorization). `python -m twins.link.bench.calibrate_delay`
therefore measures the seconds per operation of each block in this twin on one core; the processing delay uses their ratio to an
LDPC offset-min-sum operation, the unit of the compute budget. `twinpilot bench link` compares the model with new measurements.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from policies.artefact import read_artefact

COSTS_PATH = Path(__file__).parent / "data" / "block_costs.json"
UNIT = "offset-minsum"


@lru_cache(maxsize=1)
def seconds_per_operation() -> dict[str, float]:
    """Return seconds per operation by block, on the recorded machine; raises ArtefactError if the file was changed."""
    read_artefact(COSTS_PATH)
    costs: dict[str, float] = json.loads(COSTS_PATH.read_text(encoding="utf-8"))
    return costs


def relative_cost(block: str) -> float:
    """Return the cost of an operation of `block` relative to an offset-min-sum one; raises ValueError for an unknown block."""
    costs = seconds_per_operation()
    if block not in costs:
        raise ValueError(f"block={block!r} is none of {sorted(costs)}: measure its cost with twins.link.bench.calibrate_delay")
    return costs[block] / costs[UNIT]
