"""The team: who drafts for an intent, what all of them need, and whether what one says is within its own tools and scope.

Each drafts within its own scope; the planner combines the drafts and the twin decides between them. All of them set attributes
over O1 and policies over A1, in O-RAN's non-real-time loop; faster control remains with the network's own control loops (seed
002, D.2). The safety specialist drafts nothing: it says what it needs, and reviews what any planner would propose.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from agents.heuristics.situation import Situation
from agents.specialists.message import Assignment, Message, Need, Offer
from agents.specialists.phy import PHY
from agents.specialists.ran_control import RAN_CONTROL
from agents.specialists.safety import SAFETY
from agents.specialists.specialist import Specialist
from policies.intent import Intent

TEAM: Final = (RAN_CONTROL, PHY)
_EVERYBODY: Final = {one.name: one for one in (*TEAM, SAFETY)}


def specialists_for(intent: Intent) -> tuple[Specialist, ...]:
    """Return the specialists that are responsible for a target of the intent, in the team's order."""
    return tuple(specialist for specialist in TEAM if specialist.is_responsible_for(intent))


def assignments(situation: Situation) -> list[Assignment]:
    """Return what the planner assigns to whom."""
    targets = (*situation.intent.bounds(), *situation.intent.objectives())
    forbidden = tuple(one.describe() for one in situation.forbidden)
    return [
        Assignment(
            receiver=one.name,
            targets=tuple(target.describe() for _, target in targets if target.kpi.startswith(one.kpis)),
            forbidden=forbidden,
        )
        for one in specialists_for(situation.intent)
    ]


def needs(situation: Situation) -> list[Need]:
    """Return what each of the team needs, also those without a target of the intent: a change of one part concerns the others."""
    return [one.need(situation) for one in _EVERYBODY.values()]


def offers(situation: Situation) -> list[Offer]:
    """Return the offers of those that are responsible for a target."""
    return [one.offer(situation) for one in specialists_for(situation.intent)]


def overreach(messages: Iterable[Message]) -> str:
    """Return which message is outside of its sender's tools or scope, and how; empty if none is."""
    for message in messages:
        if isinstance(message, Need):
            own = _EVERYBODY[message.sender].tools
            for want in message.wants:
                if want.tool not in own:
                    return f"the {message.sender} has no tool {want.tool!r}; it has: {', '.join(sorted(own))}"
        elif isinstance(message, Offer):
            scope = _EVERYBODY[message.sender].scope
            for edit in (edit for group in message.groups for draft in group for edit in draft.edits if not scope.allows(edit)):
                return f"the {message.sender} may not offer {edit.describe()}: it is outside of its scope"
    return ""
