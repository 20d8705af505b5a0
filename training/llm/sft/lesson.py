"""A lesson: task, figures, reasoning and answer as tokens, and which of them are learned.

```
<task> words of the text
<figures> what they say, in levels            the reading
<think> MCS needed by each PRB count; carries, MCS of each receiver
<try> fields, peak, sent, first, again, gives, verdicts
<reflect> fields, …                           only after a bound was violated: another trial
<infeasible>                                  only if nothing fulfils the task: the nearest follows
<answer> 16 fragments <end>
```
The words and the fields of a wrong trial are given, not learned: a model must not learn to guess wrong, only to see that it did.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from policies.qos import QosRequirement
from training.llm.sft.arithmetic import Trial, carried_mcs, needed_mcs
from training.llm.sft.choosing import Trials, good_answers
from training.llm.sft.figures import Figures
from training.llm.sft.fragment import TRIAL_FIELDS
from training.llm.sft.text_tokens import UNKNOWN, text_tokens
from training.llm.sft.vocabulary import ANSWER, END, FIGURES, INFEASIBLE, LABELS, REFLECT, TASK, THINK, TRY, Vocabulary
from training.llm.sft.world import World
from training.tasks.services import read_data

WRONG_FIRST: Final = 0.3  # share of lessons whose first trial is wrong, and of each further one after a wrong one
MOST_WRONG: Final = 2
if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_KEPT: Final = frozenset(("delay", "ber", "db", "dbm", "ns", "prbs", "khz", "ghz", "snr"))
_PLACE: Final = re.compile(r"\{[^}]*\}")
UNKNOWN_SHARES: Final = (0.0, 0.1, 0.2, 0.3)  # of the words that become unknown, so that units have to carry the reading


@dataclass
class Lesson:
    """`tokens`, and for each whether it is `learned` (predicted from those before it).

    From position `told_at` on stand the fields of the good trial; `told` float64[7, MOST_VALUES] are the shares of all good
    answers there (`Trials.shares`), learned in the place of the one that was drawn. -1 where a lesson has no good trial.
    """

    tokens: list[str] = field(default_factory=list)
    learned: list[bool] = field(default_factory=list)
    told_at: int = -1
    told: NDArray[np.float64] | None = None

    def add(self, tokens: Sequence[str], learned: bool = True) -> None:
        """Append tokens."""
        self.tokens += tokens
        self.learned += [learned] * len(tokens)


def reading(lesson: Lesson, description: str, rng: random.Random) -> None:
    """Append the words of a description; a share of them, drawn for each lesson, becomes unknown."""
    share = rng.choice(UNKNOWN_SHARES)
    words = [UNKNOWN if word in _droppable() and rng.random() < share else word for word in text_tokens(description)]
    lesson.add([TASK, *words], learned=False)


def solution(
    lesson: Lesson,
    world: World,
    required: QosRequirement,
    vocabulary: Vocabulary,
    rng: random.Random,
    temperature: float,
    spelled: bool,
) -> bool:
    """Append figures, reasoning and answer; False, with the lesson unusable, if no trial is true after rounding.

    spelled: write the fragments of the answer; without them the lesson ends where they would begin.
    """
    fragments, situation = vocabulary.fragments, world.situation
    choice = good_answers(world, required, temperature)
    trials = Trials(world, fragments, required, choice, rng)
    is_read = bool(lesson.tokens)  # without the words nothing tells the figures: they are given
    lesson.add([FIGURES, *Figures.of(required, situation.device, situation.channel).tokens()], learned=is_read)
    lesson.add([THINK, *needed_mcs(world, fragments, required), LABELS[0], *carried_mcs(world, fragments, required)])
    row = int(choice.rows[0])
    good: Trial | None = None
    if choice.is_feasible:
        drawn = trials.good()
        if drawn is None:
            return False
        row, good = drawn
    mark = TRY
    for wrong in _wrong_trials(trials, row, good is None, rng):
        lesson.add([mark])
        lesson.add(wrong.fields, learned=False)
        lesson.add(wrong.tokens()[len(TRIAL_FIELDS) :])
        mark = REFLECT
    if good is not None:
        lesson.add([mark])
        lesson.told_at, lesson.told = len(lesson.tokens), trials.shares(row)
        lesson.add(good.tokens())
    elif mark == TRY:
        return False  # nothing was tried, so nothing shows that the task cannot be fulfilled
    else:
        lesson.add([INFEASIBLE])
    lesson.add([ANSWER])
    if spelled:
        names = fragments.answer_names
        lesson.add([*(names[index] for index in fragments.answer[world.indices[row]].tolist()), END])
    return True


def _wrong_trials(trials: Trials, near: int, is_infeasible: bool, rng: random.Random) -> list[Trial]:
    """Wrong trials before the answer: at least two where nothing fulfils the task."""
    wrong: list[Trial] = []
    least = 2 if is_infeasible else 0
    while len(wrong) < least or (len(wrong) < MOST_WRONG and rng.random() < WRONG_FIRST):
        trial = trials.wrong(near)
        if trial is None:
            break
        wrong.append(trial)
    return wrong


@lru_cache(maxsize=1)
def _droppable() -> frozenset[str]:
    """Words of the train wordings that other wordings may lack: a reader must do without any of them."""
    texts = [text for wordings in read_data("wording.toml").values() for text in wordings["train"]]
    return frozenset(word for text in texts for word in text_tokens(_PLACE.sub(" ", text)) if word.isalpha()) - _KEPT
