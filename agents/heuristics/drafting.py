"""Candidates for an intent: the draft of each heuristic, combinations of them, and the same with smaller or larger steps."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from agents.heuristics.draft import Draft, merge, scaled
from agents.heuristics.situation import Situation

_MIN_DRAFTS = 3
_MAX_DRAFTS = 8


def draft_candidates(situation: Situation, groups: Sequence[Sequence[Draft]]) -> list[Draft]:
    """Return at most eight distinct candidates from the heuristics' drafts (one group each), at least three if possible."""
    combined: list[Draft] = []
    if len(groups) > 1:
        combined.append(merge("balanced", [group[0] for group in groups]))
        demand = [group[0] for group in groups if group[0].name not in ("sleep light cells", "lower power")]
        combined.append(merge("demand only", demand))
    single = [draft for rank in zip_longest(*groups) for draft in rank if draft is not None]
    if len(single) > 1:
        combined.append(merge("everything", single))
    return _distinct(_with_scaled(situation, _distinct([*combined, *single])))[:_MAX_DRAFTS]


def _with_scaled(situation: Situation, drafts: list[Draft]) -> list[Draft]:
    """Add the drafts at half and at double step if there are too few; where one change reaches no further, at parts of it."""
    candidates = list(drafts)
    for factor, word in ((0.5, "half"), (2.0, "double"), (0.75, "three quarters"), (0.25, "a quarter")):
        if len(candidates) < _MIN_DRAFTS:
            candidates += [scaled(draft, factor, f"{draft.name}, {word}", situation.edit) for draft in drafts]
            candidates = _distinct(candidates)
    return candidates


def _distinct(drafts: list[Draft]) -> list[Draft]:
    """Return the first draft of each change set; empty ones are left out."""
    by_digest: dict[str, Draft] = {}
    for draft in drafts:
        if draft.edits:
            by_digest.setdefault(draft.digest, draft)
    return list(by_digest.values())
