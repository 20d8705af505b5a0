"""Electric power of a cell's radio unit: P = N (P0 + slope x Pout) while awake, N Psleep asleep.

Parameters: Auer et al., "How much energy is needed to run a wireless network?", IEEE Wireless Communications 18(5), 2011,
table 2: remote radio head for macro cells, micro for capacity cells; two transceiver chains each.
"""

from __future__ import annotations

from typing import NamedTuple

CHAINS = 2


class PowerModel(NamedTuple):
    """Per chain: `idle_w` P0, `slope` (W per W radiated), `sleep_w`."""

    idle_w: float
    slope: float
    sleep_w: float


POWER_MODELS = {"macro": PowerModel(84.0, 2.8, 56.0), "capacity": PowerModel(56.0, 2.6, 39.0)}


def watts(kind: str, max_power_dbm: float) -> tuple[float, float, float]:
    """Return (idle W, additional W at full load, W asleep) of a cell with `max_power_dbm` over all chains."""
    model = POWER_MODELS[kind]
    radiated = 10.0 ** (0.1 * (max_power_dbm - 30.0))
    return CHAINS * model.idle_w, model.slope * radiated, CHAINS * model.sleep_w
