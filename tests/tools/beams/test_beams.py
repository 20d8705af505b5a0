"""Beam selectors: each sees only what it measures and pays for it; the learned one is calibrated and better within its card."""

import shutil

import numpy as np
import pytest
from tool_worlds import context_over

from policies.artefact import ArtefactError
from tools.beams.checks import Check, checks_of
from tools.beams.compare_tool import compare_beam_selectors
from tools.beams.overhead import measurement_overhead
from tools.beams.predictor import WEIGHTS, BeamPredictor, card_conditions, load_predictor, predictor_card
from tools.beams.scoring import calibration_error, efficiency_gain, score
from tools.beams.sweeping import NeighbourTracking, Sweep
from tools.beams.trial import run_trial
from tools.contract import ToolError
from twins.beams.scenario import BeamArray, Mobility
from twins.beams.simulation import simulate_beams
from twins.beams.typical import typical_scenario
from twins.system.scenario.presets import small_scenario
from twins.system.system_network import SystemNetwork

STREET = typical_scenario(28.0, "UMi", mobility=Mobility(low_mps=15.0, high_mps=25.0), bursts=60)


@pytest.fixture(scope="module")
def traces():
    return simulate_beams(STREET, 96, seed=21)


@pytest.fixture(scope="module")
def predictor():
    return load_predictor()


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    return context_over(SystemNetwork(small_scenario(), seed=3), tmp_path_factory.mktemp("beams"))


def test_an_exhaustive_sweep_of_stationary_terminals_loses_at_most_the_reporting_step():
    still = typical_scenario(
        28.0, "UMa", mobility=Mobility(low_mps=0.0, high_mps=0.0), blockers=0, bursts=14, measurement_error_db=0.0
    )
    traces = simulate_beams(still, 48, seed=2)
    strong = traces.rsrp_dbm.max(axis=(1, 2)) > still.noise_dbm + 10
    trial = run_trial(Sweep(32), traces)
    assert strong.sum() > 10
    assert trial.loss_db[strong].max() <= 1.5


def test_a_staggered_sweep_is_less_accurate_than_an_exhaustive_one(traces):
    exhaustive, staggered = run_trial(Sweep(32), traces), run_trial(Sweep(32, stride=4), traces)
    assert staggered.loss_db.mean() > exhaustive.loss_db.mean()
    assert (staggered.rank == 0).mean() < (exhaustive.rank == 0).mean()


@pytest.mark.parametrize(
    "make", [lambda _: Sweep(32, stride=4), lambda _: NeighbourTracking(32), lambda learned: learned.with_top(2)]
)
def test_a_selector_measures_no_more_beams_than_it_declares(make, traces, predictor):
    selector = make(predictor)
    session = selector.begin(96)
    for burst in range(6):
        mask = session.beams_to_measure()
        assert mask.sum(axis=1).max() <= selector.common + selector.specific
        session.decide(np.where(mask, traces.measured_dbm[:, burst], np.float32("nan")))
    measured = np.where(session.beams_to_measure(), traces.measured_dbm[:, 6], np.float32("nan"))
    ranking = session.decide(measured).ranking
    assert np.array_equal(np.sort(ranking, axis=1), np.tile(np.arange(32), (96, 1)))


def test_overhead_follows_the_standard():
    assert measurement_overhead(STREET, 32, 0, 10) == pytest.approx(32 * 4 / (160 * 14))  # 160 slots of 120 kHz in 20 ms
    assert measurement_overhead(STREET, 8, 3, 10) == pytest.approx((8 * 4 + 30) / (160 * 14))
    macro = typical_scenario(3.5, "UMa")
    assert measurement_overhead(macro, 32, 0, 10) == pytest.approx(32 * 0.25 / (40 * 14))  # CSI-RS: 3 of 12 elements
    assert measurement_overhead(STREET, 64, 64, 500) == 1.0


def test_calibration_error_is_the_gap_between_confidence_and_hit_rate():
    confidence = np.array([[0.95, 0.95, 0.95, 0.95, 0.25, 0.25]], dtype=np.float32)
    correct = np.array([[True, True, True, False, False, False]])
    assert calibration_error(confidence, correct) == pytest.approx((4 * (0.95 - 0.75) + 2 * 0.25) / 6, abs=1e-6)
    assert calibration_error(np.ones((2, 5), np.float32), np.ones((2, 5), bool)) == 0.0


def test_gain_is_paired_and_zero_against_oneself(traces):
    sweep = run_trial(Sweep(32), traces)
    same = efficiency_gain(sweep, 0.05, sweep, 0.05, STREET)
    assert (same.value, same.interval.low, same.interval.high) == (0.0, 0.0, 0.0)
    cheaper = efficiency_gain(sweep, 0.01, sweep, 0.05, STREET)
    assert cheaper.interval.low > 0.03


def test_at_equal_overhead_the_predictor_loses_less_than_the_staggered_sweep_and_is_calibrated(traces, predictor):
    staggered = Sweep(32, stride=4)
    predictor = predictor.with_top(0)
    ours, theirs = run_trial(predictor, traces), run_trial(staggered, traces)
    mine, other = score(ours, predictor, STREET, 10, 0.1), score(theirs, staggered, STREET, 10, 0.1)
    assert mine.overhead == other.overhead
    assert mine.loss_mean_db.value < 0.9 * other.loss_mean_db.value
    assert mine.calibration_error < 0.1 < other.calibration_error
    assert efficiency_gain(ours, mine.overhead, theirs, other.overhead, STREET).interval.low > 0.0


def test_with_two_beams_per_terminal_it_beats_the_exhaustive_sweep_at_half_the_overhead(traces, predictor):
    two = predictor.with_top(2)
    ours, sweep = run_trial(two, traces), run_trial(Sweep(32), traces)
    mine, other = score(ours, two, STREET, 10, 0.1), score(sweep, Sweep(32), STREET, 10, 0.1)
    assert mine.overhead < 0.5 * other.overhead
    assert mine.loss_mean_db.value < other.loss_mean_db.value
    assert mine.top3.value > other.top3.value


def test_more_beams_per_terminal_make_it_more_accurate(traces, predictor):
    none, three = (run_trial(predictor.with_top(top), traces) for top in (0, 3))
    assert three.loss_db.mean() < none.loss_db.mean()
    with pytest.raises(ValueError, match="top=4"):
        predictor.with_top(4)


def test_a_codebook_of_another_size_is_refused(predictor):
    other = simulate_beams(STREET.model_copy(update={"array": BeamArray(columns=16), "bursts": 12}), 4, seed=1)
    with pytest.raises(ValueError, match="has 32 beams, the codebook has 16"):
        run_trial(predictor, other)


def test_the_card_covers_the_training_range_and_nothing_else():
    card = predictor_card()
    assert card.covers(card_conditions(STREET)).covered
    for change, key in [
        ({"mobility": Mobility(low_mps=50.0, high_mps=60.0)}, "fastest_mps"),
        ({"array": BeamArray(columns=16)}, "codebook"),
        ({"burst_period_ms": 160, "bursts": 12}, "burst_period_ms"),
        ({"carrier_ghz": 39.0}, "band"),
    ]:
        coverage = card.covers(card_conditions(STREET.model_copy(update=change)))
        assert not coverage.covered
        assert any(reason.startswith(key) for reason in coverage.reasons)


def test_weights_that_do_not_match_their_record_are_refused(tmp_path):
    for name in (WEIGHTS.name, WEIGHTS.name + ".json"):
        shutil.copy(WEIGHTS.with_name(name), tmp_path)
    broken = tmp_path / WEIGHTS.name
    data = bytearray(broken.read_bytes())
    data[-1] ^= 1
    broken.write_bytes(data)
    with pytest.raises(ArtefactError, match="twinpilot train beams"):
        load_predictor(broken)


def run_tool(context, **changes):
    arguments = {"cell": "S1C1", "slowest_mps": 20.0, "fastest_mps": 30.0, "trajectories": 24, **changes}
    return compare_beam_selectors.call(context, arguments)


def test_the_comparison_runs_all_selectors_under_matched_and_nearby_mobility(context):
    evidence = run_tool(context)
    names = [case.name for case in evidence.value.scenarios]
    assert names == ["matched", "slower", "faster", "winding", "more blockers"]
    for case in evidence.value.scenarios:
        assert {score.selector for score in case.scores} == {
            "sweep",
            "staggered sweep",
            "neighbour tracking",
            "learned predictor",
        }
    assert evidence.coverage.covered
    assert evidence.value.reference_signal == "CSI-RS"
    passed = all(check.passed for check in evidence.value.checks)
    assert (evidence.value.recommended == BeamPredictor.name) == passed
    assert any("codebook" in warning for warning in evidence.warnings)
    faster = evidence.value.scenarios[2].scenario.mobility
    assert (faster.low_mps, faster.high_mps) == (26.0, 39.0)


def test_the_same_request_gives_the_same_scores(context):
    first, again = (run_tool(context, trajectories=20).value.scenarios[0] for _ in range(2))
    for left, right in zip(first.scores, again.scores, strict=True):
        assert left.model_copy(update={"latency_ms": 0.0}) == right.model_copy(update={"latency_ms": 0.0})


def test_outside_the_card_a_classical_selector_is_recommended_with_the_reason(context):
    evidence = run_tool(context, slowest_mps=60.0, fastest_mps=80.0, trajectories=20)
    assert not evidence.coverage.covered
    assert evidence.value.recommended != BeamPredictor.name
    (card,) = [check for check in evidence.value.checks if check.name == "card"]
    assert not card.passed
    assert "fastest_mps=80.0 m/s is outside" in card.told


def test_an_untrained_codebook_leaves_the_predictor_out(context):
    evidence = run_tool(context, array={"columns": 16}, trajectories=20)
    assert all(score.selector != BeamPredictor.name for score in evidence.value.scenarios[0].scores)
    assert [check for check in evidence.value.checks if check.name == "codebook" and not check.passed]
    assert evidence.value.recommended != BeamPredictor.name


def test_each_check_can_stop_the_predictor(context):
    cases = run_tool(context, trajectories=20).value.scenarios

    def checks_with(**changes):
        def change(case):
            scores = tuple(
                score.model_copy(update=changes) if score.selector == BeamPredictor.name else score for score in case.scores
            )
            return case.model_copy(update={"scores": scores})

        return {check.name: check for check in checks_of([change(case) for case in cases])}

    bad_tail = cases[0].of(BeamPredictor.name).loss_p95_db.model_copy(update={"value": 60.0})
    assert not checks_with(loss_p95_db=bad_tail)["loss"].passed
    assert not checks_with(calibration_error=0.3)["calibration"].passed
    assert not checks_with(confidence=0.2)["confidence"].passed
    assert not checks_with(latency_ms=8.0)["latency"].passed
    assert all(isinstance(check, Check) for check in checks_with().values())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"slowest_mps": 30.0, "fastest_mps": 20.0}, "exchange them"),
        ({"fastest_mps": 300.0}, "fastest_mps=300"),
        ({"cell": "S9C9"}, "S9C9"),
        ({"trajectories": 1}, "trajectories=1"),
        ({"slowest_mps": float("nan")}, "slowest_mps"),
    ],
)
def test_invalid_arguments_are_named(context, changes, words):
    with pytest.raises(ToolError, match=words) as refusal:
        run_tool(context, **changes)
    assert refusal.value.boundary == "arguments"
