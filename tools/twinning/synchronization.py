"""The twin's scenario, from what an operator has: configuration, PM counters and a forecast; never positions, seeds or traffic.

1. Configuration is copied attribute by attribute.
2. Each cell and slice gets as many terminals as were connected (or are forecast), put where their CQIs follow the reported
   histogram.
3. Traffic carries the reported volume by the model that is usual for the slice: FTP model 3 for eMBB, periodic packets for
   URLLC and
   mMTC. A terminal without data falls idle after the inactivity time, so there are more terminals than connected ones.
4. What cannot be known is drawn anew for each seed: radio map, places, arrivals. Predictions carry that spread.
"""

from __future__ import annotations

from collections import defaultdict
from math import exp
from typing import TYPE_CHECKING

import numpy as np

from policies.managed_object import ManagedObject, Scalar
from policies.slices import Slice
from tools.twinning.demand import DemandRow
from tools.twinning.placement import Field, choose, draw_field, power_and_state, sectors_of
from tools.twinning.twin_input import TwinInput
from twins.network import NetworkCard
from twins.radio.antenna import Antenna
from twins.radio.large_scale import LargeScale

if TYPE_CHECKING:
    from twins.system.scenario.scenario import CellSpec, SystemScenario, UeGroup

_FILE_BITS = 4e6  # TR 36.889 clause A.1.1: 0.5 Mbyte
_LEAST_FILE_BITS = 2e5
_PACKET_BYTES = {Slice.URLLC: 256, Slice.MMTC: 128}
_INACTIVITY_S = 5.0
_READ_ONLY = frozenset({"operationalState", "energySavingState"})


def synchronize(given: TwinInput, seed: int, granularity_s: float = 1.0) -> SystemScenario:
    """Return the scenario of the twin under `seed`, one simulated second per second, KPI windows of `granularity_s`."""
    from twins.system.scenario.scenario import Area, SystemScenario

    card = given.card
    cells = _cells(card)
    antennas = {cell.id: Antenna(elements=cell.elements, downtilt=cell.downtilt) for cell in cells}
    power, awake = power_and_state(card, given.objects)
    loads = np.array([given.loads.get(cell.id, 0.0) for cell in card.cells])
    large_scale = LargeScale(sectors_of(card.cells, "UMa", antennas), seed)
    field = draw_field(card, large_scale, power, awake, loads, seed)
    return SystemScenario(
        name=f"twin of {card.name}",
        start=given.window.start if given.window else card.now,
        cells=cells,
        groups=tuple(_groups(given, field, seed)),
        areas=tuple(
            Area(name=one.name, x=one.x, y=one.y, radius=one.radius, cells=card.areas()[one.name])
            for one in card.venues
            if one.name in card.areas()
        ),
        configuration=_configuration(given.objects),
        granularity_s=granularity_s,
        inactivity_s=_INACTIVITY_S,
    )


def _cells(card: NetworkCard) -> tuple[CellSpec, ...]:
    from twins.system.scenario.scenario import CellSpec

    return tuple(
        CellSpec(
            id=cell.id,
            site=cell.site,
            x=cell.x,
            y=cell.y,
            azimuth=cell.azimuth,
            height=cell.height,
            carrier_ghz=cell.carrier_ghz,
            bandwidth_mhz=round(cell.bandwidth_mhz),
            prbs=cell.prbs,
            kind="capacity" if cell.kind == "capacity" else "macro",
        )
        for cell in card.cells
    )


def _configuration(objects: tuple[ManagedObject, ...]) -> dict[str, dict[str, Scalar]]:
    return {
        one.dn: {name: value for name, value in one.attributes.items() if name not in _READ_ONLY and value is not None}
        for one in objects
    }


def _groups(given: TwinInput, field: Field, seed: int) -> list[UeGroup]:
    rng = np.random.default_rng([seed, 0x51A7])
    present = {(row.cell, row.slice): row for row in given.present}
    index = {cell.id: number for number, cell in enumerate(given.card.cells)}
    points: dict[tuple[Slice, float, float], list[tuple[float, float]]] = defaultdict(list)
    for row in given.target:
        terminals, packet_bits = _terminals(row)
        count = int(terminals) + int(rng.random() < terminals % 1)
        if count == 0:
            continue
        today = min(present[row.cell, row.slice].users if (row.cell, row.slice) in present else 0.0, row.users)
        stay = round(count * today / row.users)
        histogram = given.cqi.get(f"{row.cell}/{row.slice.value}")
        chosen = choose(field, index[row.cell], stay, histogram, rng)
        joined = choose(field, index[row.cell], count - stay, None, rng, _venue_of(given, row.cell))
        rate = round(1e6 * row.mbps / count, 1)
        points[row.slice, rate, packet_bits] += [tuple(point) for point in np.concatenate([chosen, joined]).tolist()]
    return [_group(number, *key, members) for number, (key, members) in enumerate(points.items())]


def _venue_of(given: TwinInput, cell: str) -> int | None:
    """Return the venue that a cell is responsible for while the calendar has an event there in the window, else None."""
    if given.window is None:
        return None
    due = {one.area for one in given.card.events if one.start < given.window.end and one.end > given.window.start}
    areas = given.card.areas()
    for number, venue in enumerate(given.card.venues):
        if venue.name in due and cell in areas.get(venue.name, ()):
            return number
    return None


def _terminals(row: DemandRow) -> tuple[float, float]:
    """Return how many terminals keep `row.users` connected at the row's volume, and the bits of their files or packets."""
    if row.slice is not Slice.EMBB:
        return row.users, 8.0 * _PACKET_BYTES[row.slice]
    total = 1e6 * row.mbps
    bits = _FILE_BITS
    # Each file keeps its terminal connected for the inactivity time: there must be enough files for the users that were seen.
    while bits > _LEAST_FILE_BITS and total / bits * _INACTIVITY_S < 1.3 * row.users:
        bits /= 2
    files = total / bits * _INACTIVITY_S
    if files <= 1.05 * row.users:
        return row.users, bits
    return _solve(row.users, files), bits


def _solve(connected: float, files: float) -> float:
    """Return n with n (1 - exp(-files / n)) = connected: that many of n terminals had a file within the inactivity time."""
    low, high = connected, 50.0 * connected
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if middle * (1 - exp(-files / middle)) < connected else (low, middle)
    return low


def _group(number: int, slice: Slice, rate: float, packet_bits: float, points: list[tuple[float, float]]) -> UeGroup:
    from twins.system.scenario.scenario import Points, UeGroup
    from twins.system.scenario.traffic import Ftp3, Periodic

    size = round(packet_bits / 8)
    if slice is Slice.EMBB:
        traffic: Ftp3 | Periodic = Ftp3(file_bytes=size, files_per_s=rate / packet_bits)
    else:
        traffic = Periodic(packet_bytes=size, period_ms=min(1e3 * packet_bits / max(rate, 1e-3), 3.6e6), jitter=1.0)
    return UeGroup(
        name=f"{slice.value}-{number}", slice=slice, count=len(points), traffic=traffic, placement=Points(points=tuple(points))
    )
