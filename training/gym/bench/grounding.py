"""Grounded validation (seed 001, section IV-E): the same tasks under the Experiment Model and under ns-3, agent by agent.

The agent runs again on ns-3 and decides by what ns-3 shows it; nothing of its episode under the model is reused.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from policies.word import Word
from training.gym.bench.campaign import Campaign, run
from training.gym.episodes.rollout import Rollout
from training.gym.networks import GymNetwork
from training.gym.tasks.gym_task import GymTask
from twins.progress import show_progress


class Grounding(Word):
    """One agent: success rates on tasks that were scored under both, their gap in points, and the correlation over tasks.

    `r` is Pearson's, which for two outcomes is phi; None where one of them never varies.
    """

    agent: str
    tasks: int
    model_rate: float
    ns3_rate: float
    gap_points: float
    r: float | None
    agreement: float
    tier_gaps: dict[str, float]
    infrastructure_errors: int


def grounding(model: list[Rollout], ns3: list[Rollout]) -> Grounding:
    """Compare one agent's rollouts, task by task; raises ValueError where no task was scored under both."""
    under_model = {(one.task, one.attempt): one for one in model if one.outcome is not None}
    pairs = [
        (under_model[one.task, one.attempt], one)
        for one in ns3
        if one.outcome is not None and (one.task, one.attempt) in under_model
    ]
    if not pairs:
        raise ValueError("no task was scored under both networks: run the agent on the same tasks")
    first, second = (np.array([pair[place].success for pair in pairs], dtype=float) for place in (0, 1))
    tiers = np.array([pair[0].tier for pair in pairs])
    varied = first.std() > 0.0 and second.std() > 0.0
    return Grounding(
        agent=pairs[0][0].agent,
        tasks=len(pairs),
        model_rate=float(first.mean()),
        ns3_rate=float(second.mean()),
        gap_points=float(100.0 * (first.mean() - second.mean())),
        r=float(np.corrcoef(first, second)[0, 1]) if varied else None,
        agreement=float((first == second).mean()),
        tier_gaps={
            str(tier): float(100.0 * (first[tiers == tier].mean() - second[tiers == tier].mean()))
            for tier in sorted(set(tiers.tolist()))
        },
        infrastructure_errors=sum(one.infrastructure_error is not None for one in ns3),
    )


def ground_agent(agent: str, tasks: list[GymTask], model: GymNetwork, truth: GymNetwork, folder: Path, workers: int) -> Grounding:
    """Run one agent on both networks, or read from `folder` what it has run there, and compare; raises ValueError."""
    rollouts = []
    for network in (model, truth):
        with show_progress(f"{agent} on {network.name}", "episodes") as progress:
            rollouts.append(run(Campaign(agent, network, folder), tasks, workers, progress))
    return grounding(*rollouts)


def across_agents(found: list[Grounding]) -> float | None:
    """Pearson's r between success rates under the model and under ns-3 over agents; None for less than three, or alike ones."""
    rates = np.array([(one.model_rate, one.ns3_rate) for one in found])
    if len(found) < 3 or (rates.std(axis=0) == 0.0).any():
        return None
    return float(np.corrcoef(rates[:, 0], rates[:, 1])[0, 1])
