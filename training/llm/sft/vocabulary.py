"""The tokens of the small model: marks, digits, words of the text, labels of figures and reasoning, fragments of answers."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from training.llm.sft.figures import NUMBERS, STATES
from training.llm.sft.fragment import Fragments, default_fragments
from training.llm.sft.text_tokens import text_vocabulary

PAD: Final = "<pad>"
TASK: Final = "<task>"
FIGURES: Final = "<figures>"
THINK: Final = "<think>"
TRY: Final = "<try>"
REFLECT: Final = "<reflect>"
INFEASIBLE: Final = "<infeasible>"
ANSWER: Final = "<answer>"
END: Final = "<end>"
MARKS: Final = (PAD, TASK, FIGURES, THINK, TRY, REFLECT, INFEASIBLE, ANSWER, END)
LABELS: Final = ("carries", "peak", "sent", "first", "again", "gives")
VERDICTS: Final = (("rate-ok", "rate-short"), ("delay-ok", "delay-long"), ("ber-ok", "ber-high"))
NOTHING: Final = "mcs:none"


@dataclass(frozen=True)
class Vocabulary:
    """Tokens and their ids; `fragments` are those of the answers."""

    fragments: Fragments

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """All tokens; the position of a token is its id."""
        figures = [*(label for label, _ in NUMBERS), *(state for states in STATES for state in states)]
        reasoning = [*LABELS, *(verdict for pair in VERDICTS for verdict in pair), NOTHING]
        answers = [*self.fragments.trial_names, *self.fragments.answer_names]
        return tuple(dict.fromkeys([*MARKS, *"0123456789", *figures, *reasoning, *answers, *text_vocabulary()]))

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {token: number for number, token in enumerate(self.tokens)}

    def __len__(self) -> int:
        return len(self.tokens)

    def id(self, token: str) -> int:
        """Return the id of a token; raises KeyError for an unknown one."""
        return self._ids[token]

    def encode(self, tokens: Sequence[str]) -> list[int]:
        """Return the ids of `tokens`; raises KeyError for an unknown one."""
        return [self._ids[token] for token in tokens]

    def decode(self, ids: Sequence[int]) -> list[str]:
        """Return the tokens with these ids."""
        return [self.tokens[number] for number in ids]

    @cached_property
    def digest(self) -> str:
        """Checksum of the tokens and their order: data and weights belong to one vocabulary."""
        return hashlib.sha256("\n".join(self.tokens).encode()).hexdigest()[:16]


@lru_cache(maxsize=1)
def default_vocabulary() -> Vocabulary:
    """Return the vocabulary for the oracle's space."""
    return Vocabulary(default_fragments())
