"""Candidates for an intent: what each heuristic suggests alone, what they give together, and the same at other strengths."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from agents.heuristics.draft import Draft, merge, scaled
from agents.heuristics.situation import Situation

_WANTED = 3
_MOST = 8


def draft_candidates(situation: Situation, groups: Sequence[Sequence[Draft]]) -> list[Draft]:
    """Put the heuristics' drafts (one group each) together: eight at most, three at least where anything can be turned."""
    together: list[Draft] = []
    if len(groups) > 1:
        together.append(merge("balanced", [group[0] for group in groups]))
        demand = [group[0] for group in groups if group[0].name not in ("sleep light cells", "lower power")]
        together.append(merge("demand only", demand))
    turns = [draft for turn in zip_longest(*groups) for draft in turn if draft is not None]
    if len(turns) > 1:
        together.append(merge("everything", turns))
    drafts = [*together, *turns]
    return _different(_with_strengths(situation, _different(drafts)))[:_MOST]


def _with_strengths(situation: Situation, drafts: list[Draft]) -> list[Draft]:
    """Where there are few ideas, try the first ones at half and double strength."""
    more = list(drafts)
    for factor, word in ((0.5, "half"), (2.0, "double")):
        if len(more) < _WANTED:
            more += [scaled(draft, factor, f"{draft.name}, {word}", situation.edit) for draft in drafts]
            more = _different(more)
    return more


def _different(drafts: list[Draft]) -> list[Draft]:
    by_digest: dict[str, Draft] = {}
    for draft in drafts:
        if draft.edits:
            by_digest.setdefault(draft.digest, draft)
    return list(by_digest.values())
