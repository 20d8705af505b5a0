"""`twinpilot gym ground`: the same tasks under the Experiment Model and under ns-3, like table III of seed 001."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from training.gym.commands.bench import DEFAULT_FOLDER
from twins.progress import counted

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
    from training.gym.bench.campaign import Campaign, benchmark_tasks, run, subset
    from training.gym.bench.grounding import across_agents, grounding
    from training.gym.networks import MODEL, NS3, check_ns3

    groundings = []
    try:
        check_ns3()
        tasks = subset(benchmark_tasks(), per_tier)
        for name in agent or DEFAULT_AGENTS:
            rollouts = []
            for network in (MODEL, NS3):
                with counted(f"{name} on {network}", "episodes") as progress:
                    rollouts.append(run(Campaign(name, network, out / "ground"), tasks, workers, progress))
            groundings.append(grounding(*rollouts))
    except ValueError as error:
        typer.echo(f"gym ground: {error}", err=True)
        raise typer.Exit(2) from None
    across = across_agents(groundings)
    mean = sum(abs(result.gap_points) for result in groundings) / len(groundings)
    if as_json:
        agents = [result.model_dump() for result in groundings]
        typer.echo(json.dumps({"tasks": len(tasks), "agents": agents, "mean_gap_points": mean, "r_across_agents": across}))
        return
    for result in groundings:
        typer.echo(_line(result))
    typer.echo(f"mean absolute gap {mean:.1f} points; r across agents {'–' if across is None else f'{across:.3f}'}")


def _line(result: Grounding) -> str:
    rates = f"model {100 * result.model_rate:.1f} %, ns-3 {100 * result.ns3_rate:.1f} %, gap {result.gap_points:+.1f} points"
    gaps = ", ".join(f"{tier} {gap:+.1f}" for tier, gap in result.tier_gaps.items())
    r = "–" if result.r is None else f"{result.r:.2f}"
    counts = f"{result.tasks} tasks, {result.infrastructure_errors} failed runs"
    return f"{result.agent}: {rates} ({gaps}), r {r}, agreement {result.agreement:.1%}, {counts}"
