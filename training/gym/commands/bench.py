"""`twinpilot gym bench`: 6GAgentBench. Runs agents over the committed tasks and scores them by tier, with the paper's figures."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from training.gym.commands.common import Gate
from training.gym.input_error import GymInputError
from twins.command_errors import one_line_errors
from twins.progress import show_progress
from twins.screen.say import say_json

if TYPE_CHECKING:
    from rich.table import Table

    from training.gym.bench.scores import AgentScores, Score

DEFAULT_AGENTS = ("expert", "threshold-rule", "mape-k", "drl-slicing",
                  "do-nothing", "random", "over-acting", "bystander-harming", "answer-leak")  # fmt: skip
WIDTH = 120  # of the table if it is not printed to a terminal
DEFAULT_FOLDER = Path("runs/gym-bench")


def bench(
    agent: Annotated[
        list[str] | None, typer.Option("--agent", help="Which agent, again for more; default: all but LLMs.")
    ] = None,
    network: Annotated[str, typer.Option("--network", help="model or ns3.")] = "model",
    gate: Gate = "none",
    per_tier: Annotated[int | None, typer.Option("--per-tier", min=1, help="Only so many tasks a tier; default: all.")] = None,
    attempts: Annotated[int, typer.Option("--attempts", min=1, max=32, help="Tries of each task, for pass^k.")] = 1,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Processes.")] = 2,
    out: Annotated[Path, typer.Option("--out", help="Folder of the rollouts; finished ones are not run again.")] = DEFAULT_FOLDER,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")] = False,
) -> None:
    """Run 6GAgentBench and print success rate with intervals, SPL and calls of each agent by tier."""
    from training.gym.bench.campaign import Campaign, benchmark_tasks, run, subset
    from training.gym.bench.scores import agent_scores
    from training.gym.networks import named_network

    scores = []
    with one_line_errors("gym bench", ValueError):
        chosen_network = named_network(network)
        chosen_network.check()
        _check_agents(agent or ())
        tasks = benchmark_tasks()
        chosen = tasks if per_tier is None else subset(tasks, per_tier)
        for name in agent or DEFAULT_AGENTS:
            with show_progress(f"{name} on {network}", "episodes") as progress:
                campaign = Campaign(name, chosen_network, out, attempts, gate)
                scores.append(agent_scores(run(campaign, chosen, workers, progress)))
    if as_json:
        say_json({"tasks": len(chosen), "network": network, "gate": gate, "agents": scores})
    else:
        _print(scores, len(chosen), network if gate == "none" else f"{network}, gate {gate}")


def _check_agents(agents: Iterable[str]) -> None:
    """Raise GymInputError for an agent that does not exist, before any episode."""
    from training.gym.agents.by_name import agent_names

    for name in agents:
        if name not in agent_names():
            raise GymInputError(f"agent={name!r} does not exist; there are: {', '.join(agent_names())}")


def _print(scores: list[AgentScores], tasks: int, where: str) -> None:
    from twins.screen.console import SafeConsole

    console = SafeConsole()
    console.print(_table(scores, f"6GAgentBench, {tasks} tasks, {where}: success rate in % (95 % interval)"))
    console.print("paper: seed 001, table I, on its own tasks and its own Experiment Model", style="dim")
    console.print("tasks that all three baselines solve are left out of ours, which costs the weakest most", style="dim")
    for agent in scores:
        if agent.infrastructure_errors:
            console.print(f"{agent.agent}: {agent.infrastructure_errors} episodes with infrastructure errors are not scored")


def _table(scores: list[AgentScores], title: str) -> Table:
    from rich.table import Table

    from training.gym.bench.scores import PAPER

    table = Table(title=title)
    repeated = any(agent.attempts > 1 for agent in scores)
    table.add_column("agent", no_wrap=True)
    for column in ("L1", "L2", "L3", "all", "SPL", *(("pass^k",) if repeated else ()), "calls"):
        table.add_column(column, justify="right")
    table.add_column("paper L1/L2/L3", justify="right", no_wrap=True)
    for agent in scores:
        paper = PAPER.get(agent.agent)
        table.add_row(
            agent.agent,
            *(_rate(agent.tiers.get(tier)) for tier in ("L1", "L2", "L3")),
            _rate(agent.all),
            f"{100 * agent.all.spl:.1f}",
            *((f"{100 * agent.all.pass_k:.1f}",) if repeated else ()),
            f"{agent.all.steps:.1f}",
            "" if paper is None else "/".join(f"{paper[tier]:.1f}" for tier in ("L1", "L2", "L3")),
        )
    return table


def _rate(score: Score | None) -> str:
    return "–" if score is None else f"{100 * score.rate:.1f} ({100 * score.low:.0f}–{100 * score.high:.0f})"
