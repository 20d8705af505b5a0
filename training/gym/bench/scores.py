"""Scores of 6GAgentBench: success rate with Wilson intervals, SPL and pass^k, by tier and by domain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from math import comb

from pydantic import Field
from statsmodels.stats.proportion import proportion_confint

from policies.word import Word
from tools.contract import Boundary
from training.gym.episodes.rollout import Rollout

PAPER: dict[str, dict[str, float]] = {
    "threshold-rule": {"L1": 51.3, "L2": 18.6, "L3": 4.2, "all": 22.1},
    "mape-k": {"L1": 54.8, "L2": 25.7, "L3": 8.9, "all": 27.5},
    "drl-slicing": {"L1": 38.2, "L2": 27.3, "L3": 11.5, "all": 24.1},
}
MALFORMED = (Boundary.ARGUMENTS, Boundary.UNKNOWN_TOOL)


class Score(Word):
    """`solved` of `episodes`: rate with its 95 % Wilson interval, mean SPL, and pass^k for k attempts per task."""

    episodes: int
    solved: int
    rate: float
    low: float
    high: float
    spl: float
    pass_k: float = Field(
        description="share of tasks solved in k out of k attempts, unbiased (Yao et al. 2024); with k=1 the rate"
    )
    steps: float = Field(description="mean calls per episode")


class AgentScores(Word):
    """One agent on one network; episodes with infrastructure errors are counted separately and not scored."""

    agent: str
    network: str
    all: Score
    tiers: dict[str, Score]
    domains: dict[str, Score]
    attempts: int
    infrastructure_errors: int
    malformed_calls: int


def score(rollouts: Iterable[Rollout]) -> Score:
    """Score episodes, all of which must have an outcome."""
    scored = list(rollouts)
    solved = sum(rollout.success for rollout in scored)
    low, high = proportion_confint(solved, max(len(scored), 1), method="wilson")
    return Score(
        episodes=len(scored),
        solved=solved,
        rate=solved / len(scored) if scored else 0.0,
        low=float(low),
        high=float(high),
        spl=_mean([rollout.outcome.spl for rollout in scored if rollout.outcome is not None]),
        pass_k=_pass_k(scored),
        steps=_mean([float(len(rollout.spans)) for rollout in scored]),
    )


def agent_scores(rollouts: list[Rollout]) -> AgentScores:
    """Score one agent's episodes on one network."""
    scored = [rollout for rollout in rollouts if rollout.outcome is not None]
    tiers, domains = defaultdict(list), defaultdict(list)
    for rollout in scored:
        tiers[rollout.tier].append(rollout)
        domains[rollout.domain].append(rollout)
    return AgentScores(
        agent=rollouts[0].agent,
        network=rollouts[0].network,
        all=score(scored),
        tiers={name: score(tiers[name]) for name in sorted(tiers)},
        domains={name: score(domains[name]) for name in sorted(domains)},
        attempts=1 + max(rollout.attempt for rollout in rollouts),
        infrastructure_errors=len(rollouts) - len(scored),
        malformed_calls=sum(span.boundary in MALFORMED for rollout in rollouts for span in rollout.spans),
    )


def _pass_k(rollouts: list[Rollout]) -> float:
    """Mean over tasks of C(solved, k) / C(attempts, k), where k is the smallest number of attempts of any task."""
    of_task = defaultdict(list)
    for rollout in rollouts:
        of_task[rollout.task].append(rollout.success)
    k = min((len(tries) for tries in of_task.values()), default=1)
    return _mean([comb(sum(tries), k) / comb(len(tries), k) for tries in of_task.values()])


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0
