"""`gym bench`, `gym ground` and `gym make-tasks` from the command line, and the speed benchmark's script."""

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
    found = [drawn(domain, Tier.L1)[0] for domain in (Domain.UAV_CONTROL, Domain.OFFLOADING)]
    monkeypatch.setattr("training.gym.bench.campaign.benchmark_tasks", lambda: found)
    return found


def invoke(*arguments):
    return CliRunner().invoke(app, [str(one) for one in arguments])


def test_bench_scores_agents_beside_the_paper(tasks, tmp_path):
    names = ("expert", "threshold-rule", "mape-k", "drl-slicing", "do-nothing")
    agents = [word for name in names for word in ("--agent", name)]
    told = invoke("bench", *agents, "--workers", 1, "--out", tmp_path, "--json")
    assert told.exit_code == 0, told.output
    report = json.loads(told.stdout.splitlines()[-1])
    rates = {one["agent"]: one["all"]["rate"] for one in report["agents"]}
    assert report["tasks"] == 2 and rates["expert"] == 1.0 and rates["do-nothing"] == 0.0
    table = invoke("bench", *agents, "--workers", 1, "--out", tmp_path)
    assert all(paper in table.stdout for paper in ("51.3/18.6/4.2", "54.8/25.7/8.9", "38.2/27.3/11.5", "100.0"))
    assert "pass^k" not in table.stdout  # there is none of a single attempt
    assert len((tmp_path / "expert.model.jsonl").read_text(encoding="utf-8").splitlines()) == 2


def test_attempts_give_pass_k(tasks, tmp_path):
    told = invoke("bench", "--agent", "expert", "--attempts", 2, "--workers", 1, "--out", tmp_path, "--json")
    one = json.loads(told.stdout.splitlines()[-1])["agents"][0]
    assert (one["attempts"], one["all"]["episodes"], one["all"]["pass_k"]) == (2, 4, 1.0)
    assert "pass^k" in invoke("bench", "--agent", "expert", "--attempts", 2, "--workers", 1, "--out", tmp_path).stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("bench", "--agent", "nobody"), "agent='nobody' does not exist; there are: "),
        (("bench", "--network", "nr"), "network='nr' does not exist: model, ns3"),
        (("bench", "--per-tier", "0"), "--per-tier"),
    ],
)
def test_what_cannot_be_benched_is_said_in_one_line(tasks, tmp_path, arguments, words):
    told = invoke(*arguments, "--out", tmp_path)
    assert told.exit_code == 2 and words in told.output and "Traceback" not in told.output


@pytest.mark.parametrize("command", [("ground",), ("bench", "--network", "ns3")])
def test_without_ns3_it_is_said_how_to_install_it(tasks, tmp_path, monkeypatch, command):
    monkeypatch.setattr("twins.ns3.process.installed", lambda: False)
    told = invoke(*command, "--out", tmp_path)
    assert told.exit_code == 2 and "pip install 'twinpilot[ns3]'" in told.output


def test_ground_compares_both_networks(tasks, tmp_path, monkeypatch):
    """ns-3 is played by the Experiment Model here; `make test-ns3` has the real one."""
    monkeypatch.setattr("twins.ns3.process.installed", lambda: True)
    monkeypatch.setattr("twins.ns3.network.Ns3Network", LearnedNetwork)
    told = invoke("ground", "--agent", "expert", "--per-tier", 2, "--workers", 1, "--out", tmp_path, "--json")
    assert told.exit_code == 0, told.output
    report = json.loads(told.stdout.splitlines()[-1])
    assert report["mean_gap_points"] == 0.0 and report["agents"][0]["agreement"] == 1.0 and report["r_across_agents"] is None


@pytest.mark.timeout(600)
def test_make_tasks_writes_sets_with_their_records(tmp_path):
    told = invoke("make-tasks", "--out", tmp_path, "--scale", 0.01, "--workers", 2)
    assert told.exit_code == 0, told.output
    for name in ("training", "benchmark"):
        path = tmp_path / f"{name}.jsonl.gz"
        record = read_artefact(path)
        tasks = list(tasks_in(path))
        assert tasks and {task.purpose.value for task in tasks} == {name} and "ROUGE-L" in record.card.evaluation.robustness_tests


def test_the_script_of_the_speed_benchmark_is_never_refused():
    rate, count, refused = _calls_per_second(drawn()[0], LearnedNetwork(), 0.5, 200)
    assert rate > 0.0 and count > 0 and refused == 0
