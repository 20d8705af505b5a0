"""The bench of verdicts: real trials, honest denominators, and a run that goes on where it stopped."""

import json
from datetime import UTC, datetime

import pytest
from small_network import SmallNetwork, embb_minimum
from small_world import candidate, intent

from harness.commitments.schedule import Schedule
from harness.runtime.settings import CommitmentSettings
from harness.verification.bench import bench_verification
from harness.verification.bench.bench_verification import figures_of, kinds_of
from harness.verification.bench.distortion import scaled
from harness.verification.bench.kinds import KINDS, THROUGHPUT
from harness.verification.bench.reports import Reports
from harness.verification.bench.trial import Streams, Trial, looks_from, run_trial
from harness.verification.bench.world import CELL, WINDOW_S, Situation, du, stored
from policies.intent import Intent
from twins.network import KpiQuery


def trial(kind, verdict, truth, seed=1):
    return Trial(kind=kind, seed=seed, verdict=verdict, windows=6, truth=truth)


def figure(trials, name):
    return next(figure for figure in figures_of(trials) if figure.name == name)


def test_the_rates_have_their_own_denominators():
    trials = [
        trial("effective", "confirmed", "harmless"),
        trial("effective", "harmed", "harmless", 2),
        trial("neutral", "inconclusive", "harmless"),
        trial("effective", "confirmed", "marginal", 3),
        trial("backhaul + 30 ms", "harmed", "harmful"),
        trial("backhaul + 8 ms", "confirmed", "harmful"),
        trial("interferer 25 dBm", "harmed", "harmless"),
        trial("all users gone", "harmed", "false report"),
    ]
    confirmed = figure(trials, "false confirmed")
    assert confirmed.value == pytest.approx(100 / 3)
    assert confirmed.met is False
    assert "1 of 3 trials on 1 seeds" in confirmed.note
    rollback = figure(trials, "false rollback")
    assert rollback.value == pytest.approx(200 / 3)
    assert "2 of 3 trials on 2 seeds" in rollback.note
    assert figure(trials, "false rollback as harm").value == pytest.approx(100 / 3)
    assert "1 of 1" in figure(trials, "confirmed in marginal cases").note


def test_it_is_told_how_long_a_confirmation_takes():
    trials = [trial("effective", "confirmed", "harmless"), trial("effective", "harmed", "harmless", 2)]
    long = trials[0].model_copy(update={"windows": 30})
    assert figure([*trials, long], "windows until confirmed, median").value == 18
    assert figure(trials[1:], "windows until confirmed, median").value is None


def test_a_trial_is_watched_as_long_as_a_run_would_watch_it():
    applied_at = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
    plan = Schedule.of(CommitmentSettings(), applied_at, WINDOW_S, None)
    assert looks_from(applied_at) == (plan.start, plan.first, plan.step, plan.deadline)


def test_no_error_in_few_trials_is_no_proof():
    figures = figure([trial("backhaul + 30 ms", "harmed", "harmful", seed) for seed in range(200)], "false confirmed")
    assert figures.value == 0.0
    assert "0.00..1.83 %" in figures.note


def test_without_trials_nothing_is_claimed():
    assert {(figure.value, figure.met) for figure in figures_of([])} == {(None, None)}


def test_trials_that_are_kept_are_not_run_again(tmp_path):
    kept = [{"seed": seed, "trials": [trial("effective", "confirmed", "harmless", seed).model_dump()]} for seed in (2001, 2002)]
    lines = [json.dumps(record) + "\n" for record in kept]
    (tmp_path / "verification-trials.jsonl").write_text("".join(lines) + lines[0][:40])
    result = bench_verification.run(True, tmp_path)
    assert result.seeds == (2001, 2002)
    assert "2 trials" in result.figures[4].note


@pytest.fixture(scope="module")
def streams(tmp_path_factory):
    """The small network with a change whose effect is known."""
    goal: Intent = intent(cells=(CELL,))
    change = candidate("raise eMBB", embb_minimum(40), goal)
    return Streams(Situation(stored(SmallNetwork(), None, tmp_path_factory.mktemp("kpis")), goal, change))


@pytest.mark.parametrize(
    ("kind", "verdicts"),
    [
        ("effective", {"confirmed"}),
        ("backhaul + 30 ms", {"harmed"}),
        ("no effect", {"inconclusive", "harmed"}),
        ("all users gone", {"harmed"}),
        ("throughput × 1000", {"inconclusive"}),
    ],
)
def test_a_trial_is_judged_on_a_real_kpi_stream(streams, kind, verdicts):
    result = run_trial(next(item for item in KINDS if item.name == kind), 1, streams)
    assert result.verdict in verdicts, result.reasons
    assert result.truth == {"effective": "harmless"}.get(kind, result.truth) != "marginal"


def test_a_stream_is_simulated_once_and_shared(streams):
    by_name = {kind.name: kind for kind in KINDS}
    assert streams.of(by_name["effective"]) is streams.of(by_name["throughput × 2"])
    assert streams.of(by_name["effective"]) is streams.of(by_name["backhaul + 30 ms"], flawless=True)
    assert streams.of(by_name["no effect"]) is not streams.of(by_name["effective"])


def test_a_distortion_changes_what_is_reported_of_the_cell(streams):
    truth, before = streams.of(KINDS[0]), streams.situation.present.before()
    for kind in KINDS:
        if kind.distortion is not None:
            reported = kind.distortion(truth, before)
            assert reported != truth
            assert [s for s in reported if s.kpi == "PEE.Energy"] == [s for s in truth if s.kpi == "PEE.Energy"]
    assert any(sample.dn == du(CELL) for sample in truth)


def test_what_is_reported_passes_the_checks_of_the_store(streams, tmp_path):
    truth = streams.of(KINDS[0])
    slipped = scaled(THROUGHPUT, 1000.0)(truth, streams.situation.present.before())
    for frame, flawed in ((truth, set()), (slipped, {THROUGHPUT})):
        folder = tmp_path / str(len(flawed))
        folder.mkdir()
        measured = Reports(frame, streams.situation.present, folder).until(max(sample.end for sample in frame))
        assert flawed <= {flaw.kpi for flaw in measured.flaws(KpiQuery(start=streams.applied_at))}
        assert bool(flawed) == bool(measured.flaws(KpiQuery(start=streams.applied_at)))


def test_every_seed_has_all_harmless_kinds_and_three_seeds_all_others():
    for effective in (True, False):
        own = [kind for kind in KINDS if kind.effective is effective]
        by_seed = [{kind.name for kind in kinds_of(seed, effective=effective)} for seed in (2001, 2003, 2005)]
        assert set.union(*by_seed) == {kind.name for kind in own}
        assert set.intersection(*by_seed) == {kind.name for kind in own if kind.expected == "harmless"}
