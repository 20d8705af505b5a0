"""The beam predictor's training resumes, learns, refuses a checkpoint of another plan, and exports loadable weights."""

import dataclasses
import json

import pytest
import torch
from typer import Typer
from typer.testing import CliRunner

from policies.artefact import read_artefact
from tools.beams.predictor import load_predictor, predictor_record
from training.beams.beam_training import Plan, draw_batch, train
from training.beams.command import beams
from training.beams.experience import Ranges, gather

RANGES = Ranges(bursts=16)
PLAN = Plan(groups=1, steps=6, batch=16, width=16, warmup=1, ranges=RANGES)


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    return tmp_path_factory.mktemp("pool")


@pytest.fixture(scope="module")
def experience(pool):
    return gather(RANGES, 1, 1, pool, lambda done, total: None)


def run(plan, experience, work):
    return train(plan, experience, work, lambda step, means: None, every=2)


def test_a_resumed_training_ends_with_the_weights_of_an_uninterrupted_one(experience, tmp_path):
    class KilledError(Exception):
        pass

    def fail_at_step_four(step, means):
        if step == 4:
            raise KilledError

    whole = run(PLAN, experience, tmp_path / "whole")
    with pytest.raises(KilledError):
        train(PLAN, experience, tmp_path / "killed", fail_at_step_four, every=2)
    resumed = run(PLAN, experience, tmp_path / "killed")
    assert resumed.step == 6
    for name, value in whole.average.items():
        assert torch.equal(value, resumed.average[name]), name
    lines = [json.loads(line) for line in (tmp_path / "killed" / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [2, 4, 6]


def test_the_loss_falls(experience, tmp_path):
    plan = dataclasses.replace(PLAN, steps=60, rate=1e-2)
    reports = {}
    train(plan, experience, tmp_path, reports.__setitem__, every=20)
    assert reports[60]["cross_entropy"] < 0.95 * reports[20]["cross_entropy"]


def test_a_checkpoint_of_another_plan_is_refused(experience, tmp_path):
    run(dataclasses.replace(PLAN, steps=2), experience, tmp_path)
    with pytest.raises(ValueError, match="started with other rate, warmup:"):
        run(dataclasses.replace(PLAN, rate=1e-3, warmup=2), experience, tmp_path)


def test_a_pool_of_other_ranges_is_refused(pool, experience):
    with pytest.raises(ValueError, match="drawn from other ranges"):
        gather(dataclasses.replace(RANGES, fastest_mps=5.0), 1, 1, pool, lambda done, total: None)


def test_a_mirrored_trajectory_keeps_its_best_beam(experience):
    batch = draw_batch(experience, dataclasses.replace(PLAN, batch=64), 0)
    strongest = batch.measured.argmax(dim=-1)
    assert (strongest == batch.best).float().mean() > 0.6  # up to measurement errors, mirrored or not


def test_the_command_exports_weights_that_load_with_their_card(tmp_path):
    app = Typer()
    app.command()(beams)
    out = tmp_path / "weights.safetensors"
    result = CliRunner().invoke(app, ["--work", str(tmp_path / "work"), "--out", str(out), "--steps", "2", "--groups", "1"])
    assert result.exit_code == 0, result.output
    assert load_predictor(out).beams == 32
    record = predictor_record(out)
    assert record.remake == "twinpilot train beams --groups 1 --seed 1 --steps 2"
    assert record.card.validity["fastest_mps"].high == 40.0
    assert (tmp_path / "work" / "training.png").stat().st_size > 1000
    arguments = ["--work", str(tmp_path / "work"), "--out", str(out), "--groups", "1"]
    longer = CliRunner().invoke(app, [*arguments, "--steps", "4", "--until", "3"])
    assert longer.exit_code == 0, longer.output
    assert read_artefact(out).remake.endswith("--steps 2 && twinpilot train beams --groups 1 --seed 1 --steps 4 --until 3")
    again = CliRunner().invoke(app, [*arguments, "--steps", "4", "--seed", "2"])
    assert again.exit_code == 2
    assert "seed" in again.output
