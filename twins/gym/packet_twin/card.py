"""The network card and the data card of a packet twin; both state that the traffic is carried by LTE."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path

from policies.data_card import DataCard
from policies.slices import Slice
from twins.gym.field import CARRIER_GHZ
from twins.gym.layout import Layout
from twins.gym.packet_twin.names import CellName
from twins.gym.packet_twin.objects import BANDWIDTH_MHZ
from twins.network import Cell, NetworkCard

VERSION = "1.0"
SUBCARRIER_KHZ = 15
_FILE = Path(__file__).parent / "data" / "packet_twin_card.json"


@cache
def packet_twin_card(label: str) -> DataCard:
    """Return the data card of a packet twin whose windows come from `label`."""
    card = DataCard.model_validate_json(_FILE.read_text(encoding="utf-8"))
    provenance = card.provenance.model_copy(update={"source": f"{label}; {card.provenance.source}"})
    return card.model_copy(update={"name": f"{card.name}: {label}", "provenance": provenance})


def network_card(
    layout: Layout, names: dict[str, CellName], label: str, now: datetime, granularity_s: float, name: str
) -> NetworkCard:
    """Return the card of the network of `layout` at network time `now`."""
    return NetworkCard(
        name=name,
        kind=f"packet twin ({label})",
        version=VERSION,
        now=now,
        cells=tuple(_cell(layout, cell_name) for cell_name in names.values()),
        slices=tuple(Slice),
        capabilities=("O1", "advance", "snapshot"),
        granularity_s=granularity_s,
        data_card=packet_twin_card(label),
    )


def _cell(layout: Layout, name: CellName) -> Cell:
    cell = layout.cells[name.id]
    return Cell(
        id=name.id,
        dn=name.du,
        cu_dn=name.cu,
        carrier_dn=name.carrier,
        site=name.site,
        x=cell.position.x_m,
        y=cell.position.y_m,
        azimuth=cell.beam.azimuth_deg if cell.beam is not None else 0.0,
        height=cell.position.z_m,
        carrier_ghz=CARRIER_GHZ,
        bandwidth_mhz=BANDWIDTH_MHZ[layout.downlink_rbs],
        prbs=layout.downlink_rbs,
        subcarrier_spacing_khz=SUBCARRIER_KHZ,
        nci=name.nci,
        neighbours=name.neighbours,
    )
