"""The network card of the tests: seven sites, 21 cells, a stadium served by three of them, one event tonight."""

from __future__ import annotations

from datetime import UTC, datetime

from policies.data_card import (
    CardProvenance,
    Configuration,
    DataCard,
    Environment,
    Evaluation,
    OperatorPolicy,
    ProtocolLayer,
    Task,
)
from policies.slices import Slice
from twins.network import Cell, NetworkCard, PlannedEvent


def _filled(section: type) -> object:
    return section(**dict.fromkeys(section.model_fields, "as in the test"))  # type: ignore[attr-defined]


def make_card(sites: int = 7, areas: dict[str, tuple[str, ...]] | None = None) -> NetworkCard:
    """Build a card by hand."""
    areas = {"stadium": ("S1C1", "S1C2", "S2C3", "S3C2"), "downtown": ("S5C1", "S5C2", "S6C1")} if areas is None else areas
    ids = [f"S{site}C{sector}" for site in range(1, sites + 1) for sector in (1, 2, 3)]
    cells = tuple(_cell(cell, ids, areas) for cell in ids)
    return NetworkCard(
        name="test network",
        kind="system twin",
        version="1",
        now=datetime(2026, 6, 5, 18, 0, tzinfo=UTC),
        cells=cells,
        slices=(Slice.EMBB, Slice.URLLC, Slice.MMTC),
        capabilities=("configure",),
        granularity_s=300.0,
        events=(
            PlannedEvent(
                name="stadium event",
                area="stadium",
                start=datetime(2026, 6, 5, 20, tzinfo=UTC),
                end=datetime(2026, 6, 5, 22, tzinfo=UTC),
                attendance=60,
            ),
        )
        if "stadium" in areas
        else (),
        policy_types=("ORAN_SliceSLATarget_1.0.0", "ORAN_TrafficSteeringPreference_1.0.0"),
        data_card=DataCard(
            name="test",
            task=_filled(Task),
            configuration=_filled(Configuration),
            provenance=_filled(CardProvenance),
            environment=_filled(Environment),
            protocol_layer=_filled(ProtocolLayer),
            policy=_filled(OperatorPolicy),
            evaluation=_filled(Evaluation),
            validity={},
        ),
    )


def _cell(cell: str, ids: list[str], areas: dict[str, tuple[str, ...]]) -> Cell:
    site = cell.split("C", maxsplit=1)[0]
    base = f"ManagedElement={site}"
    near = ids.index(cell)
    return Cell(
        id=cell,
        dn=f"{base},GNBDUFunction=1,NRCellDU={cell}",
        cu_dn=f"{base},GNBCUCPFunction=1,NRCellCU={cell}",
        carrier_dn=f"{base},GNBDUFunction=1,NRSectorCarrier={cell}",
        site=site,
        x=float(near * 100),
        y=0.0,
        azimuth=0.0,
        height=25.0,
        carrier_ghz=3.5,
        bandwidth_mhz=20.0,
        prbs=51,
        subcarrier_spacing_khz=30,
        kind="capacity" if cell == "S3C2" else "macro",
        areas=tuple(area for area, members in areas.items() if cell in members),
        neighbours=tuple(other for other in ids[max(0, near - 3) : near + 4] if other != cell),
    )
