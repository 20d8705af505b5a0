"""Beam selectors: each sees only what it asked for and pays for it; the learned one is covered by its card, calibrated and
worth its while.
"""

import shutil

import numpy as np
import pytest

from policies.artefact import ArtefactError
from policies.limits.loading import load_limits
from tools.beams.checks import Check, checks_of
from tools.beams.compare_tool import compare_beam_selectors
from tools.beams.overhead import measurement_overhead
from tools.beams.predictor import WEIGHTS, BeamPredictor, configuration_of, load_predictor, predictor_card
from tools.beams.scoring import calibration_error, efficiency_gain, score
from tools.beams.sweeping import NeighbourTracking, Sweep
from tools.beams.trial import run_trial
from tools.context import ToolContext
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
    network = SystemNetwork(small_scenario(), seed=3)
    return ToolContext(
        network=network, kpis=None, limits=load_limits(), standards=None, laboratory=None,
        now=lambda: network.describe().now, work_dir=tmp_path_factory.mktemp("beams"),
    )  # fmt: skip


def test_an_exhaustive_sweep_of_terminals_that_stand_still_loses_no_more_than_the_reports_steps():
    still = typical_scenario(
        28.0, "UMa", mobility=Mobility(low_mps=0.0, high_mps=0.0), blockers=0, bursts=14, measurement_error_db=0.0
    )
    found = simulate_beams(still, 48, seed=2)
    strong = found.rsrp_dbm.max(axis=(1, 2)) > still.noise_dbm + 10
    trial = run_trial(Sweep(32), found)
    assert strong.sum() > 10
    assert trial.loss_db[strong].max() <= 1.5


def test_a_staggered_sweep_is_stale_where_an_exhaustive_one_is_not(traces):
    exhaustive, staggered = run_trial(Sweep(32), traces), run_trial(Sweep(32, stride=4), traces)
    assert staggered.loss_db.mean() > exhaustive.loss_db.mean()
    assert (staggered.rank == 0).mean() < (exhaustive.rank == 0).mean()


@pytest.mark.parametrize("make", [lambda _: Sweep(32, stride=4), lambda _: NeighbourTracking(32), lambda one: one.measuring(2)])
def test_a_selector_sees_only_what_it_asked_to_be_measured(make, traces, predictor):
    selector = make(predictor)
    session = selector.begin(96)
    for burst in range(6):
        wanted = session.wanted()
        assert wanted.sum(axis=1).max() <= selector.common + selector.specific
        session.decide(np.where(wanted, traces.measured_dbm[:, burst], np.float32("nan")))
    told = np.where(session.wanted(), traces.measured_dbm[:, 6], np.float32("nan"))
    ranking = session.decide(told).ranking
    assert np.array_equal(np.sort(ranking, axis=1), np.tile(np.arange(32), (96, 1)))


def test_overhead_is_what_the_standard_makes_it():
    assert measurement_overhead(STREET, 32, 0, 10) == pytest.approx(32 * 4 / (160 * 14))  # 160 slots of 120 kHz in 20 ms
    assert measurement_overhead(STREET, 8, 3, 10) == pytest.approx((8 * 4 + 30) / (160 * 14))
    macro = typical_scenario(3.5, "UMa")
    assert measurement_overhead(macro, 32, 0, 10) == pytest.approx(32 * 0.25 / (40 * 14))  # CSI-RS: 3 of 12 elements
    assert measurement_overhead(STREET, 64, 64, 500) == 1.0


def test_calibration_error_is_the_gap_between_trust_and_hits():
    trust = np.array([[0.95, 0.95, 0.95, 0.95, 0.25, 0.25]], dtype=np.float32)
    right = np.array([[True, True, True, False, False, False]])
    assert calibration_error(trust, right) == pytest.approx((4 * (0.95 - 0.75) + 2 * 0.25) / 6, abs=1e-6)
    assert calibration_error(np.ones((2, 5), np.float32), np.ones((2, 5), bool)) == 0.0


def test_gain_is_paired_and_zero_against_oneself(traces):
    sweep = run_trial(Sweep(32), traces)
    same = efficiency_gain(sweep, 0.05, sweep, 0.05, STREET)
    assert (same.value, same.interval.low, same.interval.high) == (0.0, 0.0, 0.0)
    cheaper = efficiency_gain(sweep, 0.01, sweep, 0.05, STREET)
    assert cheaper.interval.low > 0.03


def test_at_equal_overhead_the_predictor_loses_less_than_the_staggered_sweep_and_knows_when_it_is_right(traces, predictor):
    staggered = Sweep(32, stride=4)
    predictor = predictor.measuring(0)
    ours, theirs = run_trial(predictor, traces), run_trial(staggered, traces)
    mine, other = score(ours, predictor, STREET, 10, 0.1), score(theirs, staggered, STREET, 10, 0.1)
    assert mine.overhead == other.overhead
    assert mine.loss_mean_db.value < 0.9 * other.loss_mean_db.value
    assert mine.calibration_error < 0.1 < other.calibration_error
    assert efficiency_gain(ours, mine.overhead, theirs, other.overhead, STREET).interval.low > 0.0


def test_with_two_beams_of_its_own_it_beats_the_exhaustive_sweep_for_half_the_overhead(traces, predictor):
    two = predictor.measuring(2)
    ours, sweep = run_trial(two, traces), run_trial(Sweep(32), traces)
    mine, other = score(ours, two, STREET, 10, 0.1), score(sweep, Sweep(32), STREET, 10, 0.1)
    assert mine.overhead < 0.5 * other.overhead
    assert mine.loss_mean_db.value < other.loss_mean_db.value
    assert mine.top3.value > other.top3.value


def test_more_beams_of_its_own_make_it_more_accurate(traces, predictor):
    none, three = (run_trial(predictor.measuring(top), traces) for top in (0, 3))
    assert three.loss_db.mean() < none.loss_db.mean()
    with pytest.raises(ValueError, match="top=4"):
        predictor.measuring(4)


def test_a_codebook_that_a_selector_does_not_know_is_refused(predictor):
    other = simulate_beams(STREET.model_copy(update={"array": BeamArray(columns=16), "bursts": 12}), 4, seed=1)
    with pytest.raises(ValueError, match="knows 32 beams, the codebook has 16"):
        run_trial(predictor, other)


def test_the_card_covers_what_was_trained_on_and_nothing_else():
    card = predictor_card()
    assert card.covers(configuration_of(STREET)).covered
    for change, key in [
        ({"mobility": Mobility(low_mps=50.0, high_mps=60.0)}, "fastest_mps"),
        ({"array": BeamArray(columns=16)}, "codebook"),
        ({"burst_period_ms": 160, "bursts": 12}, "burst_period_ms"),
        ({"carrier_ghz": 39.0}, "band"),
    ]:
        coverage = card.covers(configuration_of(STREET.model_copy(update=change)))
        assert not coverage.covered
        assert any(reason.startswith(key) for reason in coverage.reasons)


def test_weights_that_are_not_those_of_the_record_are_refused(tmp_path):
    for name in (WEIGHTS.name, WEIGHTS.name + ".json"):
        shutil.copy(WEIGHTS.with_name(name), tmp_path)
    broken = tmp_path / WEIGHTS.name
    data = bytearray(broken.read_bytes())
    data[-1] ^= 1
    broken.write_bytes(data)
    with pytest.raises(ArtefactError, match="twinpilot train beams"):
        load_predictor(broken)


def ask(context, **changes):
    arguments = {"cell": "S1C1", "slowest_mps": 20.0, "fastest_mps": 30.0, "trajectories": 24, **changes}
    return compare_beam_selectors.call(context, arguments)


def test_the_comparison_tries_all_selectors_under_matched_and_nearby_mobility(context):
    evidence = ask(context)
    names = [case.name for case in evidence.value.scenarios]
    assert names == ["matched", "slower", "faster", "winding", "more blockers"]
    for case in evidence.value.scenarios:
        assert {one.selector for one in case.scores} == {"sweep", "staggered sweep", "neighbour tracking", "learned predictor"}
    assert evidence.coverage.covered
    assert evidence.value.reference_signal == "CSI-RS"
    passed = all(one.passed for one in evidence.value.checks)
    assert (evidence.value.recommended == BeamPredictor.name) == passed
    assert any("codebook" in warning for warning in evidence.warnings)
    faster = evidence.value.scenarios[2].scenario.mobility
    assert (faster.low_mps, faster.high_mps) == (26.0, 39.0)


def test_the_same_question_gets_the_same_scores(context):
    first, again = (ask(context, trajectories=20).value.scenarios[0] for _ in range(2))
    for one, other in zip(first.scores, again.scores, strict=True):
        assert one.model_copy(update={"latency_ms": 0.0}) == other.model_copy(update={"latency_ms": 0.0})


def test_outside_the_card_a_classical_selector_is_recommended_and_the_reason_told(context):
    evidence = ask(context, slowest_mps=60.0, fastest_mps=80.0, trajectories=20)
    assert not evidence.coverage.covered
    assert evidence.value.recommended != BeamPredictor.name
    (card,) = [one for one in evidence.value.checks if one.name == "card"]
    assert not card.passed
    assert "fastest_mps=80.0 m/s is outside" in card.told


def test_a_codebook_that_was_never_trained_leaves_the_predictor_out(context):
    evidence = ask(context, array={"columns": 16}, trajectories=20)
    assert all(one.selector != BeamPredictor.name for one in evidence.value.scenarios[0].scores)
    assert [one for one in evidence.value.checks if one.name == "codebook" and not one.passed]
    assert evidence.value.recommended != BeamPredictor.name


def test_each_check_can_stop_the_predictor(context):
    cases = ask(context, trajectories=20).value.scenarios

    def spoiled(**changes):
        def change(case):
            scores = tuple(one.model_copy(update=changes) if one.selector == BeamPredictor.name else one for one in case.scores)
            return case.model_copy(update={"scores": scores})

        return {one.name: one for one in checks_of([change(case) for case in cases])}

    bad_tail = cases[0].of(BeamPredictor.name).loss_p95_db.model_copy(update={"value": 60.0})
    assert not spoiled(loss_p95_db=bad_tail)["loss"].passed
    assert not spoiled(calibration_error=0.3)["calibration"].passed
    assert not spoiled(confidence=0.2)["confidence"].passed
    assert not spoiled(latency_ms=8.0)["latency"].passed
    assert all(isinstance(one, Check) for one in spoiled().values())


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
def test_bad_arguments_are_named(context, changes, words):
    with pytest.raises(ToolError, match=words) as caught:
        ask(context, **changes)
    assert caught.value.boundary == "arguments"
