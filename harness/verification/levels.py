"""The levels of significance that a verification derives from the one that is set (`commitment.significance`, 5 % by default).

A verification looks several times, at many KPIs; a rollback of a good change costs less than a confirmation of a bad one.
`twinpilot bench verification` measures both.
"""

from __future__ import annotations

from math import sqrt

PROOF = 0.1
"""Of the significance: harm that ends a verification at once must not be the chance of one look among several."""

DOUBT = 0.2
"""Of the significance, for each KPI on its own, if windows were independent: below it, harmlessness is doubtful, unless the KPI
moved as far by itself in earlier windows (`harness.verification.scatter`, at the significance). Corrected for all KPIs, a harm in
one of many would raise no doubt; both tests together keep false doubts rare."""


def met_level(significance: float, share: float) -> float:
    """Return the level at which a target is met, when `share` (0..1) of the time until the deadline has been watched.

    The significance is spent over the looks as by O'Brien and Fleming (Lan and DeMets 1983): early looks, with few windows,
    confirm only what is beyond doubt; the last one has nearly the whole level.
    """
    from scipy.stats import norm

    return float(2 * norm.sf(norm.isf(significance / 2) / sqrt(max(share, 1e-6))))
