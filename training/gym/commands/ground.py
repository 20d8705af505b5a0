"""`twinpilot gym ground`: the same tasks under the Experiment Model and under ns-3, like table III of seed 001."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from training.gym.commands.bench import DEFAULT_FOLDER
from twins.command_errors import one_line_errors

DEFAULT_AGENTS = ("expert", "threshold-rule", "mape-k", "drl-slicing", "over-acting")


def ground(
    agent: Annotated[list[str] | None, typer.Option("--agent", help="Which agent, again for more.")] = None,
    per_tier: Annotated[int, typer.Option("--per-tier", min=1, help="Tasks a tier.")] = 40,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Processes, each with its ns-3 worker.")] = 2,
    out: Annotated[Path, typer.Option("--out", help="Folder of the rollouts; what is there is not run again.")] = DEFAULT_FOLDER,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")] = False,
) -> None:
    """Run agents on a held-out subset under both networks (some 10 s an episode of ns-3), and compare success rates."""
    from training.gym.bench.campaign import benchmark_tasks, subset
    from training.gym.bench.grounding import across_agents, ground_agent
    from training.gym.networks import MODEL, NS3, named_network

    model, truth = named_network(MODEL), named_network(NS3)
    with one_line_errors("gym ground", ValueError):
        truth.check()
        tasks = subset(benchmark_tasks(), per_tier)
        found = [ground_agent(name, tasks, model, truth, out / "ground", workers) for name in agent or DEFAULT_AGENTS]
    across, mean = across_agents(found), sum(abs(one.gap_points) for one in found) / len(found)
    if as_json:
        agents = [one.model_dump() for one in found]
        typer.echo(json.dumps({"tasks": len(tasks), "agents": agents, "mean_gap_points": mean, "r_across_agents": across}))
        return
    for one in found:
        told = "–" if one.r is None else f"{one.r:.2f}"
        gaps = ", ".join(f"{tier} {gap:+.1f}" for tier, gap in one.tier_gaps.items())
        typer.echo(
            f"{one.agent}: model {100 * one.model_rate:.1f} %, ns-3 {100 * one.ns3_rate:.1f} %, gap {one.gap_points:+.1f} points"
            f" ({gaps}), r {told}, agreement {one.agreement:.1%}, {one.tasks} tasks, {one.infrastructure_errors} failed runs"
        )
    typer.echo(f"mean absolute gap {mean:.1f} points; r across agents {'–' if across is None else f'{across:.3f}'}")
