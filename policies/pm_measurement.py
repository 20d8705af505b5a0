"""Names and units of KPIs in 3GPP PM reports (TS 28.532 / TS 28.552).

1. The measurement of a single slice is the sub-counter `<name>.SNSSAI.<sst>[-<sd>]`, sst as two hexadecimal digits (the S-NSSAI
   format of TS 23.003 clause 28.4.2).
2. Reports use the units of TS 28.552 (kbit/s, 0.1 ms, losses per million, kWh), the KPI catalogue uses operators' units. A wire
   value is the catalogue's value times the factor below. Values are real numbers and are not rounded to integers.
3. `VS.NbrSamples.<name>` (vendor-specific) is the number of events that `<name>` is computed from.
"""

from __future__ import annotations

import re
from typing import Final

from policies.slices import Slice

SAMPLES_PREFIX: Final = "VS.NbrSamples."

_WIRE_FACTOR: Final[dict[str, float]] = {
    "DRB.UEThpDl": 1e3,  # Mbit/s → kbit/s, TS 28.552 clause 5.1.1.3.1
    "DRB.UEThpDl.P05": 1e3,
    "DRB.PdcpSduDelayDl": 10.0,  # ms → 0.1 ms, TS 28.552 clause 5.1.1.1.1
    "DRB.PdcpSduDelayDl.P95": 10.0,
    "DRB.PacketLossRateDl": 1e4,  # % → losses per 1E6, TS 28.552 clause 5.1.3.1.1
    "PEE.Energy": 1e-3,  # Wh → kWh, TS 28.552 clause 5.1.1.19.3
}
_SLICED = re.compile(r"^(?P<kpi>.+)\.SNSSAI\.(?P<sst>[0-9A-Fa-f]{2})(-[0-9A-Fa-f]{6})?$")


def wire_name(kpi: str, slice: Slice | None) -> str:
    """Return the measType of `kpi` (of `slice`): ("DRB.UEThpDl", eMBB) → "DRB.UEThpDl.SNSSAI.01"."""
    return kpi if slice is None else f"{kpi}.SNSSAI.{slice.sst:02x}"


def parse_wire_name(name: str) -> tuple[str, Slice | None]:
    """Return (KPI, slice) of a measType; raises ValueError for an unsupported SST."""
    match = _SLICED.match(name)
    if match is None:
        return name, None
    return match["kpi"], Slice.from_sst(int(match["sst"], 16))


def to_wire(kpi: str, value: float) -> float:
    """Convert `value` from the catalogue's unit to the unit of TS 28.552."""
    return value * _WIRE_FACTOR.get(kpi, 1.0)


def from_wire(kpi: str, value: float) -> float:
    """Convert `value` from the unit of TS 28.552 to the catalogue's unit."""
    return value / _WIRE_FACTOR.get(kpi, 1.0)
