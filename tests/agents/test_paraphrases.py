# ruff: noqa: E501 - one intent with its expectation is one line of the table
"""A paraphrase set, written after the grammar was fixed: the share of it that is understood right is measured, not assumed.

The first run, before anything was changed, got 22 of 26 right: it missed a cell range ("S2C1 through S2C3"), a possessive
("URLLC's") and two numbers in words ("one percent", "half a percent"). Rules for these were added afterwards, so this set is no
longer unseen; `SECOND` was written after that.
"""

from __future__ import annotations

from agents.understanding.result import NotAboutNetwork, Question, Understood
from agents.understanding.understand import understand
from twins.network import NetworkCard

S, D, A = 4, 3, 0
PARAPHRASES: list[tuple[str, object]] = [
    ("There's a big match at the stadium this evening, URLLC must not see more than 10 ms of latency.", {("URLLC", S, "DRB.PdcpSduDelayDl ≤ 10 ms")}),
    ("I need ten megabits per second for each broadband subscriber near the stadium", {("eMBB", S, "DRB.UEThpDl.P05 ≥ 10 Mbit/s")}),
    ("Latency on the ultra-reliable slice should be 12 milliseconds tops", {("URLLC", A, "DRB.PdcpSduDelayDl ≤ 12 ms")}),
    ("Please hold eMBB user throughput above 4 Mbit/s and don't waste energy", {("eMBB", A, "DRB.UEThpDl > 4 Mbit/s"), (None, A, "min PEE.Energy")}),
    ("We'd like the electricity bill of downtown as low as possible while eMBB keeps a minimum of 3 Mbps", {(None, D, "min PEE.Energy"), ("eMBB", D, "DRB.UEThpDl ≥ 3 Mbit/s")}),
    ("Guarantee that IoT packet loss stays within 2 percent across all cells", {("mMTC", A, "DRB.PacketLossRateDl ≤ 2 %")}),
    ("Tail latency for mission critical traffic: under 20 ms, cells S2C1 through S2C3", {("URLLC", 3, "DRB.PdcpSduDelayDl.P95 < 20 ms")}),
    ("bring the PRB utilisation of S4C2 down to 60%", {(None, 1, "RRU.PrbTotDl ≤ 60 %")}),
    ("no more than one percent of handovers should be ping-pongs downtown", {(None, D, "MM.HoPingPongRate ≤ 1 %")}),
    ("Keep dropped calls below half a percent at the stadium tonight", {(None, S, "MM.RlfRate < 0.5 %")}),
    ("Users of eMBB downtown are to get 6 Mbps or better between 7 pm and 9 pm", {("eMBB", D, "DRB.UEThpDl.P05 ≥ 6 Mbit/s")}),
    ("URLLC: max 9 ms. eMBB: min 2 Mbps per user.", {("URLLC", A, "DRB.PdcpSduDelayDl ≤ 9 ms"), ("eMBB", A, "DRB.UEThpDl.P05 ≥ 2 Mbit/s")}),
    ("Maximise energy efficiency across the network without letting URLLC delay go over 15 ms", {(None, A, "max EE.DV"), ("URLLC", A, "DRB.PdcpSduDelayDl ≤ 15 ms")}),
    ("Power draw of site S1 must remain below 1.5 kW", {(None, 3, "PEE.AvgPower < 1500 W")}),
    ("Everyone at the stadium deserves at least 7.5 Mb/s during the stadium event", {("eMBB", S, "DRB.UEThpDl.P05 ≥ 7.5 Mbit/s")}),
    ("Fewer than 3 % of connection attempts may be rejected around the stadium", {(None, S, "RRC.ConnEstabFailRate < 3 %")}),
    ("block error rate not above 12% in S1C1 and S1C2", {(None, 2, "CARR.AverageBlerDl ≤ 12 %")}),
    ("Set URLLC's minimum PRB share in S1C1 to 25 percent", "direct"),
    ("Switch off S6C2", "direct"),
    ("Could you get the 95th percentile delay of URLLC to 18 ms or lower downtown?", {("URLLC", D, "DRB.PdcpSduDelayDl.P95 ≤ 18 ms")}),
    ("do something about the network please", Question),
    ("Keep uplink throughput above 5 Mbps", Question),
    ("Tell the cells in Springfield to keep delay below 10 ms", Question),
    ("Who won the world cup in 2014?", NotAboutNetwork),
    ("Mantén la latencia por debajo de 10 ms en el estadio", Question),
    ("URLLC delay should be above 3 ms and below 2 ms", "impossible"),
]  # fmt: skip
FIRST_RUN = 22 / 26
SECOND_RUN = 16 / 16
SECOND: list[tuple[str, object]] = [
    ("During the stadium event hold URLLC delays beneath 7.5 ms", {("URLLC", S, "DRB.PdcpSduDelayDl < 7.5 ms")}),
    ("Each eMBB customer downtown ought to have 8 Mbit/s minimum", {("eMBB", D, "DRB.UEThpDl.P05 ≥ 8 Mbit/s")}),
    ("Minimize the energy used by S7 but keep URLLC packet loss no worse than 0.1 %", {(None, 3, "min PEE.Energy"), ("URLLC", 3, "DRB.PacketLossRateDl ≤ 0.1 %")}),
    ("I want the worst user throughput of eMBB to be higher than 1500 kbps in S3C1, S3C2", {("eMBB", 2, "DRB.UEThpDl.P05 > 1.5 Mbit/s")}),
    ("Throughput must not drop below 6 Mbps for eMBB at the stadium from 8pm to 10pm", {("eMBB", S, "DRB.UEThpDl ≥ 6 Mbit/s")}),
    ("Latency of sensors may be up to 2 seconds", {("mMTC", A, "DRB.PdcpSduDelayDl ≤ 2000 ms")}),
    ("our URLLC robots at the stadium need response times under 5 ms", {("URLLC", S, "DRB.PdcpSduDelayDl < 5 ms")}),
    ("Cells S5C1-S5C3: load at most 75%, energy as low as possible", {(None, 3, "RRU.PrbTotDl ≤ 75 %"), (None, 3, "min PEE.Energy")}),
    ("Lower the hysteresis of S2C2 by 1 dB", "direct"),
    ("Set eMBB max ratio to 80 % in the stadium cells", "direct"),
    ("What's the delay of URLLC in S1C1 right now?", "NetworkQuestion"),
    ("Book me a flight to Lisbon", NotAboutNetwork),
    ("Improve coverage downtown", Question),
    ("URLLC delay less than 10 Mbps", Question),
    ("keep the delay of the premium slice below 10 ms", Question),
    ("eMBB at least 20 Mbps and at most 10 Mbps", "impossible"),
]  # fmt: skip


def _reading(text: str, card: NetworkCard) -> object:
    result = understand(text, card)
    if not isinstance(result, Understood):
        return {"Impossible": "impossible", "NetworkQuestion": "NetworkQuestion"}.get(type(result).__name__, type(result))
    if result.direct:
        return "direct"
    return {
        (expectation.object.slice.value if expectation.object.slice else None, len(expectation.object.cells), target.describe())
        for expectation in result.intent.expectations
        for target in expectation.targets
    }


def _wrong(card: NetworkCard, paraphrases: list[tuple[str, object]]) -> list[tuple[str, object]]:
    return [(text, got) for text, expected in paraphrases if (got := _reading(text, card)) != expected]


def test_the_share_of_first_paraphrases_that_is_understood_does_not_fall(card: NetworkCard) -> None:
    wrong = _wrong(card, PARAPHRASES)
    assert 1 - len(wrong) / len(PARAPHRASES) >= FIRST_RUN, wrong


def test_the_share_of_unseen_paraphrases_that_is_understood_does_not_fall(card: NetworkCard) -> None:
    wrong = _wrong(card, SECOND)
    assert 1 - len(wrong) / len(SECOND) >= SECOND_RUN, wrong
