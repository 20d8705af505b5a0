"""Words about the forecast are none of the readers': code takes them out, and takes no number of people for an attendance."""

import pytest

from agents.readers.command_understand import STADIUM, card_from
from agents.readers.forecast_words import forecast_spans, forecast_told, without_forecast
from agents.readers.heard import AccountedText, Heard
from agents.reading.reading import Reading
from training.llm.labelled_text import hands_of

CARD = card_from(STADIUM)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("at least 5 Mbps in the stadium tonight, without the match", "at least 5 Mbps in the stadium tonight"),
        ("without the match, save energy in S2 tonight", "save energy in S2 tonight"),
        ("save energy, not counting the match, in S7", "save energy, in S7"),
        ("save energy without S2C1", "save energy without S2C1"),
        ("without the match", "without the match"),
    ],
)
def test_readers_read_the_text_without_words_about_the_forecast(text: str, rest: str):
    assert without_forecast(text, CARD) == rest


def test_hardly_a_text_of_the_hands_loses_words():
    texts = [(hand, text) for hand in hands_of() for text in hand.texts]
    assert sum(bool(forecast_spans(text.text, hand.card)) for hand, text in texts) <= 0.001 * len(texts)


@pytest.mark.parametrize(
    ("text", "visitors"),
    [
        ("URLLC delay below 10 ms tonight, we expect 40,000 visitors", 40_000),
        ("turn off S4C2 with 30k people in the stadium", 30_000),
        ("turn off S4C2 only if fewer than 6 people are connected there", None),
        ("of 1,200 visitors 340 answered: keep blocking below 2 %", None),
    ],
)
def test_only_visitors_that_are_expected_are_an_attendance(text: str, visitors: int | None):
    condition = AccountedText(words="only if fewer than 6 people are connected there", slot="condition")
    heard = Heard(reading=Reading(act="change"), read_back="", confidence=1.0, readers="", accounted=(condition,))
    assert forecast_told(heard, text, CARD).attendance == visitors
