"""The tasks that the slicing policy is trained on: missions that its actions can achieve, on training topologies alone.

They are drawn here, by domain, in a fixed order, and not taken from the committed sets: those are made with this policy, as one
of the baselines whose easy prey is left out. What was drawn is kept in the work folder.
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
HELD_OUT = range(41, 51)  # topology seeds, for training all of them, that no update sees
_DRAWS, MOST_TRIES = range(100, 140), 40  # draws for each task that is wanted: some kinds hardly ever make one
Drawn = Callable[[str, int], None]


class Pool(NamedTuple):
    """Tasks to train on, and tasks of held-out topologies to measure by."""

    known: tuple[GymTask, ...]
    held_out: tuple[GymTask, ...]


def gather(folder: Path, per_domain: int, drawn: Drawn = lambda domain, count: None) -> Pool:
    """Return at most `per_domain` tasks of each domain, drawn on the committed Experiment Model or read from `folder`.

    Fewer, or none, where `MOST_TRIES` draws for each make no more; raises ValueError where there is nothing to train on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tasks = [task for domain in DOMAINS for task in _of_domain(folder, domain, per_domain, drawn)]
    known = tuple(task for task in tasks if task.seed not in HELD_OUT)
    if not known:
        raise ValueError(
            f"tasks={per_domain}: {MOST_TRIES} draws for each made none: ask for more, or look at the Experiment Model"
        )
    return Pool(known, tuple(task for task in tasks if task.seed in HELD_OUT))


def told(tasks: tuple[GymTask, ...]) -> str:
    """How many tasks there are of each domain, in words."""
    return ", ".join(f"{sum(task.domain is domain for task in tasks)} {domain.value}" for domain in DOMAINS)


def digest(pool: Pool) -> str:
    """SHA-256 of the tasks: a training goes on only with the same."""
    return hashlib.sha256("\n".join(task.model_dump_json() for part in pool for task in part).encode()).hexdigest()


def _of_domain(folder: Path, domain: Domain, count: int, drawn: Drawn) -> list[GymTask]:
    # What can be repaired depends on the Experiment Model: another model needs other tasks.
    path = folder / f"{domain.value.replace(' ', '-')}-{count}-{read_artefact(MODEL_PATH).sha256[:12]}.jsonl"
    if not path.exists():
        found = []
        for task in islice(_drawn(domain, MOST_TRIES * count), count):
            found.append(task.model_dump_json())
            drawn(domain.value, len(found))
        temporary = path.with_suffix(".part")
        temporary.write_text("".join(f"{line}\n" for line in found), encoding="utf-8")
        temporary.replace(path)
    return [GymTask.model_validate_json(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def _drawn(domain: Domain, tries: int) -> Iterator[GymTask]:
    for draw, seed, family in islice(product(_DRAWS, SEEDS[Purpose.TRAINING], Family), tries):
        # A stride coprime to 50 spreads few tasks over all topologies.
        task = make_task(domain, Tier.L1, family, 1 + 7 * seed % 50, Purpose.TRAINING, draw)
        if task is not None and only_sla(task.mission):
            yield task
