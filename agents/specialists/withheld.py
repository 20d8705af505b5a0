"""What a plan leaves out because it is forbidden: said in every answer that it may have changed."""

from __future__ import annotations

from agents.heuristics.situation import Situation
from agents.specialists.team import offers
from policies.restrictions.prohibition import Prohibition
from policies.restrictions.restriction import Restriction


def withheld(situation: Situation) -> list[str]:
    """Return the prohibitions that keep edits out of the offers, one line each; empty if they are the same without them."""
    if not situation.forbidden:
        return []
    held = {one for offer in offers(situation) for one in offer.held}
    return [f"not tried, since {said}" for one in situation.forbidden if (said := one.describe()) in held]


def way_round(prohibition: Prohibition) -> str:
    """Return what the operator can do instead of what is forbidden."""
    if isinstance(prohibition, Restriction):
        return f"leave the network unchanged, or remove restriction {prohibition.id} first"
    return "leave the network unchanged, or state the request without what it forbids"
