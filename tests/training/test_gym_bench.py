"""`gym bench`, `gym ground` and `gym make-tasks` on the command line, and the script of the speed benchmark."""

import json
import sys

import pytest
from gym_tasks import drawn
from typer.testing import CliRunner

from policies.artefact import read_artefact
from training.gym.bench.bench_gym import _calls_per_second
from training.gym.bench.campaign import rollouts_in
from training.gym.bench.grounding import across_agents, ground_agent
from training.gym.command_gym import app
from training.gym.networks import GymNetwork, named_network
from training.gym.tasks.gym_task import Domain, Tier
from training.gym.tasks.task_set import tasks_in
from twins.learned.network import LearnedNetwork


class WeakNetwork(LearnedNetwork):
    """The Experiment Model where every cell radiates 28 dB less than the layout says."""

    label = "Experiment Model, 28 dB down"

    def run(self, layout, seconds, settle_s=0.0):
        cells = {name: cell.model_copy(update={"power_dbm": cell.power_dbm - 28.0}) for name, cell in layout.cells.items()}
        return super().run(layout.model_copy(update={"cells": cells}), seconds, settle_s)


WEAK = GymNetwork("weak", WeakNetwork)


def invoke(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_bench_scores_agents_beside_the_paper(tmp_path):
    names = ("expert", "threshold-rule", "mape-k", "drl-slicing", "do-nothing")
    agents = [word for name in names for word in ("--agent", name)]
    result = invoke("bench", *agents, "--per-tier", 1, "--workers", 1, "--out", tmp_path, "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout.splitlines()[-1])
    rates = {scores["agent"]: scores["all"]["rate"] for scores in report["agents"]}
    assert report["tasks"] == 3 and rates["expert"] == 1.0 and rates["do-nothing"] == 0.0
    table = invoke("bench", *agents, "--per-tier", 1, "--workers", 1, "--out", tmp_path)
    assert all(paper in table.stdout for paper in ("51.3/18.6/4.2", "54.8/25.7/8.9", "38.2/27.3/11.5", "100.0"))
    assert "pass^k" not in table.stdout  # not defined for a single attempt
    assert len(list(rollouts_in(tmp_path / "expert.model.jsonl"))) == 3


def test_attempts_give_pass_k(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")  # the widest table
    words = ("bench", "--agent", "expert", "--per-tier", 1, "--attempts", 2, "--workers", 1, "--out", tmp_path)
    scores = json.loads(invoke(*words, "--json").stdout.splitlines()[-1])["agents"][0]
    assert (scores["attempts"], scores["all"]["episodes"], scores["all"]["pass_k"]) == (2, 6, 1.0)
    assert "pass^k" in invoke(*words).stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("bench", "--agent", "nobody"), "agent='nobody' does not exist; there are: "),
        (("bench", "--network", "nr"), "network='nr' does not exist: model, ns3"),
        (("bench", "--per-tier", "0"), "--per-tier"),
    ],
)
def test_invalid_options_of_bench_are_reported_in_one_line(tmp_path, arguments, message):
    result = invoke(*arguments, "--out", tmp_path)
    assert result.exit_code == 2 and message in result.output and "Traceback" not in result.output


@pytest.mark.parametrize("command", [("ground",), ("bench", "--network", "ns3")])
def test_without_ns3_the_error_names_the_command_to_install_it(tmp_path, monkeypatch, command):
    monkeypatch.setitem(sys.modules, "ns3", None)  # as where it is not installed
    result = invoke(*command, "--out", tmp_path)
    assert result.exit_code == 2 and "pip install 'twinpilot[ns3]'" in result.output


def test_grounding_runs_an_agent_on_both_networks_and_compares_its_success(tmp_path):
    """The command does this with ns-3 as the second network: tests/ns3/test_ns3_ground.py."""
    kinds = ((Domain.UAV_CONTROL, Tier.L1), (Domain.OFFLOADING, Tier.L1), (Domain.RECOVERY, Tier.L2), (Domain.SLICING, Tier.L1))
    tasks, model = [drawn(domain, tier)[0] for domain, tier in kinds], named_network("model")
    agents = ("expert", "threshold-rule", "do-nothing")
    comparisons = {name: ground_agent(name, tasks, model, WEAK, tmp_path, 1) for name in agents}
    for name, comparison in comparisons.items():
        first, second = (list(rollouts_in(tmp_path / f"{name}.{network}.jsonl")) for network in ("model", "weak"))
        assert {rollout.network for rollout in first} == {LearnedNetwork.label}
        assert {rollout.network for rollout in second} == {WeakNetwork.label}
        assert comparison.tasks == len(first) == len(second) == len(tasks)
        rates = [sum(rollout.success for rollout in rollouts) / len(tasks) for rollouts in (first, second)]
        assert (comparison.model_rate, comparison.ns3_rate) == pytest.approx(rates)
        assert comparison.gap_points == pytest.approx(100.0 * (rates[0] - rates[1]))
        assert comparison.agreement == sum(a.success == b.success for a, b in zip(first, second, strict=True)) / len(tasks)
    expert, nothing = comparisons["expert"], comparisons["do-nothing"]
    assert expert.model_rate == 1.0 > expert.ns3_rate and expert.gap_points > 0.0 and expert.agreement < 1.0
    assert (nothing.gap_points, nothing.agreement, nothing.r) == (0.0, 1.0, None)
    assert across_agents([expert, nothing]) is None  # two points lie on a line


@pytest.mark.timeout(600)
def test_make_tasks_writes_sets_with_their_records(tmp_path):
    result = invoke("make-tasks", "--out", tmp_path, "--scale", 0.01, "--workers", 2)
    assert result.exit_code == 0, result.output
    for name in ("training", "benchmark"):
        path = tmp_path / f"{name}.jsonl.gz"
        record = read_artefact(path)
        tasks = list(tasks_in(path))
        assert tasks and {task.purpose.value for task in tasks} == {name} and "ROUGE-L" in record.card.evaluation.robustness_tests


def test_the_script_of_the_speed_benchmark_is_never_refused():
    rate, count, refused = _calls_per_second(drawn()[0], LearnedNetwork(), 0.5, 200)
    assert rate > 0.0 and count > 0 and refused == 0
