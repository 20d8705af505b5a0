"""One way to read a text: what the language model marked, what code computes from it, and what speaks for and against it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from agents.readers.accounting import accounted_words, dismissed_words, named_words, unaccounted_words
from agents.readers.accounts.accounted_words import AccountedWords
from agents.readers.accounts.strange_words import is_beside
from agents.readers.accounts.unsaid import unsaid
from agents.readers.encoder.encoder_reader import Judged
from agents.readers.encoder.facts import facts_of
from agents.readers.language_model.answer_names import ATTRIBUTES
from agents.readers.language_model.generating import Answered
from agents.readers.slips import slip_in
from agents.readers.spanned_text import SpannedText, Spans
from agents.readers.verifier.verifier import UNVERIFIED, Verified
from agents.reading.computing import computed
from agents.reading.doubt import Doubt
from agents.reading.feasibility import impossible
from agents.reading.marked import LIVE_ACTS, Act
from agents.reading.names import Names
from agents.reading.other_attributes import other_attributes_in
from agents.reading.reading import Reading
from agents.reading.slice_words import unknown_slices_in
from agents.reading.unknown_words import stems_in, strangers_in, traffic_classes_in, unmeasured_in

REFUSALS: Final[tuple[Act, ...]] = ("ask", "cannot", "off_topic")
OWN_FEATURES: Final = ("least", "answer", "own", "guide", "act", "asserted", "missed", "words", "left over", "dismissed")
_LOWEST: Final = -8.0
_AZIMUTH: Final = re.compile(r"\b(?:digital|beam)\s?azimuths?\b", re.IGNORECASE)  # the antenna's own is not to be set


@dataclass(frozen=True)
class Candidate:
    """A text as the language model answered (`spanned`: its answer, which has ended), and the encoder's judgement.

    is_whole: it was answered to the whole text. is_by_parts: the parts of the text, read by themselves, say so.
    verified: what the verifier says of it.
    """

    spanned: SpannedText
    answered: Answered
    judged: Judged
    names: Names
    is_whole: bool = True
    is_by_parts: bool = False
    verified: Verified = UNVERIFIED

    @property
    def act(self) -> Act:
        """What the operator wants."""
        return self.spanned.act

    @property
    def is_live(self) -> bool:
        """Whether there is something to compute."""
        return self.act in LIVE_ACTS

    @cached_property
    def _computed(self) -> Reading | Doubt:
        if not self.is_live:
            return Reading(act=self.act)
        try:
            reading = Reading.of(computed(self.spanned.marked(), self.names))
        except Doubt as doubt:
            return doubt
        if found := next(unsaid(self.spanned, self.judged.pieces, tuple(named_words(self.spanned.text, self.names))), None):
            return Doubt(*found)
        return slip_in(self.spanned, reading, self.names) or reading

    @property
    def reading(self) -> Reading | None:
        """The reading, None if something cannot be computed."""
        return self._computed if isinstance(self._computed, Reading) else None

    @property
    def doubt(self) -> Doubt | None:
        """What cannot be computed."""
        return self._computed if isinstance(self._computed, Doubt) else None

    @cached_property
    def accounted(self) -> tuple[AccountedWords, ...]:
        """The words that belong to a slot, or to nothing."""
        return accounted_words(self.spanned, self.judged.pieces, self.names) if self.is_live else ()

    @cached_property
    def unaccounted(self) -> list[str]:
        """Words that matter and belong to nothing."""
        return unaccounted_words(self.spanned.text, self.accounted, self.names) if self.is_live else []

    @cached_property
    def impossible(self) -> str:
        """Why no network can do what the reading says, empty if one can."""
        return impossible(self.reading, self.names) if self.is_live and self.reading is not None else ""

    @cached_property
    def unknown(self) -> list[str]:
        """Words for what this network does not have or does not measure, unless they stand beside the matter."""
        if not self.is_live:
            return []
        text = self.spanned.text
        spans = [*unmeasured_in(text), *unknown_slices_in(text), *other_attributes_in(text, ATTRIBUTES)]
        if not any(one.item.slice for one in self.spanned.items):
            spans = [*spans, *traffic_classes_in(text)]
        beside = [(one.start, one.end) for one in self.accounted if one.slot == "nothing"]
        beside += named_words(text, self.names)  # a site P21 is no percentile
        if any(one.item.name == "digitalAzimuth" for one in self.spanned.items):
            beside += [match.span() for match in _AZIMUTH.finditer(text)]
        meant = [span for span in spans if not any(max(span[0], start) < min(span[1], end) for start, end in beside)]
        meant = [span for span in meant if not is_beside(text, *span, self.accounted)]
        return [*(text[start:end] for start, end in meant), *strangers_in(text, self.names), *self._stems_left_out()]

    def _stems_left_out(self) -> list[str]:
        """Return the stems of ids that a text names and no mark holds, where something is heard for the whole network."""
        if all(one.item.place for one in self.spanned.items):
            return []
        text, marked = self.spanned.text, [span for _, some in self._slots() for span in some]
        stems = stems_in(text, self.names)
        return [text[start:end] for start, end in stems if not any(max(start, one[0]) < min(end, one[1]) for one in marked)]

    @property
    def is_open(self) -> bool:
        """Whether something cannot be computed, or words that matter are left over."""
        return self.doubt is not None or bool(self.unaccounted)

    @property
    def is_asked(self) -> bool:
        """Whether the reading cannot be acted on, however sure the readers are: it refuses, or something is open."""
        return self.act in REFUSALS or self.is_open or bool(self.impossible or self.unknown)

    @cached_property
    def agreement(self) -> float:
        """The logarithm of the probability that the encoder gives to act and facts."""
        total = _log(self.judged.acts[self.act])
        if self.is_live:
            said = facts_of(self.spanned.marked())
            total += sum(_log(share if fact in said else 1 - share) for fact, share in self.judged.facts.items())
        return total

    def features(self) -> tuple[float, ...]:
        """Return what speaks for and against this reading by itself, in the order of `OWN_FEATURES`; logarithms and logits."""
        asserted, missed = self._facts()
        return (
            logit(self.answered.least),
            max(self.answered.logarithm, 2 * _LOWEST),
            logit(self.answered.own_least),
            logit(self.answered.guide_least),
            _log(self.judged.acts[self.act]),
            asserted,
            missed,
            self._least_word(),
            self._left_over(),
            self._dismissed(),
        )

    def _facts(self) -> tuple[float, float]:
        """Return the logarithm of the least probable fact that is said, and that no fact is missed."""
        if not self.is_live:
            return 0.0, 0.0
        said = facts_of(self.spanned.marked())
        facts = self.judged.facts
        return min(_log(facts[fact]) for fact in said), min(_log(1 - share) for fact, share in facts.items() if fact not in said)

    def _least_word(self) -> float:
        """Return the logarithm of the mean probability of the tags in the span whose words agree least."""
        spans = [(span, tag) for tag, some in self._slots() for span in some]
        return min((_log(_mean_share(self.judged, span, tag)) for span, tag in spans), default=0.0)

    def _slots(self) -> Iterator[tuple[str, Spans]]:
        for one in self.spanned.items:
            yield from (("p", one.place), ("a", one.amount))
        yield from (("w", self.spanned.when), ("c", self.spanned.condition))

    def _left_over(self) -> float:
        """Return the logarithm of one minus the greatest probability that words outside of the answer belong into it."""
        covered = [span for _, some in self._slots() for span in some]
        forbids = any(one.item.kind == "forbid" for one in self.spanned.items)
        tags = ("pawc" if forbids else "pawcr") + ("" if any(one.item.slice for one in self.spanned.items) else "s")
        outside = [
            max(piece.tags[tag] for tag in tags)
            for piece in self.judged.pieces
            if not any(max(piece.start, start) < min(piece.end, end) for start, end in covered)
        ]
        return min((_log(1 - share) for share in outside), default=0.0) if self.is_live else 0.0

    def _dismissed(self) -> float:
        """Return the logarithm of the least probability that words which matter mean nothing here, where nothing else is said."""
        spans = dismissed_words(self.spanned.text, self.accounted, self.names) if self.is_live else []
        return min((_log(_mean_share(self.judged, span, "n")) for span in spans), default=0.0)


def _mean_share(judged: Judged, span: tuple[int, int], tag: str) -> float:
    shares = [piece.tags[tag] for piece in judged.pieces if max(piece.start, span[0]) < min(piece.end, span[1])]
    return sum(shares) / len(shares) if shares else 0.5


def logit(share: float) -> float:
    """Return the log-odds of a probability, kept within those of 0.0001 and 0.9999."""
    inside = min(max(share, 1e-4), 1 - 1e-4)
    return math.log(inside / (1 - inside))


def _log(share: float) -> float:
    return max(math.log(max(share, 1e-9)), _LOWEST)


def ranked(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return candidates by what both readers together hold more probable; one with something open stands behind all others.

    The first is the one that was answered first. Its act stands unless all of that act are open: acts cannot be compared by the
    probability of whole answers, since one that only asks has nothing to be wrong about.
    """
    act = next((one.act for one in candidates if one.is_whole), None)
    return sorted(candidates, key=lambda one: (one.is_open, one.act != act, -one.answered.logarithm - one.agreement))
