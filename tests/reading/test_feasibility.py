"""What no network can do is refused with the bound, whoever reads; what hands asked for is not."""

import pytest

from agents.reading.feasibility import impossible
from agents.reading.marked import LIVE_ACTS
from agents.reading.names import Names
from agents.reading.reading import Reading, RelativeBound, StatedEdit, StatedTarget
from training.llm.labelled_text import hands_of


def _target(kpi: str, condition: str, value: float | None = None, **more: object) -> StatedTarget:
    return StatedTarget(kpi=kpi, condition=condition, value=value, **more)


@pytest.mark.parametrize(
    ("reading", "why"),
    [
        (Reading(act="change", targets=(_target("DRB.PacketLossRateDl", "<", -1.0),)), "never below"),
        (Reading(act="change", targets=(_target("RRU.PrbTotDl", ">", 100.0),)), "never above"),
        (Reading(act="change", targets=(_target("DRB.PdcpSduDelayDl", "<=", 0.05),)), "slot"),
        (Reading(act="change", edits=(StatedEdit(attribute="hysteresis", value=40.0),)), "allowed"),
        (Reading(act="change", edits=(StatedEdit(attribute="rRMPolicyMaxRatio", value=130.0),)), "allowed"),
        (
            Reading(act="change", targets=(_target("RRU.PrbTotDl", ">", 80.0), _target("RRU.PrbTotDl", "<", 60.0))),
            "contradict each other",
        ),
        (
            Reading(act="change", targets=(_target("PEE.Energy", "<=", relative=RelativeBound(percent=-120, to="now")),)),
            "cannot be 120 % less",
        ),
        (Reading(act="change", edits=(StatedEdit(attribute="energySavingControl", value="toBeEnergySaving"),)), "no cell"),
    ],
)
def test_the_impossible_is_refused_with_its_bound(names: Names, reading: Reading, why: str):
    assert why in impossible(reading, names)


def test_all_cells_that_are_awake_are_all_cells(names: Names):
    awake = tuple(sorted(names.all - names.asleep))
    edit = StatedEdit(attribute="administrativeState", cells=awake, value="LOCKED")
    assert "no cell" in impossible(Reading(act="change", edits=(edit,)), names)
    assert not impossible(Reading(act="change", edits=(edit.changed(cells=awake[1:]),)), names)


def test_a_power_said_in_watts_is_within_the_limits(names: Names):
    assert not impossible(Reading(act="change", edits=(StatedEdit(attribute="configuredMaxTxPower", value=43.01),)), names)


def test_nothing_that_hands_labelled_as_possible_is_refused():
    refused = [
        (text.text, why)
        for hand in hands_of()
        for names in [Names(hand.card)]
        for text in hand.texts
        if text.act in LIVE_ACTS and (why := impossible(text, names))
    ]
    assert refused == []
