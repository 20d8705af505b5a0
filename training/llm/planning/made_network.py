"""Networks that are made from a seed: cells, users, calendar and a configuration that leaves something to be done.

They are small, so that a run with all of its twins takes seconds: one to three sites on narrow carriers. Names, places, users,
traffic, sleeping cells, ceilings, guarantees, powers and handover settings differ by seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from policies.managed_object import Scalar
from policies.slices import Slice
from twins.network import PlannedEvent
from twins.system.configuration import carrier_dn, cu_dn, du_dn
from twins.system.scenario.scenario import Area, CellSpec, InArea, SystemScenario, UeGroup
from twins.system.scenario.traffic import Ftp3, Periodic

HISTORY: Final = 14  # KPI windows that have passed
_WINDOW_S: Final = 60.0
_LAPSE: Final = 60.0  # a KPI window is one simulated second
_SITES: Final = ("S{n}", "N{n:02d}", "QX{n}", "TOWN-{n}", "{n}A", "HB{n}")
_CELLS: Final = ("{site}C{k}", "{site}-{k}", "{site}_{k}", "{site}.{k}", "{site}K{k}")
_AREAS: Final = ("stadium", "harbour", "campus", "old town", "mine", "terminal", "fairground", "hospital")
_EVENTS: Final = ("concert", "match", "fair", "festival", "race", "final")


@dataclass(frozen=True)
class MadeNetwork:
    """A network to be: its scenario and the seed of its users."""

    scenario: SystemScenario
    seed: int

    @classmethod
    def of(cls, seed: int) -> MadeNetwork:
        """Return the network of a seed."""
        draw = Random(f"network {seed}")
        cells = _cells(draw)
        areas = _areas(draw, cells)
        start = datetime(2026, draw.randint(1, 12), draw.randint(1, 28), draw.randint(6, 21), 0, tzinfo=UTC)
        events = _events(draw, areas, start) if areas and draw.random() < 0.4 else ()
        scenario = SystemScenario(
            name=f"made-{seed}",
            start=start,
            cells=cells,
            groups=tuple(_groups(draw, areas, events)),
            areas=areas,
            events=events,
            configuration=_configuration(draw, cells),
            radius=draw.choice((120.0, 200.0, 300.0)),
            time_lapse=_LAPSE,
            granularity_s=_WINDOW_S,
        )
        return cls(scenario, seed)


def _cells(draw: Random) -> tuple[CellSpec, ...]:
    site_form, cell_form = draw.choice(_SITES), draw.choice(_CELLS)
    spacing, turn = draw.choice((200.0, 300.0, 500.0)), draw.choice((0.0, 30.0, 60.0))
    first = draw.choice((1, 1, 11, 40))
    cells: list[CellSpec] = []
    for number in range(draw.choice((1, 1, 2, 2, 3))):
        site, y = site_form.format(n=first + number), draw.uniform(-60, 60)
        for sector in range(1, draw.choice((2, 3, 3)) + 1):
            cells.append(
                CellSpec(
                    id=cell_form.format(site=site, k=sector),
                    site=site,
                    x=spacing * number,
                    y=y,
                    azimuth=(turn + 120.0 * (sector - 1)) % 360,
                    bandwidth_mhz=10,
                    prbs=24,
                    tx_power_dbm=draw.choice((40.0, 43.0, 46.0)),
                )
            )
    if draw.random() < 0.5:
        cells.append(_capacity(draw, cells[0]))
    return tuple(cells)


def _capacity(draw: Random, beside: CellSpec) -> CellSpec:
    return beside.model_copy(
        update={
            "id": f"{beside.id}b",
            "site": f"{beside.site}b",
            "x": beside.x + 60.0,
            "height": 12.0,
            "downtilt": 12.0,
            "carrier_ghz": 3.7,
            "tx_power_dbm": 38.0,
            "kind": "capacity",
            "propagation": "UMi",
            "asleep": draw.random() < 0.8,
        }
    )


def _areas(draw: Random, cells: tuple[CellSpec, ...]) -> tuple[Area, ...]:
    areas = []
    for name in draw.sample(_AREAS, draw.choice((0, 1, 1, 2))):
        centre = draw.choice(cells)
        near = sorted(cells, key=lambda cell: (cell.x - centre.x) ** 2 + (cell.y - centre.y) ** 2)
        ids = tuple(cell.id for cell in near[: draw.randint(1, min(4, len(near)))])
        areas.append(Area(name=name, x=centre.x + 40.0, y=centre.y, radius=60.0, cells=ids))
    return tuple(areas)


def _events(draw: Random, areas: tuple[Area, ...], start: datetime) -> tuple[PlannedEvent, ...]:
    begins = start + timedelta(minutes=HISTORY * _WINDOW_S / 60 + draw.choice((20, 40, 90)))
    crowd = draw.choice((None, 15, 25, 40))
    area = draw.choice(areas).name
    return (PlannedEvent(name=draw.choice(_EVENTS), area=area, start=begins, end=begins + timedelta(hours=2), attendance=crowd),)


def _groups(draw: Random, areas: tuple[Area, ...], events: tuple[PlannedEvent, ...]) -> Iterator[UeGroup]:
    walk = draw.choice((0.0, 0.8, 0.8, 3.0, 14.0))
    yield UeGroup(
        name="phones",
        slice=Slice.EMBB,
        count=draw.randint(6, 20),
        speed_mps=walk,
        traffic=Ftp3(file_bytes=draw.choice((31_250, 125_000, 250_000)), files_per_s=draw.choice((0.2, 0.5, 1.0))),
    )
    machines = Periodic(packet_bytes=draw.choice((128, 250, 1200)), period_ms=draw.choice((4.0, 10.0, 20.0)))
    yield UeGroup(name="machines", slice=Slice.URLLC, count=draw.randint(3, 9), speed_mps=walk, traffic=machines)
    yield UeGroup(
        name="meters",
        slice=Slice.MMTC,
        count=draw.randint(3, 8),
        buffer_kbit=500.0,
        traffic=draw.choice((Ftp3(file_bytes=200, files_per_s=1.0), Periodic(packet_bytes=2_000, period_ms=30.0))),
    )
    if areas and draw.random() < 0.5:
        place = InArea(area=draw.choice(areas).name)
        busy = Ftp3(file_bytes=250_000, files_per_s=draw.choice((0.5, 1.0)))
        yield UeGroup(name="crowd", slice=Slice.EMBB, count=draw.randint(4, 12), placement=place, traffic=busy)
    if events:
        yield UeGroup(name="visitors", slice=Slice.EMBB, count=draw.randint(6, 14), event=events[0].name, traffic=Ftp3())


def _configuration(draw: Random, cells: tuple[CellSpec, ...]) -> dict[str, dict[str, Scalar]]:
    """Return what differs from the defaults: in a part of the networks each of it, in all cells or in some."""
    tree: dict[str, dict[str, Scalar]] = {}
    for cell in cells:
        tree[f"{du_dn(cell)},RRMPolicyRatio={Slice.URLLC.value}"] = {"rRMPolicyMinRatio": draw.choice((5, 5, 10))}
    settings: list[tuple[str, str, tuple[Scalar, ...]]] = [
        ("RRMPolicyRatio=eMBB", "rRMPolicyMaxRatio", (20, 40, 60)),
        ("SchedulerProfile=URLLC", "schedulerWeight", (0.5, 2.0)),
        ("AdmissionControl=eMBB", "maxPrbUsage", (50, 70, 90)),
        ("AdmissionControl=eMBB", "maxConnectedUes", (2, 4, 8)),
    ]
    handover: list[tuple[str, tuple[Scalar, ...]]] = [
        ("a3Offset", (0.0, 1.0, 3.0)),
        ("hysteresis", (0.0, 0.5, 2.0)),
        ("timeToTrigger", (0, 40, 320)),
    ]
    for suffix, attribute, values in settings:
        if draw.random() < 0.35:
            _set(tree, draw, [f"{du_dn(cell)},{suffix}" for cell in cells], attribute, values)
    for attribute, values in handover:
        if draw.random() < 0.4:
            _set(tree, draw, [f"{cu_dn(cell)},MobilityProfile=1" for cell in cells], attribute, values)
    if draw.random() < 0.3:
        _set(tree, draw, [carrier_dn(cell) for cell in cells], "configuredMaxTxPower", (34.0, 38.0, 44.0))
    return tree


def _set(tree: dict[str, dict[str, Scalar]], draw: Random, dns: list[str], attribute: str, values: tuple[Scalar, ...]) -> None:
    value = draw.choice(values)
    chosen = dns if draw.random() < 0.6 else draw.sample(dns, draw.randint(1, len(dns)))
    for dn in chosen:
        tree.setdefault(dn, {})[attribute] = value
