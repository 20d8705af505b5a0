"""The encoder's say in the language model's choices: act and facts for what is chosen, tags for the words that are copied.

The encoder is the better judge of what a text is about, the language model of what belongs together; an answer is what both hold
probable (a product of experts).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

from agents.readers.encoder.encoder_reader import Judged
from agents.readers.language_model.answer import Prompt
from agents.readers.language_model.answer_names import COMPARISONS, REFERENCES, SIGNS, STATES
from agents.readers.language_model.generating import Guide
from agents.readers.language_model.grammar import AnswerState
from agents.reading.marked import Reference
from policies.slices import Slice

_LEAST: Final = 1e-4  # no choice is ruled out by the encoder alone
_TAGS: Final = {"place": "p", "amount": "a", "when": "w", "if": "c"}
_COMPARISON: Final = {name: comparison for comparison, name in COMPARISONS.items()}
_SIGN: Final = {name: sign for sign, name in SIGNS.items()}
_STATE: Final = {name: state for names in STATES.values() for state, name in names.items()}
_MOST: Final = 5
_WITHIN_WORD: Final = 0.05  # words are hardly ever copied in part


def guided(judged: Judged, weight: float = 1.0) -> Callable[[Prompt], Guide]:
    """Return what makes the guide of a prompt; weight: of the encoder's logarithms."""

    def of(prompt: Prompt) -> Guide:
        guide = _EncoderGuide(judged, prompt)

        def say(state: AnswerState, allowed: Sequence[int]) -> list[float]:
            return [weight * math.log(max(guide.share(state, token), _LEAST)) for token in allowed]

        return say

    return of


class _EncoderGuide:
    def __init__(self, judged: Judged, prompt: Prompt) -> None:
        self._judged = judged
        self._facts = judged.facts
        self._kinds = {
            kind: max(share for fact, share in judged.facts.items() if fact.startswith(f"{kind} "))
            for kind in ("target", "edit", "forbid")
        }
        self._starts = [_is_border(prompt.text, start) for start, _ in prompt.offsets]
        self._ends = [_is_border(prompt.text, end) for _, end in prompt.offsets]
        self._tags = {slot: _tag_shares(judged, prompt, tag) for slot, tag in _TAGS.items()}

    def share(self, state: AnswerState, token: int) -> float:
        """Return the probability that a token is right, given what has been said."""
        name = state.name_of(token)
        if state.expects == "words":
            return self._of_words(state, token, name)
        return {
            "act": self._act,
            "item": self._item,
            "name": self._name,
            "slice": self._slice,
            "comparison": self._comparison,
            "reference or amount": self._reference,
            "sign": self._sign,
            "edit": self._edit,
            "place": self._place,
            "amount or place": self._place,
        }.get(state.expects, _indifferent)(state, name)

    def _act(self, state: AnswerState, name: str) -> float:
        return self._judged.acts[name]

    def _item(self, state: AnswerState, name: str) -> float:
        more = self._more(state.items)
        if name in ("target", "edit", "forbid"):
            return more * self._kinds[name]
        when = 0.0 if "when" in state.said else self._facts["when"]
        if name == "when":
            return (1 - more) * when
        under = self._facts["if"]
        return (1 - more) * (1 - when) * (under if name == "if" else 1 - under)

    def _more(self, said: int) -> float:
        """Return the probability that more items are meant than were said."""
        counts = {number: self._facts[f"{number} items"] for number in range(1, _MOST + 1)}
        more = sum(share for number, share in counts.items() if number > said)
        return more / max(more + counts.get(said, 0.0), 1e-6) if said < _MOST else 0.5

    def _name(self, state: AnswerState, name: str) -> float:
        return self._facts[f"{state.kind} {'change' if name == 'any' else name}"]

    def _slice(self, state: AnswerState, name: str) -> float:
        named = "change" if state.name == "any" else state.name
        shares = {slice_: self._facts[f"{named} of {slice_}"] for slice_ in map(str, Slice)}
        return 1 - max(shares.values()) if name == "any" else shares[name]

    def _comparison(self, state: AnswerState, name: str) -> float:
        return self._facts[f"{state.name} {_COMPARISON[name]}"]

    def _reference(self, state: AnswerState, name: str) -> float:
        if name in REFERENCES:
            return self._to(name)
        return 1 - max(self._to(reference) for reference in REFERENCES)

    def _to(self, reference: Reference | str) -> float:
        return max(self._facts[f"to {reference} {sign}"] for sign in _SIGN.values())

    def _sign(self, state: AnswerState, name: str) -> float:
        start = f"to {state.reference}" if state.kind == "target" else f"{state.name} by"
        return self._facts[f"{start} {_SIGN[name]}"]

    def _edit(self, state: AnswerState, name: str) -> float:
        if name == "by":
            return max(self._facts[f"{state.name} by {sign}"] for sign in _SIGN.values())
        return self._facts[f"{state.name} {_STATE.get(name, name)}"]

    def _place(self, state: AnswerState, name: str) -> float:
        if name == "amount":
            return 0.5
        again = self._facts["again"] if state.items > 1 else 0.0
        named = max(self._tags["place"], default=0.0)
        everywhere = max(self._facts["everywhere"], 1 - named)  # no word of a text is a place: it says none
        return {"again": again, "everywhere": (1 - again) * everywhere}.get(name, (1 - again) * (1 - everywhere) * named)

    def _of_words(self, state: AnswerState, token: int, name: str) -> float:
        tags = self._tags[state.slot]
        if name:  # the words end here: what would come next does not belong to them
            ends = [self._ends[at - 1] for at in state.copied or ()]
            rest = max((tags[at] for at in state.copied or () if at < len(tags)), default=0.0)
            stop = (1 - rest) * (1.0 if any(ends) else _WITHIN_WORD)
            return stop * self._behind_words(state, name)
        positions = state.positions_of(token)
        if state.copied is not None:
            return max(tags[at] for at in positions)
        starts = (0.0 if at in state.used else 1.0 if self._starts[at] else _WITHIN_WORD for at in positions)
        new = (tags[at] * (1 - 0.9 * (tags[at - 1] if at else 0.0)) for at in positions)
        return max(share * start for share, start in zip(new, starts, strict=True))

    def _behind_words(self, state: AnswerState, name: str) -> float:
        """Return the probability of what is said behind copied words, given that they end."""
        if name == "piece":
            return max(self._unused(state), default=0.0)
        return self._place(state, name) if state.slot == "amount" else self._item(state, name)

    def _unused(self, state: AnswerState) -> list[float]:
        """Return the probabilities that words belong to the slot, of those that were not copied for it."""
        return [share for at, share in enumerate(self._tags[state.slot]) if at not in state.used]


def _is_border(text: str, at: int) -> bool:
    """Whether a word may begin or end at a place in the text."""
    return not (0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum())


def _indifferent(state: AnswerState, name: str) -> float:
    return 0.5


def _tag_shares(judged: Judged, prompt: Prompt, tag: str) -> list[float]:
    """Return the probability of a tag for each token of the text; a space between two words has what both have."""
    shares = [_tag_share(judged, span, tag) for span in prompt.offsets]
    for at, share in enumerate(shares):
        if share is None:
            shares[at] = min(shares[at - 1] or 0.0 if at else 0.0, next((one for one in shares[at:] if one is not None), 0.0))
    return [share or 0.0 for share in shares]


def _tag_share(judged: Judged, span: tuple[int, int], tag: str) -> float | None:
    shares = [piece.tags[tag] for piece in judged.pieces if max(piece.start, span[0]) < min(piece.end, span[1])]
    return sum(shares) / len(shares) if shares else None
