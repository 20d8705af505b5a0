"""The statement that a handover event never fires: "zero A3 reports for 60 s", "no handovers although a neighbour is better"."""

from __future__ import annotations

import re
from typing import Final

from agents.understanding.result import NetworkQuestion, Question, ReadingError
from twins.network import NetworkCard

_NONE: Final = r"(?:zero|no|0|not a single|without(?:\s+any)?)"
_REPORTS: Final = r"(?:event[\s-]*)?(?:A3|measurement|handover)[\s-]*(?:event[\s-]*)?(?:measurement[\s-]*)?(?:reports?|reporting)"
_CLAIM: Final = re.compile(
    rf"\b{_NONE}\s+{_REPORTS}\b"
    rf"|\b(?:zero|0|no)\s+handovers?\s+(?:for|in|at all|since|over|during|are|were|happen|although|despite|though)\b"
    rf"|\bA3\b[^.;]*\b(?:never|not)\s+(?:fires?|triggers?|reports?|triggered|reported|installed)\b",
    re.IGNORECASE,
)


def read_handover_claim(text: str, card: NetworkCard) -> NetworkQuestion | None:
    """Return the question about the cells of the statement, None for other texts; raises ReadingError if it names no cell."""
    if not _CLAIM.search(text):
        return None
    named = [cell.id for cell in card.cells if re.search(rf"(?<!\w){re.escape(cell.id)}(?!\w)", text, re.IGNORECASE)]
    serving = [cell for cell in named if not _is_neighbour(cell, text)] or named
    if not serving:
        question = "An event that never reports: in which serving cell?"
        raise ReadingError(Question(question=question, choices=tuple(cell.id for cell in card.cells[:4])))
    return NetworkQuestion(topic="inactive handover", cells=tuple(serving))


def _is_neighbour(cell: str, text: str) -> bool:
    """Whether the text calls the cell a neighbour ("neighbour S1C2 is 20 dB better")."""
    return bool(re.search(rf"\bneighbou?r(?:ing)?(?:\s+cell)?\s+{re.escape(cell)}(?!\w)", text, re.IGNORECASE))
