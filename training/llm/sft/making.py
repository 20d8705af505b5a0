"""Fresh lessons without end, from situations and wordings of the train split alone, in shards of packed 16-bit tokens.

Shard k has the lessons of situations k n .. k n + n - 1 behind `FIRST_SITUATION`, which no task set reaches: what it holds
depends on seed and k alone. A shard whose lengths are written is done; an interrupted making goes on with the next.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from training.llm.sft.fragment import MOST_VALUES, TRIAL_FIELDS
from training.llm.sft.lesson import Lesson, reading, solution
from training.llm.sft.vocabulary import Vocabulary, default_vocabulary
from training.llm.sft.world import World
from training.tasks.request import Request, draw_request
from training.tasks.situation import draw_situation
from training.tasks.task import Difficulty, difficulty_of
from training.tasks.wording import describe
from twins.link.table.tables import LinkTables
from twins.progress import Advance
from twins.worker_process import worker_pool

if TYPE_CHECKING:
    from numpy.typing import NDArray

FIRST_SITUATION: Final = 10_000_000
LEARNED: Final = 0x8000  # bit of a token that is learned
TOLD_STEPS: Final = 255
_TASK_SEED: Final = 1  # that of the shipped tasks: it decides which regions are of which split
_REQUESTS: Final = 120
_LESSONS: Final[dict[Difficulty, int]] = {"easy": 5, "medium": 8, "hard": 10, "infeasible": 2}
_PLAN: Final = "plan.json"


class OtherLessons(ValueError):  # noqa: N818 - names the condition
    """The folder has lessons of another plan."""


@dataclass(frozen=True)
class LessonPlan:
    """`shards` of `situations` each; `read_share` of the lessons begin with the words, and end with the answer's fragments.

    The others begin with the figures: they are shorter by half, and teach the arithmetic. `temperature` in reward: how much more
    often a better answer is shown.
    """

    shards: int = 64
    situations: int = 64
    read_share: float = 0.4
    temperature: float = 0.1
    seed: int = 1


def make_lessons(plan: LessonPlan, folder: Path, workers: int, progress: Advance | None = None) -> int:
    """Write the shards of `plan` that `folder` does not have yet; return the number of shards that it has now.

    Raises OtherLessons if the folder was begun with another plan (the number of shards may grow) or vocabulary.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _check_plan(plan, folder)
    missing = [shard for shard in range(plan.shards) if not lengths_path(folder, shard).exists()]
    done = plan.shards - len(missing)
    if workers <= 1:
        finished: Iterator[int] = (write_shard(plan, folder, shard) for shard in missing)
        for _ in finished:
            done += 1
            if progress is not None:
                progress(done, plan.shards)
        return done
    with worker_pool(workers) as pool:
        for future in [pool.submit(write_shard, plan, folder, shard) for shard in missing]:
            future.result()
            done += 1
            if progress is not None:
                progress(done, plan.shards)
    return done


def write_shard(plan: LessonPlan, folder: Path, shard: int) -> int:
    """Write one shard, tokens first and lengths last; return the number of its lessons."""
    vocabulary = default_vocabulary()
    lessons = [lesson for index in range(plan.situations) for lesson in lessons_of(plan, shard * plan.situations + index)]
    tokens = [packed(lesson, vocabulary) for lesson in lessons]
    _write(tokens_path(folder, shard), np.concatenate([np.zeros(0, dtype=np.uint16), *tokens]))
    none = np.zeros((len(TRIAL_FIELDS), MOST_VALUES))
    told = np.array([none if lesson.told is None else lesson.told for lesson in lessons]).reshape(-1, *none.shape)
    _write(told_path(folder, shard), np.round(told * TOLD_STEPS).astype(np.uint8))
    _write(
        lengths_path(folder, shard), np.array([(len(one.tokens), one.told_at) for one in lessons], dtype=np.int32).reshape(-1, 2)
    )
    return len(lessons)


def packed(lesson: Lesson, vocabulary: Vocabulary) -> NDArray[np.uint16]:
    """Return the ids of a lesson, with the bit `LEARNED` where they are learned."""
    ids = np.array(vocabulary.encode(lesson.tokens), dtype=np.uint16)
    return np.where(np.array(lesson.learned), ids | LEARNED, ids).astype(np.uint16)


def tokens_path(folder: Path, shard: int) -> Path:
    """Return the file of a shard's tokens."""
    return folder / f"lessons-{shard:05d}.npy"


def told_path(folder: Path, shard: int) -> Path:
    """Return the file of what is told of all good answers: uint8[N, 7, MOST_VALUES], in steps of 1 / TOLD_STEPS."""
    return folder / f"told-{shard:05d}.npy"


def lengths_path(folder: Path, shard: int) -> Path:
    """Return the file of each lesson's length and of where its good trial stands, int32[N, 2]: the last that is written."""
    return folder / f"lengths-{shard:05d}.npy"


def _write(path: Path, values: NDArray[np.generic]) -> None:
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        np.save(file, values)
    part.replace(path)


def _check_plan(plan: LessonPlan, folder: Path) -> None:
    path = folder / _PLAN
    current = {**asdict(plan), "shards": 0, "vocabulary": default_vocabulary().digest}
    if not path.exists():
        path.write_text(json.dumps(current), encoding="utf-8")
        return
    stored = json.loads(path.read_text(encoding="utf-8"))
    changed = sorted(name for name in current if stored.get(name) != current[name])
    if changed:
        raise OtherLessons(f"{folder} was made with other {', '.join(changed)}: make the same, or use another folder")


@lru_cache(maxsize=1)
def _tables() -> LinkTables:
    return LinkTables.load()


def lessons_of(plan: LessonPlan, index: int) -> Iterator[Lesson]:
    """Yield the lessons of situation `index`, drawn from the plan's seed and the index alone."""
    vocabulary = default_vocabulary()
    number = FIRST_SITUATION * plan.seed + index
    situation = draw_situation("train", _TASK_SEED, number)
    world = World.of(situation, vocabulary.fragments.space, _tables())
    if world is None:
        return
    rng = random.Random(f"lessons/{plan.seed}/{number}")
    for request in _requests(world, rng):
        lesson = Lesson()
        is_read = rng.random() < plan.read_share
        if is_read:
            text, _ = describe(rng, "train", request, situation)
            reading(lesson, text, rng)
        if solution(lesson, world, request.requirement, vocabulary, rng, plan.temperature, spelled=is_read):
            yield lesson


def _requests(world: World, rng: random.Random) -> list[Request]:
    """Requests of each difficulty, as many of each as `_LESSONS` says if so many are drawn."""
    missing = dict(_LESSONS)
    selected: list[Request] = []
    for _ in range(_REQUESTS):
        request = draw_request(rng, world.situation)
        difficulty = difficulty_of(world.surveyed.satisfying(request.requirement))
        if missing[difficulty]:
            missing[difficulty] -= 1
            selected.append(request)
    return selected
