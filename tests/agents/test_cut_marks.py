"""A mark that cuts a number, a name or words that choose goes on to their ends; what stays cut is asked about."""

import pytest

from agents.readers.accounting import is_spelled, said_names
from agents.readers.accounts.cut_marks import cut_amounts, names_as_states, shared_ends
from agents.readers.completing import completed
from agents.readers.slips import slip_in
from agents.readers.spanned_text import SpannedItem, SpannedText
from agents.reading.computing import computed
from agents.reading.marked import MarkedItem
from agents.reading.names import Names
from agents.reading.reading import Reading
from training.llm.labelled_text import hands_of

CARDS = {hand.name: hand.card for hand in hands_of()}


def marked(text: str, **said: str) -> SpannedText:
    """Return the text with one item; place and amount are marked between [ and ] and between { and }."""
    spans, plain = {"[": (0, 0), "{": (0, 0)}, ""
    for letter in text:
        if letter in "[{":
            spans[letter] = (len(plain), len(plain))
        elif letter in "]}":
            opening = "[" if letter == "]" else "{"
            spans[opening] = (spans[opening][0], len(plain))
        else:
            plain += letter
    place, amount = spans["["], spans["{"]
    item = {
        "kind": "edit",
        "name": "configuredMaxTxPower",
        "place": plain[slice(*place)],
        "amount": plain[slice(*amount)],
        **said,
    }
    own = [(span,) if span[1] else () for span in (place, amount)]
    return SpannedText(plain, "change", (SpannedItem(MarkedItem.model_validate(item), *own),))


def whole(text: str, hand: str) -> tuple[str, str]:
    """Return the words of place and amount of a marked text after completion."""
    item = completed(marked(text), (), Names(CARDS[hand])).items[0].item
    return item.place, item.amount


def doubts(text: str, hand: str, **said: str) -> list[str]:
    names = Names(CARDS[hand])
    spanned = completed(marked(text, **said), (), names)
    named = [span for span in said_names(spanned.text, names) if is_spelled(spanned.text[slice(*span)], names)]
    return [why for _, why in (*cut_amounts(spanned), *names_as_states(spanned, named), *shared_ends(spanned, named))]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("4{4 dBm} output [on 8MK] please", "44 dBm"),
        ("2{2%} as min of [8MK]", "22%"),
        ("power [8MK] to 3{9.5 dBm}", "39.5 dBm"),
        ("power [8MK] to 39.{5 dBm}", "39.5 dBm"),
        ("power [8MK] {to 4}4 dBm", "to 44"),
        ("power [8MK] {to 39}.5 dBm", "to 39.5"),
        ("power [8MK] {44 dBm}", "44 dBm"),
        ("power [8MK] {4}4dBm", "44"),
        ("cell,hyst,a3\n[8MK],2,{3 dB}", "3 dB"),  # a comma parts the cells of a table
        ("power of [8MK]: {2}/3 dB", "2"),
        ("at 10:{44} power [8MK]", "44"),
    ],
)
def test_an_amount_goes_on_to_the_ends_of_its_number(text: str, amount: str):
    assert whole(text, "opera-town")[1] == amount


@pytest.mark.parametrize(
    ("text", "place", "amount"),
    [
        ("power lock [c two] {to 40 dBm}", "lock c two", "to 40 dBm"),
        ("nobody on lock [c] {under one point five} meg", "lock c", "under one point five"),
        ("power on the lock, [lock c] {40 dBm}", "lock c", "40 dBm"),
        ("please lock now, [weir b two] {40 dBm}", "weir b two", "40 dBm"),
        ("power of [weir b] {two hundred watts}", "weir b", "two hundred watts"),
    ],
)
def test_a_place_begins_where_its_name_does(text: str, place: str, amount: str):
    assert whole(text, "basin-works") == (place, amount)


@pytest.mark.parametrize(
    ("text", "place", "amount"),
    [
        ("connected users [gen oh one] {a fewer than two hundred}", "gen oh one a", "fewer than two hundred"),
        ("delay at [sur oh three] {a not above seven milliseconds}", "sur oh three a", "not above seven milliseconds"),
        ("delay at [sur oh three] {a fifth less than now}", "sur oh three", "a fifth less than now"),
        ("delay at [sur oh three] {a hundred milliseconds}", "sur oh three", "a hundred milliseconds"),
        ("delay at [sur oh three] {not above seven}", "sur oh three", "not above seven"),
    ],
)
def test_the_letter_of_a_cell_is_no_beginning_of_an_amount(text: str, place: str, amount: str):
    assert whole(text, "clinic-north") == (place, amount)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{four d b off} [on the depot cell] that's awake", "on the depot cell that's awake"),
        ("{four d b off} [on the depot cell that's] awake", "on the depot cell that's awake"),
        ("{four d b off} [on the depot cell] which sleeps", "on the depot cell which sleeps"),
        ("{four d b off} [on the depot cells] that are still asleep, please", "on the depot cells that are still asleep"),
        ("{four d b off} [on the depot cell] that is currently dormant", "on the depot cell that is currently dormant"),
        ("{four d b off} [on the depot cells], that is all", "on the depot cells"),
        ("{four d b off} [on the depot cell] down there", "on the depot cell"),
        ("{four d b off} [on Depot-N1], which sleeps", "on Depot-N1"),
        ("{four d b off} [on the depot cell] that up to now was fine", "on the depot cell"),
    ],
)
def test_words_that_choose_among_cells_belong_to_their_place(text: str, place: str):
    assert whole(text, "basin-works")[0] == place


@pytest.mark.parametrize(
    ("text", "hand", "why"),
    [
        ("cap embb [s{6}]", "desk-stadium", "part of a word"),
        ("load [s6c1] 60-{80 %}", "desk-stadium", "one end"),
        ("load [s6c1] {60}-80 %", "desk-stadium", "one end"),
        ("tx [s2c3] {39dbm later}", "desk-stadium", "words of a time"),
        ("tx [s2c3] {39dbm tomorrow}", "desk-stadium", "words of a time"),
        ("handovers [from weir b] {two fifty at the outside}", "basin-works", "name before"),
        ("delay [at sur oh three] {a maximum of seven ms}", "clinic-north", "name before"),
    ],
)
def test_an_amount_that_is_or_can_be_of_something_else_is_asked_about(text: str, hand: str, why: str):
    assert any(why in one for one in doubts(text.replace("[s{6}]", "s{6}"), hand))


@pytest.mark.parametrize(
    ("text", "hand"),
    [
        ("cap embb [s6] {at 6 %}", "desk-stadium"),
        ("load [s6c1] {60-80 %}", "desk-stadium"),
        ("load [s6c1] - {80 %}", "desk-stadium"),
        ("tx [s6c1] -{2 dB}", "desk-stadium"),
        ("tx [s2c3] {39}dbm", "desk-stadium"),
        ("handover trigger [s2c3] {no later than 256 ms}", "desk-stadium"),
        ("handovers [from weir b] {two hundred and fifty}", "basin-works"),
        ("power [on weir b] {a maximum of 40 dBm}", "basin-works"),
        ("delay [at sur oh three] {a fifth lower}", "clinic-north"),
    ],
)
def test_amounts_that_look_alike_are_not_asked_about(text: str, hand: str):
    assert doubts(text, hand) == []


@pytest.mark.parametrize(
    ("amount", "is_asked"), [("22% as", True), ("as low as you can", False), ("as near 0 % as you can get", False)]
)
def test_an_extreme_has_no_number(amount: str, *, is_asked: bool):
    said = {"kind": "target", "name": "PEE.Energy", "comparison": "min"}
    found = doubts(f"{{{amount}}} energy [s5c3]", "desk-stadium", **said)
    assert bool(found) is is_asked


@pytest.mark.parametrize(
    ("text", "is_asked"),
    [
        ("belasting van [lock c] onder de tachtig procent graag", True),
        ("keep your fingers off [lock c]", True),
        ("lock [lock c]", False),
        ("[lock c] out of service", False),
        ("[Depot-N1] may not carry traffic", False),
        ("block [Depot-N1]", False),
    ],
)
def test_a_name_with_the_word_lock_locks_nothing(text: str, *, is_asked: bool):
    found = doubts(text, "basin-works", name="administrativeState", state="LOCKED", amount="")
    assert bool(found) is is_asked


@pytest.mark.parametrize(("place", "is_asked"), [("", True), ("[upper reach]", False)])
def test_an_area_that_is_named_is_not_left_for_the_whole_network(place: str, *, is_asked: bool):
    names = Names(CARDS["basin-works"])
    text = f"{place or 'upper reach'}, blocking {{max 2 %}}, same place as before"
    spanned = marked(text, kind="target", name="RRC.ConnEstabFailRate", comparison="<=")
    doubt = slip_in(spanned, Reading.of(computed(spanned.marked(), names)), names)
    assert ("whole network" in str(doubt)) is is_asked
