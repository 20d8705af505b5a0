"""Identities: relations that hold exactly between the measurements of one window, whatever the network does.

Where one is violated, a measurement is wrong, but it is not known which: all that take part are suspect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from policies.kpi import KpiSample
from policies.quality.flaw import Flaw, suspect
from policies.quality.grouping import Group, Groups, slices_of
from policies.slices import Slice

THROUGHPUT, LOW_THROUGHPUT = "DRB.UEThpDl", "DRB.UEThpDl.P05"
DELAY, HIGH_DELAY = "DRB.PdcpSduDelayDl", "DRB.PdcpSduDelayDl.P95"
VOLUME, ACTIVE, USERS = "DRB.PdcpSduVolumeDL", "DRB.MeanActiveUeDl", "RRC.ConnMean"
PRBS, SLICE_PRBS = "RRU.PrbTotDl", "RRU.PrbUsedDl"
POWER, ENERGY, EFFICIENCY = "PEE.AvgPower", "PEE.Energy", "EE.DV"

LOSS = "DRB.PacketLossRateDl"
_TOLERANCE = 0.02
# A total may also contain slices that are not reported; by so much it is another quantity.
_UNREPORTED = 1.5
# Below it a rate, Mbit/s, or a PRB usage, %, is not traffic that other measurements must show.
_SOME_MBPS = 0.1
_SOME_PRBS = 1.0
_SUMMED = ((VOLUME, VOLUME), (ACTIVE, ACTIVE), (USERS, USERS), (PRBS, SLICE_PRBS))
_AVERAGED = (THROUGHPUT, DELAY, HIGH_DELAY, LOSS)

Finding = tuple[Iterable[KpiSample], str]


def violations(groups: Groups) -> Iterator[Flaw]:
    """Yield a flaw for each sample that takes part in a violated identity; a sample may have several."""
    sliced = {dn for dn, slice in groups if slice is not None}
    for (dn, slice), group in groups.items():
        # Most objects are relations with one measurement: it has nothing to agree with.
        findings: list[Finding] = [finding for check in _WITHIN for finding in check(group)] if len(group.samples) > 1 else []
        if slice is None and dn in sliced:
            findings += _against_slices(group, slices_of(groups, dn))
        for samples, reason in findings:
            yield from (suspect(sample, "consistency", reason) for sample in samples)
    for samples, reason in _against_cells(groups):
        yield from (suspect(sample, "consistency", reason) for sample in samples)


def _pair(group: Group, first: str, second: str) -> tuple[KpiSample, KpiSample, float, float] | None:
    one, other = group.samples.get(first), group.samples.get(second)
    if one is None or other is None or one.value is None or other.value is None:
        return None
    return one, other, one.value, other.value


def _percentiles(group: Group) -> Iterator[Finding]:
    pair = _pair(group, LOW_THROUGHPUT, THROUGHPUT)
    if pair and pair[2] > pair[3] * (1 + _TOLERANCE):
        yield pair[:2], f"the 5th percentile of throughput, {pair[2]:g}, is above the mean, {pair[3]:g} Mbit/s"
    pair = _pair(group, HIGH_DELAY, DELAY)
    # 5 % of the packets have at least the 95th percentile: the mean is at least 0.05 of it. The percentile is from bins.
    if pair and pair[2] > 20 * 1.5 * pair[3]:
        yield pair[:2], f"the 95th percentile of delay, {pair[2]:g}, is above 20 times the mean, {pair[3]:g} ms"


def _activity(group: Group) -> Iterator[Finding]:
    # UEs whose data arrived while their connection was being set up are active, but not connected yet.
    pair = _pair(group, ACTIVE, USERS)
    if pair and pair[2] > _UNREPORTED * pair[3] + 0.5:
        yield pair[:2], f"{pair[2]:g} UEs are active, but {pair[3]:g} are connected"


def _energy(group: Group) -> Iterator[Finding]:
    pair = _pair(group, ENERGY, POWER)
    if pair:
        expected = pair[3] * group.length_s / 3600
        if _differ(pair[2], expected, 1e-6):
            yield pair[:2], f"{pair[2]:g} Wh are not the mean power of {pair[3]:g} W over {group.length_s:g} s ({expected:g} Wh)"


def _zeros(group: Group) -> Iterator[Finding]:
    """Find zeros that the arriving volume contradicts; nothing delivered while buffers hold data is an outage, not a flaw."""
    volume, rate = group.samples.get(VOLUME), (group.value(VOLUME) or 0.0) / group.length_s
    usage = max(group.value(PRBS) or 0.0, group.value(SLICE_PRBS) or 0.0)
    sent = usage >= _SOME_PRBS or (group.value(THROUGHPUT) or 0.0) > 0
    waiting = (group.value(ACTIVE) or 0.0) > 0 and not sent
    # A short activity may begin before its connection counts: see `_activity`.
    names = (THROUGHPUT, ACTIVE, PRBS, SLICE_PRBS, *(() if group.value(ACTIVE) else (USERS,)))
    zeros = [group.samples[kpi] for kpi in names if group.value(kpi) == 0]
    if volume is not None and zeros and rate >= _SOME_MBPS and not waiting:
        yield [volume, *zeros], f"{', '.join(sample.kpi for sample in zeros)} = 0 although data arrived at {rate:.3g} Mbit/s"


_WITHIN: tuple[Callable[[Group], Iterator[Finding]], ...] = (_percentiles, _activity, _energy, _zeros)


def _against_slices(whole: Group, parts: list[Group]) -> Iterator[Finding]:
    for kpi, part_kpi in _SUMMED:
        total, samples = whole.samples.get(kpi), [part.samples[part_kpi] for part in parts if part_kpi in part.samples]
        values = [sample.value for sample in samples if sample.value is not None]
        if total is None or total.value is None or not values:
            continue
        summed, complete = sum(values), len(values) == len(Slice)
        if summed > total.value * (1 + _TOLERANCE) + 0.05 or (complete and total.value > summed * _UNREPORTED + 0.05):
            yield [total, *samples], f"{kpi} of the cell is {total.value:g}, but its slices add up to {summed:g} {total.unit}"
    yield from _between(whole, parts)


def _between(whole: Group, parts: list[Group]) -> Iterator[Finding]:
    """An average of the cell lies between those of its slices, if all of them are reported."""
    for kpi in _AVERAGED:
        mean, samples = whole.samples.get(kpi), [part.samples[kpi] for part in parts if kpi in part.samples]
        values = [sample.value for sample in samples if sample.value is not None]
        if mean is None or mean.value is None or not values or len(parts) < len(Slice):
            continue
        low, high = min(values) * (1 - _TOLERANCE), max(values) * (1 + _TOLERANCE)
        if not low - 1e-9 <= mean.value <= high + 1e-9:
            yield (
                [mean, *samples],
                f"{kpi} of the cell is {mean.value:g}, outside those of its slices, {min(values):g} to {max(values):g}",
            )


def _against_cells(groups: Groups) -> Iterator[Finding]:
    """The network's power and energy are the sums of its cells'."""
    for kpi in (POWER, ENERGY):
        cells = [
            group.samples[kpi]
            for (dn, slice), group in groups.items()
            if slice is None and "NRCellDU=" in dn and kpi in group.samples
        ]
        totals = [
            group.samples[kpi]
            for (dn, _), group in groups.items()
            if dn.startswith("SubNetwork=") and "," not in dn and kpi in group.samples
        ]
        values = [sample.value for sample in cells if sample.value is not None]
        for total in totals:
            if values and total.value is not None and sum(values) > total.value * (1 + _TOLERANCE):
                yield (
                    [total, *cells],
                    f"{kpi} of the network is {total.value:g}, but its cells add up to {sum(values):g} {total.unit}",
                )


def _differ(one: float, other: float, absolute: float) -> bool:
    return abs(one - other) > _TOLERANCE * max(abs(one), abs(other)) + absolute
