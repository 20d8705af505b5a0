"""Runs agents over tasks in several processes; each finished episode is written at once, and campaigns are resumable."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from concurrent.futures import as_completed
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

from policies.gym.split import Purpose
from training.gym.episodes.rollout import Rollout
from training.gym.episodes.runner import Runner
from training.gym.gate.modes import GateMode, gate_of
from training.gym.input_error import GymInputError
from training.gym.networks import GymNetwork
from training.gym.tasks.gym_task import GymTask
from twins.progress import Advance
from twins.worker_process import worker_pool


@dataclass(frozen=True)
class Campaign:
    """An agent on a network, the attempts of each task, the output folder, and the gate."""

    agent: str
    network: GymNetwork
    folder: Path
    attempts: int = 1
    gate: GateMode = "none"

    @property
    def path(self) -> Path:
        """The file of its rollouts, one per line."""
        gate = "" if self.gate == "none" else f".{self.gate}"
        return self.folder / f"{self.agent}.{self.network.name}{gate}.jsonl"


def rollouts_in(path: Path) -> Iterator[Rollout]:
    """Read rollouts; a last line that is incomplete, because its process was killed, is skipped."""
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.endswith("\n"):
            yield Rollout.model_validate_json(line)


def run(campaign: Campaign, tasks: list[GymTask], workers: int, progress: Advance) -> list[Rollout]:
    """Run the episodes that are missing in the campaign's file; returns all its rollouts of `tasks`.

    Raises GymInputError if another process is running the same campaign.
    """
    campaign.folder.mkdir(parents=True, exist_ok=True)
    with campaign.path.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise GymInputError(
                f"out={campaign.folder}: another process runs {campaign.path.name} there; wait for it, or choose another folder"
            ) from None
        return _complete(campaign, tasks, workers, progress)


def _complete(campaign: Campaign, tasks: list[GymTask], workers: int, progress: Advance) -> list[Rollout]:
    planned = {(task.id, attempt): task for task, attempt in product(tasks, range(campaign.attempts))}
    scored = [rollout for rollout in rollouts_in(campaign.path) if rollout.outcome is not None]
    part = campaign.path.with_suffix(".part")
    part.write_text("".join(rollout.model_dump_json() + "\n" for rollout in scored), encoding="utf-8")
    part.replace(campaign.path)
    done = [rollout for rollout in scored if (rollout.task, rollout.attempt) in planned]
    missing = [key for key in planned if key not in {(rollout.task, rollout.attempt) for rollout in done}]
    with campaign.path.open("a", encoding="utf-8") as file:
        for rollout in _episodes(campaign, [(planned[key], key[1]) for key in missing], workers):
            file.write(rollout.model_dump_json() + "\n")
            file.flush()
            done.append(rollout)
            progress(len(done), len(planned))
    return done


def _episodes(campaign: Campaign, pairs: list[tuple[GymTask, int]], workers: int) -> Iterator[Rollout]:
    if workers == 1:
        yield from (episode(campaign, task, attempt) for task, attempt in pairs)
        return
    with worker_pool(workers) as pool:
        futures = [pool.submit(episode, campaign, task, attempt) for task, attempt in pairs]
        yield from (future.result() for future in as_completed(futures))


def episode(campaign: Campaign, task: GymTask, attempt: int) -> Rollout:
    """Run one episode with a fresh agent."""
    from training.gym.agents.by_name import make_agent

    return _runner(campaign.network, campaign.gate).run(task, make_agent(campaign.agent, task), attempt)


@cache
def _runner(network: GymNetwork, gate: GateMode) -> Runner:
    """One runner per process, whose episodes share one network: with ns-3, one worker."""
    network.check()
    shared = network.make()
    return Runner(network=lambda: shared, change_judge=gate_of(gate))


def subset(tasks: list[GymTask], per_tier: int) -> list[GymTask]:
    """Return the first `per_tier` tasks of every tier, domains in turn: a subset that is always the same."""
    chosen: list[GymTask] = []
    for tier in ("L1", "L2", "L3"):
        of_tier = [task for task in tasks if task.tier == tier]
        domains = sorted({task.domain for task in of_tier})
        by_domain = [[task for task in of_tier if task.domain == domain] for domain in domains]
        longest = max(map(len, by_domain), default=0)
        in_turn = [task for place in range(longest) for group in by_domain for task in group[place : place + 1]]
        chosen += in_turn[:per_tier]
    return chosen


def benchmark_tasks() -> list[GymTask]:
    """Return the tasks of the committed benchmark."""
    from training.gym.tasks.task_set import read_tasks

    return list(read_tasks(Purpose.BENCHMARK))
