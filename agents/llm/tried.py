"""The candidates that were tried in the twin, in short: what may be proposed is in every view, however short its form."""

from __future__ import annotations

from typing import Any

from agents.llm.checking import evaluated_candidates
from agents.llm.form import Form
from agents.llm.shortening import shortened
from agents.planner import View
from agents.workflows.objections import objections_of
from policies.proposal import Candidate, KpiPrediction, TargetOutlook


def tried_candidates(view: View) -> dict[str, Candidate]:
    """Return the candidates by name, the newest first; of two with one name or one change set the newer one counts."""
    by_name: dict[str, Candidate] = {}
    digests: set[str] = set()
    for candidate, _ in evaluated_candidates(view):
        if candidate.name not in by_name and candidate.change_set.digest not in digests:
            by_name[candidate.name] = candidate
            digests.add(candidate.change_set.digest)
    return by_name


def told_candidates(view: View, form: Form) -> list[dict[str, Any]]:
    """Return all of them as data: the names always, of edits and predictions as much as the form has room for."""
    refused = objections_of(view).digests
    return [_told(candidate, form, candidate.change_set.digest in refused) for candidate in tried_candidates(view).values()]


def _told(candidate: Candidate, form: Form, refused: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"name": candidate.name, "meets_targets": candidate.feasible, "score": round(candidate.score, 3)}
    if refused:
        told["refused"] = True
    if form.is_shortest:
        return told
    lines = {
        "edits": candidate.change_set.describe(),
        "targets": [_outlook(outlook) for outlook in candidate.outlook],
        "predictions": [_prediction(prediction) for prediction in candidate.predictions],
        "risks": list(candidate.risks),
    }
    return told | {name: shortened(value, form.items) for name, value in lines.items() if value}


def _outlook(outlook: TargetOutlook) -> str:
    slice_ = f"{outlook.slice.value} " if outlook.slice else ""
    return f"{slice_}{outlook.target.describe()}: {outlook.predicted:.4g}, met with probability {outlook.probability:.2f}"


def _prediction(prediction: KpiPrediction) -> str:
    slice_ = f" {prediction.slice.value}" if prediction.slice else ""
    before = "" if prediction.no_change is None else f", without a change {prediction.no_change:.4g}"
    interval = f"{prediction.interval.low:.4g} to {prediction.interval.high:.4g}"
    return f"{prediction.kpi}{slice_}: {prediction.mean:.4g} ({interval}) {prediction.unit}{before}"
