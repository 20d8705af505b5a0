"""Words for what the network does not have or does not measure are found, and hardly ever where they are beside the matter."""

import re

import pytest

from agents.readers.accounting import named_words
from agents.reading.marked import LIVE_ACTS
from agents.reading.names import Names
from agents.reading.unknown_words import strangers_in, traffic_classes_in, unmeasured_in
from training.llm.labelled_text import hands_of


@pytest.mark.parametrize(
    "text",
    [
        *(
            "99.9th percentile",
            "ninety-ninth percentile",
            "99 % of all packets",
            "nine out of ten phones",
            "p98_delay",
            "DRB.UEThpUl",
        ),
        *(
            "5th percentile of the delay",
            "delay in the 5th percentile",
            "98% of users",
            "ninety-nine percent of the packets",
        ),
    ],
)
def test_other_percentiles_than_those_that_are_measured_are_found(text: str):
    assert unmeasured_in(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "p99 delay below 9 ms",
            "the 90th percentile",
            "uplink at least 3 Mbit/s",
            "less jitter please",
            "MOS above 4",
            "UL rate",
        ),
        *("page load time under two seconds", "availability: 99.9 %", "cell availability Q01-1", "KPI: availability"),
    ],
)
def test_statistics_directions_and_quantities_that_nobody_measures_are_found(text: str):
    assert unmeasured_in(text)


@pytest.mark.parametrize(
    "text",
    [
        *("nine users in ten", "90% of fans", "ninety percent of the lads", "half the people", "Half of the users"),
        *("99.9 % of URLLC packets", "99.9 % of the brake messages", "80 % of our eMBB users", "worst 1 % of users"),
    ],
)
def test_shares_of_packets_or_users_that_are_no_percentile_are_found(text: str):
    assert unmeasured_in(text)


@pytest.mark.parametrize(
    "text",
    [
        *("EIRP +2 dB", "mechanical tilt two degrees down", "the azimuth by 10 degrees", "battery temperature below 40 degrees"),
        *("handover success rate above 99 %", "HOSR >= 98%", "RACH success > 97 %", "paging load", "PDU session failures"),
        *("channel quality at CQI 10", "CARR.WBCQIDist >= 9", "bit error rate below 1 %", "cell throughput at least 80 mbps"),
        *("the maximum of the delay", "worst-case delay below 13 ms", "the worst single packet", "peak power below 900 W"),
        *("p95 throughput above 20 mbps", "glass-to-glass latency", "ping of the gamers", "call setup time", "40 PRBs for URLLC"),
        *("the battery of the site above 40 %", "carbon of the whole city", "availability of the cells 99.95 %"),
    ],
)
def test_quantities_of_other_parts_of_a_network_are_found(text: str):
    assert unmeasured_in(text)


@pytest.mark.parametrize(
    "text",
    [
        *("90 percent while the fans leave", "80 % and connected users below 150", "K107-P 70 %", "worst 5 % of users"),
        *("19 out of 20 users", "the RSRP offset", "ping pong below 5 %", "battery hall below 1 kW", "max delay 10 ms"),
        *("at most 5 ms", "p95 delay", "5th percentile of rates", "would full cells do?", "UL3 sleeps", "prb below 80 pct"),
        *("95 % of the packets", "2 % of the packets are lost", "nothing but the ninety-fifth percentile"),
    ],
)
def test_ordinary_words_and_known_percentiles_are_not(text: str):
    assert not unmeasured_in(text)


def test_a_traffic_class_is_no_slice():
    assert traffic_classes_in("5QI 82 below 9 ms") and not traffic_classes_in("URLLC below 9 ms")


def test_an_id_that_is_built_like_the_networks_own_is_a_stranger(names: Names):
    assert strangers_in("put Q13-1 to sleep, not q02-1", names) == ["Q13-1"]
    assert strangers_in("wake W03-1, not vat.d", names) == ["W03-1"]
    assert strangers_in("Q02-1 below 10 ms from 22:00 on, ticket 2031-05", names) == []


def test_where_the_hands_have_something_to_compute_nothing_is_strange():
    live = strange = beside = 0
    for hand in hands_of():
        names = Names(hand.card)
        for text in hand.texts:
            if text.act in LIVE_ACTS:
                live += 1
                strange += bool(strangers_in(text.text, names))
                known = list(named_words(text.text, names))  # a site P21 is no percentile
                if any(edit.attribute == "digitalAzimuth" for edit in text.edits):
                    known += [match.span() for match in re.finditer(r"azimuth\w*", text.text, re.IGNORECASE)]
                beside += any(
                    not any(max(span[0], one[0]) < min(span[1], one[1]) for one in known) for span in unmeasured_in(text.text)
                )
    assert strange == 0
    assert beside <= 0.002 * live


def test_what_is_asked_about_for_such_words_is_found_often():
    texts = [(hand, text) for hand in hands_of() for text in hand.texts if text.phenomenon in ("not_measured", "unknown_name")]
    found = sum(bool(unmeasured_in(text.text) or strangers_in(text.text, Names(hand.card))) for hand, text in texts)
    assert len(texts) > 100
    assert found >= 0.3 * len(texts)
