"""Grounded validation (seed 001, section IV-E): the same tasks under the Experiment Model and under ns-3, agent by agent.

On ns-3 the agent runs anew and decides on the observations there; nothing of its episode under the model is reused.
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
    """One agent: success rates on tasks scored under both networks, their gap in percentage points, the correlation over tasks.

    `r` is Pearson's correlation, which equals phi for binary outcomes; None if one of the two never varies.
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
    """Compare one agent's rollouts task by task; raises ValueError if no task was scored under both networks."""
    under_model = {(rollout.task, rollout.attempt): rollout for rollout in model if rollout.outcome is not None}
    pairs = [
        (under_model[rollout.task, rollout.attempt], rollout)
        for rollout in ns3
        if rollout.outcome is not None and (rollout.task, rollout.attempt) in under_model
    ]
    if not pairs:
        raise ValueError("no task was scored under both networks: run the agent on the same tasks")
    first, second = (np.array([pair[index].success for pair in pairs], dtype=float) for index in (0, 1))
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
        infrastructure_errors=sum(rollout.infrastructure_error is not None for rollout in ns3),
    )


def ground_agent(agent: str, tasks: list[GymTask], model: GymNetwork, truth: GymNetwork, folder: Path, workers: int) -> Grounding:
    """Run one agent on both networks, or read its finished rollouts from `folder`, and compare; raises ValueError."""
    rollouts = []
    for network in (model, truth):
        with show_progress(f"{agent} on {network.name}", "episodes") as progress:
            rollouts.append(run(Campaign(agent, network, folder), tasks, workers, progress))
    return grounding(*rollouts)


def across_agents(groundings: list[Grounding]) -> float | None:
    """Pearson's r over agents between success rates under the model and ns-3; None for fewer than three, or without variance."""
    rates = np.array([(grounding.model_rate, grounding.ns3_rate) for grounding in groundings])
    if len(groundings) < 3 or (rates.std(axis=0) == 0.0).any():
        return None
    return float(np.corrcoef(rates[:, 0], rates[:, 1])[0, 1])
