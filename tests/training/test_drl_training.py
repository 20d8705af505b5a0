"""The training of the slicing policy: resumable, exported to an equivalent NumPy policy, without benchmark tasks."""

import dataclasses
import json

import numpy as np
import pytest
import torch
from typer import Typer
from typer.testing import CliRunner

from agents.baselines.slicing_features import FEATURES
from agents.baselines.slicing_policy import load_policy
from policies.artefact import read_artefact
from policies.gym.split import Purpose
from training.gym.drl.command import drl_slicing
from training.gym.drl.exporting import policy_of
from training.gym.drl.pool import HELD_OUT, Pool, gather
from training.gym.drl.ppo import Plan, train

PLAN = Plan(steps=3, warmup=1, envs=2, calls=16, batch=16, epochs=1, width=8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tasks")


@pytest.fixture(scope="module")
def pool(folder):
    return gather(folder, 2)


def run(plan, pool, work, report=lambda step, means: None, until=None):
    return train(plan, pool, work, report, every=1, until=until)


def test_tasks_are_of_training_topologies_and_cached(folder, pool):
    tasks = (*pool.training, *pool.held_out)
    assert 0 < len(tasks) <= 8 and len(pool.training) > 1
    assert all(task.purpose is Purpose.TRAINING and task.seed <= 50 for task in tasks)
    assert not any(task.seed in HELD_OUT for task in pool.training) and all(task.seed in HELD_OUT for task in pool.held_out)
    drawn = []
    assert gather(folder, 2, lambda domain, count: drawn.append(domain)) == pool and not drawn


def test_a_training_that_was_killed_ends_with_the_same_weights(pool, tmp_path):
    class KilledError(Exception):
        pass

    def die_at_two(step, means):
        if step == 2:
            raise KilledError

    whole = run(PLAN, pool, tmp_path / "whole")
    with pytest.raises(KilledError):
        run(PLAN, pool, tmp_path / "killed", die_at_two)
    resumed = run(PLAN, pool, tmp_path / "killed")
    for name, value in whole.policy.state_dict().items():
        assert torch.equal(value, resumed.policy.state_dict()[name]), name
    lines = [json.loads(line) for line in (tmp_path / "killed" / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [1, 2, 3] and all(line["moved"] > 0.0 for line in lines)


def test_other_tasks_or_another_plan_are_refused(pool, tmp_path):
    run(PLAN, pool, tmp_path, until=1)
    with pytest.raises(ValueError, match="started with other tasks"):
        run(PLAN, Pool(pool.training[1:], ()), tmp_path)
    with pytest.raises(ValueError, match="started with other rate"):
        run(dataclasses.replace(PLAN, rate=0.5), pool, tmp_path)


def test_numpy_evaluates_the_policy_as_torch_does(pool, tmp_path):
    trainer = run(PLAN, pool, tmp_path, until=1)
    inputs = np.random.default_rng(1).uniform(-1.0, 1.0, (20, len(FEATURES))).astype(np.float32)
    with torch.no_grad():
        theirs = trainer.policy.get_distribution(torch.from_numpy(inputs)).distribution.logits.numpy()
    ours = policy_of(trainer.policy).logits(inputs)
    ours = ours - np.log(np.exp(ours).sum(axis=1, keepdims=True))
    assert np.abs(ours - theirs).max() < 1e-5


def test_the_command_exports_weights_that_load_with_their_card(tmp_path):
    app = Typer()
    app.command()(drl_slicing)
    out = tmp_path / "weights.npz"
    arguments = ["--work", str(tmp_path / "work"), "--out", str(out), "--tasks", "1", "--steps", "1"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert len(load_policy(out).layers) == 3
    assert read_artefact(out).remake == "twinpilot train drl-slicing --tasks 1 --seed 1 --steps 1"
    assert (tmp_path / "work" / "training.png").stat().st_size > 1000
    again = CliRunner().invoke(app, [*arguments, "--seed", "2"])
    assert again.exit_code == 2 and "seed" in again.output
