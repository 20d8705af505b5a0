"""Objectives that show the effect of edits for which the operator named no target."""

from __future__ import annotations

from collections.abc import Sequence

from agents.understanding.result import DirectEdit, RelativeBound
from policies.intent import Condition, ExpectationObject, ExpectationTarget, IntentExpectation
from policies.slices import Slice
from twins.network import NetworkCard


def watched(direct: Sequence[DirectEdit], card: NetworkCard, notes: list[str]) -> list[IntentExpectation | RelativeBound]:
    """Return objectives for a direct change without a target, so that the twin shows its effect; adds a note."""
    cells = tuple(dict.fromkeys(card.cell(edit.cell).dn for edit in direct))
    notes.append("a change was requested without a target: its effect on user throughput, URLLC delay and energy is shown")
    watched = [
        ("DRB.UEThpDl.P05", Condition.MAXIMIZE, Slice.EMBB),
        ("DRB.PdcpSduDelayDl", Condition.MINIMIZE, Slice.URLLC),
        ("PEE.Energy", Condition.MINIMIZE, None),
    ]
    return [
        IntentExpectation(
            object=ExpectationObject(cells=cells, slice=slice_), targets=(ExpectationTarget(kpi=kpi, condition=condition),)
        )
        for kpi, condition, slice_ in watched
        if slice_ is None or slice_ in card.slices
    ]
