"""Upper-layer tasks for training and evaluation: generate, show or check a set.

`twinpilot tasks make`, `twinpilot tasks show [ID]`, `twinpilot tasks check`; `--json` prints one JSON value.
"""

from __future__ import annotations

from collections import Counter
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from twins.command_errors import end_command, one_line_errors
from twins.progress import show_progress
from twins.screen.say import say, say_json

if TYPE_CHECKING:
    from training.tasks.task import Task
    from twins.link.qos import QosEvaluator

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    help="Upper-layer tasks with their oracle: generate, show or check a set.",
)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")]
SetPath = Annotated[Path | None, typer.Option("--path", help="A task set (.jsonl.gz); default: the shipped set.")]


@app.command()
def make(
    out: Annotated[Path | None, typer.Option("--out", help="Output file (.jsonl.gz); default: replace the shipped set.")] = None,
    count: Annotated[int, typer.Option("--count", min=10, help="Number of tasks over all splits.")] = 2000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of regions, situations, requests and wordings.")] = 1,
    per_situation: Annotated[
        int, typer.Option("--per-situation", min=1, max=20, help="Maximum number of tasks with the same device and channel.")
    ] = 5,
) -> None:
    """Generate a task set with the link tables: requirements, descriptions, difficulty and the oracle."""
    from training.tasks.generation import TaskPlan, make_tasks
    from training.tasks.space import DEFAULT_SPACE
    from training.tasks.task_set import SHIPPED, write_tasks

    path = out or SHIPPED
    with _errors():
        evaluator, name = _tables()
        with show_progress("task set", "tasks") as progress:
            tasks = make_tasks(TaskPlan(count=count, seed=seed, per_situation=per_situation), evaluator, DEFAULT_SPACE, progress)
        remake = f"twinpilot tasks make --count {count} --seed {seed} --per-situation {per_situation}"
        write_tasks(path, tasks, DEFAULT_SPACE, name, seed, remake + (f" --out {out}" if out else ""))
    say(f"{len(tasks)} tasks in {path} ({path.stat().st_size / 1000:.0f} kB)")


@app.command()
def show(
    task_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="A task's id; default: a summary of the set.")] = None,
    path: SetPath = None,
    as_json: AsJson = False,
) -> None:
    """Show a task with its oracle, or a summary of the set."""
    tasks = _load(path)
    if task_id is None:
        summary = summary_of(tasks)
        if as_json:
            say_json(summary)
        else:
            say(*_summary_lines(summary))
        return
    task = next((candidate for candidate in tasks if candidate.id == task_id), None)
    if task is None:
        end_command("tasks", f"ID={task_id!r} is not in the set; ids go from {tasks[0].id} to {tasks[-1].id}")
    if as_json:
        say_json(task)
    else:
        say(*_describe(task))


@app.command()
def check(
    path: SetPath = None,
    sample: Annotated[int, typer.Option("--sample", min=0, help="Number of tasks whose oracle search is repeated.")] = 20,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the sample and of the random policy.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Check checksum, splits and every task; repeat the search for a sample, and score reference policies."""
    from training.tasks.checking import oracle_problems, problems_of
    from training.tasks.references import reference_scores
    from training.tasks.space import DEFAULT_SPACE

    tasks = _load(path)
    problems, scores = problems_of(tasks), {}
    if sample:
        with _errors():
            evaluator, _ = _tables()
            problems += oracle_problems(tasks, DEFAULT_SPACE, evaluator, sample, seed)
            scores = {name: asdict(score) for name, score in reference_scores(tasks, DEFAULT_SPACE, evaluator, seed).items()}
    if as_json:
        say_json({"tasks": len(tasks), "problems": problems, "scores": scores})
    else:
        none = f"{len(tasks)} tasks: no problem found; search repeated for {min(sample, len(tasks))} of them"
        say(*(problems or [none]))
        for name, score in scores.items():
            say(f"{name:10s}" + "  ".join(f"{key.replace('_', ' ')} {value:.3f}" for key, value in score.items()))
    if problems:
        raise typer.Exit(1)


def summary_of(tasks: list[Task]) -> dict[str, Any]:
    """Return counts by split, difficulty, style and service, and the mean reward of the oracle on feasible tasks."""
    counts = {name: dict(Counter(getattr(task, name) for task in tasks)) for name in ("split", "difficulty", "style", "service")}
    rewards = [task.oracle.reward for task in tasks if task.feasible]
    return {"tasks": len(tasks), **counts, "mean_oracle_reward": sum(rewards) / max(len(rewards), 1)}


def _tables() -> tuple[QosEvaluator, str]:
    from twins.link.table.tables import LinkTables

    return LinkTables.load(), "the link tables (twins.link.table)"


def _load(path: Path | None) -> list[Task]:
    from training.tasks.task_set import SHIPPED, load_tasks

    with _errors():
        return load_tasks(path or SHIPPED)


def _describe(task: Task) -> tuple[str, ...]:
    required, qos = task.requirement, task.oracle.qos
    return (
        f"{task.id}: {task.service}, {task.style}, {task.difficulty} ({task.satisfying_share:.3%} of the space satisfies it)",
        f"text    {task.description}",
        f"needs   delay at most {required.max_delay_ms:g} ms, throughput at least {required.min_throughput_mbps:g} Mbit/s,"
        f" BER at most {required.max_ber:g}",
        f"oracle  delay {qos.delay_ms:.3g} ms, throughput {qos.throughput_mbps:.3g} Mbit/s, BER {qos.ber:.2g};"
        f" reward {task.oracle.reward:.3f}",
        f"answer  {task.oracle.orchestration.model_dump_json(exclude_none=True)}",
    )


def _summary_lines(summary: dict[str, Any]) -> list[str]:
    lines = [f"{summary['tasks']} tasks, mean oracle reward of feasible tasks {summary['mean_oracle_reward']:.3f}"]
    for name in ("split", "difficulty", "style", "service"):
        lines.append(f"{name:11s}" + ", ".join(f"{key} {value}" for key, value in sorted(summary[name].items())))
    return lines


def _errors() -> AbstractContextManager[None]:
    from policies.artefact import ArtefactError
    from training.tasks.generation import TaskShortage

    return one_line_errors("tasks", ArtefactError, TaskShortage, OSError)
