"""The confidence: it rises with what speaks for a reading, and its threshold keeps the share of wrong acts."""

import random

import pytest

from agents.readers.rivals import FEATURES
from training.llm.scoring import VERDICTS, Verdict
from training.llm.understanding.calibrating import fitted, shares_at
from training.llm.understanding.judged_text import JudgedText, Judgement, SampleFile
from training.llm.understanding.reliability import draw_reliability


def _sample(wrong: int, right: int, asked: int) -> list[JudgedText]:
    """Return texts of which the readings are wrong or right, and texts with a wrong reading that have to be asked about."""
    draw = random.Random(1)

    def judgement(mean: float, verdict: Verdict) -> Judgement:
        return Judgement(features=tuple(draw.gauss(mean, 1) for _ in FEATURES), verdict=verdict)

    refused = [JudgedText(readings=(judgement(-1, "confidently wrong"),), refused="right") for _ in range(wrong)]
    clear = [JudgedText(readings=(judgement(-1, "partly"), judgement(1, "right")), refused="needless") for _ in range(right)]
    return [*refused, *clear, *(JudgedText(readings=(), refused="right") for _ in range(asked))]


@pytest.mark.parametrize("most_wrong", [0.0, 0.01, 0.05])
def test_the_threshold_lets_through_at_most_the_share_that_is_asked_for(most_wrong: float):
    sample = _sample(60, 300, 100)
    fit = fitted(sample, most_wrong)
    shares = shares_at(sample, fit.unseen, fit.confidence.threshold)
    assert shares["confidently wrong"] <= most_wrong
    assert sum(shares.values()) == pytest.approx(1)
    assert set(shares) == set(VERDICTS)
    looser = shares_at(sample, fit.unseen, 0.0)
    assert looser["needless"] <= shares["needless"] and looser["confidently wrong"] >= shares["confidently wrong"]


def test_at_a_threshold_of_one_everything_is_asked():
    sample = _sample(60, 300, 100)
    shares = shares_at(sample, fitted(sample, 0.01).unseen, 1.1)
    assert shares["confidently wrong"] == 0
    assert shares["needless"] == pytest.approx(300 / 460)
    assert shares["right"] == pytest.approx(160 / 460)  # what had to be asked about is asked


def test_without_any_wrong_reading_nothing_more_is_asked():
    partly = [
        JudgedText(readings=(Judgement(features=(0.1 * number,) * len(FEATURES), verdict="partly"),), refused="needless")
        for number in range(40)
    ]
    sample = [*_sample(0, 60, 0), *partly]
    assert fitted(sample, 0.01).confidence.threshold == 0.0


def test_of_several_readings_the_most_probable_one_counts():
    sample = _sample(0, 200, 0)
    shares = shares_at(sample, fitted(sample, 0.0).unseen, 0.0)
    assert shares["right"] > 0.9 and shares["needless"] == 0


def test_a_sample_goes_on_where_it_was_killed_and_only_with_the_same_readers(tmp_path):
    first = JudgedText(readings=(), refused="right", hand="city", text="hello")
    path = tmp_path / "work" / "sample.jsonl"
    SampleFile(path, "a").add([first])
    path.write_text(path.read_text() + '{"readings": [], "ref')
    again = SampleFile(path, "a")
    assert again.known("city", "hello") == first and again.known("city", "other") is None
    with pytest.raises(ValueError, match="other readers"):
        SampleFile(path, "b")


def test_the_plot_shows_calibration_and_trade_off(tmp_path):
    sample = _sample(30, 900, 20)  # most tenths are all right
    fit = fitted(sample, 0.01)
    draw_reliability(tmp_path / "reliability.png", sample, fit.unseen, fit.confidence.threshold)
    assert (tmp_path / "reliability.png").stat().st_size > 10_000
