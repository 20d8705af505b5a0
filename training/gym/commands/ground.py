"""`twinpilot gym ground`: the same tasks under the Experiment Model and under ns-3, like table III of seed 001."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from training.gym.commands.bench import DEFAULT_FOLDER
from twins.command_errors import one_line_errors
from twins.screen.say import say, say_json

if TYPE_CHECKING:
    from training.gym.bench.grounding import Grounding

DEFAULT_AGENTS = ("expert", "threshold-rule", "mape-k", "drl-slicing", "over-acting")


def ground(
    agent: Annotated[list[str] | None, typer.Option("--agent", help="Which agent, again for more.")] = None,
    per_tier: Annotated[int, typer.Option("--per-tier", min=1, help="Tasks a tier.")] = 40,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Processes, each with its ns-3 worker.")] = 2,
    out: Annotated[Path, typer.Option("--out", help="Folder of the rollouts; finished ones are not run again.")] = DEFAULT_FOLDER,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")] = False,
) -> None:
    """Run agents on a subset of the benchmark under both networks (about 10 s per episode of ns-3), and compare success rates."""
    from training.gym.bench.campaign import benchmark_tasks, subset
    from training.gym.bench.grounding import across_agents, ground_agent
    from training.gym.networks import MODEL, NS3, named_network

    model, truth = named_network(MODEL), named_network(NS3)
    with one_line_errors("gym ground", ValueError):
        truth.check()
        tasks = subset(benchmark_tasks(), per_tier)
        groundings = [ground_agent(name, tasks, model, truth, out / "ground", workers) for name in agent or DEFAULT_AGENTS]
    across = across_agents(groundings)
    mean = sum(abs(result.gap_points) for result in groundings) / len(groundings)
    if as_json:
        agents = [result.model_dump() for result in groundings]
        say_json({"tasks": len(tasks), "agents": agents, "mean_gap_points": mean, "r_across_agents": across})
        return
    for result in groundings:
        say(_line(result))
    say(f"mean absolute gap {mean:.1f} points; r across agents {'–' if across is None else f'{across:.3f}'}")


def _line(result: Grounding) -> str:
    rates = f"model {100 * result.model_rate:.1f} %, ns-3 {100 * result.ns3_rate:.1f} %, gap {result.gap_points:+.1f} points"
    gaps = ", ".join(f"{tier} {gap:+.1f}" for tier, gap in result.tier_gaps.items())
    r = "–" if result.r is None else f"{result.r:.2f}"
    counts = f"{result.tasks} tasks, {result.infrastructure_errors} failed runs"
    return f"{result.agent}: {rates} ({gaps}), r {r}, agreement {result.agreement:.1%}, {counts}"
