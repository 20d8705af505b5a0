"""Synchronization: builds the twin's scenario from data that an operator has (configuration, PM counters and a forecast).

The managed network's user positions, seeds and traffic are never used.
1. The configuration is copied attribute by attribute.
2. Each cell and slice gets as many terminals as were connected (or are forecast), placed so that their CQIs follow the reported
   histogram.
3. Traffic reproduces the reported volume with the usual model of the slice: FTP model 3 for eMBB, periodic packets for URLLC and
   mMTC, with larger packets for a terminal that would send more than one in 0.1 ms. A terminal without data goes idle after the
   inactivity time, so there are more terminals than connected ones.
4. Unknown quantities (radio map, positions, arrivals) are drawn anew for each seed; predictions include that spread.
"""

from __future__ import annotations

from collections import defaultdict
from math import ceil, exp
from typing import TYPE_CHECKING

import numpy as np

from policies.managed_object import ManagedObject, Scalar
from policies.slices import Slice
from tools.twinning.demand import DemandRow, SynchronizationError
from tools.twinning.placement import Field, choose, draw_field, power_and_state, sectors_of
from tools.twinning.twin_input import TwinInput
from twins.network import NetworkCard
from twins.radio.antenna import Antenna
from twins.radio.large_scale import LargeScale

if TYPE_CHECKING:
    from twins.system.scenario.scenario import CellSpec, SystemScenario, UeGroup

_FILE_BITS = 4e6  # TR 36.889 clause A.1.1: 0.5 Mbyte
_MIN_FILE_BITS = 2e5
_PACKET_BYTES = {Slice.URLLC: 256, Slice.MMTC: 128}
_INACTIVITY_S = 5.0
# Limits of the traffic models (twins.system.scenario.traffic).
_MIN_PERIOD_MS, _MAX_PACKET_BYTES = 0.1, 1_000_000
_MAX_FILES_PER_S, _MAX_FILE_BYTES = 10_000.0, 100_000_000
_READ_ONLY = frozenset({"operationalState", "energySavingState"})


def synchronize(twin_input: TwinInput, seed: int, granularity_s: float = 1.0) -> SystemScenario:
    """Return the scenario of the twin under `seed`, one simulated second per second, KPI windows of `granularity_s`."""
    from twins.system.scenario.scenario import Area, SystemScenario

    card = twin_input.card
    cells = _cells(card)
    antennas = {cell.id: Antenna(elements=cell.elements, downtilt=cell.downtilt) for cell in cells}
    power, awake = power_and_state(card, twin_input.objects)
    loads = np.array([twin_input.loads.get(cell.id, 0.0) for cell in card.cells])
    large_scale = LargeScale(sectors_of(card.cells, "UMa", antennas), seed)
    field = draw_field(card, large_scale, power, awake, loads, seed)
    return SystemScenario(
        name=f"twin of {card.name}",
        start=twin_input.window.start if twin_input.window else card.now,
        cells=cells,
        groups=tuple(_groups(twin_input, field, seed)),
        areas=tuple(
            Area(name=venue.name, x=venue.x, y=venue.y, radius=venue.radius, cells=card.areas()[venue.name])
            for venue in card.venues
            if venue.name in card.areas()
        ),
        configuration=_configuration(twin_input.objects),
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
        item.dn: {name: value for name, value in item.attributes.items() if name not in _READ_ONLY and value is not None}
        for item in objects
    }


def _groups(twin_input: TwinInput, field: Field, seed: int) -> list[UeGroup]:
    rng = np.random.default_rng([seed, 0x51A7])
    present = {(row.cell, row.slice): row for row in twin_input.present}
    index = {cell.id: number for number, cell in enumerate(twin_input.card.cells)}
    points: dict[tuple[Slice, float, float], list[tuple[float, float]]] = defaultdict(list)
    for row in twin_input.target:
        if not row.users:
            continue  # a slice that nobody uses in the cell, at this time
        terminals, packet_bits = _terminals(row)
        count = int(terminals) + int(rng.random() < terminals % 1)
        if count == 0:
            continue
        present_users = min(present[row.cell, row.slice].users if (row.cell, row.slice) in present else 0.0, row.users)
        staying = round(count * present_users / row.users)
        histogram = twin_input.cqi.get(f"{row.cell}/{row.slice.value}")
        present_points = choose(field, index[row.cell], staying, histogram, rng)
        added_points = choose(field, index[row.cell], count - staying, None, rng, _venue_of(twin_input, row.cell))
        rate = round(1e6 * row.mbps / count, 1)
        points[row.slice, rate, packet_bits] += [
            tuple(point) for point in np.concatenate([present_points, added_points]).tolist()
        ]
    return [_group(number, *key, members) for number, (key, members) in enumerate(points.items())]


def _venue_of(twin_input: TwinInput, cell: str) -> int | None:
    """Return the index of the venue in the cell's area with an event in the time window, else None."""
    areas = twin_input.card.areas()
    for number, venue in enumerate(twin_input.card.venues):
        if venue.name in twin_input.event_areas and cell in areas.get(venue.name, ()):
            return number
    return None


def _terminals(row: DemandRow) -> tuple[float, float]:
    """Return the number of terminals that keep `row.users` connected at the row's volume, and the bits per file or packet."""
    if row.slice is not Slice.EMBB:
        return row.users, 8.0 * _PACKET_BYTES[row.slice]
    total = 1e6 * row.mbps
    bits = _FILE_BITS
    # Each file keeps its terminal connected for the inactivity time: there must be enough files for the reported users.
    while bits > _MIN_FILE_BITS and total / bits * _INACTIVITY_S < 1.3 * row.users:
        bits /= 2
    files = total / bits * _INACTIVITY_S
    if files <= 1.05 * row.users:
        return row.users, bits
    return _terminals_for(row.users, files), bits


def _terminals_for(connected: float, files: float) -> float:
    """Solve n (1 - exp(-files / n)) = connected for n: of n terminals, `connected` had a file within the inactivity time."""
    low, high = connected, 50.0 * connected
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if middle * (1 - exp(-files / middle)) < connected else (low, middle)
    return low


def _group(number: int, slice: Slice, rate: float, packet_bits: float, points: list[tuple[float, float]]) -> UeGroup:
    from twins.system.scenario.scenario import Points, UeGroup
    from twins.system.scenario.traffic import Ftp3, Periodic

    traffic: Ftp3 | Periodic
    if slice is Slice.EMBB:
        size = _size(packet_bits, rate / _MAX_FILES_PER_S, _MAX_FILE_BYTES, slice, rate)
        traffic = Ftp3(file_bytes=size, files_per_s=rate / (8 * size))
    else:
        size = _size(packet_bits, rate * 1e-3 * _MIN_PERIOD_MS, _MAX_PACKET_BYTES, slice, rate)
        traffic = Periodic(packet_bytes=size, period_ms=min(8e3 * size / max(rate, 1e-3), 3.6e6), jitter=1.0)
    return UeGroup(
        name=f"{slice.value}-{number}", slice=slice, count=len(points), traffic=traffic, placement=Points(points=tuple(points))
    )


def _size(usual_bits: float, least_bits: float, max_bytes: int, slice: Slice, rate: float) -> int:
    """Return the bytes of a file or packet: the usual size, or larger if a terminal's rate would need too many a second.

    Raises SynchronizationError for a rate that even the largest size cannot carry.
    """
    size = ceil(max(usual_bits, least_bits) / 8)
    if size > max_bytes:
        reason = f"terminals of {slice.value} would need {rate * 1e-6:.4g} Mbit/s each, more than the twin's traffic models carry"
        raise SynchronizationError(f"{reason}: check unit and users of DRB.PdcpSduVolumeDL and RRC.ConnMean")
    return size
