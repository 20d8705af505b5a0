"""What the checks of measurements need to know of a network, from its network card."""

from __future__ import annotations

from policies.quality.reporter import Carrier, Reporter
from twins.network import NetworkCard


def reporter_of(card: NetworkCard) -> Reporter:
    """Return the network's time, granularity period and carriers."""
    carriers = {cell.dn: Carrier(bandwidth_mhz=cell.bandwidth_mhz, prbs=cell.prbs) for cell in card.cells}
    return Reporter(now=card.now, granularity_s=card.granularity_s, carriers=carriers)
