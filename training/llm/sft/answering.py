"""Answers of the small model to tasks in words, in batches, and what it said on the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from training.llm.sft.arithmetic import Trial
from training.llm.sft.figures import NUMBERS, STATES, Figures
from training.llm.sft.fragment import TRIAL_FIELDS
from training.llm.sft.grammar import Grammar
from training.llm.sft.network import SmallModel
from training.llm.sft.sampling import write
from training.llm.sft.text_tokens import text_tokens
from training.llm.sft.vocabulary import ANSWER, END, FIGURES, INFEASIBLE, REFLECT, TASK, TRY, Vocabulary
from twins.link.device import DeviceState
from twins.link.orchestration import Orchestration

_BATCH: Final = 64
_FIGURES_SIZE: Final = 4 * len(NUMBERS) + len(STATES)
_TRIAL_SIZE: Final = len(TRIAL_FIELDS) + 29


@dataclass(frozen=True)
class Answer:
    """`orchestration`, the `figures` that were read, the `trials` before it, and whether the task was said to be infeasible."""

    orchestration: Orchestration
    figures: Figures
    trials: tuple[Trial, ...]
    said_infeasible: bool
    tokens: tuple[str, ...]

    @classmethod
    def read(cls, tokens: list[str], vocabulary: Vocabulary) -> Answer:
        """Return the answer that the tokens of a response spell; raises ValueError or NoFragment where they are none."""
        starts = [place + 1 for place, token in enumerate(tokens) if token in (TRY, REFLECT)]
        return cls(
            orchestration=vocabulary.fragments.orchestration(tokens[tokens.index(ANSWER) + 1 : tokens.index(END)]),
            figures=Figures.read(tokens[:_FIGURES_SIZE]),
            trials=tuple(Trial.read(tokens[start : start + _TRIAL_SIZE]) for start in starts),
            said_infeasible=INFEASIBLE in tokens,
            tokens=tuple(tokens),
        )


def prompt_of(description: str, vocabulary: Vocabulary) -> list[int]:
    """Return the ids of a description, up to where the model begins to write."""
    return vocabulary.encode([TASK, *text_tokens(description), FIGURES])


def answers(
    model: SmallModel,
    vocabulary: Vocabulary,
    tasks: Sequence[tuple[str, DeviceState]],
    temperature: float = 0.0,
    seed: int = 0,
    batch: int = _BATCH,
) -> Iterator[Answer]:
    """Yield an answer to each task, a description with its device, in order; temperature 0: the most probable."""
    for start in range(0, len(tasks), batch):
        part = tasks[start : start + batch]
        prompts = [prompt_of(description, vocabulary) for description, _ in part]
        grammars = [Grammar(vocabulary, device) for _, device in part]
        for written in write(model, vocabulary, prompts, grammars, temperature, seed + start):
            yield Answer.read(vocabulary.decode(written.ids), vocabulary)
