"""`twinpilot train receiver`, `beams`, `experiment-model`, `drl-slicing` and `6g-llm`: resumable training of weights.

The weights are written with their data card and checksum.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from training.beams.command import beams
from training.gym.drl.command import drl_slicing
from training.gym.model.command import experiment_model
from training.llm.sft.command import six_g_llm
from twins.command_errors import one_line_errors
from twins.screen.say import say

if TYPE_CHECKING:
    from training.loop import Report

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    help="Train the networks whose weights are shipped.",
)
app.command()(beams)
app.command("experiment-model")(experiment_model)
app.command()(drl_slicing)
app.command("6g-llm")(six_g_llm)


@app.command()
def receiver(
    name: Annotated[
        Literal["deeprx", "deeptx"],
        typer.Argument(help="deeprx receives PUSCH; deeptx is a transmitter and its receiver, trained together."),
    ] = "deeprx",
    work: Annotated[
        Path | None, typer.Option("--work", help="Folder for checkpoint, log and plots; default: runs/train-NAME.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Output file of the weights; default: replace the shipped ones.")
    ] = None,
    steps: Annotated[int | None, typer.Option("--steps", min=1, help="Total number of training steps.")] = None,
    until: Annotated[
        int | None, typer.Option("--until", min=1, help="Stop after this step, with the learning rate schedule of --steps.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=1, max=100_000, help="Seed of weights and batches.")] = 1,
) -> None:
    """Train a neural receiver on Sionna's TDL channels (about an hour on one core); resumes after an interruption."""
    import torch

    torch.set_num_threads(1)
    folder = work or Path("runs") / f"train-{name}"
    with one_line_errors("train receiver", ValueError, FloatingPointError), _progress(name) as report:
        train = {"deeprx": _deeprx, "deeptx": _deeptx}[name]
        summary = train(folder, out, steps, until, seed, report)
    say(summary, f"log and plots in {folder}; evaluate with `twinpilot bench receivers`")


def _deeprx(folder: Path, out: Path | None, steps: int | None, until: int | None, seed: int, report: Report) -> str:
    from tools.receivers.deeprx.receiver import WEIGHTS
    from training.loop import commands_of
    from training.receivers.deeprx_export import export
    from training.receivers.deeprx_training import train
    from training.receivers.learning_curve import draw_learning_curve
    from training.receivers.plan import Plan

    plan = Plan(seed=seed) if steps is None else Plan(steps=steps, seed=seed)
    progress = train(plan, folder, report, until=until)
    draw_learning_curve(folder / "log.jsonl", folder / "training.png", "DeepRx")
    artefact = export(
        progress, plan, out or WEIGHTS, commands_of(f"twinpilot train receiver deeprx --seed {seed}", progress.legs)
    )
    return f"{out or WEIGHTS}: sha256 {artefact.sha256[:16]}…"


def _deeptx(folder: Path, out: Path | None, steps: int | None, until: int | None, seed: int, report: Report) -> str:
    from tools.receivers.deeptx.plot import draw_transmitter
    from tools.receivers.deeptx.weights import WEIGHTS
    from training.loop import commands_of
    from training.receivers.deeptx_export import export
    from training.receivers.deeptx_training import Plan, train
    from training.receivers.learning_curve import draw_learning_curve

    plan = Plan(seed=seed) if steps is None else Plan(steps=steps, seed=seed)
    progress = train(plan, folder, report, until=until)
    draw_learning_curve(folder / "log.jsonl", folder / "training.png", "DeepTx")
    draw_transmitter(progress.network.transmitter, tuple(plan.ranges.orders), folder / "transmitter.png")
    artefact = export(
        progress, plan, out or WEIGHTS, commands_of(f"twinpilot train receiver deeptx --seed {seed}", progress.legs)
    )
    return f"{out or WEIGHTS}: sha256 {artefact.sha256[:16]}…"


@contextmanager
def _progress(name: str) -> Iterator[Callable[[int, dict[str, float]], None]]:
    """Print a line per report with step, losses and learning rate; on a terminal the line is updated in place."""
    from twins.screen.console import SafeConsole

    console = SafeConsole(stderr=True)
    terminal = sys.stderr.isatty()

    def report(step: int, means: dict[str, float]) -> None:
        values = ", ".join(f"{key} {value:.4g}" for key, value in means.items())
        console.print(f"{name} step {step}: {values}", end="\r" if terminal else "\n", overflow="ellipsis", no_wrap=True)

    yield report
    if terminal:
        console.print()
