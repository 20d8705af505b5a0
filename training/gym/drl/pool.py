"""The tasks that the slicing policy is trained on: missions within reach of its actions, on training topologies only.

They are drawn here, by domain, in a fixed order, instead of being taken from the committed sets, because those depend on this
policy: tasks that all baselines solve are left out of them. Drawn tasks are cached in the work folder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from itertools import islice, product
from pathlib import Path
from typing import NamedTuple

from agents.baselines.notes import only_sla
from policies.artefact import read_artefact
from policies.gym.split import SEEDS, Purpose
from training.gym.task_making.generation import make_task
from training.gym.tasks.gym_task import Domain, GymTask, Tier
from twins.gym.scenario import Family
from twins.learned.ensemble import MODEL_PATH

DOMAINS = (Domain.SLICING, Domain.OFFLOADING, Domain.RECOVERY, Domain.COORDINATION)
HELD_OUT = range(41, 51)  # topology seeds of training that no update sees
_DRAWS, MAX_TRIES = range(100, 140), 40  # draws per task, because some kinds rarely make one
OnTask = Callable[[str, int], None]
"""Called after each drawn task with the domain and its number of tasks so far."""


class Pool(NamedTuple):
    """Tasks to train on, and tasks of held-out topologies to measure success on."""

    training: tuple[GymTask, ...]
    held_out: tuple[GymTask, ...]


def gather(folder: Path, per_domain: int, on_task: OnTask = lambda domain, count: None) -> Pool:
    """Return at most `per_domain` tasks of each domain, drawn on the committed Experiment Model or read from `folder`.

    There are fewer if `MAX_TRIES` draws per task do not suffice; raises ValueError if there is no task to train on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tasks = [task for domain in DOMAINS for task in _tasks_of(folder, domain, per_domain, on_task)]
    training = tuple(task for task in tasks if task.seed not in HELD_OUT)
    if not training:
        raise ValueError(
            f"tasks={per_domain}: {MAX_TRIES} draws for each made none: ask for more, or look at the Experiment Model"
        )
    return Pool(training, tuple(task for task in tasks if task.seed in HELD_OUT))


def domain_counts(tasks: tuple[GymTask, ...]) -> str:
    """Return the number of tasks of each domain, as text."""
    return ", ".join(f"{sum(task.domain is domain for task in tasks)} {domain.value}" for domain in DOMAINS)


def digest(pool: Pool) -> str:
    """Return the SHA-256 of the tasks, without which a training is not resumed."""
    return hashlib.sha256("\n".join(task.model_dump_json() for part in pool for task in part).encode()).hexdigest()


def _tasks_of(folder: Path, domain: Domain, count: int, on_task: OnTask) -> list[GymTask]:
    # Which tasks can be solved depends on the Experiment Model: each model has tasks of its own.
    path = folder / f"{domain.value.replace(' ', '-')}-{count}-{read_artefact(MODEL_PATH).sha256[:12]}.jsonl"
    if not path.exists():
        lines = []
        for task in islice(_draw(domain, MAX_TRIES * count), count):
            lines.append(task.model_dump_json())
            on_task(domain.value, len(lines))
        temporary = path.with_suffix(".part")
        temporary.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        temporary.replace(path)
    return [GymTask.model_validate_json(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def _draw(domain: Domain, tries: int) -> Iterator[GymTask]:
    for draw, seed, family in islice(product(_DRAWS, SEEDS[Purpose.TRAINING], Family), tries):
        # A stride coprime to 50 spreads even a few tasks over all topologies.
        task = make_task(domain, Tier.L1, family, 1 + 7 * seed % 50, Purpose.TRAINING, draw)
        if task is not None and only_sla(task.mission):
            yield task
