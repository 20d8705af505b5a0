"""`gym bench`, `gym ground` and `gym make-tasks` on the command line, and the script of the speed benchmark."""

import json

import pytest
from gym_tasks import drawn
from typer.testing import CliRunner

from policies.artefact import read_artefact
from training.gym.bench.bench_gym import _calls_per_second
from training.gym.command_gym import app
from training.gym.tasks.gym_task import Domain, Tier
from training.gym.tasks.task_set import tasks_in
from twins.learned.network import LearnedNetwork


@pytest.fixture
def tasks(monkeypatch):
    tasks = [drawn(domain, Tier.L1)[0] for domain in (Domain.UAV_CONTROL, Domain.OFFLOADING)]
    monkeypatch.setattr("training.gym.bench.campaign.benchmark_tasks", lambda: tasks)
    return tasks


def invoke(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_bench_scores_agents_beside_the_paper(tasks, tmp_path):
    names = ("expert", "threshold-rule", "mape-k", "drl-slicing", "do-nothing")
    agents = [word for name in names for word in ("--agent", name)]
    result = invoke("bench", *agents, "--workers", 1, "--out", tmp_path, "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout.splitlines()[-1])
    rates = {scores["agent"]: scores["all"]["rate"] for scores in report["agents"]}
    assert report["tasks"] == 2 and rates["expert"] == 1.0 and rates["do-nothing"] == 0.0
    table = invoke("bench", *agents, "--workers", 1, "--out", tmp_path)
    assert all(paper in table.stdout for paper in ("51.3/18.6/4.2", "54.8/25.7/8.9", "38.2/27.3/11.5", "100.0"))
    assert "pass^k" not in table.stdout  # undefined for a single attempt
    assert len((tmp_path / "expert.model.jsonl").read_text(encoding="utf-8").splitlines()) == 2


def test_attempts_give_pass_k(tasks, tmp_path):
    result = invoke("bench", "--agent", "expert", "--attempts", 2, "--workers", 1, "--out", tmp_path, "--json")
    scores = json.loads(result.stdout.splitlines()[-1])["agents"][0]
    assert (scores["attempts"], scores["all"]["episodes"], scores["all"]["pass_k"]) == (2, 4, 1.0)
    assert "pass^k" in invoke("bench", "--agent", "expert", "--attempts", 2, "--workers", 1, "--out", tmp_path).stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("bench", "--agent", "nobody"), "agent='nobody' does not exist; there are: "),
        (("bench", "--network", "nr"), "network='nr' does not exist: model, ns3"),
        (("bench", "--per-tier", "0"), "--per-tier"),
    ],
)
def test_invalid_options_of_bench_are_reported_in_one_line(tasks, tmp_path, arguments, message):
    result = invoke(*arguments, "--out", tmp_path)
    assert result.exit_code == 2 and message in result.output and "Traceback" not in result.output


@pytest.mark.parametrize("command", [("ground",), ("bench", "--network", "ns3")])
def test_without_ns3_the_error_names_the_command_to_install_it(tasks, tmp_path, monkeypatch, command):
    monkeypatch.setattr("twins.ns3.process.installed", lambda: False)
    result = invoke(*command, "--out", tmp_path)
    assert result.exit_code == 2 and "pip install 'twinpilot[ns3]'" in result.output


def test_ground_compares_both_networks(tasks, tmp_path, monkeypatch):
    """ns-3 is played by the Experiment Model here; `make test-ns3` has the real one."""
    monkeypatch.setattr("twins.ns3.process.installed", lambda: True)
    monkeypatch.setattr("twins.ns3.network.Ns3Network", LearnedNetwork)
    result = invoke("ground", "--agent", "expert", "--per-tier", 2, "--workers", 1, "--out", tmp_path, "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout.splitlines()[-1])
    assert report["mean_gap_points"] == 0.0 and report["agents"][0]["agreement"] == 1.0 and report["r_across_agents"] is None


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
