"""The levels of significance that a verification derives from the one that is set (`commitment.significance`, 5 % by default).

A verification looks several times, at many KPIs; a rollback of a good change costs less than a confirmation of a bad one.
`twinpilot bench verification` measures both.
"""

from __future__ import annotations

PROOF = 0.1
"""Of the significance: harm that ends a verification at once must not be the chance of one look among several."""

DOUBT = 0.2
"""Of the significance, for each KPI on its own, if windows were independent: below it, harmlessness is doubtful, unless the KPI
moved as far by itself in earlier windows (`harness.verification.scatter`). Corrected for all KPIs, a harm in
one of many would raise no doubt; both tests together keep false doubts rare."""

SCATTER = 0.5
"""Of the significance: a doubt goes further than the KPI moves by itself, in all windows or in the latest half (two tests)."""

PROOF_OF_SCATTER = 0.2
"""Of the significance: the same for harm, which ends a verification at once."""


CLEAR = 2.0
"""Times what is just material: a loss that nobody can take for chance or for a matter of opinion."""


def met_level(significance: float, share: float) -> float:
    """Return the level at which a target is met, when `share` (0..1) of the time until the deadline has been watched.

    The significance is spent over the looks by its cube (Kim and DeMets 1987, nearly that of O'Brien and Fleming): early looks,
    with few windows, confirm only what is beyond doubt; the last one has the whole level.
    """
    return significance * min(share, 1.0) ** 3


def harmless_level(significance: float, share: float) -> float:
    """Return the level at which a clear loss is ruled out, spent over the looks by its square.

    It is ten times the significance: at the last look a clear loss must be less likely than not. KPIs that scatter as much as is
    material, such as a low percentile over few users, would often not be confirmed at a stricter one.
    """
    return 10 * significance * min(share, 1.0) ** 2
