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
    """`solved` of `episodes`: rate with its 95 % Wilson interval, mean SPL, and pass^k where tasks were tried k times."""

    episodes: int
    solved: int
    rate: float
    low: float
    high: float
    spl: float
    pass_k: float = Field(
        description="share of tasks solved in k out of k attempts, unbiased (Yao et al. 2024); with k=1 the rate"
    )
    steps: float = Field(description="mean calls of an episode")


class AgentScores(Word):
    """One agent on one network; episodes with infrastructure errors are counted apart, and not scored."""

    agent: str
    network: str
    all: Score
    tiers: dict[str, Score]
    domains: dict[str, Score]
    attempts: int
    infrastructure_errors: int
    malformed_calls: int


def score(rollouts: Iterable[Rollout]) -> Score:
    """Score episodes, all of which have an outcome."""
    found = list(rollouts)
    solved = sum(one.success for one in found)
    low, high = proportion_confint(solved, max(len(found), 1), method="wilson")
    return Score(
        episodes=len(found),
        solved=solved,
        rate=solved / len(found) if found else 0.0,
        low=float(low),
        high=float(high),
        spl=_mean([one.outcome.spl for one in found if one.outcome is not None]),
        pass_k=_pass_k(found),
        steps=_mean([float(len(one.spans)) for one in found]),
    )


def agent_scores(rollouts: list[Rollout]) -> AgentScores:
    """Score one agent's episodes on one network."""
    scored = [one for one in rollouts if one.outcome is not None]
    tiers, domains = defaultdict(list), defaultdict(list)
    for one in scored:
        tiers[one.tier].append(one)
        domains[one.domain].append(one)
    return AgentScores(
        agent=rollouts[0].agent,
        network=rollouts[0].network,
        all=score(scored),
        tiers={name: score(tiers[name]) for name in sorted(tiers)},
        domains={name: score(domains[name]) for name in sorted(domains)},
        attempts=1 + max(one.attempt for one in rollouts),
        infrastructure_errors=len(rollouts) - len(scored),
        malformed_calls=sum(span.boundary in MALFORMED for one in rollouts for span in one.spans),
    )


def _pass_k(rollouts: list[Rollout]) -> float:
    """C(solved, k) / C(attempts, k), averaged over tasks, with k the attempts that every task has."""
    of_task = defaultdict(list)
    for one in rollouts:
        of_task[one.task].append(one.success)
    k = min((len(tries) for tries in of_task.values()), default=1)
    return _mean([comb(sum(tries), k) / comb(len(tries), k) for tries in of_task.values()])


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0
