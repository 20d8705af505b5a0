"""One trial: a change is made in a situation, something happens, and the verification gives its verdict look by look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from statistics import fmean

from pydantic import Field

from harness.runtime.settings import CommitmentSettings
from harness.verification.bench.kinds import Kind, Truth
from harness.verification.bench.reports import Reports
from harness.verification.bench.world import CELL, WINDOW_S, Situation, du
from harness.verification.observation import observed
from harness.verification.result import Verification
from harness.verification.sequence import look_until_settled
from harness.verification.series import USERS, Series
from harness.verification.verify import verify
from policies.change import AttributeEdit, ChangeSet
from policies.kpi import KpiFrame, KpiSample, kpi_definition
from policies.managed_object import short_name
from policies.materiality import is_worse, materiality_threshold, serves_well
from policies.slices import Slice
from policies.word import Word
from tools.twinning.outlook import WATCHED, scope_cells
from twins.network import KpiQuery
from twins.scratch_folder import ScratchFolder

_LOST = 0.1  # of the users missing are material
_MISSED = 0.05  # of the bound by which a target is missed are material
_PAYS = ("DRB.PacketLossRateDl", Slice.MMTC, du(CELL))  # what eMBB gains in the cell mMTC loses: predicted, and approved
_CLEAR = 2.0  # times what is just material: below this, two careful people may differ
_CARRIER = f"ManagedElement=S1,GNBDUFunction=1,NRSectorCarrier={CELL}"


class Trial(Word):
    """The verdict of one trial, and the truth by true KPIs; `losses`: what was lost, in multiples of what is just material."""

    kind: str
    seed: int
    verdict: str
    windows: int
    truth: Truth
    losses: dict[str, float] = Field(default_factory=dict)
    reasons: tuple[str, ...] = ()


def _truth(losses: dict[str, float]) -> Truth:
    largest = max(losses.values(), default=0.0)
    return "harmful" if largest >= _CLEAR else "marginal" if largest >= 1.0 else "harmless"


def looks_from(applied_at: datetime) -> tuple[datetime, datetime, timedelta, datetime]:
    """Return start, first look, step and deadline of the default settings (as `harness.commitments.schedule`)."""
    settings = CommitmentSettings()
    start, step = applied_at + timedelta(seconds=settings.settling(WINDOW_S)), timedelta(seconds=settings.windows * WINDOW_S)
    return start, start + step, step, applied_at + timedelta(seconds=settings.longest(WINDOW_S))


class Streams:
    """The true KPIs of a situation under what may happen in it; each is simulated once and shared by the kinds that need it."""

    def __init__(self, situation: Situation) -> None:
        self.situation = situation
        self._streams: dict[str, KpiFrame] = {}

    @property
    def applied_at(self) -> datetime:
        """The time of the change."""
        return self.situation.present.now

    def of(self, kind: Kind, *, flawless: bool = False) -> KpiFrame:
        """Return the true KPIs from the change to the deadline; `flawless`: carried out, without the kind's faults."""
        plan = replace(kind, name="", distortion=None, expected="harmless")
        if flawless:
            plan = replace(plan, carried_out=True, power_db=0.0, faults=())
        if repr(plan) not in self._streams:
            self._streams[repr(plan)] = self._simulate(plan)
        return self._streams[repr(plan)]

    def _simulate(self, plan: Kind) -> KpiFrame:
        network = self.situation.present.network
        network.restore(self.situation.present.state)
        if plan.carried_out:
            network.apply(self.situation.candidate.change_set, "change")
        if plan.power_db:
            network.apply(_power(network.read(_CARRIER).attributes["configuredMaxTxPower"], plan.power_db), "power")
        for disturbance in (*plan.demand, *plan.faults):
            network.inject(disturbance)
        network.advance((looks_from(self.applied_at)[3] - self.applied_at).total_seconds())
        return network.observe(KpiQuery(start=self.applied_at))


def run_trial(kind: Kind, seed: int, streams: Streams) -> Trial:
    """Make the change in the situation and return the verdict."""
    truth = streams.of(kind)
    situation = streams.situation
    reported = kind.distortion(truth, situation.present.before()) if kind.distortion else truth
    verification = _verdict(reported, situation)
    losses = _losses(kind, streams) if kind.expected != "false report" else {}
    return Trial(
        kind=kind.name,
        seed=seed,
        verdict=verification.outcome,
        windows=verification.windows_after,
        truth=_truth(losses) if kind.expected != "false report" else "false report",
        losses=losses,
        reasons=verification.reasons,
    )


def _power(old: object, change_db: float) -> ChangeSet:
    value = float(str(old))
    return ChangeSet(edits=(AttributeEdit(dn=_CARRIER, attribute="configuredMaxTxPower", old=value, new=value + change_db),))


def _verdict(reported: KpiFrame, situation: Situation) -> Verification:
    """Return the verdict on what is reported: through the store and its checks, window by window, as a run would see it."""
    present, settings = situation.present, CommitmentSettings()
    card = present.network.describe()
    with ScratchFolder() as folder:
        delivery = Reports(reported, present, folder)

        def look(start: datetime, until: datetime, share: float) -> Verification:
            measured, times = delivery.until(until), (present.now, start, until)
            return verify(observed(measured, card, situation.intent, situation.candidate, settings, times, share))

        return look_until_settled(look, *looks_from(present.now))


def _losses(kind: Kind, streams: Streams) -> dict[str, float]:
    """Return what is materially worse over all windows than the change alone would have made it, and the targets that are missed.

    By the true KPIs; 1.0 is just material. What the change does to others when it is carried out as planned was predicted and
    approved.
    """
    later = looks_from(streams.applied_at)[0]
    card = streams.situation.present.network.describe()
    truth, planned = (
        Series(frame.keep(partial(_is_later, later)), card) for frame in (streams.of(kind), streams.of(kind, flawless=True))
    )
    losses = dict(_missed_targets(truth, streams.situation))
    dns = tuple(cell.dn for cell in card.cells)
    for kpi, slice in WATCHED:
        for dn in dns:
            pair = [fmean(values) for series in (truth, planned) if (values := series.values(kpi, slice, (dn,)))]
            if (kpi, slice, dn) == _PAYS:
                continue
            if len(pair) == 2 and is_worse(kpi, *pair) and not serves_well(kpi, pair[0]):
                name = f"{kpi} of {short_name(dn)}: {pair[0]:.3g} instead of {pair[1]:.3g} {kpi_definition(kpi).unit}"
                losses[name] = abs(pair[0] - pair[1]) / materiality_threshold(kpi, pair[1])
    users = [fmean(series.values(USERS, None, dns) or [0.0]) for series in (truth, planned)]
    lost = 1 - users[0] / users[1] if users[1] else 0.0
    return losses | ({f"{users[0]:.3g} users instead of {users[1]:.3g}": lost / _LOST} if lost > _LOST else {})


def _missed_targets(truth: Series, situation: Situation) -> Iterator[tuple[str, float]]:
    card = situation.present.network.describe()
    everywhere = tuple(cell.dn for cell in card.cells)
    for scope, target in situation.intent.bounds():
        values = truth.target_values(target, scope.slice, scope_cells(card, scope) or everywhere)
        bound, mean = target.value or 0.0, fmean(values or [0.0])
        distance = abs(mean - bound) / (_MISSED * abs(bound))
        if not target.is_met_by(mean):
            yield f"{target.describe()} is missed: {mean:.3g}", max(distance, 1.0)
        elif distance < _CLEAR:
            yield f"{target.describe()} is only just met: {mean:.3g}", 1.0


def _is_later(start: datetime, sample: KpiSample) -> bool:
    return sample.start >= start
