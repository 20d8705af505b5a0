"""Check of the PRB usage against what so many PRBs can carry: a ratio of 0 to 1 that is reported as percent is seen by it.

Volume, throughput and activity must agree with each other; while data waits, volume may arrive that no PRB has carried yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import log2

from policies.quality.flaw import Flaw
from policies.quality.grouping import Groups
from policies.quality.identity import PRBS, SLICE_PRBS, VOLUME
from policies.quality.invariant import DELIVERED
from policies.quality.reporter import Carrier
from policies.quality.trend import PERSISTENT, Past, flaws_of, is_physical


def overfull(groups: Groups, past: Past, carriers: Mapping[str, Carrier]) -> Iterator[Flaw]:
    """Yield flaws where the PRBs of the newest windows, which `past` contains, cannot have carried the delivered volume."""
    for place in groups:
        carrier = carriers.get(place[0])
        kpi = PRBS if place[1] is None else SLICE_PRBS
        recent = [] if carrier is None else past.recent(place, PERSISTENT, {kpi, *DELIVERED.exponents})
        if carrier is None or not recent or not is_physical(DELIVERED, recent):
            continue
        beyond = min(point.logs[VOLUME] - point.logs[kpi] - log2(carrier.peak_mbps / 100) for point in recent)
        if beyond > 0:
            times = f"{2**beyond:.3g} times what so few of the carrier's PRBs can carry"
            reason = f"the volume is at least {times}; is it a ratio of 0 to 1?"
            yield from flaws_of(place, past, recent, (PRBS, SLICE_PRBS), reason)
