"""What a reading has without a word for it, and states that an encoder hears and the reading has not.

"Min ratio 30 %" names no slice, so none can be meant; "hysteresis 2 dB in S7C1, S7C2: lock" has more than a hysteresis.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from agents.readers.encoder.encoder_reader import TaggedPiece
from agents.readers.spanned_text import SpannedText
from agents.reading.slice_words import names_slice

_POSSIBLE: Final = 0.2  # of an encoder's tag
_SURE: Final = 0.7
_STATES: Final = {
    "LOCKED": re.compile(r"(?:un)?lock(?:ed|ing)?", re.IGNORECASE),
    "sleep": re.compile(r"(?:a)?sleep(?:s|ing)?|sleeping|wake(?:s|n)?|wak(?:e|ing)\s+up|awake|hibernat\w+", re.IGNORECASE),
}
_OF_STATE: Final = {
    "LOCKED": ("administrativeState", "change"),
    "sleep": ("energySavingControl", "sleep", "change"),
}


def unsaid(
    spanned: SpannedText, pieces: Sequence[TaggedPiece], named: Sequence[tuple[int, int]] = ()
) -> Iterator[tuple[str, str]]:
    """Yield words and what is wrong with them.

    pieces: of the text, tagged. named: where places are named: a Lock-C is no state.
    """
    text = spanned.text
    has_slice = names_slice(text) or any(piece.tags["s"] >= _POSSIBLE for piece in pieces)
    yield from (
        (str(one.item.slice), "no word of the text names this slice") for one in spanned.items if one.item.slice and not has_slice
    )
    if spanned.act not in ("change", "forbid"):
        return
    own = {one.item.name for one in spanned.items}
    covered = [span for one in spanned.items for span in (*one.place, *one.amount)] + [*spanned.when, *spanned.condition, *named]
    for is_state, group in groupby(pieces, key=lambda piece: piece.tags["v"] >= _SURE):
        run = list(group)
        start, end = run[0].start, run[-1].end
        if not is_state or any(max(start, first) < min(end, last) for first, last in covered):
            continue
        for state, words in _STATES.items():
            if words.search(text[start:end]) and not own & set(_OF_STATE[state]):
                yield text[start:end], "it is a state, and none is heard"
