"""`twinpilot train drl-slicing`: draw tasks, train the policy by PPO, export its weights with card and checksum."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from training.bars import training_bars
from twins.command_errors import one_line_errors
from twins.screen.say import say

if TYPE_CHECKING:
    from training.gym.drl.ppo import Plan

_WEIGHTS = "agents/baselines/data/drl_slicing.npz"


def drl_slicing(
    work: Annotated[
        Path, typer.Option("--work", help="Folder of tasks, checkpoint, log and plot; an interrupted training is resumed.")
    ] = Path("runs/train-drl-slicing"),
    out: Annotated[Path, typer.Option("--out", help="File of the weights; their record is written beside it.")] = Path(_WEIGHTS),
    steps: Annotated[int, typer.Option("--steps", min=1, help="Rounds of PPO, 1024 calls each.")] = 60,
    until: Annotated[
        int | None, typer.Option("--until", min=1, help="Stop after this round, with the learning rate of the whole plan.")
    ] = None,
    tasks: Annotated[int, typer.Option("--tasks", min=1, max=1000, help="Tasks of each of four domains to train on.")] = 60,
    seed: Annotated[int, typer.Option("--seed", min=1, max=100_000, help="Seed of weights, episodes and actions.")] = 1,
) -> None:
    """Train the DRL-Slicing baseline on the Experiment Model (about nine minutes of one core); resumes after an interruption."""
    import torch

    from training.gym.drl.ppo import Plan

    torch.set_num_threads(1)
    with one_line_errors("train drl-slicing", ValueError, FloatingPointError):
        say(_train(work, out, Plan(steps=steps, seed=seed, per_domain=tasks), until))


def _train(work: Path, out: Path, plan: Plan, until: int | None) -> str:
    from training.gym.drl.card import card_of
    from training.gym.drl.exporting import export, plot_log, policy_of, success
    from training.gym.drl.pool import gather
    from training.gym.drl.ppo import train
    from training.loop import commands_of

    with training_bars() as bars:
        drawing = bars.add_task("draw tasks", total=None, status="")
        pool = gather(work / "tasks", plan.per_domain, lambda domain, count: bars.update(drawing, status=f"{domain}: {count}"))
        rounds = bars.add_task("train", total=plan.steps, status="")
        trainer = train(
            plan, pool, work, lambda step, means: bars.update(rounds, completed=step, status=_status(means)), until=until
        )
    policy = policy_of(trainer.policy)
    held_out = success(policy, pool.held_out)
    remake = commands_of(f"twinpilot train drl-slicing --tasks {plan.per_domain} --seed {plan.seed}", trainer.progress.legs)
    artefact = export(policy, out, card_of(plan, pool, held_out), remake)
    plot_log(work, work / "training.png")
    solved = f"{held_out:.0%} of {len(pool.held_out)} tasks on held-out topologies solved"
    return f"{out}: sha256 {artefact.sha256[:16]}…, {solved}; log and plot in {work}"


def _status(means: dict[str, float]) -> str:
    return f"success {means['success']:.2f}, held out {means['held_out']:.2f}"
