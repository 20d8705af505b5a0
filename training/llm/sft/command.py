"""`twinpilot train 6g-llm`: the stages of the 6G-LLM's training on the radio tasks. So far: data, sft, evaluate."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from training.bars import training_bars
from twins.command_errors import one_line_errors
from twins.screen.say import say, say_json

if TYPE_CHECKING:
    from training.llm.sft.making import LessonPlan
    from training.llm.sft.training import SftPlan
    from training.tasks.task import Task

PRESETS: Final[dict[str, tuple[int, int]]] = {"nano": (256, 6), "mini": (384, 9)}
"""Width and layers: 5 and 17 million parameters."""
_SHARDS: Final = 64
_PLANNERS: Final = ("model", "constant", "strongest", "random", "cheapest", "oracle")


def six_g_llm(
    stage: Annotated[
        Literal["data", "sft", "evaluate"],
        typer.Option("--stage", help="data: make lessons; sft: train on them; evaluate: answer unseen tasks."),
    ],
    preset: Annotated[
        Literal["nano", "mini"], typer.Option("--preset", help="Model from scratch: 5 or 17 M parameters.")
    ] = "nano",
    width: Annotated[int | None, typer.Option("--width", min=32, help="Instead of the preset's, a multiple of 32.")] = None,
    layers: Annotated[int | None, typer.Option("--layers", min=1, help="Instead of the preset's.")] = None,
    work: Annotated[Path | None, typer.Option("--work", help="Folder of all stages; default: runs/train-6g-llm-PRESET.")] = None,
    shards: Annotated[
        int | None,
        typer.Option(
            "--shards", min=1, help="Lessons of 64 situations each, some 900; data: 64 by default; sft: all that are made."
        ),
    ] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, help="data: processes.")] = 1,
    steps: Annotated[
        int, typer.Option("--steps", min=1, help="sft: total number of steps; the rate falls towards the last.")
    ] = 2000,
    until: Annotated[
        int | None, typer.Option("--until", min=1, help="sft: stop after this step, with the rates of --steps.")
    ] = None,
    rate: Annotated[float, typer.Option("--rate", min=1e-6, help="sft: highest learning rate.")] = 2e-3,
    tokens: Annotated[int, typer.Option("--tokens", min=512, help="sft: of a batch.")] = 8192,
    count: Annotated[int, typer.Option("--count", min=1, help="evaluate: tasks of the split.")] = 1000,
    split: Annotated[
        Literal["validation", "test"], typer.Option("--split", help="evaluate: wordings and channel regions of this split.")
    ] = "test",
    seed: Annotated[int, typer.Option("--seed", min=1, max=100_000, help="Of lessons, weights and batches.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="evaluate: print one JSON object.")] = False,
) -> None:
    """Train the 6G-LLM that orchestrates links, from scratch, stage by stage; each goes on where it was interrupted."""
    import torch

    from training.llm.sft.checkpoint import UnfitWeights
    from training.llm.sft.making import LessonPlan
    from training.llm.sft.training import SftPlan
    from training.tasks.generation import TaskShortage

    if torch.get_num_threads() > 1 and not torch.cuda.is_available():
        torch.set_num_threads(1)
    folder = work or Path("runs") / f"train-6g-llm-{preset}"
    with one_line_errors("train 6g-llm", ValueError, FloatingPointError, OSError, UnfitWeights, TaskShortage):
        if stage == "data":
            _make(LessonPlan(shards=shards or _SHARDS, seed=seed), folder / "lessons", workers)
        elif stage == "sft":
            size = PRESETS[preset]
            plan = SftPlan(steps=steps, rate=rate, tokens=tokens, seed=seed, width=width or size[0], layers=layers or size[1])
            _train(plan, folder, shards, until)
        else:
            _evaluate(folder, count, split, seed, as_json)


def _make(plan: LessonPlan, folder: Path, workers: int) -> None:
    from training.llm.sft.lesson_set import LessonSet
    from training.llm.sft.making import make_lessons
    from twins.progress import show_progress

    with show_progress("lessons", "shards") as progress:
        make_lessons(plan, folder, workers, progress)
    lessons = LessonSet.load(folder, plan.shards)
    say(f"{len(lessons)} lessons, {len(lessons.tokens)} tokens in {folder}")


def _train(plan: SftPlan, folder: Path, shards: int | None, until: int | None) -> None:
    from training.llm.learning_log import Curve, draw_curves
    from training.llm.sft.checkpoint import write_model
    from training.llm.sft.lesson_set import LessonSet
    from training.llm.sft.training import train
    from training.llm.sft.vocabulary import default_vocabulary

    vocabulary = default_vocabulary()
    lessons = LessonSet.load(folder / "lessons", shards)
    plan = replace(plan, shards=lessons.shards, vocabulary=vocabulary.digest)
    with training_bars() as bars:
        task = bars.add_task("sft", total=plan.steps, status="")
        progress = train(
            plan,
            lessons,
            vocabulary,
            folder / "sft",
            lambda step, means: bars.update(task, completed=step, status=_status(means)),
            until,
        )
    weights = folder / "sft" / "model.safetensors"
    write_model(progress, vocabulary, weights)
    draw_curves(folder / "sft" / "training.png", Curve(folder / "sft" / "log.jsonl", "6G-LLM, supervised", ("loss", "told")))
    size = sum(weights.numel() for weights in progress.network.parameters())
    say(f"{weights}: {size / 1e6:.1f} M parameters after {progress.step} steps; judge with --stage evaluate")


def _status(means: dict[str, float]) -> str:
    return f"loss {means['loss']:.3f}, answers {means['told']:.3f}, {means['tokens'] / means['seconds_per_step']:.0f} tokens/s"


def _evaluate(folder: Path, count: int, split: Literal["validation", "test"], seed: int, as_json: bool) -> None:
    from training.llm.sft.answering import answers
    from training.llm.sft.checkpoint import read_model
    from training.llm.sft.evaluation import report
    from training.llm.sft.vocabulary import default_vocabulary
    from twins.link.table.tables import LinkTables
    from twins.progress import show_progress

    vocabulary, tables = default_vocabulary(), LinkTables.load()
    model = read_model(folder / "sft" / "model.safetensors", vocabulary)
    tasks = _tasks(count, split, tables)
    written = []
    with show_progress("answers", "tasks") as progress:
        for answer in answers(model, vocabulary, [(task.description, task.device) for task in tasks]):
            written.append(answer)
            progress(len(written), len(tasks))
    result = report(tasks, written, tables, seed)
    if as_json:
        say_json(result)
    else:
        say(*_lines(result))


def _tasks(count: int, split: Literal["validation", "test"], tables: Any) -> list[Task]:
    """Fresh tasks of a split, whose regions are those of the shipped set."""
    from training.tasks.generation import TaskPlan, make_tasks
    from training.tasks.splits import SHARES

    return make_tasks(TaskPlan(count=round(count / SHARES[split])), tables, splits=(split,))


def _lines(result: dict[str, Any]) -> list[str]:
    lines = [f"{result['tasks']} tasks, {result['feasible']} feasible"]
    for name in _PLANNERS:
        row = result["scores"][name]
        lines.append(
            f"{name:10s} fulfilled {row['fulfilled']:.3f} ± {row['fulfilled_half_width']:.3f}, of feasible"
            f" {row['of_feasible']:.3f} ± {row['of_feasible_half_width']:.3f}, reward {row['reward']:.3f}"
            f" ({row['of_oracle']:.2f} of the oracle's)"
        )
    for group in ("by_difficulty", "by_style", "reading", "reasoning"):
        lines.append(f"{group}: " + ", ".join(f"{name} {value:.3f}" for name, value in result[group].items()))
    return lines
