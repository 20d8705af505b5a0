"""Runs of the rule planner over made networks and readings, kept where gate and twin agree (rejection sampling).

In a part of the runs calls fail, a tool is down, or a person rejects what was proposed: errors and how to recover from them.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Final

from agents.planner import Planner
from agents.rule_planner import RulePlanner
from agents.workflows.trials.trying import Effort
from policies.proposal import Proposal
from tools.contract import ToolError
from tools.ran.candidate_tools import compare_candidates
from tools.twinning.laboratory import Laboratory
from training.llm.planning.made_reading import made_reading
from training.llm.planning.recorded_run import RecordedRun, append_runs, read_runs
from training.llm.planning.rollout import FAST, Disturbance, Run, Runner, World, world_of_seed
from twins.progress import Advance

EFFORT: Final = Effort(full_seeds=2, trials=4, supposed_seeds=3)
_TOOLS: Final = ("read_configuration", "query_kpi", "compare_candidates", "forecast_traffic", "refine_candidate")
_OTHER_SEEDS: Final = 500
_SLACK: Final = 0.05  # of score, by which a second look may find a proposal worse than no change


def record(path: Path, first: int, networks: int, readings: int, progress: Advance) -> int:
    """Append the runs over the networks from seed `first` that are not in the file yet; return how many were kept."""
    done = {run.network for run in read_runs(path)}
    laboratory = Laboratory(0, FAST)
    planner, kept = RulePlanner(EFFORT), 0
    for number, seed in enumerate(range(first, first + networks), start=1):
        if seed not in done:
            with world_of_seed(seed, laboratory) as world:
                runs = [recorded(world, seed, reading, planner) for reading in range(readings)]
            kept += sum(run.agreed for run in runs)
            append_runs(path, runs)
        progress(number, networks)
    return kept


def recorded(world: World, seed: int, number: int, planner: Planner) -> RecordedRun:
    """Return the planner's run on the reading of this number."""
    draw = Random(f"reading {seed} {number}")
    reading = made_reading(draw, world.network.describe(), world.present)
    run = Runner(world, disturbance_of(draw)).run(planner, "made request", reading)
    return RecordedRun.of(seed, number, run, agreed=is_agreed(world, run))


def disturbance_of(draw: Random) -> Disturbance:
    """Return what goes wrong: nothing in half of the runs."""
    chance = draw.random()
    if chance < 0.5:
        return Disturbance(draw)
    if chance < 0.58:
        return Disturbance(draw, down=frozenset({draw.choice(_TOOLS)}))
    return Disturbance(draw, failing=0.06, rejecting=0.4)


def is_agreed(world: World, run: Run) -> bool:
    """Whether the run ended well, and a second look at its proposal under other seeds finds it no worse than no change."""
    if run.end in ("finished", "escalated"):
        return True
    return run.end == "accepted" and run.proposal is not None and _holds(world, run.proposal)


def _holds(world: World, proposal: Proposal) -> bool:
    from dataclasses import replace

    best = proposal.best
    request = {
        "intent": proposal.intent.model_dump(mode="json"),
        "candidates": [{"name": "proposed", "edits": best.change_set.model_dump(mode="json")["edits"]}],
        "seeds": 2,
    }
    try:
        context = replace(world.context, seed=world.context.seed + _OTHER_SEEDS)
        tried = compare_candidates.run(context, request).value.candidates
    except ToolError:
        return False
    scores = {candidate.change_set.digest: candidate.score for candidate in tried}
    unchanged = next(candidate.score for candidate in tried if candidate.change_set.is_empty)
    return scores.get(best.change_set.digest, unchanged - 1) >= unchanged - _SLACK
