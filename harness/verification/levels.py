"""The levels of significance that a verification derives from the one that is set (`commitment.significance`, 5 % by default).

A verification looks several times, at many KPIs; a rollback of a good change costs less than a confirmation of a bad one.
`twinpilot bench verification` measures both.
"""

from __future__ import annotations

PROOF = 0.1
"""Of the significance: harm that ends a verification at once must not be the chance of one look among several."""

MET = 0.5
"""Of the significance: a target is met only at this level, since a change at the very bound is confirmed about as often."""

DOUBT = 0.2
"""Of the significance, for each KPI on its own, if windows were independent: below it, harmlessness is doubtful, unless the KPI
moved as far by itself in earlier windows (`harness.verification.scatter`, at the significance). Corrected for all KPIs, a harm in
one of many would raise no doubt; both tests together keep false doubts rare."""
