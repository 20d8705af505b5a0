"""A text that says two things of which one half was heard is asked about: slices of lists, windows, comparisons, branches."""

import pytest
from test_marks_against_words import item, slip, span

from agents.readers.accounting import accounted_words, unaccounted_words
from agents.readers.spanned_text import SpannedItem, SpannedText
from agents.reading.marked import MarkedItem
from agents.reading.names import Names

RATE, LOSS, DELAY, LOAD = "DRB.UEThpDl", "DRB.PacketLossRateDl", "DRB.PdcpSduDelayDl", "RRU.PrbTotDl"


def goal(text: str, name: str, place: str, amount: str, sign: str = "<", **more: object) -> SpannedItem:
    return item(text, "target", name, place, amount, comparison=sign, **more)


@pytest.mark.parametrize(
    ("text", "is_asked"),
    [
        ("embb only: S4C1 thp >6Mbps, S4C2 loss <0.9%", True),
        ("S4C1: all ok. URLLC in S4: thp >6Mbps, S4C2 loss <0.9%", True),
        ("mMTC slice:\nS4C1 thp >6Mbps\nS4C2 loss <0.9%", True),
        ("embb thp in S4C1: >6Mbps, S4C2 loss <0.9%", False),
        ("embb: S4C1 thp >6Mbps. S4C2 loss <0.9%", False),
        ("embb: S4C1 thp >6Mbps, of all users S4C2 loss <0.9%", False),
    ],
)
def test_a_slice_that_heads_a_list_is_meant_for_all_of_it(names: Names, text: str, *, is_asked: bool):
    own = next(one for one in ("eMBB", "URLLC", "mMTC") if one.casefold() in text.casefold())
    first = goal(text, RATE, "S4C1", ">6Mbps", ">", slice=own)
    found = slip(SpannedText(text, "change", (first, goal(text, LOSS, "S4C2", "<0.9%"))), names)
    assert ("heads it" in found) is is_asked
    both = SpannedText(text, "change", (first, goal(text, LOSS, "S4C2", "<0.9%", slice=own)))
    assert "heads it" not in slip(both, names)


@pytest.mark.parametrize(
    ("text", "first", "second", "is_asked"),
    [
        ("S4C1 load < 80 % tonight, and S4C2 load < 70 % from 01:00 to 04:00", "tonight", "from 01:00 to 04:00", True),
        ("tonight S4C1 load < 80 % and S4C2 load < 70 % from 20:00 to 22:00", "tonight", "from 20:00 to 22:00", False),
        ("S4C1 load < 80 % tonight, S4C2 load < 70 %, both from 20:00 to 22:00", "tonight", "from 20:00 to 22:00", False),
        ("S4C1 load < 80 % from 20:00 to 22:00, S4C2 load < 70 % then", "from 20:00 to 22:00", "then", False),
    ],
)
def test_two_orders_with_a_time_each_have_no_common_window(names: Names, text: str, first: str, second: str, *, is_asked: bool):
    items = goal(text, LOAD, "S4C1", "< 80 %"), goal(text, LOAD, "S4C2", "< 70 %")
    when = (*span(text, first), *span(text, second))
    assert ("one order alone" in slip(SpannedText(text, "change", items, when), names)) is is_asked


@pytest.mark.parametrize(
    ("amount", "sign", "is_asked"),
    [
        (">80% <75%", ">", True),
        ("no more than 75 %", "<=", False),
        ("not above 75 %", "<=", False),
        ("> 20 %", ">", False),
    ],
)
def test_an_amount_with_two_comparisons_is_no_single_bound(names: Names, amount: str, sign: str, *, is_asked: bool):
    text = f"S4C1 load {amount}"
    spanned = SpannedText(text, "change", (goal(text, LOAD, "S4C1", amount, sign),))
    assert ("two comparisons" in slip(spanned, names)) is is_asked


@pytest.mark.parametrize(
    ("text", "is_asked"),
    [
        ("delay(S4C1) ≤ 9 × delay(now)", True),
        ("delay(S4C1) ≤ 9 · delay(now); thanks", True),
        ("delay(S4C1) ≤ 9 * what it is", True),
        ("delay(S4C1) ≤ 9 times the present one", True),
        ("delay(S4C1) ≤ 9 · loss < 1 %", False),
        ("delay(S4C1) ≤ 9\n* thanks", False),
        ("delay(S4C1) ≤ 9, please", False),
    ],
)
def test_a_number_that_multiplies_something_is_no_bound_by_itself(names: Names, text: str, *, is_asked: bool):
    spanned = SpannedText(text, "change", (goal(text, "RRC.ConnMean", "S4C1", "≤ 9", "<="),))
    assert ("factor" in slip(spanned, names)) is is_asked


@pytest.mark.parametrize(
    ("text", "condition", "is_asked"),
    [
        (
            "Provided all is well, lock S4C1; otherwise the load stays under 80 %",
            ("Provided all is well", "otherwise the load stays under 80 %"),
            True,
        ),
        ("if the load of S3 is over 80 % lock S4C1, or else S4C2", ("if the load of S3 is over 80 %",), False),
        (
            "if the load of S3 is over 80 % lock S4C1, or else wake it",
            ("if the load of S3 is over 80 %, or else wake it",),
            False,
        ),
        ("only if the load of S3 is over 80 %, lock S4C1, otherwise leave it", ("only if the load of S3 is over 80 %",), False),
        (
            "only if the load of S3 is over 80 %, not otherwise, lock S4C1",
            ("only if the load of S3 is over 80 %, not otherwise",),
            False,
        ),
        ("lock S4C1, otherwise the masts hum", (), False),
    ],
)
def test_a_condition_with_two_branches_is_asked_about(names: Names, text: str, condition: tuple[str, ...], *, is_asked: bool):
    lock = item(text, "edit", "administrativeState", "S4C1", state="LOCKED")
    found = tuple(one for words in condition if words in text for one in span(text, words))
    assert ("does not hold" in slip(SpannedText(text, "change", (lock,), condition=found), names)) is is_asked


def test_an_order_of_the_other_branch_is_asked_about(names: Names):
    text = "if it is full in S3 lock S4C1, or else lock S4C2"
    items = (
        item(text, "edit", "administrativeState", "S4C1", state="LOCKED"),
        item(text, "edit", "administrativeState", "S4C2", state="LOCKED"),
    )
    assert "does not hold" in slip(SpannedText(text, "change", items, condition=span(text, "if it is full in S3")), names)


@pytest.mark.parametrize(
    ("text", "is_asked"),
    [
        ("If it rains and the square empties into the station, load in S4C1 < 80 %", True),
        ("If the ferry docks late, load in S4C1 < 80 %", True),
        ("thanks. if there is a queue at the gate, load in S4C1 < 80 %", True),
        ("load in S4C1 < 80 % if it snows", True),
        ("If it is all the same to you, load in S4C1 < 80 %", False),
        ("If you can, load in S4C1 < 80 %", False),
        ("If I may ask, load in S4C1 < 80 %", False),
        ("load in S4C1 < 80 %. If the cleaners complain, blame me.", False),
        ("If the load in S4C1 could be < 80 %, we were glad", False),
    ],
)
def test_what_may_happen_is_a_condition_that_is_not_dropped(names: Names, text: str, *, is_asked: bool):
    spanned = SpannedText(text, "change", (goal(text, LOAD, "in S4C1", "< 80 %"),))
    left = unaccounted_words(text, accounted_words(spanned, [], names), names)
    assert bool(left) is is_asked, left
    if is_asked:
        start = text.casefold().index("if ")
        end = text.index(",") if text.index("load") > start else len(text)
        kept = SpannedText(text, "change", spanned.items, condition=((start, end),))
        assert unaccounted_words(text, accounted_words(kept, [], names), names) == []


def test_a_slice_is_no_name_of_a_marked_item(names: Names):
    text = "URLLC: load of S4C1 < 80 %"
    goal_of_cell = SpannedItem(MarkedItem(kind="target", name=LOAD, comparison="<", place="S4C1", amount="< 80 %"))
    assert "heads it" not in slip(SpannedText(text, "change", (goal_of_cell,)), names)
