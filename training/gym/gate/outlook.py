"""From a trial to what the gate judges: KPIs of the mission and of the others, with and without the call, and their bounds.

1. Targets: the other users of each slice keep `KEEP` of the throughput that they would have in the configuration that the mission
   began with, and where they have less already, all of that. What the mission itself wants is the task's goal, which a
   single call need not reach.
2. Intervals are those of the Experiment Model, taken as normal for probabilities. Its error on a flow is taken to be the same
   with the call and without it: how unsure it is of a slice's level says nothing against a call that leaves the slice alone.
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

KEEP, KEEP_NOW = 0.8, 0.999  # what is left alone stays as it is, but for rounding
THROUGHPUT = "DRB.UEThpDl"
KPIS = (THROUGHPUT, "DRB.PdcpSduDelayDl", "DRB.PacketLossRateDl")


def intent_of(world: World, trial: Trial) -> Intent:
    """Return the intent that every call is held to."""
    mission = IntentExpectation(
        object=ExpectationObject(slice=trial.changed.state.slice),
        targets=(ExpectationTarget(kpi="DRB.PdcpSduDelayDl", condition=Condition.MINIMIZE),),
    )
    others = [IntentExpectation(object=ExpectationObject(slice=one), targets=(target,)) for one, target in _targets(world, trial)]
    return Intent(text="serve the mission and leave the others what they have", expectations=(mission, *others))


def candidate_of(world: World, trial: Trial) -> Candidate:
    """Return what the twin predicts of the call."""
    outlook = tuple(_outlook(world, trial, one, target) for one, target in _targets(world, trial))
    return Candidate(
        name="call",
        change_set=trial.change_set,
        predictions=tuple(_predictions(world, trial)),
        outlook=outlook,
        score=0.0,
        feasible=all(one.met for one in outlook),
    )


def others_of(world: World) -> dict[Slice, tuple[str, ...]]:
    """Return the flows that are not the mission's and send now, by slice."""
    found: dict[Slice, tuple[str, ...]] = {}
    for name, flow in world.measured.layout.flows.items():
        if name not in world.scenario.mission and flow.mbps > 0.0:
            found[flow.slice] = (*found.get(flow.slice, ()), name)
    return found


def _targets(world: World, trial: Trial) -> Iterator[tuple[Slice, ExpectationTarget]]:
    for one, names in others_of(world).items():
        began, stands = (_value(THROUGHPUT, made, made.window.flows, names) for made in (trial.begun, trial.unchanged))
        if began and stands:
            value, unit = round(min(KEEP * began, KEEP_NOW * stands), 6), kpi_definition(THROUGHPUT).unit
            yield one, ExpectationTarget(kpi=THROUGHPUT, condition=Condition.AT_LEAST, value=value, unit=unit)


def _outlook(world: World, trial: Trial, one: Slice, target: ExpectationTarget) -> TargetOutlook:
    names = others_of(world)[one]
    mean, interval = _predicted(THROUGHPUT, trial.changed, names)
    stands, idle = _predicted(THROUGHPUT, trial.unchanged, names)
    bound = target.value or 0.0
    margin, share = (mean or 0.0) - bound, bound / stands if stands else 0.0
    deviation = abs((interval.high - interval.low) - share * (idle.high - idle.low)) / (2.0 * Z90)
    return TargetOutlook(
        slice=one,
        cells=(),
        target=target,
        predicted=mean or 0.0,
        interval=interval,
        probability=NormalDist(0.0, deviation).cdf(margin) if deviation > 0.0 else float(margin >= 0.0),
        no_change=stands,
    )


def _predictions(world: World, trial: Trial) -> Iterator[KpiPrediction]:
    # A prediction without a slice is the mission's, whichever slice carries it.
    groups: list[tuple[Slice | None, tuple[str, ...]]] = [(None, world.scenario.mission), *others_of(world).items()]
    for one, names in groups:
        for kpi in KPIS:
            mean, interval = _predicted(kpi, trial.changed, names)
            if mean is not None:
                yield KpiPrediction(
                    kpi=kpi,
                    unit=kpi_definition(kpi).unit,
                    slice=one,
                    cells=(),
                    mean=mean,
                    interval=interval,
                    no_change=_value(kpi, trial.unchanged, trial.unchanged.window.flows, names),
                    twin_gap=_gap(kpi, world, trial.twin_now, names),
                )


def _predicted(kpi: str, made: Measurement, names: tuple[str, ...]) -> tuple[float | None, Interval]:
    """Mean and 90 % interval; the interval of flows' ends is stretched to hold the mean."""
    mean, low, high = (_value(kpi, made, flows, names) for flows in (made.window.flows, made.window.low, made.window.high))
    known = [value for value in (mean, low, high) if value is not None] or [0.0]
    return mean, Interval(low=min(known), high=max(known), confidence=0.9)


def _gap(kpi: str, world: World, now: Measurement | None, names: tuple[str, ...]) -> float | None:
    if now is None:
        return None
    seen, said = (_value(kpi, one, one.window.flows, names) for one in (world.measured, now))
    return abs(said - seen) / abs(seen) if seen and said is not None else None


def _value(kpi: str, made: Measurement, flows: Mapping[str, FlowWindow], names: tuple[str, ...]) -> float | None:
    group = Group(tuple((made.layout.flows[name], flows[name]) for name in names), (), made.window.seconds)
    return measure(kpi, group)[0]
