"""DeepTx is trained end to end: the gradient reaches the transmitter, and an interrupted training resumes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tools.receivers.deeptx.weights import load
from training.receivers.deeptx_export import card_of, export
from training.receivers.deeptx_training import Plan, begin, train, train_step
from training.receivers.experience import Ranges

SMALL = Plan(
    steps=4,
    channels=4,
    warmup=1,
    ranges=Ranges(
        profiles=("TDL-A",),
        delay_spreads_ns=(30.0,),
        antennas={1: 1.0},
        prbs={1: 1.0},
        orders={2: 1.0},
        snr_db={2: (5.0, 10.0)},
        elements=4,
    ),
)


@pytest.fixture(autouse=True)
def _one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def quiet(step, means):
    """Report nothing."""


def test_a_resumed_training_ends_with_the_weights_of_an_uninterrupted_one(tmp_path):
    whole = train(SMALL, tmp_path / "whole", quiet, every=2)

    def killed(step, means):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(SMALL, tmp_path / "cut", killed, every=2)
    resumed = train(SMALL, tmp_path / "cut", quiet, every=2)

    assert resumed.step == whole.step == 4
    for name, value in whole.average.items():
        assert torch.equal(value, resumed.average[name]), name
    steps = [json.loads(line)["step"] for line in (tmp_path / "cut" / "log.jsonl").read_text().splitlines()]
    assert steps == [2, 4]


def test_one_step_moves_constellation_and_power_split_as_well_as_the_receiver():
    progress = begin(SMALL)
    before = {name: value.clone() for name, value in progress.network.state_dict().items()}
    train_step(SMALL, progress)
    after = progress.network.state_dict()
    for name in ("transmitter.raw_points.2", "transmitter.raw_split", "receiver.windows.0.log_time", "receiver.bits.weight"):
        assert not torch.equal(before[name], after[name]), name
    assert torch.equal(before["transmitter.raw_points.4"], after["transmitter.raw_points.4"])  # no 16QAM was drawn


def test_a_few_steps_on_the_same_slots_lower_the_loss():
    plan = replace(SMALL, steps=40, rate=3e-3)
    progress = begin(plan)
    losses = []
    for _ in range(12):
        progress.step = 5  # always the same batch
        losses.append(train_step(plan, progress)["loss"])
    assert losses[-1] < 0.9 * losses[0]


def test_a_checkpoint_of_another_plan_is_refused_by_name(tmp_path):
    train(replace(SMALL, steps=1), tmp_path, quiet)
    with pytest.raises(ValueError, match="started with other rate, seed"):
        train(replace(SMALL, steps=2, rate=1e-3, seed=9), tmp_path, quiet)
    assert train(replace(SMALL, steps=2), tmp_path, quiet).step == 2  # more steps of the same plan resume


def test_a_loss_that_is_not_finite_stops_the_training_before_the_weights_are_updated():
    progress = begin(SMALL)
    with torch.no_grad():
        progress.network.receiver.bits.weight.fill_(float("nan"))
    with pytest.raises(FloatingPointError, match="lower the rate"):
        train_step(SMALL, progress)
    assert all(value.isfinite().all() for value in progress.average.values())


def test_exported_weights_are_read_back_with_a_card_of_the_training_ranges(tmp_path: Path):
    progress = begin(SMALL)
    path = tmp_path / "deeptx.safetensors"
    export(progress, SMALL, path, "twinpilot train receiver deeptx")
    trained = load(path)
    assert trained.orders == (2,)
    for name, value in trained.network.state_dict().items():
        assert torch.equal(value, progress.average[name]), name
    assert card_of(SMALL, 0).validity["prbs"].low == 1
