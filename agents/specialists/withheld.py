"""What a plan leaves out because it is forbidden: said in every answer that it may have changed."""

from __future__ import annotations

from dataclasses import replace

from agents.heuristics.situation import Situation
from agents.specialists.team import specialists_for
from policies.restrictions.prohibition import Prohibition
from policies.restrictions.restriction import Restriction


def withheld(situation: Situation) -> list[str]:
    """Return the prohibitions that keep edits out of the drafts, one line each; empty if they are the same without them."""
    if not situation.forbidden:
        return []
    free = replace(situation, forbidden=())
    drafts = [draft for one in specialists_for(free.intent) for group in one.draft_groups(free) for draft in group]
    hit = {prohibition for draft in drafts for edit in draft.edits if (prohibition := situation.forbids(edit))}
    return [f"not tried, since {one.describe()}" for one in situation.forbidden if one in hit]


def way_round(prohibition: Prohibition) -> str:
    """Return what the operator can do instead of what is forbidden."""
    if isinstance(prohibition, Restriction):
        return f"leave the network unchanged, or remove restriction {prohibition.id} first"
    return "leave the network unchanged, or state the request without what it forbids"
