"""Trends: a measurement that jumps against its own history although the measurements that physics ties to it did not.

1. One window is noisy (few bursts, cut by its ends): a jump counts if it persists over `PERSISTENT` windows, all of which are
   then suspect.
2. While data waits, arrivals and deliveries part, and delay and loss move by themselves: what they are tied to is compared in
   quiet windows alone (`load.py`), but for jumps by more than a factor of 64.
3. A jump of an invariant is blamed on the one member that explains it, or on all if none does: what the network does itself moves
   several members and leaves the invariant, except that it falls where UEs become less alike.
4. A loss that jumps by just the factor between two units (percent, ratio, per million) while throughput, activity and delay
   stand still is in another unit; so is one of less than a packet in several windows.
5. Where a measurement is reported with two granularities, only the finer windows count.
6. Flawed windows are remembered, but history is only made of good ones: a slip stays a slip until it ends.
Thresholds are log2 of factors.

Not found: a slip that ends within two windows; one that began before there were four quiet windows; a delay that moves by less
than its own scatter to the power of 1.5; and, in a cell of which more than 80 % of the PRBs are used or of the UEs active, any
slip of delay and loss, and a factor below 64 unless all else, PRB usage too, stands still, until it is quiet for three windows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Set
from datetime import datetime
from math import log2
from statistics import fmean, median

from policies.quality.flaw import Flaw, suspect
from policies.quality.grouping import CQI_FAMILY, Group, Groups, Place
from policies.quality.identity import ACTIVE, DELAY, HIGH_DELAY, LOSS, LOW_THROUGHPUT, PRBS, SLICE_PRBS, THROUGHPUT, VOLUME
from policies.quality.invariant import INVARIANTS, Invariant, Point, has_trend, point_of
from policies.quality.load import is_quiet, loads_of
from policies.slices import Slice

PERSISTENT = 3
HISTORY = 12
_LEAST_HISTORY = 4
_JUMP = 0.7
_GREAT = 6.0
_UNEXPLAINED = 0.35
_STILL_AT_GREAT = 1.5
_JUMP_UNEXPLAINED = 0.75
_ALIKE = -0.2
_ABOVE = 0.3
_PHYSICAL = 0.6
_SAME_FACTOR = 0.15
_BEYOND = 1.5
_STILL_IN_QUEUES = 0.2
_APART = 0.6
_JUST, _NEARLY = 0.3, 0.6
_STILL = frozenset({THROUGHPUT, ACTIVE, VOLUME})
_DELAY_MEMBERS = _STILL | {DELAY, HIGH_DELAY}
_LOSS_MEMBERS = frozenset({THROUGHPUT, ACTIVE, DELAY, HIGH_DELAY, LOSS})  # the volume is without what was lost
_LEAST_PACKETS, _MANY_PACKETS, _WHOLE = 0.5, 10.0, 0.02
_UNIT_FACTORS = (8.0, 100.0, 1e3, 1e4, 1e6)
_SLOW_MEMBERS = frozenset({LOW_THROUGHPUT, ACTIVE, VOLUME})


class Past:
    """The newest windows of each object: good ones, the history, and the last few whether good or not."""

    def __init__(self) -> None:
        self._good: dict[Place, deque[Point]] = {}
        self._recent: dict[Place, deque[Point]] = {}

    def add(self, groups: Groups) -> Groups:
        """Append a window; return its groups without those that repeat what newer, shorter windows of the object told."""
        fresh = {place: group for place, group in groups.items() if not self._repeats(place, group)}
        trends = {place: group for place, group in fresh.items() if has_trend(group)}
        loads = loads_of(trends)
        for place, group in trends.items():
            point = point_of(group, quiet=is_quiet(loads[place[0]]))
            self._good.setdefault(place, deque(maxlen=HISTORY + PERSISTENT)).append(point)
            self._recent.setdefault(place, deque(maxlen=PERSISTENT)).append(point)
        return fresh

    def _repeats(self, place: Place, group: Group) -> bool:
        points = self._recent.get(place)
        return points is not None and points[-1].start < group.end and group.start < points[-1].end

    def history(self, place: Place, before: int, kpis: Set[str]) -> list[Point]:
        """Return the good points of an object with all of `kpis`, without its `before` newest windows."""
        skipped = [id(point) for point in list(self._recent.get(place, ()))[-before:]]
        points = [point for point in self._good.get(place, ()) if id(point) not in skipped and point.has(kpis)]
        return [point for point in points if not point.flawed or point.flawed.isdisjoint(kpis)][-HISTORY:]

    def recent(self, place: Place, count: int, kpis: Set[str] = frozenset()) -> list[Point]:
        """Return the `count` newest points of an object; none unless each has all of `kpis`."""
        all_points = self._recent.get(place)
        if all_points is None or len(all_points) < count or not all_points[-1].has(kpis):
            return []
        points = list(all_points)[-count:]
        return points if all(point.has(kpis) for point in points) else []

    def precedes(self, start: datetime) -> bool:
        """Whether all windows begin before `start`."""
        return all(points[-1].start < start for points in self._recent.values())

    def mark_newest(self, flaws: Iterable[Flaw]) -> None:
        """Mark what is flawed in the newest window of each object."""
        for flaw in flaws:
            kpi = CQI_FAMILY if flaw.kpi.startswith(f"{CQI_FAMILY}.") else flaw.kpi
            place = (flaw.dn, flaw.slice)
            if place in self._recent:
                self.mark(place, self.recent(place, 1), (kpi,))

    def mark(self, place: Place, points: Iterable[Point], kpis: Iterable[str]) -> None:
        """Mark KPIs of points as flawed: such points do not push good ones out of the history."""
        names = set(kpis)
        for point in points:
            point.flawed |= names
        good = self._good[place]
        self._good[place] = deque((point for point in good if point.flawed.isdisjoint(names)), maxlen=good.maxlen)


def jumps(groups: Groups, past: Past) -> Iterator[Flaw]:
    """Yield the flaws of the newest window, which `past` contains, and, of persistent jumps, those of the windows before it."""
    with_slices = {dn for dn, slice in groups if slice is not None}
    for place in groups:
        dn, slice = place
        if not any(point.logs for point in past.recent(place, 1)):
            continue  # such as a relation: nothing that these checks are about
        for invariant in INVARIANTS:
            # Slices with unlike traffic share a cell: what holds for each does not hold for their sum.
            if slice is None and dn in with_slices and THROUGHPUT in invariant.exponents:
                continue
            yield from _invariant_jump(place, invariant, past)
        yield from _delay_jump(place, past)
        yield from _loss_jump(place, past)
        yield from _part_of_a_packet(place, past)
        if slice is not None or dn not in with_slices:
            yield from _slow_users(place, past)


def _invariant_jump(place: Place, invariant: Invariant, past: Past) -> Iterator[Flaw]:
    recent = past.recent(place, PERSISTENT, invariant.exponents.keys())
    if not recent or is_physical(invariant, recent):
        return
    history = past.history(place, PERSISTENT, invariant.exponents.keys())
    may_part = invariant.parts_in_queues and not _are_quiet(recent)
    if invariant.parts_in_queues and not may_part:
        history = [point for point in history if point.quiet]
    if len(history) < _LEAST_HISTORY:
        return
    usual = median(point.log(invariant) for point in history)
    shifts = [point.log(invariant) - usual for point in recent]
    if not _persists(shifts, _JUMP):
        return
    moves = _moves(invariant.exponents, recent, history)
    shift = fmean(shifts)
    if may_part and min(map(abs, shifts)) < _GREAT and not _is_alone(moves, recent, history):
        return
    kpi = _cause(invariant, shift, moves)
    if kpi is not None:
        reason = f"{kpi} jumped by a factor of {2 ** (shift * invariant.exponents[kpi]):.3g}, but what it is tied to did not"
        yield from flaws_of(place, past, recent, (kpi, *invariant.along.get(kpi, ())), f"{reason} ({invariant.meaning})")
    elif invariant.all_blamed and not may_part and not _is_spread(invariant, shifts, recent, history):
        reason = f"{invariant.meaning} jumped by a factor of {2**shift:.3g}: one of them is wrong"
        yield from flaws_of(place, past, recent, invariant.kpis, reason)


def _is_alone(moves: dict[str, float], recent: list[Point], history: list[Point]) -> bool:
    """Whether just one member moved, and the PRBs that are used did not: with queues, more PRBs are more throughput alone."""
    used = {kpi for kpi in (PRBS, SLICE_PRBS) if all(kpi in point.logs for point in (*recent, *history))}
    others = sorted(map(abs, moves.values()))[:-1]
    return max(*others, *map(abs, _moves(used, recent, history).values()), 0.0) <= _STILL_IN_QUEUES


def _are_quiet(points: list[Point]) -> bool:
    return all(point.quiet for point in points)


def _in_quiet(place: Place, past: Past, kpis: Set[str]) -> tuple[list[Point], list[Point]]:
    """Return the recent points, if the cell was quiet in them, and the quiet ones of the history; none if either are too few."""
    recent = past.recent(place, PERSISTENT, kpis)
    if not recent or not _are_quiet(recent):
        return [], []
    history = [point for point in past.history(place, PERSISTENT, kpis) if point.quiet]
    return (recent, history) if len(history) >= _LEAST_HISTORY else ([], [])


def _is_spread(invariant: Invariant, shifts: list[float], recent: list[Point], history: list[Point]) -> bool:
    """Whether an invariant fell because UEs became less alike: the slow ones are active for longer."""
    if invariant.spread is None or fmean(shifts) > 0:
        return False
    if not all(point.has(frozenset(invariant.spread)) for point in (*recent, *history)):
        return True
    moves = _moves(invariant.spread, recent, history)
    return moves[invariant.spread[0]] - moves[invariant.spread[1]] < _ALIKE or max(shifts) > -_JUMP_UNEXPLAINED


def _persists(shifts: list[float], least: float) -> bool:
    return min(abs(shift) for shift in shifts) >= least and len({shift > 0 for shift in shifts}) == 1


def is_physical(invariant: Invariant, recent: list[Point]) -> bool:
    """Whether the points are at the invariant's physical value, if it has one."""
    return invariant.level is not None and abs(median(point.log(invariant) for point in recent) - invariant.level) < _PHYSICAL


def _moves(kpis: Iterable[str], recent: list[Point], history: list[Point]) -> dict[str, float]:
    return {kpi: fmean(point.logs[kpi] for point in recent) - median(point.logs[kpi] for point in history) for kpi in kpis}


def _cause(invariant: Invariant, shift: float, moves: dict[str, float]) -> str | None:
    """Return the member whose own jump explains that of the invariant while the others stood still, None if there is none."""
    is_great = abs(shift) >= _GREAT
    candidates = dict.fromkeys(invariant.exponents, _STILL_AT_GREAT) if is_great else invariant.blamed
    for kpi, still in candidates.items():
        others = [abs(move) for name, move in moves.items() if name != kpi]
        unexplained = abs(moves[kpi] * invariant.exponents[kpi] - shift)
        if unexplained <= max(_UNEXPLAINED, 0.15 * abs(shift)) and max(others) <= still:
            return kpi
    return None


def _delay_jump(place: Place, past: Past) -> Iterator[Flaw]:
    """Mean and 95th percentile jump by the same factor while throughput, activity and volume stand still.

    A longer transport adds to both; where they are close to each other, that looks like a factor and does not count.
    """
    recent, history = _in_quiet(place, past, _DELAY_MEMBERS)
    if not recent:
        return
    usual = median(point.logs[DELAY] for point in history)
    own = [point.logs[DELAY] - usual for point in recent]
    scatter = max(abs(point.logs[DELAY] - usual) for point in history)
    if not _persists(own, max(_JUMP, _BEYOND * scatter)):
        return
    moves = _moves(_DELAY_MEMBERS, recent, history)
    apart = median(point.logs[HIGH_DELAY] - point.logs[DELAY] for point in history)
    together = abs(moves[DELAY] - moves[HIGH_DELAY]) <= _SAME_FACTOR
    if together and apart >= _APART and max(abs(moves[kpi]) for kpi in _STILL) <= _UNEXPLAINED:
        reason = f"mean and tail of the delay jumped by a factor of {2 ** moves[DELAY]:.3g}, but throughput and activity did not"
        yield from flaws_of(place, past, recent, (DELAY, HIGH_DELAY), reason)


def _loss_jump(place: Place, past: Past) -> Iterator[Flaw]:
    """Loss that radio, load or transport change moves throughput or delay as well, and not by just a hundred."""
    recent, history = _in_quiet(place, past, _LOSS_MEMBERS)
    if not recent:
        return
    moves, usual = _moves(_LOSS_MEMBERS, recent, history), median(point.logs[LOSS] for point in history)
    own = [point.logs[LOSS] - usual for point in recent]
    shifts = [abs(shift) for shift in own]
    slips = [log2(factor) for factor in _UNIT_FACTORS if abs(fmean(shifts) - log2(factor)) <= _JUST]
    if (
        slips
        and _persists(own, _JUMP)
        and not _is_of_few(history if own[0] < 0 else recent)
        and max(abs(shift - slips[0]) for shift in shifts) <= _NEARLY
        and max(abs(moves[kpi]) for kpi in _LOSS_MEMBERS - {LOSS}) <= _UNEXPLAINED
    ):
        reason = f"the loss jumped by a factor of {2 ** moves[LOSS]:.3g}, but throughput, activity and delay did not"
        yield from flaws_of(place, past, recent, (LOSS,), f"{reason}: is it in another unit?")


def _is_of_few(points: list[Point]) -> bool:
    """Whether some windows lost only a few packets, whose number jumps by chance; False if the number is not known."""
    samples = [sample for point in points for sample in point.samples[LOSS] if sample.count > 1]
    return any((sample.value or 0.0) / 100 * sample.count < _MANY_PACKETS for sample in samples)


def _part_of_a_packet(place: Place, past: Past) -> Iterator[Flaw]:
    """Of so many packets (the sample count) the least loss is one; a rest of a segmented one may count as a part.

    What is taken for percent, and is a ratio, is a whole number of packets; rests of segmented ones are any part.
    """
    recent = past.recent(place, PERSISTENT, {LOSS})
    samples = [sample for point in recent for sample in point.samples[LOSS]]
    lost = [(sample.value or 0.0) / 100 * sample.count for sample in samples if sample.count > 1]
    are_whole = all(abs(100 * part - round(100 * part)) <= _WHOLE for part in lost)
    if len(lost) >= PERSISTENT and max(lost) < _LEAST_PACKETS and are_whole:
        reason = f"{samples[-1].value:g} % of {samples[-1].count} packets are {lost[-1]:.2g} of one; is it a ratio of 0 to 1?"
        yield from flaws_of(place, past, recent, (LOSS,), reason)


def _slow_users(place: Place, past: Past) -> Iterator[Flaw]:
    """The volume over the time in which UEs are active is their mean throughput, weighted by time: slow UEs weigh most.

    It cannot stay below the 5th percentile over UEs; in one window, bursts cut by its ends may make it so.
    """
    recent = past.recent(place, PERSISTENT, _SLOW_MEMBERS)
    above = [point.logs[LOW_THROUGHPUT] + point.logs[ACTIVE] - point.logs[VOLUME] for point in recent]
    if above and min(above) >= _ABOVE and _are_quiet(recent):
        reason = f"the 5th percentile of throughput is {2 ** fmean(above):.3g} times the volume over the active time of all UEs"
        yield from flaws_of(place, past, recent, (THROUGHPUT, LOW_THROUGHPUT, ACTIVE, VOLUME), reason)


def flaws_of(place: Place, past: Past, points: list[Point], kpis: tuple[str, ...], reason: str) -> Iterator[Flaw]:
    """Yield the flaws of `kpis` in these windows, of the object and, for a slice, of its cell, which counts the same events."""
    dn, slice = place
    whole = past.recent((dn, None), len(points)) if slice in tuple(Slice) else []
    past.mark(place, points, kpis)
    for point in (*points, *whole):
        for kpi in kpis:
            yield from (suspect(sample, "consistency", reason) for sample in point.samples.get(kpi, ()))
