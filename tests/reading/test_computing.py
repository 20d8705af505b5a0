import pytest

from agents.readers.spanned_text import SpannedItem, SpannedText
from agents.reading.computing import computed
from agents.reading.doubt import Doubt
from agents.reading.feasibility import impossible
from agents.reading.marked import SAME, Marked, MarkedItem
from agents.reading.names import Names
from agents.reading.reading import Reading

STORE = ("Q03-1", "Q03-2", "Q04-1", "Q04-2")


def _target(**of: object) -> MarkedItem:
    return MarkedItem.model_validate({"kind": "target", "name": "DRB.PdcpSduDelayDl", "comparison": "<", "amount": "8 ms"} | of)


def _edit(**of: object) -> MarkedItem:
    return MarkedItem.model_validate(
        {"kind": "edit", "name": "configuredMaxTxPower", "amount": "2 dB", "is_delta": True, "sign": -1} | of
    )


def _read(names: Names, *items: MarkedItem, when: str = "", condition: str = "") -> Reading:
    return Reading.of(computed(Marked(act="change", items=items, when=when, condition=condition), names))


def test_a_marked_text_becomes_a_reading(names: Names):
    text = "Until the tasting starts hold URLLC delay in the malt store below 8 ms and take 2 dB off there, hands off q3-2"
    items = [
        _target(slice="URLLC", place="in the malt store"),
        _edit(place="there"),
        MarkedItem(kind="forbid", name="change", place="q3-2"),
    ]
    reading = _read(names, *items, when="Until the tasting starts")
    assert [target.model_dump() for target in reading.targets] == [
        {
            **{"kpi": "DRB.PdcpSduDelayDl", "slice": "URLLC", "cells": ("Q03-1", "Q04-1", "Q04-2"), "condition": "<"},
            **{"value": 8.0, "relative": None},
        }
    ], text
    assert (reading.edits[0].cells, reading.edits[0].delta) == (("Q03-1", "Q04-1", "Q04-2"), -2.0)
    assert reading.forbidden[0].cells == ("Q03-2",)
    assert reading.window and f"{reading.window[1]:%dT%H:%M}" == "06T18:00"


def test_no_place_is_the_network_and_same_is_the_item_before(names: Names):
    assert _read(names, _target()).targets[0].cells == "*"
    reading = _read(names, _target(place="malt store"), _target(place=SAME, name="DRB.PdcpSduDelayDl.P95"))
    assert reading.targets[1].cells == STORE


@pytest.mark.parametrize("condition", ["if more than 60 users are in Q07-2", "unless delay in q7-2 passes 12 ms"])
def test_a_pronoun_can_refer_to_the_condition(condition: str, names: Names):
    assert _read(names, _target(place="there"), condition=condition).targets[0].cells == ("Q07-2",)


def test_a_pronoun_is_asked_about_if_the_condition_names_two_places(names: Names):
    with pytest.raises(Doubt, match="not named"):
        _read(names, _target(place="there"), condition="if Q07-2 has more users than Q08-2")


def test_a_pronoun_never_refers_to_a_number_of_the_condition(names: Names):
    with pytest.raises(Doubt, match="not named"):
        _read(names, _target(place="there"), condition="if more than 7 users are connected")


def test_all_other_cells_are_those_that_no_item_names(names: Names):
    hands_off = MarkedItem(kind="forbid", name="change", place="all other cells")
    reading = _read(names, _target(place="the malt store"), hands_off)
    assert reading.targets[0].cells == STORE
    assert set(reading.forbidden[0].cells) == names.all - set(STORE)


def test_an_edit_of_counted_cells_of_which_one_is_not_to_be_touched_is_asked_about(names: Names):
    hands_off = MarkedItem(kind="forbid", name="change", place="Q03-2")
    with pytest.raises(Doubt, match="not to be touched"):
        _read(names, _edit(place="all three cells of Q03"), hands_off)
    assert _read(names, _target(place="Q03"), hands_off).targets[0].cells == ("Q03-1", "Q03-3")


def test_a_target_of_all_three_cells_is_of_the_one_that_is_not_to_be_touched_too(names: Names):
    hands_off = MarkedItem(kind="forbid", name="change", place="Q03-2")
    assert _read(names, _target(place="on all three of Q03"), hands_off).targets[0].cells == ("Q03-1", "Q03-2", "Q03-3")


def test_those_two_can_be_what_the_place_before_leaves_out(names: Names):
    left = _target(place="all sites but Q03-1 and Q04-2")
    for place in ("those two", "both"):
        reading = _read(names, left, MarkedItem(kind="forbid", name="change", place=place))
        assert reading.forbidden[0].cells == ("Q03-1", "Q04-2")
    for place, out in (("them", left), ("it", _target(place="all sites but Q03-1"))):
        with pytest.raises(Doubt, match="it can be the last place"):
            _read(names, out, MarkedItem(kind="forbid", name="change", place=place))


def test_both_are_the_two_sites_before(names: Names):
    reading = _read(
        names, _target(place="Q03"), _target(place="Brewhouse"), _target(place="both of them", name="MM.RlfRate", amount="1 %")
    )
    assert len(next(one.cells for one in reading.targets if one.kpi == "MM.RlfRate")) == 5


def test_the_same_amount_and_an_elided_unit_refer_to_the_item_before(names: Names):
    reading = _read(names, _edit(place="Q03-1"), _edit(place="Q03-2", amount="the same"), _edit(place="Q04-1", amount="one"))
    assert [(edit.cells, edit.delta) for edit in reading.edits] == [(("Q03-1", "Q03-2"), -2), (("Q04-1",), -1)]


@pytest.mark.parametrize(
    ("amount", "value"),
    [
        ("like the first", 3.0),
        ("same as Q03-1", 3.0),
        ("id. C2", 5.0),
        ("id. 2", 5.0),
        ("as on Q03-2", 5.0),
        ("1 dB less than Q03-1", 2.0),
        ("1 dB more than the first", 4.0),
        ("half of that", 2.5),
    ],
)
def test_an_amount_can_refer_to_that_of_a_place(amount: str, value: float, names: Names):
    offsets = [("Q03-1", "3 dB"), ("Q03-2", "5 dB"), ("Q03-3", amount)]
    items = [_edit(name="a3Offset", is_delta=False, sign=0, place=place, amount=words) for place, words in offsets]
    edits = _read(names, *items).edits
    assert [one.value for one in edits if "Q03-3" in one.cells] == [value]


@pytest.mark.parametrize(
    "amount", ["1 dB less than those", "1 dB less", "same as Q04-1", "like the fourth", "1 dB more than now"]
)
def test_an_amount_that_can_refer_to_several_or_none_is_a_doubt(amount: str, names: Names):
    offsets = [("Q03-1", "3 dB"), ("Q03-2", "5 dB"), ("Q03-3", amount)]
    with pytest.raises(Doubt, match="amount"):
        _read(names, *(_edit(name="a3Offset", is_delta=False, sign=0, place=place, amount=words) for place, words in offsets))


def test_not_before_an_amount_goes_on_with_a_bound_only(names: Names):
    load = {"name": "RRU.PrbTotDl", "comparison": "<="}
    reading = _read(names, _target(**load, place="Q03-1", amount="75 %"), _target(**load, place="Q03-2", amount="not 80 %"))
    assert reading.targets[1].value == 80
    with pytest.raises(Doubt):
        _read(names, _edit(place="Q03-1"), _edit(place="Q03-2", amount="not 3 dB"))


def test_what_is_like_an_amount_that_is_not_named_is_a_doubt(names: Names):
    with pytest.raises(Doubt, match="not named"):
        _read(names, _target(name="RRC.ConnMean", place="Q03-2", amount="same as Q03-1"))
    assert _read(names, _target(amount="like 4 ms")).targets[0].value == 4


def test_the_unit_of_the_last_amount_holds_for_those_before_it(names: Names):
    slices = ["URLLC", "eMBB", "mMTC"]
    amounts = ["below 8", "below 40", "below 500 ms"]
    reading = _read(names, *(_target(slice=slice, amount=amount) for slice, amount in zip(slices, amounts, strict=True)))
    assert [target.value for target in reading.targets] == [8, 40, 500]


@pytest.mark.parametrize(
    ("name", "amounts", "values"),
    [
        ("PEE.Energy", ["max 2 kWh", "max 2.4", "max 1.8 kWh"], [2000, 2400, 1800]),
        ("PEE.Energy", ["2 kWh", "2.4 max"], [2000, 2400]),
        ("DRB.PdcpSduDelayDl", ["under fifty milliseconds", "under forty", "under half a second"], [50, 40, 500]),
        ("DRB.PdcpSduDelayDl", ["eight … those are maximums", "eleven milliseconds"], [8, 11]),
        ("DRB.PdcpSduDelayDl", ["below 8", "below 500 ms"], [8, 500]),
        ("DRB.PacketLossRateDl", ["2 per mille", "3"], [0.2, 0.3]),
    ],
)
def test_a_bare_number_has_the_unit_of_the_amount_before_it_else_of_the_next(
    name: str, amounts: list[str], values: list[float], names: Names
):
    reading = _read(names, *(_target(name=name, amount=amount) for amount in amounts))
    assert [target.value for target in reading.targets] == values


@pytest.mark.parametrize(
    ("name", "amounts"),
    [
        ("DRB.PdcpSduDelayDl", ["under forty", "under half a second"]),
        ("DRB.PdcpSduDelayDl", ["under half a second", "under forty"]),
        ("PEE.Energy", ["2 kWh", "900"]),
        ("DRB.UEThpDl", ["5", "800 kbit/s"]),
    ],
)
def test_a_bare_number_of_another_size_is_asked_about(name: str, amounts: list[str], names: Names):
    with pytest.raises(Doubt, match="which unit"):
        _read(names, *(_target(name=name, amount=amount) for amount in amounts))


def test_an_edit_to_a_range_is_asked_about(names: Names):
    with pytest.raises(Doubt, match="more than one amount"):
        _read(names, _edit(place="Q03-1", amount="by 2 to 3 dB"))


def _beside(names: Names, words: str, item: MarkedItem) -> Reading:
    return Reading.of(computed(Marked(act="change", items=(item,), beside=(words,)), names))


@pytest.mark.parametrize(
    ("words", "name", "amount", "value"),
    [
        ("watts Q03", "PEE.AvgPower", "under 900", 900),
        ("avg W", "PEE.AvgPower", "<=260", 260),
        ("consumption in watt", "PEE.AvgPower", "maximum 250", 250),
        ("bits per joule there", "EE.DV", "over 18000", 18000),
        ('"URLLC.delay_ms": "', "DRB.PdcpSduDelayDl", "<=9", 9),
        ("delay all in ms", "DRB.PdcpSduDelayDl", "below eight", 8),
    ],
)
def test_the_unit_of_a_number_can_stand_with_the_name_of_what_is_measured(
    words: str, name: str, amount: str, value: float, names: Names
):
    assert _beside(names, words, _target(name=name, amount=amount)).targets[0].value == value


@pytest.mark.parametrize("words", ["delay", "delay of 5 ms", "delay in min", "delay in ms and s", "watts"])
def test_a_number_whose_unit_does_not_stand_beside_it_is_asked_about(words: str, names: Names):
    item = _target(amount="below eight")
    if words == "delay in ms and s":
        assert _beside(names, words, item).targets[0].value == 8
        return
    with pytest.raises(Doubt, match="no amount in ms"):
        _beside(names, words, item)


def test_a_verb_of_change_beside_an_amount_makes_it_a_change(names: Names):
    item = _target(name="DRB.UEThpDl", comparison=">=", amount="from 20 to 30 Mbps")
    assert _beside(names, "Increase eMBB throughput", item).targets[0].value == 30
    with pytest.raises(Doubt, match="a range or a change"):
        _beside(names, "eMBB throughput", item)


@pytest.mark.parametrize("amount", ["by half a percent", "half a percent less", "down 2 %"])
def test_a_change_without_what_it_is_compared_with_is_a_doubt(amount: str, names: Names):
    with pytest.raises(Doubt, match="how much it changes"):
        _beside(names, "blocking should fall", _target(name="RRC.ConnEstabFailRate", comparison="<=", amount=amount))


@pytest.mark.parametrize("comparison", ["<=", ">=", "<", ">"])
@pytest.mark.parametrize(
    "amount",
    ["between 30 and 70 %", "from 30 to 70 %", "30..70 %", "[30, 70] %", "in the range of 30 to 70 %", "30-70 %", "30 to 70 %"],
)
def test_a_corridor_of_which_one_bound_was_marked_has_both(comparison: str, amount: str, names: Names):
    reading = _beside(names, "keep the load", _target(name="RRU.PrbTotDl", comparison=comparison, amount=amount))
    bounds = {(target.condition[0], target.value) for target in reading.targets}
    assert bounds == {(">", 30), ("<", 70)} and len(reading.targets) == 2


@pytest.mark.parametrize(
    ("words", "kpi", "amount", "value"),
    [
        ("raise the load", "RRU.PrbTotDl", "from 30 to 70 %", 70),
        ("", "DRB.PdcpSduDelayDl", "from 20 ms to 10 ms", 10),
        ("", "DRB.PdcpSduDelayDl", "8-10 ms", 10),
        ("", "DRB.PdcpSduDelayDl", "may rise from 10 to 20 ms", 20),
    ],
)
def test_a_change_or_a_last_bound_is_no_corridor(words: str, kpi: str, amount: str, value: float, names: Names):
    item = _target(name=kpi, comparison=">=" if words else "<=", amount=amount)
    (target,) = _beside(names, words, item).targets
    assert target.value == value


def test_a_corridor_with_both_bounds_marked_stays_as_it_is(names: Names):
    load = {"name": "RRU.PrbTotDl", "amount": "within 30 to 70 %"}
    reading = _read(names, _target(**load, comparison=">="), _target(**load, comparison="<="))
    assert [(target.condition, target.value) for target in reading.targets] == [(">=", 30), ("<=", 70)]


@pytest.mark.parametrize(
    ("marked", "amount", "condition"),
    [
        ("<=", "no fewer than 40", ">="),
        ("<", "at least 25", ">="),
        ("<=", "a floor of 25", ">="),
        (">=", "max 40", "<="),
        (">=", "tops out at 40", "<="),
        (">", "cap of 40", "<="),
        (">=", "not north of 40", "<="),
        ("<", "never under 40", ">="),
        # a negation or another comparison beside leaves it to the reader
        ("<", "not >= 40", "<"),
        ("<", "not 40 or more", "<"),
        (">=", "under 40", ">="),
        (">=", "at most … may see less than 40", ">="),
    ],
)
def test_the_side_of_a_bound_comes_from_its_words(marked: str, amount: str, condition: str, names: Names):
    assert _read(names, _target(name="RRC.ConnMean", comparison=marked, amount=amount)).targets[0].condition == condition


@pytest.mark.parametrize(
    ("marked", "amount", "condition"),
    [
        ("<=", "9 ms ≥", "<="),
        ("<", "9 ms >=", "<="),
        (">=", "9 ms ≤", ">="),
        ("<=", "9 ms >", "<"),
        (">=", "9 ms <", ">"),
    ],
)
def test_a_sign_behind_its_number_is_that_of_the_number(marked: str, amount: str, condition: str, names: Names):
    (target,) = _beside(names, "", _target(comparison=marked, amount=amount)).targets
    assert (target.condition, target.value) == (condition, 9)


@pytest.mark.parametrize(("marked", "amount"), [(">=", "9 ms ≥"), (">", "9 ms >"), ("<=", "9 ms ≤"), ("<", "9 ms <")])
def test_a_sign_behind_its_number_that_is_heard_the_other_way_round_is_asked_about(marked: str, amount: str, names: Names):
    with pytest.raises(Doubt, match="other way round"):
        _read(names, _target(comparison=marked, amount=amount))


@pytest.mark.parametrize(
    ("text", "amount", "condition"),
    [
        ("9 ms > delay(Q03-1)", "9 ms", "<"),
        ("Q03-1: 9 ms > delay", "9 ms", "<"),
        # behind a bound it is an arrow, before a number it is a change
        ("delay 9 ms > Q03-1", "9 ms", "<="),
        ("9 ms < 12 ms is too much", "9 ms", "<="),
    ],
)
def test_the_sign_between_a_number_and_what_is_measured_belongs_to_the_number(
    text: str, amount: str, condition: str, names: Names
):
    item, start = _target(comparison="<=", place="Q03-1", amount=amount), text.index(amount)
    spanned = SpannedText(text, "change", (SpannedItem(item, (), ((start, start + len(amount)),)),))
    assert [target.condition for target in Reading.of(computed(spanned.marked(), names)).targets] == [condition]


@pytest.mark.parametrize(
    "place",
    [
        *("Q03 … any of the three", "Q03, none of the three", "Q03 … of all the three", "Q03 … each of the 3"),
        *("Q03-1, Q03-2 and Q03-3 … the three", "Q03-1, Q03-2, Q03-3 … of the three"),
    ],
)
def test_a_count_of_the_cells_of_a_place_means_all_of_them(place: str, names: Names):
    reading = _read(names, _target(place=place), MarkedItem(kind="forbid", name="sleep", place=place))
    assert reading.targets[0].cells == reading.forbidden[0].cells == ("Q03-1", "Q03-2", "Q03-3")


def test_a_count_can_be_of_the_place_before(names: Names):
    reading = _read(names, _target(place="Q03"), MarkedItem(kind="forbid", name="sleep", place="any of the three"))
    assert reading.forbidden[0].cells == ("Q03-1", "Q03-2", "Q03-3")


@pytest.mark.parametrize(
    "place", ["Q03 … any of the two", "Q03 … any of the four", "Q03 … one of the three", "any of the three", "Q03 … the three"]
)
def test_a_count_of_another_number_or_of_nothing_is_asked_about(place: str, names: Names):
    with pytest.raises(Doubt):
        _read(names, MarkedItem(kind="forbid", name="sleep", place=place))


def test_a_negation_beside_a_bound_can_turn_it_round(names: Names):
    item = _target(name="MM.HoPingPongRate", comparison="<", amount=">= 5 %")
    assert _beside(names, "ping-pong must not be", item).targets[0].condition == "<"


@pytest.mark.parametrize(
    ("marked", "amount", "condition"),
    [
        ("<=", "30 % more than now", ">="),
        (">=", "30 % fewer than now", "<="),
        ("<=", "no more than 5 % more than now", "<="),
        (">=", "may drop 5 % from now", ">="),
        ("<=", "at most 5 % more than now", "<="),
    ],
)
def test_a_plain_change_is_what_is_to_be_reached(marked: str, amount: str, condition: str, names: Names):
    item = _target(name="RRC.ConnMean", comparison=marked, reference="now", amount=amount)
    assert _read(names, item).targets[0].condition == condition


@pytest.mark.parametrize(
    ("words", "marked", "amount", "delta"),
    [
        ("uptilt", 1, "1 degree", -10),
        ("uptilt", 1, "1 degree more", -10),
        ("Digital downtilt", 1, "half a degree back", -5),
        ("downtilt", -1, "1 degree more", 10),
        ("tilt", -1, "add 1 degree", 10),
        ("tilt", 1, "1 degree less", -10),
        # "up" and "down" are left to the reader
        ("tilt", -1, "up by 1 degree", -10),
        ("tilt", 1, "1 degree further down", 10),
        ("tilt", -1, "1 degree further up", -10),
    ],
)
def test_the_direction_of_a_tilt_comes_from_words_that_are_certain(
    words: str, marked: int, amount: str, delta: float, names: Names
):
    item = _edit(name="digitalTilt", place="Q03-1", amount=amount, sign=marked)
    assert _beside(names, words, item).edits[0].delta == delta


@pytest.mark.parametrize(("amount", "delta"), [("+0.5 dB on top", 0.5), ("+0.5 dB further", 0.5), ("+0.5 dB", None)])
def test_an_offset_with_a_sign_is_a_change_only_where_words_say_so(amount: str, delta: float | None, names: Names):
    item = _edit(name="a3Offset", place="Q03-1", amount=amount, sign=1)
    if delta is None:
        with pytest.raises(Doubt, match="new value or a change"):
            _read(names, item)
    else:
        assert _read(names, item).edits[0].delta == delta


@pytest.mark.parametrize("amount", ["thirty percent less", "30 % fewer", "20 % better", "Less … Thirty percent less"])
def test_a_comparison_in_percent_of_a_rate_of_failures_is_relative(amount: str, names: Names):
    (target,) = _read(names, _target(name="MM.HoPingPongRate", comparison="<=", reference="now", sign=-1, amount=amount)).targets
    assert target.relative is not None and target.relative.percent in (-30, -20)


@pytest.mark.parametrize(
    ("name", "amount"),
    [
        ("MM.HoPingPongRate", "half a percent lower"),
        ("MM.HoPingPongRate", "5 % less"),
        ("MM.HoPingPongRate", "by 30 %"),
        ("MM.HoPingPongRate", "30 percentage points less"),
        ("MM.HoPingPongRate", "20 % lower than at the fair"),
        ("RRU.PrbTotDl", "30 % less"),
    ],
)
def test_what_can_be_percentage_points_is_asked_about(name: str, amount: str, names: Names):
    with pytest.raises(Doubt, match="points"):
        _read(names, _target(name=name, comparison="<=", reference="now", sign=-1, amount=amount))


@pytest.mark.parametrize(
    ("again", "percent"), [("the same", -10), ("the same there", -10), ("ditto", -10), ("same as yesterday", 0)]
)
def test_the_same_again_is_the_change_of_the_item_before(again: str, percent: float, names: Names):
    energy = {"name": "PEE.Energy", "comparison": "<=", "reference": "yesterday"}
    reading = _read(names, _target(**energy, place="Q03", amount="10 % less"), _target(**energy, place="Q04", amount=again))
    assert [one.relative.percent for one in reading.targets if one.relative and "Q04-1" in one.cells] == [percent]
    assert len(reading.targets) == (1 if percent == -10 else 2)  # one entry holds all cells of which the same is said


@pytest.mark.parametrize(
    ("name", "amount", "value"),
    [
        ("schedulerType", "to round robin", "RR"),
        ("schedulerType", "weighted proportional fair", "WPF"),
        ("schedulerType", "from PF to RR", "RR"),
        ("schedulerType", "RR instead of PF", "RR"),
        ("schedulerType", "WPF, was PF", "WPF"),
        ("mcsTable", "256 QAM", "qam256"),
        ("mcsTable", "64QAM with low spectral efficiency", "qam64LowSE"),
        ("equalizer", "K-best", "KBEST"),
        ("channelEstimator", "least squares with linear interpolation", "LS_LINEAR"),
        ("cyclicPrefix", "extended", "EXTENDED"),
        ("bSChannelBwDL", "to 40 MHz", 40),
        ("bSChannelBwDL", "to 40", 40),
        ("subCarrierSpacing", "thirty kilohertz", 30),
        ("rejectWaitTime", "4 s", 4),
    ],
)
def test_an_edit_to_a_choice_or_in_a_unit_of_attributes(name: str, amount: str, value: float | str, names: Names):
    edit = _edit(name=name, place="Q03-1", amount=amount, is_delta=False, sign=0)
    assert _read(names, edit).edits[0].value == value


@pytest.mark.parametrize(
    ("name", "amount"),
    [
        ("schedulerType", "PF or RR"),
        ("schedulerType", "max C/I"),
        ("schedulerType", "improved round robin"),
        ("schedulerType", "not RR"),
        ("channelEstimator", "LS"),
        ("mcsTable", "1024QAM"),
        ("bSChannelBwDL", "to 45"),
        ("timeToTrigger", "to 320"),
        ("cellIndividualOffset", "4"),
    ],
)
def test_an_edit_to_no_certain_choice_is_asked_about(name: str, amount: str, names: Names):
    with pytest.raises(Doubt):
        _read(names, _edit(name=name, place="Q03-1", amount=amount, is_delta=False, sign=0))


def test_a_bare_number_stays_a_doubt_without_a_unit_behind_it(names: Names):
    with pytest.raises(Doubt, match="no amount in ms"):
        _read(names, _target(amount="below 8"), _target(name="MM.RlfRate", amount="below 2 %"))


def test_units_are_those_of_the_limits_catalogue(names: Names):
    tilt = _edit(name="digitalTilt", place="Q03-1", amount="two degrees", sign=1)
    power = _edit(place="Q03-1", amount="20 W", is_delta=False, sign=0)
    reading = _read(names, tilt, power)
    assert (reading.edits[0].delta, reading.edits[1].value) == (20, 43.01)


@pytest.mark.parametrize(
    ("items", "why"),
    [
        ([_target(place="the bottling plant")], "names no cell"),
        ([_target(place="haunted malt store")], "haunted is not understood"),
        ([_target(place="malt store", amount="8")], "no amount in ms"),
        ([_edit(name="beerTemperature", place="malt store")], "no unit in the limits catalogue"),
        ([_target(place="Q03-1"), MarkedItem(kind="forbid", name="change", place="Q03-1")], "no cell is left"),
        (
            [_edit(place="Q03-1"), MarkedItem(kind="forbid", name="configuredMaxTxPower", place="malt store")],
            "where the text edits it",
        ),
    ],
)
def test_what_cannot_be_computed_is_a_doubt_that_names_the_words(items: list[MarkedItem], why: str, names: Names):
    with pytest.raises(Doubt, match=why):
        _read(names, *items)


def test_an_edit_of_one_of_two_cells_is_asked_about_and_what_is_forbidden_in_both_is_not(names: Names):
    with pytest.raises(Doubt, match="one of them"):
        _read(names, _edit(place="Q03-1 or Q03-2"))
    kept = _read(names, MarkedItem(kind="forbid", name="sleep", place="Q03-1 or Q03-2"))
    assert kept.forbidden[0].cells == ("Q03-1", "Q03-2")


def test_an_edit_that_the_text_forbids_is_asked_about_in_a_window_too(names: Names):
    forbidden = MarkedItem(kind="forbid", name="configuredMaxTxPower", place="Q03")
    with pytest.raises(Doubt, match="forbids"):
        _read(names, _edit(place="Q03-1"), forbidden, when="until 21:00")


SLEEP = MarkedItem(kind="edit", name="energySavingControl", state="toBeEnergySaving")
AWAKE = MarkedItem(kind="forbid", name="sleep")


def _placed(item: MarkedItem, place: str) -> MarkedItem:
    return item.model_copy(update={"place": place})


def test_what_keeps_running_is_no_part_of_what_is_put_to_sleep(names: Names):
    reading = _read(names, _placed(SLEEP, "the malt store"), _placed(AWAKE, "Q03-2"), _placed(AWAKE, "Q04-1"))
    assert reading.edits[0].cells == ("Q03-1", "Q04-2")
    assert [kept.cells for kept in reading.forbidden] == [("Q03-2", "Q04-1")]
    kept = MarkedItem(kind="forbid", name="configuredMaxTxPower", place="Q03-2")
    assert _read(names, _edit(place="Q03"), kept).edits[0].cells == ("Q03-1", "Q03-3")
    assert _read(names, _edit(place="Q03", name="a3Offset", sign=1), kept).edits[0].cells == ("Q03-1", "Q03-2", "Q03-3")


@pytest.mark.parametrize("asleep", ["Q03-1 and Q03-2", "Q03-2 and Q04", "Q03-2"])
def test_a_cell_that_is_named_to_sleep_and_to_stay_awake_is_no_exception(asleep: str, names: Names):
    reading = _read(names, _placed(SLEEP, asleep), _placed(AWAKE, "Q03-2"))
    assert "Q03-2" in reading.edits[0].cells
    assert "kept awake" in impossible(reading, names)


def test_what_keeps_running_among_counted_or_locked_cells_is_asked_about(names: Names):
    locked = MarkedItem(kind="edit", name="administrativeState", state="LOCKED", place="Q03")
    for edit in (locked, _placed(SLEEP, "all three cells of Q03")):
        with pytest.raises(Doubt, match="stay as they are"):
            _read(names, edit, _placed(AWAKE, "Q03-2"))


@pytest.mark.parametrize("when", ["no later than four this afternoon", "by 21:00"])
def test_a_deadline_of_an_action_is_no_window(when: str, names: Names):
    with pytest.raises(Doubt, match="at the latest"):
        _read(names, _edit(place="Q03-1"), when=when)
    assert _read(names, _edit(place="Q03-1"), when=f"from 15:00, {when}").window


def test_percent_of_a_kpi_in_percent_need_a_reference(names: Names):
    loss = {"name": "DRB.PacketLossRateDl", "comparison": "<=", "reference": "now", "sign": -1}
    with pytest.raises(Doubt, match="percentage points"):
        _read(names, _target(amount="down by half a percent", **loss))
    relative = _read(names, _target(amount="20 % less than now", **loss)).targets[0].relative
    assert relative and relative.percent == -20


def test_a_doubtful_time_is_a_doubt(names: Names):
    with pytest.raises(Doubt, match="morning or evening") as raised:
        _read(names, _target(), when="from 8 to 10")
    assert raised.value.words == "from 8 to 10"


@pytest.mark.parametrize("amount", ["below 1e999 ms", "below 1e999999 s", "below 9" + "9" * 400 + " ms", "below 1e400 hours"])
def test_a_number_beyond_all_numbers_is_asked_about(names: Names, amount: str):
    item = MarkedItem(kind="target", name="DRB.PdcpSduDelayDl", comparison="<", amount=amount)
    with pytest.raises(Doubt):
        computed(Marked(act="change", items=(item,)), names)


@pytest.mark.parametrize("amount", ["to 1e999 dBm", "to 1e999 W", "to 9" + "9" * 400 + " dBm"])
def test_an_edit_beyond_all_numbers_is_asked_about(names: Names, amount: str):
    item = MarkedItem(kind="edit", name="configuredMaxTxPower", amount=amount)
    with pytest.raises(Doubt):
        computed(Marked(act="change", items=(item,)), names)


@pytest.mark.parametrize("amount", ["by 1e999 %", "by 9" + "9" * 400 + " %"])
def test_a_share_beyond_all_numbers_is_asked_about(names: Names, amount: str):
    item = MarkedItem(kind="target", name="PEE.Energy", comparison="<=", reference="now", sign=-1, amount=amount)
    with pytest.raises(Doubt):
        computed(Marked(act="change", items=(item,)), names)


@pytest.mark.parametrize("when", ["for the next 99999999999 hours", "for the next 9" + "9" * 400 + " days"])
def test_a_time_beyond_any_calendar_is_asked_about(names: Names, when: str):
    item = MarkedItem(kind="target", name="PEE.Energy", comparison="min")
    with pytest.raises(Doubt):
        computed(Marked(act="change", items=(item,), when=when), names)


@pytest.mark.parametrize("amount", ["above 250 W", "be 700 W at most", "not above 400 W"])
def test_a_letter_e_before_a_number_is_no_exponent(names: Names, amount: str):
    item = MarkedItem(kind="target", name="PEE.AvgPower", comparison="<=", amount=amount)
    assert computed(Marked(act="change", items=(item,)), names).items[0].value in (250, 700, 400)


@pytest.mark.parametrize("amount", ["at 20 kWh per day", "max 900 Wh a night", "less than 5 kWh each day"])
def test_an_energy_per_day_is_asked_about(names: Names, amount: str):
    item = MarkedItem(kind="target", name="PEE.Energy", comparison="<=", amount=amount)
    with pytest.raises(Doubt, match="sum over the window"):
        computed(Marked(act="change", items=(item,)), names)


def test_an_a3_offset_with_a_bare_sign_is_a_value_or_a_change(names: Names):
    item = MarkedItem(kind="edit", name="a3Offset", is_delta=True, sign=1, amount="+0.5 dB")
    with pytest.raises(Doubt, match="new value or a change"):
        computed(Marked(act="change", items=(item,)), names)
    raised = item.model_copy(update={"amount": "up by 0.5 dB"})
    assert computed(Marked(act="change", items=(raised,)), names).items[0].delta == 0.5


def test_a_place_that_is_named_once_holds_for_all_goals(names: Names):
    cells = sorted(names.order)
    load = MarkedItem(kind="target", name="RRU.PrbTotDl", comparison="<=", amount="at most 60 %", place=cells[0])
    power = MarkedItem(kind="target", name="PEE.AvgPower", comparison="<=", amount="at most 400 W")
    (_, one) = computed(Marked(act="change", items=(load, power)), names).items
    assert one.cells == (cells[0],)
    (one, _) = computed(Marked(act="change", items=(power, load)), names).items
    assert one.cells == (cells[0],)
    elsewhere = load.model_copy(update={"place": cells[1]})
    with pytest.raises(Doubt, match="several places"):
        computed(Marked(act="change", items=(load, elsewhere, power)), names)


@pytest.mark.parametrize(
    ("heard", "amount", "comparison"),
    [
        ("<=", "south of 8 ms", "<"),
        ("<", "no more than 8 ms", "<="),
        ("<=", "udner 8 ms", "<"),
        ("<", "8 ms or less", "<="),
        ("<=", "not let … reach 8 ms or more", "<"),
        ("<", "=<8ms", "<="),
        (">", "nobody … below 8 ms", ">="),
        ("<", "8 ms", "<"),
    ],
)
def test_a_bound_is_as_strict_as_its_words_whatever_a_reader_heard(heard: str, amount: str, comparison: str, names: Names):
    assert _read(names, _target(comparison=heard, amount=amount)).targets[0].condition == comparison


@pytest.mark.parametrize(("amount", "delta"), [("rasie … by 2 dB", 2.0), ("2 dB less", -2.0), ("2 dB", -2.0)])
def test_the_words_of_an_edit_decide_its_direction(amount: str, delta: float, names: Names):
    assert _read(names, _edit(amount=amount)).edits[0].delta == delta


def test_down_is_more_tilt_as_the_reader_heard_it(names: Names):
    assert _read(names, _edit(name="digitalTilt", amount="one degree down", sign=1)).edits[0].delta == 10.0


@pytest.mark.parametrize(
    ("name", "amounts", "values"),
    [
        ("PEE.Energy", ["max 2 kWh", "max 2.4", "max 1.8 kWh"], [2000, 2400, 1800]),
        ("PEE.AvgPower", ["under 1.1 kW", "under 0.9"], [1100, 900]),
        ("DRB.PacketLossRateDl", ["below 2 permille", "below 3"], [0.2, 0.3]),
        ("DRB.PdcpSduDelayDl", ["under half a second", "under one"], [500, 1000]),
        ("DRB.PdcpSduDelayDl", ["under 50 ms", "under 40", "under half a second"], [50, 40, 500]),
        ("DRB.PdcpSduDelayDl", ["<6", "<7", "<9 all ms"], [6, 7, 9]),
        ("DRB.UEThpDl", ["below 9000 kbit/s", "below 7500"], [9, 7.5]),
    ],
)
def test_a_number_without_a_unit_has_that_of_the_amount_beside_it_whatever_its_scale(
    name: str, amounts: list[str], values: list[float], names: Names
):
    places = ("Q03-1", "Q03-2", "Q04-1")
    reading = _read(
        names, *(_target(name=name, place=place, amount=amount) for place, amount in zip(places, amounts, strict=False))
    )
    assert [target.value for target in reading.targets] == values


@pytest.mark.parametrize(
    ("name", "is_delta", "amounts", "values"),
    [
        ("digitalTilt", False, ["3 degrees", "4.5", "6"], [30, 45, 60]),
        ("digitalTilt", True, ["1 deg more", "2 more"], [10, 20]),
        ("configuredMaxTxPower", False, ["20 W", "10"], [43.01, 40]),
    ],
)
def test_what_is_to_be_set_takes_the_unit_of_the_amount_before(
    name: str, is_delta: bool, amounts: list[str], values: list[float], names: Names
):
    edits = [
        _edit(name=name, is_delta=is_delta, sign=is_delta, place=f"Q03-{at}", amount=words) for at, words in enumerate(amounts, 1)
    ]
    assert [edit.delta if is_delta else edit.value for edit in _read(names, *edits).edits] == values


@pytest.mark.parametrize(
    ("name", "amounts"),
    [
        ("PEE.AvgPower", ("under 1.1 kW", "under 900")),
        ("PEE.AvgPower", ("under 900", "under 1.1 kW")),
        ("DRB.UEThpDl", ("9000 kbit/s", "8")),
        ("DRB.PdcpSduDelayDl", ("15 tenths of a second", "20")),
    ],
)
def test_a_number_that_can_be_in_another_unit_than_the_one_beside_it_is_a_doubt(
    name: str, amounts: tuple[str, str], names: Names
):
    with pytest.raises(Doubt, match="it can be in"):
        _read(
            names,
            *(_target(name=name, place=place, amount=words) for place, words in zip(("Q03-1", "Q03-2"), amounts, strict=True)),
        )


@pytest.mark.parametrize(
    ("name", "amount", "ends"),
    [
        ("RRU.PrbTotDl", "60..85 %", [60, 85]),
        ("RRU.PrbTotDl", "in [55 %, 75 %]", [55, 75]),
        ("RRU.PrbTotDl", "from twenty to sixty percent", [20, 60]),
        ("RRU.PrbTotDl", "60 % ± 10 points", [50, 70]),
        ("RRC.ConnMean", "300 +/- 40", [260, 340]),
        ("DRB.PdcpSduDelayDl", "40 ms, give or take 5", [35, 45]),
        ("DRB.UEThpDl", "from 20 Mbit/s down to 12 Mbit/s is the corridor", [12, 20]),
    ],
)
def test_a_corridor_has_two_ends(name: str, amount: str, ends: list[float], names: Names):
    both = [_target(name=name, comparison=comparison, amount=amount) for comparison in (">=", "<=")]
    assert [target.value for target in _read(names, *both).targets] == ends


@pytest.mark.parametrize("amount", ["60 % ± 10 points", "around 70 %", "about seventy percent", "~70 %"])
def test_an_amount_that_is_no_bound_is_a_doubt(amount: str, names: Names):
    with pytest.raises(Doubt):
        _read(names, _target(name="RRU.PrbTotDl", amount=amount))
    assert _read(names, _target(name="RRU.PrbTotDl", amount="at most about 70 %")).targets[0].value == 70


@pytest.mark.parametrize("amount", ["between 2 and 3 dB", "somewhere between 2 and 4 dB", "2-3 dB", "2 to 3 dB", "±2 dB"])
def test_what_is_to_be_set_has_one_value(amount: str, names: Names):
    with pytest.raises(Doubt):
        _read(names, _edit(name="hysteresis", is_delta=False, sign=0, amount=amount))


def test_a_sign_is_a_change_where_the_words_say_of_what(names: Names):
    raised = {"name": "a3Offset", "sign": 1}
    assert _read(names, _edit(**raised, amount="+1 dB on top of present")).edits[0].delta == 1
    with pytest.raises(Doubt, match="new value or a change"):
        _read(names, _edit(**raised, amount="+1 dB"))


def test_two_bounds_share_a_unit_and_what_is_to_be_set_does_not(names: Names):
    edge = _target(name="DRB.UEThpDl.P05", comparison=">=", amount="one and a half megabits at least")
    reading = _read(names, edge, _target(name="DRB.UEThpDl", comparison=">=", amount="six at least"))
    assert [target.value for target in reading.targets] == [1.5, 6]
    with pytest.raises(Doubt, match="no amount in dB"):
        _read(names, *(_edit(name=name, amount=words) for name, words in (("hysteresis", "2 dB"), ("a3Offset", "3"))))


def test_nothing_but_a_place_is_that_place_unless_nothing_turns_the_bound(names: Names):
    assert set(_read(names, _target(place="nothing but Q07-2")).targets[0].cells) == {"Q07-2"}
    for place, amount in (("nothing but Q07-2", "above 8 ms"), ("no cell but Q07-2", "8 ms"), ("nowhere but in Q07-2", "8 ms")):
        with pytest.raises(Doubt):
            _read(names, _target(place=place, amount=amount))
    forbidden = _read(names, MarkedItem(kind="forbid", name="sleep", place="no cell but Q07-2")).forbidden
    assert set(forbidden[0].cells) == names.all - {"Q07-2"}


@pytest.mark.parametrize(
    ("marked", "amount", "condition"),
    [
        ("<=", "as many … as possible", "max"),
        (">=", "gets as high as it can", "max"),
        (">=", "as few as possible", "min"),
        ("min", "save as much … as you can", "min"),
    ],
)
def test_as_many_as_possible_is_an_extreme_and_no_bound(marked: str, amount: str, condition: str, names: Names):
    assert _read(names, _target(name="RRC.ConnMean", comparison=marked, amount=amount)).targets[0].condition == condition


def test_nowhere_turns_the_bound_of_its_place(names: Names):
    item = _target(name="DRB.PdcpSduDelayDl", comparison="<=", place="Nowhere in the malt store", amount="longer than 15 ms")
    assert _read(names, item).targets[0].cells == STORE
    with pytest.raises(Doubt):
        _read(names, item.model_copy(update={"comparison": ">"}))
