"""Verification by KPIs: did the change do what was promised, and did it harm anybody?

1. **Targets.** A bounded target is met where a one-sided t-test on its value per window (`policies.assess_by_window`) says so at
   the significance; with a tolerance, where the Wilson bound of the share of (cell, window) pairs inside it does.
2. **Prediction.** The observed mean is set against the prediction's interval, widened by the measured twin gap.
3. **Harm.** A KPI is harmed where its mean after is worse than before, significantly (Welch, Holm-corrected over all that is
   looked at) and materially (`policies/data/materiality.toml`), *and* the change can be blamed:
   - Demand that arrives makes KPIs worse with any configuration. Where the twin predicted the KPI without a change, "after" must
     also be worse than that no-change prediction; where it predicted it with the change, worse than that as well, since a side
     effect that was predicted was approved. Both are widened by the twin gap.
   - Where there is no prediction (other cells), a worsening is not blamed on the change when demand (DRB.PdcpSduVolumeDL) rose
     by a tenth or more in that cell and in the whole network (load that was only moved between cells excuses nothing), nor
     when cells far from the change got as much worse (`harness.verification.bystanders`).
   A target is harmed where it is missed and its KPI is harmed in this sense.
4. harmed > inconclusive > confirmed: one harmed KPI is enough; confirmed needs every bounded target met.
"""

from __future__ import annotations

from harness.verification.bystanders import check_bystanders
from harness.verification.comparison import Comparison
from harness.verification.result import Verification
from harness.verification.target_check import check_target


def verify(seen: Comparison) -> Verification:
    """Judge the windows after a change against those before it and against the candidate's prediction."""
    pairs = [(expectation.object, target) for expectation in seen.intent.expectations for target in expectation.targets]
    targets = tuple(check_target(seen, wanted, target) for wanted, target in pairs)
    bystanders = tuple(check_bystanders(seen))
    harmed = [one.describe() for one in targets if one.result == "harmed"]
    harmed += [one.describe() for one in bystanders if one.result == "harmed"]
    open_targets = [one.describe() for one in targets if one.result in ("missed", "inconclusive")]
    return Verification(
        outcome="harmed" if harmed else "inconclusive" if open_targets else "confirmed",
        targets=targets,
        bystanders=bystanders,
        windows_before=len(seen.before.windows()),
        windows_after=len(seen.after.windows()),
        significance=seen.significance,
        reasons=tuple(harmed or open_targets),
    )
