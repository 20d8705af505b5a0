"""What readers learn from: the texts of the hands, several times, new variants of them, and plain sentences of their words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from agents.readers.language_model.answer_names import choice_tokens
from training.llm.composing.composer import Composer
from training.llm.labelled_text import Hand, LabelledText, hands_of, name_of
from training.llm.multiplying.multiplier import Multiplier
from training.llm.multiplying.source import sources_of


@dataclass(frozen=True)
class Lessons:
    """passes: over the texts themselves. variants: of them, all different. composed: plain sentences of the hands' words.

    held_out: hands that are not learned from. corpus: checksums of a corpus that is learned beside them, empty for none;
    corpus_share: its share of the tokens of the 6G-LLM, 0..0.9; the second reader learns none of it.
    """

    passes: int = 2
    variants: int = 16000
    composed: int = 0
    seed: int = 1
    held_out: tuple[str, ...] = ()
    corpus: str = ""
    corpus_share: float = 0.0

    def options(self) -> str:
        """Return the options of the command that trains with these lessons."""
        held = f" --held-out {','.join(self.held_out)}" if self.held_out else ""
        corpus = f" --corpus CORPUS --corpus-share {self.corpus_share:g}" if self.corpus else ""
        return f"--passes {self.passes} --variants {self.variants} --composed {self.composed} --seed {self.seed}{held}{corpus}"

    def hands(self) -> list[Hand]:
        """Return the hands that are learned from, as they were when first asked for: a training lasts for hours.

        Raises ValueError for an unknown one that is held out.
        """
        return self._hands

    @cached_property
    def _hands(self) -> list[Hand]:
        hands = hands_of()
        unknown = set(self.held_out) - {hand.name for hand in hands}
        if unknown:
            raise ValueError(f"held out: {', '.join(sorted(unknown))} is no hand; there are {', '.join(h.name for h in hands)}")
        return [sayable(hand) for hand in hands if hand.name not in self.held_out]


def sayable(hand: Hand) -> Hand:
    """Return the hand without texts that need a name, such as that of a rare attribute, for which readers have no word."""
    names = choice_tokens()

    def kept(texts: Iterable[LabelledText]) -> tuple[LabelledText, ...]:
        return tuple(text for text in texts if all(name_of(item) in (*names, "change") for item in text.items()))

    return replace(hand, texts=kept(hand.texts), literal=kept(hand.literal))


def texts_of_lessons(lessons: Lessons) -> list[LabelledText]:
    """Return the texts in a fixed order: those of the hands as a literal reader marks them, variants, composed sentences."""
    hands = lessons.hands()
    sources = sources_of(hands)
    literal = {(hand.name, text.text): text for hand in hands for text in hand.literal}
    own = [literal.get((source.hand, source.text.text), source.text) for source in sources]
    variants = (source.text for source in Multiplier(sources, lessons.seed).variants(lessons.variants))
    return [*(own * lessons.passes), *variants, *Composer(sources, lessons.seed).texts(lessons.composed)]
