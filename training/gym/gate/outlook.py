"""From a trial to the gate's input: KPIs of the mission and of the other users, with and without the call, and their targets.

1. Targets: the other users of each slice keep `KEEP` of the throughput that they would have in the mission's initial
   configuration; if they already have less, all of it. The mission's own goal is no target: a single call need not reach it.
2. Intervals are those of the Experiment Model, assumed normal for probabilities. The model's error on a flow is assumed to be the
   same with and without the call, so that uncertainty about a slice is no objection to a call that does not affect it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import NormalDist

from policies.evidence import Interval
from policies.intent import Condition, ExpectationObject, ExpectationTarget, Intent, IntentExpectation
from policies.kpi import kpi_definition
from policies.proposal import Candidate, KpiPrediction, TargetOutlook
from policies.slices import Slice
from training.gym.gate.trial import Trial
from twins.gym.measurement import Measurement
from twins.gym.packet_twin.kpis import Group, measure
from twins.gym.window import FlowWindow
from twins.gym.world import World
from twins.learned.ensemble import Z90

KEEP, KEEP_NOW = 0.8, 0.999  # the second allows for rounding of an unaffected throughput
THROUGHPUT = "DRB.UEThpDl"
KPIS = (THROUGHPUT, "DRB.PdcpSduDelayDl", "DRB.PacketLossRateDl")


def intent_of(world: World, trial: Trial) -> Intent:
    """Return the intent that every call must serve."""
    mission = IntentExpectation(
        object=ExpectationObject(slice=trial.changed.state.slice),
        targets=(ExpectationTarget(kpi="DRB.PdcpSduDelayDl", condition=Condition.MINIMIZE),),
    )
    others = [
        IntentExpectation(object=ExpectationObject(slice=slice_), targets=(target,)) for slice_, target in _targets(world, trial)
    ]
    return Intent(text="serve the mission and leave the others what they have", expectations=(mission, *others))


def candidate_of(world: World, trial: Trial) -> Candidate:
    """Return the call as a candidate, with the twin's predictions."""
    outlook = tuple(_outlook(world, trial, slice_, target) for slice_, target in _targets(world, trial))
    return Candidate(
        name="call",
        change_set=trial.change_set,
        predictions=tuple(_predictions(world, trial)),
        outlook=outlook,
        score=0.0,
        feasible=all(target.met for target in outlook),
    )


def bystander_flows(world: World) -> dict[Slice, tuple[str, ...]]:
    """Return the active flows of other users than the mission, by slice."""
    by_slice: dict[Slice, tuple[str, ...]] = {}
    for name, flow in world.measured.layout.flows.items():
        if name not in world.scenario.mission and flow.mbps > 0.0:
            by_slice[flow.slice] = (*by_slice.get(flow.slice, ()), name)
    return by_slice


def _targets(world: World, trial: Trial) -> Iterator[tuple[Slice, ExpectationTarget]]:
    for slice_, names in bystander_flows(world).items():
        initial, current = (_value(THROUGHPUT, case, case.window.flows, names) for case in (trial.initial, trial.unchanged))
        if initial and current:
            value, unit = round(min(KEEP * initial, KEEP_NOW * current), 6), kpi_definition(THROUGHPUT).unit
            yield slice_, ExpectationTarget(kpi=THROUGHPUT, condition=Condition.AT_LEAST, value=value, unit=unit)


def _outlook(world: World, trial: Trial, slice_: Slice, target: ExpectationTarget) -> TargetOutlook:
    names = bystander_flows(world)[slice_]
    mean, interval = _predicted(THROUGHPUT, trial.changed, names)
    no_change, no_change_interval = _predicted(THROUGHPUT, trial.unchanged, names)
    bound = target.value or 0.0
    margin, share = (mean or 0.0) - bound, bound / no_change if no_change else 0.0
    width, no_change_width = (ends.high - ends.low for ends in (interval, no_change_interval))
    deviation = abs(width - share * no_change_width) / (2.0 * Z90)
    return TargetOutlook(
        slice=slice_,
        cells=(),
        target=target,
        predicted=mean or 0.0,
        interval=interval,
        probability=NormalDist(0.0, deviation).cdf(margin) if deviation > 0.0 else float(margin >= 0.0),
        no_change=no_change,
    )


def _predictions(world: World, trial: Trial) -> Iterator[KpiPrediction]:
    # A prediction without a slice is the mission's, whichever slice carries it.
    groups: list[tuple[Slice | None, tuple[str, ...]]] = [(None, world.scenario.mission), *bystander_flows(world).items()]
    for slice_, names in groups:
        for kpi in KPIS:
            mean, interval = _predicted(kpi, trial.changed, names)
            if mean is not None:
                yield KpiPrediction(
                    kpi=kpi,
                    unit=kpi_definition(kpi).unit,
                    slice=slice_,
                    cells=(),
                    mean=mean,
                    interval=interval,
                    no_change=_value(kpi, trial.unchanged, trial.unchanged.window.flows, names),
                    twin_gap=_gap(kpi, world, trial.twin_now, names),
                )


def _predicted(kpi: str, case: Measurement, names: tuple[str, ...]) -> tuple[float | None, Interval]:
    """Mean and 90 % interval; the interval of the flows' bounds is extended to contain the mean."""
    mean, low, high = (_value(kpi, case, flows, names) for flows in (case.window.flows, case.window.low, case.window.high))
    values = [value for value in (mean, low, high) if value is not None] or [0.0]
    return mean, Interval(low=min(values), high=max(values), confidence=0.9)


def _gap(kpi: str, world: World, now: Measurement | None, names: tuple[str, ...]) -> float | None:
    if now is None:
        return None
    measured, predicted = (_value(kpi, case, case.window.flows, names) for case in (world.measured, now))
    return abs(predicted - measured) / abs(measured) if measured and predicted is not None else None


def _value(kpi: str, case: Measurement, flows: Mapping[str, FlowWindow], names: tuple[str, ...]) -> float | None:
    group = Group(tuple((case.layout.flows[name], flows[name]) for name in names), (), case.window.seconds)
    return measure(kpi, group)[0]
