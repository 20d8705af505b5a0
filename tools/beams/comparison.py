"""Selectors side by side: on the matched scenario and on nearby mobility, the same traces for all."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np

from policies.data_card import DataCard
from policies.evidence import Coverage
from tools.beams.predictor import BeamPredictor, configuration_of
from tools.beams.scoring import SelectorScore, efficiency_gain, score
from tools.beams.selector import BeamSelector
from tools.beams.sweeping import NeighbourTracking, Sweep
from tools.beams.trial import run_trial
from tools.contract import ToolValue
from twins.beams.scenario import BeamScenario, Mobility
from twins.link.result import Estimate

SLOWER, FASTER, WINDING_DEG_S, CROWDING = 0.7, 1.3, 10.0, 4  # how far "nearby" is
_FASTEST_MPS = 100.0


class ScenarioScores(ToolValue):
    """What came out in one scenario: scores by selector, whether the card covers it, and the predictor's gain over the best
    classical selector.

    `gain` is in spectral efficiency as a share of the genie's, paired by trajectory; None where the predictor does not fit the
    codebook.
    """

    name: str
    scenario: BeamScenario
    coverage: Coverage
    scores: tuple[SelectorScore, ...]
    best_classical: str
    gain: Estimate | None

    def of(self, selector: str) -> SelectorScore | None:
        """Return the score of a selector, None where it was not tried."""
        return next((one for one in self.scores if one.selector == selector), None)


def classical_selectors(beams: int) -> tuple[BeamSelector, ...]:
    """Return the classical selectors for a codebook: exhaustive sweep, staggered sweep, neighbour tracking."""
    return Sweep(beams), Sweep(beams, stride=4), NeighbourTracking(beams)


def nearby(scenario: BeamScenario) -> dict[str, BeamScenario]:
    """Return the matched scenario and those near to it: slower, faster, winding ways, more screens."""
    now = scenario.mobility
    slower = Mobility(low_mps=SLOWER * now.low_mps, high_mps=SLOWER * now.high_mps, turn_deg_s=now.turn_deg_s)
    faster = Mobility(
        low_mps=min(FASTER * now.low_mps, _FASTEST_MPS),
        high_mps=min(FASTER * now.high_mps, _FASTEST_MPS),
        turn_deg_s=now.turn_deg_s,
    )
    winding = now.model_copy(update={"turn_deg_s": min(now.turn_deg_s + WINDING_DEG_S, 180.0)})
    return {
        "matched": scenario,
        "slower": scenario.model_copy(update={"mobility": slower}),
        "faster": scenario.model_copy(update={"mobility": faster}),
        "winding": scenario.model_copy(update={"mobility": winding}),
        "more blockers": scenario.model_copy(update={"blockers": min(scenario.blockers + CROWDING, 30)}),
    }


def compare(
    scenario: BeamScenario,
    predictor: BeamPredictor,
    card: DataCard,
    *,
    terminals: int,
    trajectories: int,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[ScenarioScores, ...]:
    """Try all selectors on `trajectories` terminals in the matched and each nearby scenario, for a cell of `terminals` terminals.

    Same arguments, same answer except for latencies. The predictor is left out where the codebook is not its own.
    """
    selectors = classical_selectors(scenario.array.beams)
    if predictor.beams == scenario.array.beams:
        selectors = (*selectors, predictor)
    latencies = {one.name: decision_latency_ms(one, scenario.array.beams) for one in selectors}
    cases = nearby(scenario)
    found = []
    for number, (name, case) in enumerate(cases.items()):
        found.append(_scores(name, case, selectors, card, latencies, terminals, trajectories, seed + number))
        if progress is not None:
            progress(number + 1, len(cases))
    return tuple(found)


def _scores(
    name: str, scenario: BeamScenario, selectors: Sequence[BeamSelector], card: DataCard, latencies: dict[str, float],
    terminals: int, trajectories: int, seed: int,
) -> ScenarioScores:  # fmt: skip
    from twins.beams.simulation import simulate_beams

    traces = simulate_beams(scenario, trajectories, seed)
    trials = {one.name: run_trial(one, traces) for one in selectors}
    scores = {one.name: score(trials[one.name], one, scenario, terminals, latencies[one.name]) for one in selectors}
    learned = BeamPredictor.name
    best = max((one for one in scores.values() if one.selector != learned), key=lambda one: one.efficiency.value)
    gain = None
    if learned in scores:
        theirs = trials[best.selector]
        gain = efficiency_gain(trials[learned], scores[learned].overhead, theirs, best.overhead, scenario)
    return ScenarioScores(
        name=name, scenario=scenario, coverage=card.covers(configuration_of(scenario)), scores=tuple(scores.values()),
        best_classical=best.selector, gain=gain,
    )  # fmt: skip


def decision_latency_ms(selector: BeamSelector, beams: int, decisions: int = 40) -> float:
    """Return the median wall time of one decision for one terminal, ms."""
    session, chance, times = selector.begin(1), np.random.default_rng(0), []
    for _ in range(decisions):
        told = chance.uniform(-120.0, -80.0, (1, beams)).astype(np.float32)
        since = time.perf_counter()
        session.decide(np.where(session.wanted(), told, np.float32("nan")))
        times.append(time.perf_counter() - since)
    return 1e3 * float(np.median(times))
