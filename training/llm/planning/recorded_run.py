"""A run of a planner as it is kept: one line of JSON, from which each view can be made again with the decision on it.

Observations stand once, in the order in which they were made: the view of a step has the first `observed` of them.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agents.answer import Answer
from agents.planner import Decision, View
from agents.understanding.result import Reading
from policies.guardrails.loading import load_guardrails
from policies.proposal import Proposal
from policies.verdict import Verdict
from policies.word import Word
from tools.calls.observation import Observation
from tools.calls.tool_offer import offers_of
from tools.registry import default_registry
from training.llm.planning.rollout import Run
from twins.network import NetworkCard


class RecordedStep(Word):
    """A decision, and what its view has besides card, tools and observations."""

    observed: int
    reading: Reading | None
    unread: tuple[Answer, ...] = ()
    answers: tuple[Answer, ...] = ()
    proposal: Proposal | None = None
    verdict: Verdict | None = None
    feedback: tuple[str, ...] = ()
    steps_left: int
    decision: Decision


class RecordedRun(Word):
    """A run on the made network `network`. agreed: gate, safety review and a second look of the twin agree with its end."""

    network: int
    number: int
    text: str
    card: NetworkCard
    observations: tuple[Observation, ...]
    steps: tuple[RecordedStep, ...]
    end: str
    agreed: bool

    @classmethod
    def of(cls, network: int, number: int, run: Run, *, agreed: bool) -> RecordedRun:
        """Return a run as it is kept; raises ValueError for one without a step."""
        if not run.steps:
            raise ValueError("the run has no step")
        last = run.steps[-1][0]
        steps = tuple(
            RecordedStep(
                observed=len(view.observations),
                reading=view.reading,
                unread=view.unread,
                answers=view.answers,
                proposal=view.proposal,
                verdict=view.verdict,
                feedback=view.feedback,
                steps_left=view.steps_left,
                decision=decision.model_copy(update={"messages": ()}),  # they follow from the view
            )
            for view, decision in run.steps
        )
        return cls(
            network=network,
            number=number,
            text=last.text,
            card=last.card,
            observations=last.observations,
            steps=steps,
            end=run.end,
            agreed=agreed,
        )

    def views(self) -> Iterator[tuple[View, Decision]]:
        """Yield each view with the decision on it."""
        offers, bounds = offers_of(default_registry()), load_guardrails().rules.step
        for step in self.steps:
            more: dict[str, Any] = {name: getattr(step, name) for name in ("reading", "unread", "answers", "proposal", "verdict")}
            yield (
                View(
                    text=self.text,
                    card=self.card,
                    tools=offers,
                    observations=self.observations[: step.observed],
                    feedback=step.feedback,
                    steps=bounds,
                    steps_left=step.steps_left,
                    **more,
                ),
                step.decision,
            )


def append_runs(path: Path, runs: list[RecordedRun]) -> None:
    """Append runs to a file of gzipped JSON lines, in one write."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{run.model_dump_json()}\n" for run in runs)
    with path.open("ab") as file:
        file.write(gzip.compress(lines.encode(), mtime=0))


def read_runs(path: Path) -> Iterator[RecordedRun]:
    """Yield the runs of a file; what a kill left unfinished at its end is left out."""
    if not path.exists():
        return
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        try:
            for line in lines:
                yield RecordedRun.model_validate_json(line)
        except EOFError:
            return
