"""What is learned from a run: its transcript, in which the planner's part is taught, with wrong plans that are corrected.

A run is one lesson as long as its goal stays the same; an objection or the value of a bound begins another one, in which what was
done before is context. Wrong plans are put before right ones: repeated calls and false conclusions, each marked as wrong, since a
planner sees its refused plan in the same way.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Final

from agents.planner import Decision, Understand, View
from agents.planning.goal import goal_names
from agents.planning.plan_model import WRONG
from agents.planning.plan_names import CONCLUSIONS, OTHER
from agents.planning.planning import names_of
from agents.planning.scene import Names, Scene, is_plannable
from agents.planning.transcript import Entry, transcript_of
from agents.workflows.trials.trying import Effort
from policies.word import Word
from training.llm.planning.recorded_run import RecordedRun

_WRONG_SHARE: Final = 0.06
_NEEDS_DRAFTS: Final = {("finish", "same"), ("escalate", "invalid"), ("escalate", "refused"), ("finish", "invalid")}


class Part(Word):
    """What the planner said and what followed; taught: the planner's words are to be learned."""

    said: Names
    result: Names
    taught: bool


class Lesson(Word):
    """A run on one goal, by parts: the short form of its last view, and the decision on it. drill: its evidence was drawn."""

    network: int
    number: int
    drill: bool = False
    parts: tuple[Part, ...]

    @property
    def decisions(self) -> int:
        """How many decisions are taught."""
        return sum(part.taught for part in self.parts)

    def drilled(self, draw: Random) -> tuple[list[str], list[bool]]:
        """Return the names with wrong plans put between them, and of each name whether it is taught."""
        names: list[str] = []
        taught: list[bool] = []
        for at, part in enumerate(self.parts):
            if part.taught and draw.random() < _WRONG_SHARE and (wrong := _wrong(self.parts[:at], part, draw)):
                names += [*wrong, WRONG]
                taught += [False] * (len(wrong) + 1)
            names += [*part.said, *part.result]
            taught += [part.taught] * len(part.said) + [False] * len(part.result)
        return names, taught


def read_lessons(path: Path) -> list[Lesson]:
    """Return the lessons of a file of JSON lines, gzipped or not; raises ValueError for a file without any."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    lessons = [Lesson.model_validate_json(line) for line in text.splitlines()]
    if not lessons:
        raise ValueError(f"{path} has no lesson: make some with `twinpilot llm planning-data`")
    return lessons


def _wrong(before: Sequence[Part], right: Part, draw: Random) -> Names:
    """Return a plan that fails its check there: a call that was answered, or a conclusion that is not the right one."""
    answered = [part.said for part in before if 0 < len(part.said) < 4 and part.result and part.result[0] != "failed"]
    claims = [(kind, why) for kind, whys in CONCLUSIONS.items() for why in whys]
    wrong = draw.choice([*answered, *claims])
    return () if wrong == right.said or OTHER in wrong else wrong


def lessons_of(run: RecordedRun, effort: Effort) -> Iterator[Lesson]:
    """Yield the lessons of a run, one for each goal that it had."""
    scenes = [(Scene(view, effort), decision) for view, decision in run.views() if is_plannable(view.reading)]
    for _, group in groupby(scenes, key=lambda pair: goal_names(pair[0])):
        part = list(group)
        scene, decision = part[-1]
        parts = tuple(_parts(part[0][0].view, scene, decision))
        if any(one.taught for one in parts):
            yield Lesson(network=run.network, number=run.number, parts=parts)


def _parts(first: View, scene: Scene, decision: Decision) -> Iterator[Part]:
    last = [] if isinstance(decision, Understand) else names_of(decision, scene)
    drafted = bool(last) and (last[0] in _NEEDS_DRAFTS or last[0][0] == "propose")
    made = len(scene.view.observations)
    for entry in [*transcript_of(scene, drafted=drafted), *(Entry(names, (), made) for names in last[:1])]:
        is_taught = bool(entry.said) and OTHER not in entry.said and entry.made >= len(first.observations)
        yield Part(said=entry.said, result=entry.result, taught=is_taught)
