"""Verification by KPIs: did the change meet its targets, and did it harm anybody?

1. **Targets.** A bounded target is met if a one-sided t-test on its values per window (`policies.assessment.assess_by_window`) is
   significant; with a tolerance, if the Wilson bound of the share of (cell, window) pairs inside the bound is high enough.
2. **Prediction.** The observed mean is compared with the prediction's interval, widened by the measured twin gap.
3. **Harm.** A KPI is harmed if its mean is worse after than before, significantly (Welch, Holm-corrected over all KPIs that are
   tested) and materially (`policies/data/materiality.toml`), *and* if the worsening can be attributed to the change:
   - Growing demand makes KPIs worse with any configuration. If the twin predicted the KPI without the change, the value after
     must also be worse than that; if it predicted it with the change, worse than that as well, since a predicted side effect
     was approved. Both predictions are widened by the twin gap.
   - Without a prediction (in other cells), a worsening is not attributed to the change if demand (DRB.PdcpSduVolumeDL) rose by a
     tenth or more in that cell and in the whole network (load that only moved between cells is no excuse), nor if cells far from
     the change got as much worse (`harness.verification.bystanders`).
   A target is harmed if it is missed and its KPI is harmed in this sense.
4. harmed > inconclusive > confirmed: one harmed KPI is enough; confirmed needs every bounded target met.
"""

from __future__ import annotations

from harness.verification.bystanders import check_bystanders
from harness.verification.comparison import Comparison
from harness.verification.result import Verification
from harness.verification.target_check import check_target


def verify(comparison: Comparison) -> Verification:
    """Judge the windows after a change against those before it and against the candidate's prediction."""
    pairs = [(expectation.object, target) for expectation in comparison.intent.expectations for target in expectation.targets]
    targets = tuple(check_target(comparison, scope, target) for scope, target in pairs)
    bystanders = tuple(check_bystanders(comparison))
    harmed = [check.describe() for check in targets if check.result == "harmed"]
    harmed += [check.describe() for check in bystanders if check.result == "harmed"]
    open_targets = [check.describe() for check in targets if check.result in ("missed", "inconclusive")]
    return Verification(
        outcome="harmed" if harmed else "inconclusive" if open_targets else "confirmed",
        targets=targets,
        bystanders=bystanders,
        windows_before=len(comparison.before.windows()),
        windows_after=len(comparison.after.windows()),
        significance=comparison.significance,
        reasons=tuple(harmed or open_targets),
    )
