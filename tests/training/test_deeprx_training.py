"""DeepRx's training is resumable and repeatable, and the loss falls."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from training.loop import commands_of, learning_rate
from training.receivers.deeprx_export import export
from training.receivers.deeprx_training import train
from training.receivers.experience import Ranges, draw_batch
from training.receivers.plan import Plan

SMALL = Plan(
    steps=4,
    channels=4,
    warmup=1,
    ranges=Ranges(
        profiles=("TDL-A",),
        delay_spreads_ns=(100.0,),
        dmrs_symbols={1: 1.0},
        antennas={2: 1.0},
        prbs={1: 1.0},
        orders={2: 1.0},
        snr_db={2: (5.0, 10.0)},
        elements=16,
    ),
)


@pytest.fixture(autouse=True)
def _one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def quiet(step: int, means: dict[str, float]) -> None:
    """Report nothing."""


def test_a_batch_depends_on_its_seed_only() -> None:
    first, again, other = (draw_batch(SMALL.ranges, seed) for seed in (5, 5, 6))
    assert torch.equal(first.received, again.received) and torch.equal(first.coded, again.coded)
    assert not torch.equal(first.received, other.received)


def test_a_resumed_training_ends_with_the_weights_of_an_uninterrupted_one(tmp_path: Path) -> None:
    whole = train(SMALL, tmp_path / "whole", quiet, every=2)
    train(SMALL, tmp_path / "cut", quiet, every=2, until=2)
    resumed = train(SMALL, tmp_path / "cut", quiet, every=2)
    assert resumed.step == whole.step == 4
    assert all(torch.equal(value, resumed.average[name]) for name, value in whole.average.items())


def test_a_training_with_a_changed_number_of_steps_records_the_commands_of_both(tmp_path: Path) -> None:
    train(SMALL, tmp_path, quiet, every=2, until=2)
    changed = train(replace(SMALL, steps=3), tmp_path, quiet, every=1)
    assert changed.legs == [[4, 2], [3, 3]]
    assert commands_of("twinpilot train receiver deeprx --seed 1", changed.legs) == (
        "twinpilot train receiver deeprx --seed 1 --steps 4 --until 2 && twinpilot train receiver deeprx --seed 1 --steps 3"
    )


def test_another_plan_does_not_resume_from_a_checkpoint(tmp_path: Path) -> None:
    train(SMALL, tmp_path, quiet, every=2)
    with pytest.raises(ValueError, match="started with other seed"):
        train(replace(SMALL, seed=2), tmp_path, quiet, every=2)


def test_the_loss_falls_in_a_few_steps_and_the_learning_rate_follows_its_schedule(tmp_path: Path) -> None:
    losses: list[float] = []
    plan = replace(SMALL, steps=60, channels=8, warmup=5)
    train(plan, tmp_path, lambda step, means: losses.append(means["channel"]), every=20)
    assert losses[-1] < 0.8 * losses[0]
    rates = [learning_rate(plan, step) for step in (0, 4, 30, 60)]
    assert rates[0] < rates[1] == plan.rate > rates[2] > rates[3] == pytest.approx(plan.rate / 50)


def test_the_card_of_exported_weights_has_the_training_ranges(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    artefact = export(train(SMALL, tmp_path, quiet, every=2), SMALL, path, "twinpilot train receiver deeprx")
    assert artefact.card.validity["profile"].choices == ("TDL-A",)
    assert artefact.card.validity["bits_per_symbol"].choices == (2,)
    assert artefact.card.validity["dmrs_symbols"].choices == (1,)
    assert path.stat().st_mode & 0o777 == 0o644
