"""Verification by KPIs: did the change meet its targets, and did it harm anybody?

1. **Users first.** Users and traffic that are missing near the change, and did not arrive in the cells around it, are harm, or at
   least inconclusive (`harness.verification.populations`); so is a measurement that was there before (`measurements`). Users that
   arrived elsewhere must have been predicted to leave; a cell that became empty without being edited may have failed.
2. **Targets.** A bounded target is met if a one-sided t-test on its values per window (`policies.assessment.assess_by_window`) is
   significant; with a tolerance, if the Wilson bound of the share of (cell, window) pairs inside the bound is high enough. All
   tests use the effective number of windows, which are correlated (`tools.telemetry.statistics`); early looks confirm only what
   is beyond doubt (`harness.verification.levels.met_level`).
3. **Validity.** Nothing is met that rests on flawed samples or too few windows, is still moving (Mann-Kendall), or is outside the
   prediction interval of one more draw, widened by the measured twin gap, the sampling error and what is not material: on either
   side. A watched KPI of the intent's cells must not fall short of its prediction with the change either.
4. **Harm.** A KPI is harmed if its mean is worse after than before, significantly (Welch, Holm-corrected over all KPIs that are
   tested), materially (`policies/data/materiality.toml`) and further than it moves by itself in earlier windows
   (`harness.verification.scatter`), *and* if the worsening can be attributed to the change:
   - Growing demand makes KPIs worse with any configuration. If the twin predicted that the KPI gets worse without the change, the
     value after must also be worse than that; if it predicted that the change makes it worse, worse than that as well, since a
     predicted side effect was approved. Both predictions are widened by the twin gap.
   - A worsening is not attributed to the change if demand (DRB.PdcpSduVolumeDL) rose significantly, by a tenth or more, in that
     cell and in the whole network (load that only moved between cells is no excuse), nor if cells far from the change got as
     much worse (`harness.verification.bystanders`).
   - A worsening that would be significant if windows were independent, in all windows or in the latest half, is inconclusive if
     it is further than the KPI moves by itself as well.
   - Nothing seen is not nothing there: a KPI is unharmed only if a clear loss (twice what is material) is ruled out by a test of
     non-inferiority, whose level is spent over the looks.
   A target is harmed if it is missed and its KPI is harmed in this sense.
5. **Effect.** An acknowledgement is no effect: `harness.verification.effect` says which targets and edits had a measured one. A
   target that needed the change, and hardly moved as it was to move, is not met by it. An edit of which the twin predicted a
   material effect, and of which none is measured, may not have been carried out: inconclusive, whatever the targets say.
6. **Conditions.** A lasting condition of the request is judged by its bound alone (`target_check.check_contexts`): broken, it
   takes the change back whatever broke it; not known to hold, nothing is confirmed.
7. harmed > inconclusive > confirmed: one harmed KPI is enough; confirmed needs every bounded target met and nothing unexplained.
   A target without a bound that was not measured says nothing; edits that the operator named without a bound are verified
   against harm and their predicted effect (`Intent.harm_only`). Where nothing at all was measured, the result is inconclusive.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.verification.bystanders import check_bystanders
from harness.verification.cells import slice_name
from harness.verification.comparison import Comparison
from harness.verification.effect import edit_effects
from harness.verification.flawed import is_invalid
from harness.verification.measurements import missing_measurements
from harness.verification.populations import check_populations
from harness.verification.result import BystanderCheck, EditEffect, TargetCheck, Verification
from harness.verification.target_check import check_contexts, check_target

_NAMED = 3  # KPIs or edits that a note names; the others are in the checks
_OPEN = ("missed", "inconclusive")
_UNJUDGED = ("unmeasured", "unknown")
_NOTHING = "nothing was measured in enough windows: nobody can say whether anybody was harmed"


def verify(comparison: Comparison) -> Verification:
    """Judge the windows after a change against those before it and against the candidate's prediction."""
    pairs = [(expectation.object, target) for expectation in comparison.intent.expectations for target in expectation.targets]
    targets = tuple(check_target(comparison, scope, target) for scope, target in pairs)
    contexts = check_contexts(comparison)
    bystanders = _bystanders(comparison)
    checks: tuple[TargetCheck | BystanderCheck, ...] = (*contexts, *bystanders, *targets)
    harmed = [check for check in checks if check.result == "harmed"]
    unclear = [check for check in checks if check.result in _OPEN]
    judged = any(check.result not in _UNJUDGED for check in checks)
    edits = edit_effects(comparison)
    missed = [edit for edit in edits if edit.is_missed]
    return Verification(
        outcome="harmed" if harmed else "inconclusive" if unclear or missed or not judged else "confirmed",
        targets=targets,
        contexts=contexts,
        bystanders=bystanders,
        windows_before=len(comparison.before.windows()),
        windows_after=len(comparison.after.windows()),
        significance=comparison.significance,
        reasons=tuple(_reasons(harmed) if harmed else [*_reasons(unclear), *_missed(missed)]) if judged else (_NOTHING,),
        settled=judged and not any(check.awaits_windows for check in unclear),
        edits=edits,
        notes=(*_credits(targets), *_without_effect(edits), *_unmeasured(targets), *_unjudged(bystanders)),
    )


def _bystanders(comparison: Comparison) -> tuple[BystanderCheck, ...]:
    """Return users and traffic first, then what is missing, then what got worse."""
    return (*check_populations(comparison), *missing_measurements(comparison), *check_bystanders(comparison))


def _reasons(checks: Iterable[TargetCheck | BystanderCheck]) -> list[str]:
    """Return the findings, invalid telemetry first and in its own words."""
    invalid = [check.reason for check in checks if is_invalid(check.reason)]
    return [*dict.fromkeys(invalid), *(check.describe() for check in checks if not is_invalid(check.reason))]


def _credits(targets: Iterable[TargetCheck]) -> list[str]:
    return [f"{check.target.describe()}{slice_name(check.slice)}: {check.credit}" for check in targets if check.credit]


def _missed(edits: Sequence[EditEffect]) -> list[str]:
    """Return which predicted effects were not measured, edit by edit, and how many more edits there are like these."""
    more = [f"{len(edits) - _NAMED} more edits without their predicted effect"] if len(edits) > _NAMED else []
    return [*(edit.describe() for edit in edits[:_NAMED]), *more]


def _without_effect(edits: Sequence[EditEffect]) -> list[str]:
    """Return in one line per finding which edits had no measured effect, and then also which had one; nothing if all had."""
    found: dict[str, list[str]] = {}
    for edit in edits:
        if any(other.effect != "measured" for other in edits):
            found.setdefault(edit.finding, []).append(edit.edit)
    return [f"{finding}: {len(names)} of {len(edits)} edits: {_named(names)}" for finding, names in found.items()]


def _unmeasured(targets: Iterable[TargetCheck]) -> list[str]:
    """Return in one line which targets without a bound were not measured: nothing is known of them."""
    names = [f"{check.target.describe()}{slice_name(check.slice)}" for check in targets if check.result == "unmeasured"]
    return [f"not measured, and without a bound: {_named(names)}"] if names else []


def _unjudged(bystanders: Iterable[BystanderCheck]) -> list[str]:
    """Return in one line which KPIs could not be judged: nobody can say that they were not harmed."""
    names = [f"{check.kpi}{slice_name(check.slice)} in {check.where}" for check in bystanders if check.result == "unknown"]
    return [f"not judged, measured in too few windows: {_named(names)}"] if names else []


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"
