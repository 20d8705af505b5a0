"""How a KPI is called and scaled where 3GPP PM reports carry it (TS 28.532 / TS 28.552).

1. In a report a measurement of one slice is the sub-counter `<name>.SNSSAI.<sst>[-<sd>]`, sst as two hexadecimal digits
   (TS 23.003 clause 28.4.2 writes an S-NSSAI so).
2. A report carries the unit of TS 28.552 (kbit/s, 0.1 ms, losses per million, kWh); the KPI catalogue carries operator units. A
   wire value is the catalogue's value times the factor below. Values stay real numbers: nothing is rounded to an integer.
3. `VS.NbrSamples.<name>` (vendor-specific) says how many events stand behind `<name>`.
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
    """Return (KPI, slice) of a measType; raises ValueError for an SST that is no slice of this product."""
    match = _SLICED.match(name)
    if match is None:
        return name, None
    return match["kpi"], Slice.from_sst(int(match["sst"], 16))


def to_wire(kpi: str, value: float) -> float:
    """Return `value` (catalogue unit) in the unit of TS 28.552."""
    return value * _WIRE_FACTOR.get(kpi, 1.0)


def from_wire(kpi: str, value: float) -> float:
    """Return `value` (unit of TS 28.552) in the catalogue's unit."""
    return value / _WIRE_FACTOR.get(kpi, 1.0)
