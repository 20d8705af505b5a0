"""`twinpilot gym ground` runs the agent on the Experiment Model and on ns-3, and compares what came of it."""

import json

import pytest
from typer.testing import CliRunner

from training.gym.bench.campaign import rollouts_in
from training.gym.command_gym import app
from twins.learned.network import LearnedNetwork
from twins.ns3.network import Ns3Network


@pytest.mark.timeout(600)
def test_ground_compares_success_under_the_model_with_success_under_ns3(tmp_path):
    words = ("ground", "--agent", "expert", "--per-tier", "1", "--workers", "1", "--out", str(tmp_path), "--json")
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout.splitlines()[-1])
    (agent,) = report["agents"]
    model, truth = (list(rollouts_in(tmp_path / "ground" / f"expert.{network}.jsonl")) for network in ("model", "ns3"))
    assert {rollout.network for rollout in model} == {LearnedNetwork.label}
    assert {rollout.network for rollout in truth} == {Ns3Network.label}
    assert [rollout.task for rollout in model] == [rollout.task for rollout in truth] and len(truth) == report["tasks"] == 3
    assert all(rollout.outcome is not None and rollout.trace_hash for rollout in truth) and agent["infrastructure_errors"] == 0
    rates = [sum(rollout.success for rollout in rollouts) / 3 for rollouts in (model, truth)]
    assert (agent["model_rate"], agent["ns3_rate"]) == pytest.approx(rates)
    assert report["mean_gap_points"] == pytest.approx(100.0 * abs(rates[0] - rates[1]))
    # The two simulators measure differently: equal states would mean that one of them did not run.
    assert all(first.final_state != second.final_state for first, second in zip(model, truth, strict=True))
