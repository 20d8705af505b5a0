"""Claims with whether each of their parts is right: of hands' own readings, of readings with a fault, of real readers' answers.

Code decides what is right: a mark that is cut and still computes to what was meant is no fault.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from agents.readers.candidate import REFUSALS
from agents.readers.spanned_text import SpannedText
from agents.readers.verifier.claim import Claim, claim_of
from agents.reading.computing import ComputedReading, computed
from agents.reading.doubt import Doubt
from agents.reading.marked import LIVE_ACTS, Act
from agents.reading.names import Names
from agents.reading.reading import Reading
from training.llm.labelled_text import Hand, LabelledText
from training.llm.scoring import Part, parts_of, time_of, verdict
from training.llm.verifier.answered_text import AnsweredText
from training.llm.verifier.corrupting import corrupted

_ACTS: Final[tuple[Act, ...]] = ("question", "why", "select")  # with nothing to compute, and acted on

Seen = Callable[[int, int], None]
"""Called with the number of texts that are done, and of all."""


@dataclass(frozen=True)
class VerifierExample:
    """A claim and whether its text says each of its parts, None where that cannot be told."""

    claim: Claim
    right: tuple[bool | None, ...]


def judged(spanned: SpannedText, meant: LabelledText, names: Names) -> tuple[bool | None, ...]:
    """Return whether each part of a reading is what was meant; empty if it says nothing that can be acted on."""
    if spanned.act in REFUSALS:
        return ()
    if spanned.act not in LIVE_ACTS:
        return (verdict([meant], Reading(act=spanned.act)) == "right",)
    try:
        found = computed(spanned.marked(), names)
    except Doubt:
        return ()
    reading = Reading.of(found)
    is_act = reading.act == meant.act
    if meant.act not in LIVE_ACTS:
        return (is_act, *[None] * (len(spanned.items) + 3))
    is_time, is_condition = time_of(reading) == time_of(meant), bool(reading.condition_on) == bool(meant.condition_on)
    said, own = parts_of(reading), parts_of(meant)
    return (is_act, not own - said, *_items(found, len(spanned.items), said & own), is_time, is_condition)


def _items(found: ComputedReading, number: int, right: set[Part]) -> Iterator[bool | None]:
    """Yield whether each item is of a part that is right: of "A sleeps, B sleeps" both are of "A and B sleep"."""
    if len(found.items) != number:  # the words of an amount were those of two bounds
        yield from [None] * number
        return
    for one in found.items:
        (part,) = parts_of(Reading.of(found.model_copy(update={"items": (one,)})))
        yield any(_is_of(part, other) for other in right)


def _is_of(part: Part, other: Part) -> bool:
    own, cells = part[3], other[3]
    is_alike = (*part[:3], *part[4:]) == (*other[:3], *other[4:])
    return is_alike and (own == cells or (isinstance(own, tuple) and isinstance(cells, tuple) and set(own) <= set(cells)))


def made_examples(hands: Sequence[Hand], faults: int, seed: int, tokenizer: Any, seen: Seen) -> list[VerifierExample]:
    """Return the hands' own readings, and for each up to so many with a fault."""
    examples: list[VerifierExample] = []
    total, done = sum(len(hand.texts) for hand in hands), 0
    for hand in hands:
        names = Names(hand.card)
        for text in hand.texts:
            draw = random.Random(f"{seed} {hand.name} {text.text}")
            readings = dict.fromkeys(_made(text, faults, draw))
            examples += [example for one in readings if (example := _example(one, text, names, tokenizer))]
        done += len(hand.texts)
        seen(done, total)
    return examples


def _example(spanned: SpannedText, meant: LabelledText, names: Names, tokenizer: Any) -> VerifierExample | None:
    right = judged(spanned, meant, names)
    claim = claim_of(spanned, tokenizer)
    return VerifierExample(claim, right[: len(claim.parts)]) if right else None


def _made(text: LabelledText, faults: int, draw: random.Random) -> Iterator[SpannedText]:
    own = text.spanned()
    if text.act in REFUSALS:
        return
    yield own
    if text.act in LIVE_ACTS:
        yield from (other for _ in range(faults) if (other := corrupted(own, draw)) is not None)
    else:
        yield SpannedText(text.text, draw.choice([act for act in _ACTS if act != text.act]))


def answered_examples(answers: Sequence[AnsweredText], hands: Sequence[Hand], tokenizer: Any) -> list[VerifierExample]:
    """Return what real readers answered to texts of these hands."""
    examples: list[VerifierExample] = []
    names = {hand.name: Names(hand.card) for hand in hands}
    texts = {(hand.name, text.text): text for hand in hands for text in hand.texts}
    for one in answers:
        meant = texts.get((one.hand, one.text))
        if meant is None:
            continue  # of a hand that is held out, or a text that was mended since
        found = (_example(reading, meant, names[one.hand], tokenizer) for reading in one.readings())
        examples += [example for example in found if example]
    return examples
