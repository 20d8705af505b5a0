"""Preset scenarios: the stadium of the main example, and a small one for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from policies.slices import Slice
from twins.network import PlannedEvent
from twins.system.scenario.scenario import Area, CellSpec, InArea, SystemScenario, UeGroup
from twins.system.scenario.topology import hexagonal
from twins.system.scenario.traffic import Ftp3, Periodic

STADIUM = (250.0, 144.3)
STADIUM_CELLS = ("S1C1", "S2C2", "S3C3")
# Hourly activity of a residential day: low at night, highest in the evening.
DAY = (0.4, 0.3, 0.2, 0.2, 0.2, 0.3, 0.5, 0.7, 0.8, 0.8, 0.8, 0.9, 0.9, 0.9, 0.9, 0.9, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.8, 0.6)


def stadium_scenario(
    start: datetime = datetime(2026, 6, 6, 17, 0, tzinfo=UTC), time_lapse: float = 60.0, granularity_s: float = 300.0
) -> SystemScenario:
    """Return 7 sites, 21 macro cells and 2 capacity cells (asleep) at a stadium with an event from 20:00 to 22:00 of
    `start`'s day.

    210 terminals: 120 residents in three slices and a crowd of 90 that attends the event. The calendar also contains matches
    three days and one day earlier, which `twins.system.history` simulates.
    """
    begins = start.replace(hour=20, minute=0, second=0, microsecond=0)
    matches = [_match(f"match of {begins - timedelta(days=back):%d %B}", begins - timedelta(days=back)) for back in (3, 1)]
    return SystemScenario(
        name="stadium",
        start=start,
        time_lapse=time_lapse,
        granularity_s=granularity_s,
        cells=(*hexagonal(), *_capacity_cells()),
        areas=(Area(name="stadium", x=STADIUM[0], y=STADIUM[1], radius=80.0, cells=(*STADIUM_CELLS, "S8C1", "S8C2")),),
        events=(*matches, _match("match", begins)),
        groups=(*_residents(), *_crowd()),
    )


def _match(name: str, begins: datetime) -> PlannedEvent:
    return PlannedEvent(name=name, area="stadium", start=begins, end=begins + timedelta(hours=2), attendance=90)


def _capacity_cells() -> tuple[CellSpec, ...]:
    return tuple(
        CellSpec(
            id=f"S8C{number}", site="S8", x=STADIUM[0], y=STADIUM[1], azimuth=azimuth, height=12.0, downtilt=12.0,
            carrier_ghz=3.7, tx_power_dbm=38.0, kind="capacity", propagation="UMi", asleep=True,
        )
        for number, azimuth in ((1, 0.0), (2, 180.0))
    )  # fmt: skip


def _residents() -> tuple[UeGroup, ...]:
    return (
        UeGroup(
            name="residents", slice=Slice.EMBB, count=70, speed_mps=0.8, activity=DAY,
            traffic=Ftp3(file_bytes=500_000, files_per_s=0.25),
        ),
        UeGroup(
            name="machines", slice=Slice.URLLC, count=25,
            traffic=Periodic(packet_bytes=250, period_ms=5.0),
        ),
        UeGroup(
            name="meters", slice=Slice.MMTC, count=25,
            traffic=Ftp3(file_bytes=200, files_per_s=1.0),
        ),
    )  # fmt: skip


def _crowd() -> tuple[UeGroup, ...]:
    return (
        UeGroup(
            name="visitors", slice=Slice.EMBB, count=78, speed_mps=0.8, activity=DAY, event="match",
            traffic=Ftp3(file_bytes=300_000, files_per_s=0.54),
        ),
        UeGroup(
            name="production", slice=Slice.URLLC, count=12, event="match", placement=InArea(area="stadium"),
            traffic=Periodic(packet_bytes=1200, period_ms=4.0), only_at_event=True,
        ),
    )  # fmt: skip


def small_scenario(
    start: datetime = datetime(2026, 6, 6, 12, 0, tzinfo=UTC), time_lapse: float = 1.0, granularity_s: float = 1.0
) -> SystemScenario:
    """Return 1 site with 3 cells and 12 terminals of three slices, for tests."""
    return SystemScenario(
        name="small",
        start=start,
        time_lapse=time_lapse,
        granularity_s=granularity_s,
        cells=hexagonal(rings=0),
        areas=(Area(name="plaza", x=60.0, y=35.0, radius=40.0, cells=("S1C1",)),),
        radius=150.0,
        groups=(
            UeGroup(name="phones", slice=Slice.EMBB, count=6, traffic=Ftp3(file_bytes=250_000, files_per_s=1.0), speed_mps=1.0),
            UeGroup(name="robots", slice=Slice.URLLC, count=3, traffic=Periodic(packet_bytes=250, period_ms=5.0)),
            UeGroup(name="sensors", slice=Slice.MMTC, count=3, traffic=Ftp3(file_bytes=200, files_per_s=2.0)),
        ),
    )
