import pytest

from agents.reading.amounting.amounts import AmountError, value_in
from agents.reading.amounting.ranges import Bound
from agents.reading.amounting.shares import share_of

VALUES = [
    ("between 400 and 700 watts", "W", 700),
    ("nought point two five percent", "%", 0.25),
    ("at least 12.500.000 bit/s", "Mbit/s", 12.5),
    ("1.250.000,5 bit/s", "Mbit/s", 1.2500005),
    ("320 ms and not, as written in the annex, 256 ms", "ms", 320),
    ("320 ms, not (as the annex says) 256 ms", "ms", 320),
    ("320 ms and not the old 256 ms", "ms", 320),
    ("a second at most", "ms", 1000),
    ("no more than a sec", "ms", 1000),
    ("3 megabits a second", "Mbit/s", 3),
    ("auf 5 Grad", "0.1 deg", 50),
    ("tre gradi", "0.1 deg", 30),
    ("sotto il settanta per cento", "%", 70),
    ("onder de tachtig procent", "%", 80),
    ("al menos tres megabits", "Mbit/s", 3),
    ("≥60kb/J", "bit/J", 60_000),
    ("+2 dB on the present one", "dB", 2),
    ("that one dB", "dB", 1),
    ("at no point over 12 ms", "ms", 12),
    ("below four hundred milliseconds", "ms", 400),
    ("within half a second", "ms", 500),
    ("a quarter of a second", "ms", 250),
    ("0.0125;s", "ms", 12.5),
    ("lt … 400 … ms", "ms", 400),
    ("512, and not 256, milliseconds", "ms", 512),
    ("320 ms, no, make that 256", "ms", 256),
    ("exceed 2 Gbit", "Mbit", 2000),
    ("min 2,5 Mbit", "Mbit/s", 2.5),
    ("minumum 4 mbti/s", "Mbit/s", 4),
    ("a fifth of a megabit per joule", "bit/J", 200_000),
    ("0.05 percnt", "%", 0.05),
    ("half a percent", "%", 0.5),
    ("3 packets out of 1000", "%", 0.3),
    ("3 … out of 1000", "%", 0.3),
    ("one in a hundred", "%", 1),
    ("30 ppm", "%", 0.003),
    ("5 per mille", "%", 0.5),
    ("2e-4", "%", 0.02),
    ("5 half-dB", "dB", 2.5),
    ("15 tenths of a dB", "dB", 1.5),
    ("20 W", "dBm", 43.01),
    ("+10 (0.1 deg)", "0.1 deg", 10),
    ("three degrees and a half", "0.1 deg", 35),
    ("one and a hlaf degre more", "0.1 deg", 15),
    ("two hundred, not one more", "count", 200),
    ("undr 180 wats", "W", 180),
    ("three quarters of a kilowatt", "W", 750),
    ("1.2k users", "UE", 1200),
    ("8-10 ms", "ms", 10),
    ("60..85 %", "%", 85),
    ("down from 20 to 10 ms", "ms", 10),
    ("to the height of 2 %", "%", 2),
    ("another decibel and a half", "dB", 1.5),
    ("77 and no longer 177", "", 77),
    ("18 ms, not to 19", "ms", 18),
    ("doubled to 4", "", 4),
    # hundreds and digits without their word
    ("three twenty milliseconds", "ms", 320),
    ("one fifty watts", "W", 150),
    ("two fifty six ms", "ms", 256),
    ("two five six, I mean three twenty milliseconds", "ms", 320),
    ("one oh five watts", "W", 105),
    ("ten twenty four ms", "ms", 1024),
    ("not one twenty but two forty ms", "ms", 240),
    ("two dozen users", "UE", 24),
    # parts
    ("a ten-thousandth and no more", "%", 0.01),
    ("one hundred-thousandth", "%", 0.001),
    ("five ten-thousandths", "%", 0.05),
    ("two thousandths", "%", 0.2),
    ("a millionth", "%", 0.0001),
    ("a fortieth", "%", 2.5),
    ("nine thousandths of a second", "ms", 9),
    ("up to a second and a quarter", "ms", 1250),
    ("two seconds and a half", "ms", 2500),
    ("two and half degrees", "0.1 deg", 25),
    # other languages
    ("unter zehn Millisekunden", "ms", 10),
    ("sotto venti millisecondi", "ms", 20),
    ("zwölf Prozent", "%", 12),
    # powers of ten
    ("< 5 × 10^-4", "%", 0.05),
    ("5*10^-4", "%", 0.05),
    ("at most 10⁻³", "%", 0.1),
    ("1.5 x 10**-3", "%", 0.15),
    ("≤ 5 × 10−4", "%", 0.05),
    # one, said with an article, and short spellings
    ("under a percent", "%", 1),
    ("by a further dB", "dB", 1),
    ("within a millisecond", "ms", 1),
    ("by haf a db", "dB", 0.5),
    ("1½ %", "%", 1.5),
    ("below 3 prcnt", "%", 3),
    ("8+ mbps", "Mbit/s", 8),
    ("20 WATTS", "dBm", 43.01),
    ("≤ 1.8 MJ", "Wh", 500),
    ("form 160 ms too 320 ms", "ms", 320),
    ("under eight … all of that in milliseconds", "ms", 8),
    ("from 44 down to 40 dBm", "dBm", 40),
    # other words for the decimal point and for "in"
    ("one decimal eight megabit or better", "Mbit/s", 1.8),
    ("2 comma 5 dB", "dB", 2.5),
    ("no more than 1 user over 100", "%", 1),
    ("2 of 100 users", "%", 2),
    ("one user each hundred", "%", 1),
    ("of 8 or more Mbit/s", "Mbit/s", 8),
    ("Ten or under, in milliseconds", "ms", 10),
    ("10 M and up, I mean Mbit/s", "Mbit/s", 10),
    ("320 milisec", "ms", 320),
    # parts
    ("two and half degrees", "0.1 deg", 25),
    ("up to a second and a quarter", "ms", 1250),
    ("nine thousandths of a second", "ms", 9),
    ("a ten-thousandth", "%", 0.01),
    ("½ dB", "dB", 0.5),
    # from one to the other, and the unit of one for the other
    ("from 480 ms on 256 ms is to reduce", "ms", 256),
    ("from 480 back to 320 ms", "ms", 320),
    ("should go from three degrees to five", "0.1 deg", 50),
    ("half a second, no, one", "ms", 1000),
    # one unit in two words, and other spellings
    ("below 5 milli seconds", "ms", 5),
    ("20 mili seconds", "ms", 20),
    ("5 em ess", "ms", 5),
    ("10 mega bits per second", "Mbit/s", 10),
    ("12 em bee pee ess", "Mbit/s", 12),
    ("6 Mbit per s", "Mbit/s", 6),
    ("atleast 6 mbts/s", "Mbit/s", 6),
    ("more than 5 megas", "Mbit/s", 5),
    ("at forty decibel milliwatts", "dBm", 40),
    ("40 dB m", "dBm", 40),
    ("3 dee bees", "dB", 3),
    ("1.4 kilo-watt", "W", 1400),
    ("6000 bits/joule", "bit/J", 6000),
    ("5 promille", "%", 0.5),
    ("5 permil", "%", 0.5),
    ("no more than half of one percent", "%", 0.5),
    ("three quarters of one percent", "%", 0.75),
    ("two and three quarters percent", "%", 2.75),
    ("below sixty all milliseconds", "ms", 60),
    ("250 (W)", "W", 250),
    ("250 at most, in watts", "W", 250),
    # a unit before its number
    ("in watt maximum 250", "W", 250),
    ("ms < 20", "ms", 20),
    ("dBm 41", "dBm", 41),
    ("no fewer Mbit/s than 2", "Mbit/s", 2),
    ("not a watt above 300", "W", 300),
    ("not one millisecond over 20", "ms", 20),
    # a comparison is denied, not the number
    ("not 20 ms or more", "ms", 20),
    # a number behind letters is of a name
    ("2 dB, beta3", "dB", 2),
]


@pytest.mark.parametrize(("words", "unit", "value"), VALUES)
def test_an_amount_is_a_number_in_the_unit(words: str, unit: str, value: float):
    assert value_in(words, unit, bound=Bound()) == pytest.approx(value)


@pytest.mark.parametrize(
    ("words", "value"),
    [("from 480 ms to 256 ms", 256), ("from 256 to 480 ms", 480), ("up to 480 ms from 256", 480), ("to 256 ms from 480", 256)],
)
def test_what_is_no_bound_is_changed_to_one_amount(words: str, value: float):
    assert value_in(words, "ms") == value


RISES = [
    "Increase … from 20 to 30 Mbps",
    "raise it from 20 up to 30 Mbit/s",
    "boost to 30 Mbit/s from 20",
    "bring … from 20 to 30 Mbps",
]


@pytest.mark.parametrize("words", RISES)
def test_a_verb_of_change_makes_the_second_amount_the_lower_bound(words: str):
    assert value_in(words, "Mbit/s", bound=Bound(lowest=True)) == 30
    with pytest.raises(AmountError, match="a range or a change"):
        value_in(words, "Mbit/s", bound=Bound())


@pytest.mark.parametrize("words", ["reduce it from 20 ms to 10 ms", "cut to 10 ms from 20", "improve from 20 to 10 ms"])
def test_a_verb_of_change_makes_the_second_amount_the_upper_bound(words: str):
    assert value_in(words, "ms", bound=Bound()) == 10
    with pytest.raises(AmountError, match="a range or a change"):
        value_in(words, "ms", bound=Bound(lowest=True))


def test_a_verb_that_permits_turns_the_bound_round():
    assert value_in("may rise from 20 to 30 ms", "ms", bound=Bound()) == 30
    assert value_in("may drop from 30 to 20 Mbit/s", "Mbit/s", bound=Bound(lowest=True)) == 20


@pytest.mark.parametrize(
    "words", ["from 20 to 30 Mbps", "keep from 20 to 30 Mbps", "increase from 30 to 20 Mbps", "not between 20 and 30 Mbps"]
)
def test_what_is_no_certain_change_is_a_doubt(words: str):
    with pytest.raises(AmountError):
        value_in(words, "Mbit/s", bound=Bound(lowest=True))


@pytest.mark.parametrize("words", ["256 to 480 ms", "between 256 and 480 ms", "256-480 ms"])
def test_a_range_is_no_amount_of_what_is_no_bound(words: str):
    assert value_in(words, "ms", bound=Bound()) == 480
    with pytest.raises(AmountError, match="more than one"):
        value_in(words, "ms")


def test_to_one_from_another_is_a_change():
    assert value_in("to 256 ms from 480 ms", "ms", bound=Bound()) == 256
    with pytest.raises(AmountError, match="a range or a change"):
        value_in("up to 480 ms from 256", "ms", bound=Bound(lowest=True))


@pytest.mark.parametrize("words", ["on 256 ms from 480", "from 2 ms to 3-4 ms"])
def test_what_is_no_bound_is_not_changed_to_one_of_several(words: str):
    with pytest.raises(AmountError, match="more than one"):
        value_in(words, "ms")


@pytest.mark.parametrize("bound", [None, Bound(), Bound(lowest=True)])
def test_from_one_on_another_is_a_change_only_where_a_verb_says_so(bound: Bound | None):
    with pytest.raises(AmountError, match="more than one"):
        value_in("from 480 ms on 256 ms", "ms", bound=bound)
    verb = "raise" if bound and bound.lowest else "reduce"
    values = ("256", "480") if verb == "raise" else ("480", "256")
    assert value_in(f"{verb} it from {values[0]} ms on {values[1]} ms", "ms", bound=bound) == float(values[1])


@pytest.mark.parametrize("words", ["with no loss of", "without any drop of", "not a bit less than now", "no degradation"])
def test_no_loss_is_no_change(words: str):
    assert share_of(words).percent == 0


@pytest.mark.parametrize(
    ("words", "percent", "sign"),
    [
        ("shall not fall short of last week's", 0, 0),
        ("no more than 10 % short of last week's", 10, -1),
        ("at least 50 % greater than last week", 50, 1),
        ("20 % smaller than yesterday", 20, -1),
        *((f"≤ 0.8{times}delay(now)", 20, -1) for times in (" · ", " × ", "×", "*", " x ", " ⋅ ")),
        ("≤ delay(now) · 0.8", 20, -1),
        ("≤ 80 % × delay(now)", 20, -1),
        ("≤ delay(now) × 80 %", 20, -1),
        ("≥ 1.2 · thp(yesterday)", 20, 1),
        # a dot or star before a number can begin a point of a list
        ("* 20 % below now", 20, -1),
        ("· 20 % below now", 20, -1),
    ],
)
def test_a_value_times_a_reference_or_beside_it_is_a_change(words: str, percent: float, sign: int):
    share = share_of(words)
    assert (share.percent, share.sign) == (percent, sign)


@pytest.mark.parametrize("words", ["without a big loss of", "no loss of more than a little", "a percent of loss or two"])
def test_a_loss_of_no_size_is_a_doubt(words: str):
    with pytest.raises(AmountError):
        share_of(words)


def test_of_a_range_the_comparison_takes_its_end():
    assert value_in("between 400 and 700 watts", "W", bound=Bound(lowest=True)) == 400
    assert value_in("between 2 and 9 %", "%", bound=Bound(lowest=True)) == 2


@pytest.mark.parametrize(
    ("words", "unit"),
    [
        ("5", "ms"),
        ("point null five percent", "%"),
        ("zero point null five percent", "%"),
        ("12.500 kbit/s", "Mbit/s"),
        ("12.500.00 bit/s", "Mbit/s"),
        ("3 megs a second", "Mbit/s"),
        ("not, as usual, 80 %", "%"),
        ("to 320", "ms"),
        ("0.001", "%"),
        ("3 dBm", "dB"),
        ("20 MW", "dBm"),
        ("fast", "ms"),
        ("the same", "ms"),
        ("5 dB", "%"),
        ("10 MB/s", "Mbit/s"),
        ("10 ms (now 20 ms)", "ms"),
        ("20 ms is too much, 10 ms", "ms"),
        ("five six milliseconds", "ms"),
        ("half of 20 ms", "ms"),
        ("twice 10 ms", "ms"),
        ("three twenty percent", "%"),
        ("5 × 10 ms", "ms"),
        ("a bit", "Mbit"),
        ("8 of S2C1", "ms"),
        ("1 on 2 cells", "%"),
        ("2.500 users", "UE"),
        ("8 … S2C1", "ms"),
        ("two megabit, one", "Mbit/s"),
        ("10 users at 5 %", "%"),
        ("1 s, no, 500", "ms"),
        ("20 ± 5 ms", "ms"),
        ("five hundred thousandths", "%"),
        ("half a thousandth", "%"),
        ("no more than 80 or 85 %", "%"),
        ("soixante dix ms", "ms"),
        ("cent dix ms", "ms"),
        ("quatre vingt dix ms", "ms"),
        ("vierundzwanzig ms", "ms"),
        ("a couple of dB", "dB"),
        ("a couple of ms", "ms"),
        ("min 5", "ms"),
        ("s 2", "ms"),
        ("at no point below 2", "ms"),
        ("4 meg per second", "Mbit/s"),
        ("not 20 ms or more", "ms"),
        ("5 ms 20", "ms"),
        ("20 % ms 5", "ms"),
        ("trente cinq ms", "ms"),
    ],
)
def test_no_amount_that_fits_or_more_than_one_is_a_doubt(words: str, unit: str):
    with pytest.raises(AmountError):
        value_in(words, unit)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("the same", 8),
        ("idem", 8),
        ("id.", 8),
        ("by as much", 8),
        ("half that", 4),
        ("twice that", 16),
        ("minus two", -2),
    ],
)
def test_an_amount_can_refer_to_the_one_before(words: str, value: float):
    assert value_in(words, "dB", before=8) == value


@pytest.mark.parametrize(
    "words", ["2 MBps", "2 MB/s", "2 megabytes a second", "200 KBps", "1 GByte", "2 mB/s", "12 meg", "4 megs"]
)
def test_bytes_and_what_can_be_bytes_are_no_rate(words: str):
    with pytest.raises(AmountError):
        value_in(words, "Mbit/s")


@pytest.mark.parametrize("words", ["30 PRB", "30 PRBs", "30 resource blocks", "below 0.01", "0.5"])
def test_resource_blocks_and_what_can_be_a_ratio_are_no_percentage(words: str):
    with pytest.raises(AmountError):
        value_in(words, "%")


@pytest.mark.parametrize(("words", "value"), [("forty dee bee em", 40), ("10 wat", 40), ("30 % of the PRBs", 30)])
def test_units_as_they_are_spoken_and_misspelled(words: str, value: float):
    assert value_in(words, "%" if "PRB" in words else "dBm") == pytest.approx(value)


@pytest.mark.parametrize("words", ["1.8 XJ", "3 dBm"])
def test_a_number_with_another_unit_is_not_one_without(words: str):
    with pytest.raises(AmountError):
        value_in(words, "dB", before=8)


SHARES = [
    ("a fifth less", 20, -1),
    ("doubel of yestreday", 100, 1),
    ("hlave", 50, -1),
    ("back to that", 0, 0),
    ("Compared with yesterday … half the", 50, -1),
    ("half of what it is now", 50, -1),
    ("lose a tenth of what it has now", 10, -1),
    ("give up as much as 15 % of its rate", 15, -1),
    ("drop to 80 % of yesterday", 20, -1),
    ("no worse than 85 % of the present one", 15, -1),
    ("1.2x yesterday at most", 20, 1),
    ("<= 0.9x", 10, -1),
    ("1.0x last week", 0, -1),
    ("twice what it was", 100, 1),
    ("in half", 50, -1),
    ("half as much again", 50, 1),
    ("+5 %", 5, 1),
    ("no worse than now", 0, 0),
    ("down to 90 %", 10, -1),
    ("to a tenth", 90, -1),
    ("factor <= 0.88", 12, -1),
    ("0.8 * last_week", 20, -1),
    ("as yesterday or better", 0, 0),
    # what is given up is not what is left
    ("concede no more than five per cent of its present", 5, -1),
    ("may cede 5 % of its present", 5, -1),
    ("part with a tenth of its rate", 10, -1),
    ("at the cost of 5 % of its rate", 5, -1),
    ("drop at most 5 % of its present", 5, -1),
    ("cut 60 % of yesterday", 60, -1),
    ("drop to at most 60 % of yesterday", 40, -1),
    ("gain 5 % of its present", 5, 1),
    ("at most 40 % of yesterday", 60, -1),
    ("95 % or more of now", 5, -1),
    ("four fifths of", 20, -1),
    ("by a percent", 1, 0),
    ("no worse than a week ago", 0, 0),
    ("improve by 25 prcnt frm yesterday", 25, 0),
    # what is to be reached, in other words and languages
    ("≤ 92 % van vorige week", 8, -1),
    ("max 92 % de la semaine passée", 8, -1),
    ("reduce to the third part of yesterday", 66.67, -1),
    ("reduce to at most 40 % of yesterday", 60, -1),
    ("by the third part", 33.33, 0),
    ("reduce 5 % over the weekend", 5, 0),
    ("5 % over last week", 5, 1),
    # "to" before a change is not what is to be reached
    ("may arrive to 10 % more than last week", 10, 1),
    ("fall to 10 % below yesterday", 10, -1),
    ("up to 8 % of now more", 8, 1),
    ("limit the increase to 5 % of now", 5, 1),
    ("keep the loss to at most 5 %", 5, -1),
    ("without any loss of", 0, 0),
    ("not a bit more than yesterday", 0, 0),
    ("½ of yesterday at most", 50, -1),
    # a part of the reference alone is what is to be reached
    ("a third of what it is now", pytest.approx(66.67, abs=0.01), -1),
    ("one third of now", pytest.approx(66.67, abs=0.01), -1),
    ("a quarter of last week's", 75, -1),
    ("down by half a percent of now", 0.5, 0),
    ("the loss is limited to 5 % of now", 5, -1),
    ("may rise by no more than eight percent of now", 8, 1),
    # a comparison that is denied
    ("w/o more", 0, 0),
    ("not use more … than it did last week", 0, 0),
    ("without using any more than yesterday", 0, 0),
    ("may never be higher than last week", 0, 0),
]


@pytest.mark.parametrize(("words", "percent", "sign"), SHARES)
def test_a_relative_amount_is_a_change_in_percent(words: str, percent: float, sign: int):
    share = share_of(words)
    assert (share.percent, share.sign) == (pytest.approx(percent), sign)


@pytest.mark.parametrize(
    "words",
    [
        "slash",
        "a tenth of its speed",
        "5 ms",
        "a bit less",
        "no, a bit less",
        "not much more than last week",
        "not good but less",
        "some of yesterday",
        "110 %",
        "ten to twenty percent",
        "by 0.1",
        "5 % of its rate may go",
        "trifle with 5 % of its rate",
        "within 5 % of yesterday",
        "tenfold",
        "markedly less",
        "-10..-15 %",
        "≤ 92 % last week",
        "grow to 30 % of now",
        "fall 10 % more than yesterday",
        "veinticinco por ciento",
        "no more than ninety percent against yesterday",
        "10 % below the last home game",
        "10 % less than the same Thursday of last year",
        "5 % under last season",
        "10 % less than at Christmas",
        "down by 2 percentage points",
        "5 % below the season average",
        "10 % less than the average of May",
        "5 % better than at the last derby",
        "5 % under the 2026 average",
        "10 % less than an hour ago",
        "5 % below normal",
        "10 % less than on Tuesday",
        "10 % over the pre-launch baseline",
        "5 % above the benchmark",
        "in comparison with yesterday no more be than 95 %",
    ],
)
def test_a_share_that_is_not_certain_is_a_doubt(words: str):
    with pytest.raises(AmountError):
        share_of(words)
