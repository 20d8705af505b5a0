"""KPI windows: conversion of the state's counters into KPI values at the end of a window, and their reset.

Extensive KPIs (volume, energy, handovers) refer to network time: simulated counts times the time lapse.
A value that could not be measured is NaN here and None in a frame.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from policies.kpi import kpi_definitions
from twins.system.physics.state import CQI_BINS, DELAY_BINS, DELAY_FIRST_MS, DELAY_RATIO, SLICES, Records, State
from twins.system.scenario.scenario import SystemScenario

Floats = NDArray[np.float64]

CQI_KPI = "CARR.WBCQIDist"
HANDOVER_KPI = "MM.HoExeIntraReq"
KPIS: tuple[str, ...] = tuple(
    name
    for definition in kpi_definitions().values()
    for name in ([f"{CQI_KPI}.{i}" for i in range(CQI_BINS)] if definition.binned else [definition.name])
)
WHOLE = SLICES  # the column of the whole cell, after those of the slices
_METERS_OF_SHARES = (
    "used_prbs", "delivered_bits", "offered_bits", "offered_sdus", "lost_sdus", "delay_ms", "delivered_sdus", "active_ttis",
    "connected_ttis", "attempts", "rejections", "throughput_mbps", "throughput_ues",
)  # fmt: skip
_METERS_OF_CELLS = ("transmissions", "failures", "handovers", "ping_pongs", "link_failures", "watt_ttis")


class WindowRecord(NamedTuple):
    """A finished window; K KPIs, C cells, 4 columns: three slices and the whole cell. Immutable."""

    number: int
    values: Floats  # [K, C, 4]
    counts: Floats  # [K, C, 4]
    relations: Floats  # [C, C] handovers
    network: Floats  # [K, 4]
    network_counts: Floats  # [K, 4]


def close_record(scenario: SystemScenario, state: State, number: int) -> WindowRecord:
    """Return the record of the window and reset the counters."""
    meters = {name: _with_whole(state.shares[name]) for name in _METERS_OF_SHARES}
    meters["delays"] = _with_whole(state.delays)
    meters["cqis"] = _with_whole(state.cqis)
    cells = {name: state.cells[name].copy() for name in _METERS_OF_CELLS}
    samples = state.samples[: state.clock[1]].copy()
    values = _table(scenario, meters, cells, state.cells["prbs"], _low_ends(samples, len(state.cells)))
    summed = {name: array.sum(axis=0, keepdims=True) for name, array in meters.items()}
    whole = {name: array.sum(keepdims=True) for name, array in cells.items()}
    samples["cell"] = 0
    network = _table(scenario, summed, whole, state.cells["prbs"].sum(keepdims=True), _low_ends(samples, 1))
    record = WindowRecord(
        number, values[0], values[1], state.relations["handovers"] * scenario.time_lapse, network[0][:, 0], network[1][:, 0]
    )
    _zero(state)
    return record


def _with_whole(array: Floats) -> Floats:
    return np.concatenate([array, array.sum(axis=1, keepdims=True)], axis=1)


def _low_ends(samples: Records, cells: int) -> Floats:
    """Return the 5th percentile of the terminals' throughput, float64[cells, 4], linear between order statistics."""
    groups: dict[tuple[int, int], list[float]] = {}
    for cell, slice_, mbps in samples.tolist():
        groups.setdefault((cell, slice_), []).append(mbps)
        groups.setdefault((cell, WHOLE), []).append(mbps)
    out = np.full((cells, SLICES + 1), np.nan)
    for place, values in groups.items():
        values.sort()
        position = 0.05 * (len(values) - 1)
        low = int(position)
        high = min(low + 1, len(values) - 1)
        out[place] = values[low] + (position - low) * (values[high] - values[low])
    return out


def _tails(histogram: Floats) -> Floats:
    """Return the 95th percentile of delay in ms from SDUs per bin [..., B], with geometric interpolation inside the bin."""
    total = histogram.sum(axis=-1)
    cumulative = np.cumsum(histogram, axis=-1)
    rank = 0.95 * total
    index = np.minimum((cumulative < rank[..., None]).sum(axis=-1), DELAY_BINS - 1)[..., None]
    inside = np.take_along_axis(histogram, index, -1)[..., 0]
    before = np.take_along_axis(cumulative, index, -1)[..., 0] - inside
    part = np.divide(rank - before, inside, out=np.zeros_like(total), where=inside > 0)
    tails: Floats = np.where(total > 0, DELAY_FIRST_MS * DELAY_RATIO ** (index[..., 0] + part), np.nan)
    return tails


def _ratio(numerator: Floats, denominator: Floats, scale: float = 1.0) -> Floats:
    """Return scale x numerator / denominator, NaN unless the denominator is positive."""
    out: Floats = np.full(np.broadcast(numerator, denominator).shape, np.nan)
    return np.divide(scale * numerator, denominator, out=out, where=denominator > 0)


def _table(
    scenario: SystemScenario, meters: dict[str, Floats], cells: dict[str, Floats], prbs: Floats, low_ends: Floats
) -> tuple[Floats, Floats]:
    """Return values and counts, float64[K, cells, 4]."""
    shape = meters["used_prbs"].shape
    ttis, lapse = scenario.window_ttis, scenario.time_lapse
    unmeasured = np.full(shape, np.nan)
    ones = np.ones(shape)
    users = meters["connected_ttis"] / ttis

    def of_cell(array: Floats) -> Floats:
        out = unmeasured.copy()
        out[:, WHOLE] = array
        return out

    watts = cells["watt_ttis"] / ttis
    energy = watts * scenario.granularity_s / 3600.0
    usage = _ratio(meters["used_prbs"], prbs[:, None] * np.full(shape, ttis), 100.0)
    lost = np.maximum(meters["offered_sdus"], meters["lost_sdus"])
    volume = meters["offered_bits"] * lapse * 1e-6
    delivered = meters["delivered_bits"][:, WHOLE]
    rows: dict[str, tuple[Floats, Floats]] = {
        "DRB.UEThpDl": (_ratio(meters["throughput_mbps"], meters["throughput_ues"]), meters["throughput_ues"]),
        "DRB.UEThpDl.P05": (low_ends, meters["throughput_ues"]),
        "DRB.PdcpSduDelayDl": (_ratio(meters["delay_ms"], meters["delivered_sdus"]), meters["delivered_sdus"]),
        "DRB.PdcpSduDelayDl.P95": (_tails(meters["delays"]), meters["delivered_sdus"]),
        "DRB.PacketLossRateDl": (_ratio(meters["lost_sdus"], lost, 100.0), lost),
        "DRB.PdcpSduVolumeDL": (volume, meters["offered_sdus"]),
        "DRB.MeanActiveUeDl": (meters["active_ttis"] / ttis, ones),
        "RRC.ConnMean": (users, ones),
        "RRC.ConnEstabFailRate": (_ratio(meters["rejections"], meters["attempts"], 100.0), meters["attempts"]),
        "RRU.PrbTotDl": (usage, ones),
        "RRU.PrbUsedDl": (usage, ones),
        "CARR.AverageBlerDl": (
            of_cell(_ratio(cells["failures"], cells["transmissions"], 100.0)),
            of_cell(cells["transmissions"]),
        ),
        HANDOVER_KPI: (of_cell(cells["handovers"] * lapse), of_cell(cells["handovers"])),
        "MM.HoPingPongRate": (of_cell(_ratio(cells["ping_pongs"], cells["handovers"], 100.0)), of_cell(cells["handovers"])),
        "MM.RlfRate": (of_cell(_ratio(cells["link_failures"], users[:, WHOLE], 100.0)), of_cell(cells["link_failures"])),
        "PEE.AvgPower": (of_cell(watts), ones),
        "PEE.Energy": (of_cell(energy), ones),
        "EE.DV": (of_cell(_ratio(delivered * lapse, energy * 3600.0)), ones),
    }
    for i in range(CQI_BINS):
        rows[f"{CQI_KPI}.{i}"] = (meters["cqis"][:, :, i], meters["cqis"][:, :, i])
    return np.stack([rows[name][0] for name in KPIS]), np.nan_to_num(np.stack([rows[name][1] for name in KPIS]))


def _zero(state: State) -> None:
    for name in _METERS_OF_SHARES:
        state.shares[name] = 0.0
    for name in _METERS_OF_CELLS:
        state.cells[name] = 0.0
    state.relations["handovers"] = 0.0
    state.delays[...] = 0.0
    state.cqis[...] = 0.0
    state.clock[1] = 0
