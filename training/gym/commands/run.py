"""`twinpilot gym run`: run one episode of an agent, print its calls, and save its rollout."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from training.gym.commands.common import (
    DomainChoice,
    FamilyChoice,
    Gate,
    Network,
    SeedChoice,
    TaskId,
    TierChoice,
    errors_reported,
    task_of,
)
from twins.screen.say import say, say_json

if TYPE_CHECKING:
    from training.gym.episodes.episode import Step
    from training.gym.episodes.rollout import Rollout
    from training.gym.tasks.gym_task import GymTask

FOLDER = Path("runs/gym")


def run(
    agent: Annotated[str, typer.Option("--agent", help="Agent: expert, threshold-rule, react, …; a wrong name lists all.")],
    task_id: TaskId = None,
    domain: DomainChoice = None,
    tier: TierChoice = None,
    family: FamilyChoice = None,
    seed: SeedChoice = None,
    network: Network = "model",
    gate: Gate = "none",
    out: Annotated[
        Path | None, typer.Option("--out", help="File for the rollout (JSON); default: runs/gym/TASK-AGENT.json.")
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Also write the trajectory view, to this file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the rollout and nothing else.")] = False,
) -> None:
    """Run one episode. The exit status is 1 if the simulator failed; a failure of the agent is no error."""
    with errors_reported("run"):
        from training.gym.agents.by_name import make_agent
        from training.gym.episodes.runner import Runner
        from training.gym.gate.modes import gate_of
        from training.gym.networks import open_network

        task = task_of(task_id, domain, tier, family, seed)
        planner = make_agent(agent, task)
        if not as_json:
            _print_task(task, planner.name, network)
        with open_network(network) as packets:
            report = _quiet if as_json else _show
            rollout = Runner(lambda: packets, change_judge=gate_of(gate), on_step=report).run(task, planner)
        target = out if out is not None or as_json else FOLDER / f"{task.id}-{agent}.json"
        _save(rollout, task, target, html)
    if as_json:
        say_json(rollout)
    else:
        _print_outcome(rollout, target, html)
    if rollout.infrastructure_error is not None:
        raise typer.Exit(1)


def _print_task(task: GymTask, agent: str, network: str) -> None:

    say(f"{task.id}: {task.domain.value}, {task.tier.value}, {task.budget} calls at most; {agent} on {network}", "")
    say(f"task: {task.text}", "")


def _show(step: Step) -> None:
    from training.gym.views.state_text import plain, step_lines

    for line in step_lines(step):
        say(line)
    if step.call.reason:
        say(f"  because: {plain(step.call.reason)}")


def _quiet(step: Step) -> None:
    """Print nothing: standard output holds only the JSON value."""


def _save(rollout: Rollout, task: GymTask, target: Path | None, html: Path | None) -> None:
    from training.gym.views.trajectory_view import trajectory_html

    if target is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(rollout.model_dump_json(indent=1) + "\n", encoding="utf-8")
    if html is not None:
        html.parent.mkdir(parents=True, exist_ok=True)
        html.write_text(trajectory_html(rollout, task), encoding="utf-8")


def _print_outcome(rollout: Rollout, target: Path | None, html: Path | None) -> None:
    from training.gym.views.outcome_text import outcome_lines
    from training.gym.views.state_text import plain

    say(
        "",
        f"ended by {rollout.ended} after {len(rollout.spans)} calls, {rollout.seconds:.1f} s; reward {sum(rollout.rewards):.2f}",
    )
    if rollout.last_words:
        say(f"final message: {plain(rollout.last_words)}")
    if rollout.outcome is None:
        say(f"the simulator failed, the episode is not judged: {rollout.infrastructure_error}", err=True)
    else:
        for line in outcome_lines(rollout.outcome):
            say(line)
    for path in (target, html):
        if path is not None:
            say(f"written: {path}")
