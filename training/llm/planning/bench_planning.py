"""`twinpilot bench planning`: the 6G-LLM's plans beside those of the rule planner, on networks and requests not trained on.

Both planners get the same request on the same network, with the same tools, effort, twin seeds and gate. A plan is valid if no
decision was handed over to the rule planner. Recommendations are equal if they are the same change set or the same ending;
others are tried in the twin together, under seeds of their own. Intervals are Wilson's (95 %). With `--out` each pair is kept.

Networks and requests follow from the first seed, which is drawn anew in each run and printed: nobody has looked at them before,
and nothing can have been fitted to them. `--seed` repeats a run.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from random import Random
from statistics import mean, median
from typing import Final

from agents.planner import Decision, Planner, View
from agents.planning.loading import load_plan_model
from agents.planning.plan_model import PlanModel
from agents.planning.scene import Names
from agents.rule_planner import RulePlanner
from agents.six_g_planner import SixGPlanner
from policies.change import ChangeSet
from policies.figure import BenchResult, Figure, SeedError
from tools.contract import ToolError
from tools.ran.candidate_tools import compare_candidates
from tools.twinning.laboratory import Laboratory
from training.llm.planning.made_reading import MadeReading, made_reading
from training.llm.planning.recording import EFFORT
from training.llm.planning.rollout import FAST, Disturbance, Run, Runner, World, world_of_seed
from twins.progress import show_progress
from twins.screen.say import say

FIRST: Final = 100_000  # seeds below are trained on
_LAST: Final = 2_000_000_000
_NETWORKS, _READINGS = 40, 5
_QUICK_NETWORKS, _QUICK_READINGS = 3, 2
_OTHER_SEEDS: Final = 900
_SAME_SCORE: Final = 1e-6
_BY_RULES: Final = "decided by the rule planner"


@dataclass(frozen=True)
class Pair:
    """A request planned twice. equal_or_better: the 6G-LLM's recommendation against that of the rules. seconds: of its plans."""

    network: int
    number: int
    kind: str
    ends: tuple[str, str]
    calls: tuple[int, int]
    decisions: int
    wrong: int
    handed_over: int
    seconds: float
    scores: tuple[float, float] | None
    equal_or_better: bool


class _Timed:
    """A planner with a watch: seconds of its decisions, and how many were handed over."""

    def __init__(self, planner: Planner) -> None:
        self.name = planner.name
        self._planner = planner
        self.seconds: list[float] = []
        self.handed_over = 0

    def decide(self, view: View) -> Decision:
        """Return the planner's decision."""
        started = time.perf_counter()
        decision = self._planner.decide(view)
        self.seconds.append(time.perf_counter() - started)
        self.handed_over += _BY_RULES in decision.model_dump_json()
        return decision


def run(quick: bool, out: Path | None, seed: int | None = None) -> BenchResult:
    """Plan the requests on networks from `seed` on (None: a fresh one); `quick` takes a few. Pairs are written to `out`.

    Raises SeedError for a seed that is trained on, or too large.
    """
    count, readings = (_QUICK_NETWORKS, _QUICK_READINGS) if quick else (_NETWORKS, _READINGS)
    first = fresh_seed() if seed is None else seed
    if not FIRST <= first <= _LAST:
        raise SeedError(f"seed={first}: {FIRST} .. {_LAST}, since networks below are trained on; leave it out for a fresh one")
    networks = range(first, first + count)
    say(f"networks of seeds {networks[0]} to {networks[-1]}, {readings} requests on each", err=True)
    pairs: list[Pair] = []
    with show_progress("planning", "requests") as progress:
        for pair in pairs_of(networks, readings):
            pairs.append(pair)
            progress(len(pairs), count * readings)
            if out is not None:
                with (out / "planning-pairs.jsonl").open("a", encoding="utf-8") as lines:
                    lines.write(f"{json.dumps(asdict(pair))}\n")
    return BenchResult(figures=tuple(figures_of(pairs)), seeds=tuple(networks))


def fresh_seed() -> int:
    """Return a first seed that nobody has chosen."""
    return FIRST + secrets.randbelow(_LAST - FIRST)


def pairs_of(networks: Sequence[int], readings: int, load: Callable[[], PlanModel] = load_plan_model) -> Iterator[Pair]:
    """Yield the pairs over networks of these seeds; load: loads the planning model."""
    laboratory = Laboratory(0, FAST)
    for seed in networks:
        with world_of_seed(seed, laboratory) as world:
            for number in range(readings):
                yield _pair(world, seed, number, load)


def _pair(world: World, seed: int, number: int, load: Callable[[], PlanModel]) -> Pair:
    reading = made_reading(Random(f"reading {seed} {number}"), world.network.describe(), world.present)
    rules = _run(world, RulePlanner(EFFORT), reading)
    wrong: list[Names] = []

    def hear(names: Names, problem: str) -> None:
        wrong.append(names)

    planner = _Timed(SixGPlanner(EFFORT, wrong=hear, load=load))
    own = _run(world, planner, reading)
    scores = None if _recommended(own) == _recommended(rules) else _scores(world, own, rules)
    return Pair(
        network=seed,
        number=number,
        kind=getattr(reading, "workflow", type(reading).__name__),
        ends=(own.end, rules.end),
        calls=(own.calls, rules.calls),
        decisions=len(own.steps),
        wrong=len(wrong),
        handed_over=planner.handed_over,
        seconds=sum(planner.seconds),
        scores=scores,
        equal_or_better=_is_equal_or_better(own, rules, scores),
    )


def _run(world: World, planner: Planner, reading: MadeReading) -> Run:
    return Runner(world, Disturbance(Random(0))).run(planner, "made request", reading)


def _recommended(run: Run) -> ChangeSet:
    return run.proposal.best.change_set if run.end == "accepted" and run.proposal is not None else ChangeSet()


def _is_equal_or_better(own: Run, rules: Run, scores: tuple[float, float] | None) -> bool:
    if scores is None:
        return own.end == rules.end
    return own.end == "accepted" and scores[0] >= scores[1] - _SAME_SCORE


def _scores(world: World, own: Run, rules: Run) -> tuple[float, float]:
    """Return the twin's scores of both recommendations, tried together; minus infinity for one that it refuses."""
    proposal = own.proposal or rules.proposal
    assert proposal is not None  # one of the two recommends a change, since they differ
    change_sets = (_recommended(own), _recommended(rules))
    drafts = [{"name": f"{at}", "edits": one.model_dump(mode="json")["edits"]} for at, one in enumerate(change_sets)]
    request = {"intent": proposal.intent.model_dump(mode="json"), "candidates": drafts, "seeds": EFFORT.full_seeds}
    try:
        context = replace(world.context, seed=world.context.seed + _OTHER_SEEDS)
        tried = compare_candidates.run(context, request).value.candidates
    except ToolError:
        return float("-inf"), float("-inf")
    by_digest = {candidate.change_set.digest: candidate.score for candidate in tried}
    own_score, rule_score = (by_digest.get(one.digest, float("-inf")) for one in change_sets)
    return own_score, rule_score


def figures_of(pairs: Sequence[Pair]) -> Iterator[Figure]:
    """Yield the figures over pairs, of which there is at least one."""
    decisions = sum(pair.decisions for pair in pairs)
    wrong = sum(pair.wrong for pair in pairs)
    yield _share("valid plans", sum(not pair.handed_over for pair in pairs), len(pairs), 98.0)
    yield _share("recommendation equal in twin score or better", sum(pair.equal_or_better for pair in pairs), len(pairs), 95.0)
    yield _share("same ending", sum(pair.ends[0] == pair.ends[1] for pair in pairs), len(pairs))
    yield _share("decisions whose first plan passes its check", decisions - min(wrong, decisions), decisions)
    for at, name in enumerate(("6G-LLM", "rule planner")):
        yield Figure(name=f"tool calls of a run, {name}", value=round(mean(pair.calls[at] for pair in pairs), 2), unit="calls")
    seconds = [pair.seconds / pair.decisions for pair in pairs]
    yield Figure(name="planning a decision", value=round(median(seconds), 3), unit="s", note=f"at most {max(seconds):.2f}")


def _share(name: str, count: int, total: int, target: float | None = None) -> Figure:
    from statsmodels.stats.proportion import proportion_confint

    low, high = (100 * float(end) for end in proportion_confint(count, total, method="wilson"))
    share = 100 * count / total
    return Figure(
        name=name,
        value=round(share, 2),
        unit="%",
        target="" if target is None else f"≥ {target:g} %",
        met=None if target is None else share >= target,
        note=f"{count} of {total}, 95 % interval {low:.1f} to {high:.1f}",
    )
