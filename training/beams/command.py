"""`twinpilot train beams`: simulate trajectories, train the beam predictor and export its weights with card and checksum."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from training.bars import training_bars
from twins.command_errors import one_line_errors
from twins.screen.say import say

_WEIGHTS = "tools/beams/data/beam_predictor.safetensors"


def beams(
    work: Annotated[Path, typer.Option("--work", help="Folder for pool, checkpoint and log; a training resumes from it.")] = Path(
        "runs/train-beams"
    ),
    out: Annotated[Path, typer.Option("--out", help="Output file of the weights; their record is written beside it.")] = Path(
        _WEIGHTS
    ),
    steps: Annotated[int, typer.Option("--steps", min=1, help="Training steps.")] = 600,
    until: Annotated[
        int | None, typer.Option("--until", min=1, help="Stop after this step, with the learning rate schedule of --steps.")
    ] = None,
    groups: Annotated[int, typer.Option("--groups", min=1, max=2000, help="Groups of 128 trajectories to train on.")] = 64,
    seed: Annotated[int, typer.Option("--seed", min=1, max=100_000, help="Seed of trajectories, weights and batches.")] = 1,
) -> None:
    """Train the beam predictor (about six minutes on one core with the defaults); resumes after an interruption."""
    import torch

    from training.beams.beam_training import Plan, train
    from training.beams.experience import gather
    from training.beams.exporting import export, plot_log
    from training.loop import commands_of

    torch.set_num_threads(1)
    plan = Plan(steps=steps, groups=groups, seed=seed)
    with one_line_errors("train beams", ValueError), training_bars() as bars:
        pool = bars.add_task("simulate", total=groups, status="")
        experience = gather(plan.ranges, groups, seed, work / "pool", lambda done, _: bars.update(pool, completed=done))
        task = bars.add_task("train", total=steps, status="")
        progress = train(
            plan, experience, work, lambda step, means: bars.update(task, completed=step, status=_status(means)), until=until
        )
    plot_log(work / "log.jsonl", work / "training.png")
    remake = commands_of(f"twinpilot train beams --groups {groups} --seed {seed}", progress.legs)
    artefact = export(progress, plan, out, remake)
    say(f"{out}: sha256 {artefact.sha256[:16]}…, log and plot in {work}; evaluate with `twinpilot bench beams`")


def _status(means: dict[str, float]) -> str:
    return f"cross-entropy {means['cross_entropy']:.3f}, top-1 {means['top1']:.3f}"
