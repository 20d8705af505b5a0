"""Comparison of beam selectors in the matched scenario and under nearby mobility, on the same traces."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np

from policies.data_card import DataCard
from policies.evidence import Coverage
from tools.beams.predictor import BeamPredictor, card_conditions
from tools.beams.scoring import SelectorScore, efficiency_gain, score
from tools.beams.selector import BeamSelector
from tools.beams.sweeping import NeighbourTracking, Sweep
from tools.beams.trial import run_trial
from tools.contract import ToolValue
from twins.beams.scenario import BeamScenario, Mobility
from twins.link.result import Estimate

SLOWER, FASTER, WINDING_DEG_S, CROWDING = 0.7, 1.3, 10.0, 4  # differences of the nearby scenarios
_MAX_SPEED_MPS = 100.0


class ScenarioScores(ToolValue):
    """Results in one scenario: scores by selector, coverage by the predictor's card, and its gain over the best classical one.

    `gain` is in spectral efficiency as a share of the genie's, paired by trajectory; None if the predictor was trained for
    another codebook.
    """

    name: str
    scenario: BeamScenario
    coverage: Coverage
    scores: tuple[SelectorScore, ...]
    best_classical: str
    gain: Estimate | None

    def of(self, selector: str) -> SelectorScore | None:
        """Return the score of a selector; None if it was not run."""
        return next((candidate for candidate in self.scores if candidate.selector == selector), None)


def classical_selectors(beams: int) -> tuple[BeamSelector, ...]:
    """Return the classical selectors for a codebook: exhaustive sweep, staggered sweep, neighbour tracking."""
    return Sweep(beams), Sweep(beams, stride=4), NeighbourTracking(beams)


def nearby(scenario: BeamScenario) -> dict[str, BeamScenario]:
    """Return the matched scenario and nearby ones: slower, faster, winding tracks, more screens."""
    matched = scenario.mobility
    slower = Mobility(low_mps=SLOWER * matched.low_mps, high_mps=SLOWER * matched.high_mps, turn_deg_s=matched.turn_deg_s)
    faster = Mobility(
        low_mps=min(FASTER * matched.low_mps, _MAX_SPEED_MPS),
        high_mps=min(FASTER * matched.high_mps, _MAX_SPEED_MPS),
        turn_deg_s=matched.turn_deg_s,
    )
    winding = matched.model_copy(update={"turn_deg_s": min(matched.turn_deg_s + WINDING_DEG_S, 180.0)})
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
    """Run all selectors on `trajectories` terminals in the matched and each nearby scenario, for a cell of `terminals` terminals.

    The result is reproducible except for latencies. The predictor is left out if it was trained for another codebook.
    """
    selectors = classical_selectors(scenario.array.beams)
    if predictor.beams == scenario.array.beams:
        selectors = (*selectors, predictor)
    latencies = {selector.name: decision_latency_ms(selector, scenario.array.beams) for selector in selectors}
    cases = nearby(scenario)
    results = []
    for number, (name, case) in enumerate(cases.items()):
        results.append(_scores(name, case, selectors, card, latencies, terminals, trajectories, seed + number))
        if progress is not None:
            progress(number + 1, len(cases))
    return tuple(results)


def _scores(
    name: str, scenario: BeamScenario, selectors: Sequence[BeamSelector], card: DataCard, latencies: dict[str, float],
    terminals: int, trajectories: int, seed: int,
) -> ScenarioScores:  # fmt: skip
    from twins.beams.simulation import simulate_beams

    traces = simulate_beams(scenario, trajectories, seed)
    trials = {selector.name: run_trial(selector, traces) for selector in selectors}
    scores = {
        selector.name: score(trials[selector.name], selector, scenario, terminals, latencies[selector.name])
        for selector in selectors
    }
    learned = BeamPredictor.name
    best = max((candidate for name, candidate in scores.items() if name != learned), key=_efficiency)
    gain = None
    if learned in scores:
        theirs = trials[best.selector]
        gain = efficiency_gain(trials[learned], scores[learned].overhead, theirs, best.overhead, scenario)
    return ScenarioScores(
        name=name, scenario=scenario, coverage=card.covers(card_conditions(scenario)), scores=tuple(scores.values()),
        best_classical=best.selector, gain=gain,
    )  # fmt: skip


def _efficiency(score: SelectorScore) -> float:
    return score.efficiency.value


def decision_latency_ms(selector: BeamSelector, beams: int, decisions: int = 40) -> float:
    """Return the median wall time in ms of one decision for one terminal."""
    session, generator, times = selector.begin(1), np.random.default_rng(0), []
    for _ in range(decisions):
        rsrp_dbm = generator.uniform(-120.0, -80.0, (1, beams)).astype(np.float32)
        start = time.perf_counter()
        session.decide(np.where(session.beams_to_measure(), rsrp_dbm, np.float32("nan")))
        times.append(time.perf_counter() - start)
    return 1e3 * float(np.median(times))
