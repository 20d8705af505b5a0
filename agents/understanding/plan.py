"""The workflow of seed 002 D.3 that fits an intent, and its plan in words."""

from __future__ import annotations

from collections.abc import Sequence

from agents.understanding.items import Item
from agents.understanding.result import RelativeBound, Workflow
from policies.intent import Intent, IntentExpectation

_STEPS: dict[Workflow, tuple[str, ...]] = {
    "intent-to-configuration": (
        "read topology, configuration and recent KPIs of {where}",
        "look for degradation and forecast the traffic of {when}",
        "look up the 3GPP limits of the attributes that affect {what}",
        "screen candidate change sets in the twin, 'no change' among them",
        "refine the best by search, then compare with several seeds",
        "propose the ranked candidates with risks and rollback conditions",
    ),
    "scheduler-adaptation": (
        "read per-slice delay, PRB use and scheduler configuration of {where}",
        "check whether the pressure is lasting or transient",
        "look up the limits of slice ratios and scheduler weights",
        "compare bounded scheduler and slice share updates with 'no change' in the twin for {what}",
        "propose the ranked candidates, or conclude that no change is needed",
    ),
    "channel-estimator": (
        "retrieve carrier configuration, degradation, and recent CQI and BLER of {where}",
        "take the speed of the terminals from the operator's text, as the network reports none",
        "compare LS, LMMSE and DeepRx with perfect CSI in the link twin, at median and low SNR and under a nearby condition",
        "recommend an estimator for this cell, or fall back to the classical one and name the missing data",
    ),
    "beam-management": (
        "retrieve carrier configuration, connected users, radio link failures and degradation of {where}",
        "take the mobility of the terminals from the operator's text, as the network reports none",
        "try the beam sweep, neighbour tracking and the learned predictor in the beam twin, under this mobility and similar ones",
        "recommend the xApp's beam model, or keep the sweep and name the missing data",
    ),
    "direct-change": (
        "read the configuration to be changed",
        "look up the limits of each attribute",
        "try the change in the twin against 'no change' and other step sizes",
        "propose it with the twin's prediction for {what}",
    ),
}


def workflow_of(items: tuple[Item, ...], expectations: Sequence[IntentExpectation | RelativeBound], event: str) -> Workflow:
    """Return the workflow that fits the words and targets."""
    themes = {item.value for item in items if item.kind == "theme"}
    if "channel-estimator" in themes:
        return "channel-estimator"
    return "scheduler-adaptation" if "scheduler" in themes else workflow_for(expectations, event)


def workflow_for(expectations: Sequence[IntentExpectation | RelativeBound], event: str) -> Workflow:
    """Return the workflow that fits the targets."""
    delays_only = bool(expectations) and all(map(_bounds_delay, expectations))
    return "scheduler-adaptation" if delays_only and not event else "intent-to-configuration"


def _bounds_delay(expectation: IntentExpectation | RelativeBound) -> bool:
    """Whether the expectation is a bound on the delay and nothing else."""
    targets = (expectation,) if isinstance(expectation, RelativeBound) else expectation.targets
    return all(target.kpi.startswith("DRB.PdcpSduDelayDl") and not target.condition.is_objective for target in targets)


def plan_of(workflow: Workflow, intent: Intent) -> tuple[str, ...]:
    """Return the plan of `workflow` in words, with the intent's places, times and targets."""
    areas = sorted({expectation.object.area for expectation in intent.expectations if expectation.object.area})
    cells = {cell for expectation in intent.expectations for cell in expectation.object.cells}
    where = " and ".join(areas) or (f"{len(cells)} cells" if cells else "all cells")
    when = f"{intent.window.start:%H:%M} to {intent.window.end:%H:%M}" if intent.window else "the coming hour"
    what = ", ".join(target.describe() for expectation in intent.expectations for target in expectation.targets)
    return tuple(step.format(where=where, when=when, what=what) for step in _STEPS[workflow])
