"""What the small model reads and writes: levels, figures, words and fragments go both ways and lose nothing that counts."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.qos import QosRequirement
from training.llm.sft.figures import Figures, NotWritable
from training.llm.sft.fragment import NoFragment, default_fragments
from training.llm.sft.level import BER, DELAY, SNR, THROUGHPUT, digits_of, level_of
from training.llm.sft.text_tokens import UNKNOWN, text_tokens, text_vocabulary, words_of
from training.llm.sft.vocabulary import default_vocabulary
from training.tasks.services import read_data, services
from training.tasks.space import DEFAULT_SPACE
from training.tasks.task_set import load_tasks
from twins.link.configuration import ChannelConfiguration
from twins.link.device import DeviceState
from twins.link.orchestration import Orchestration

REQUIRED = QosRequirement(max_delay_ms=12.0, min_throughput_mbps=0.95, max_ber=2.3e-4)
CHANNEL = ChannelConfiguration(profile="TDL-A", delay_spread_ns=63.0, speed_mps=0.1, snr_db=18.4)


def device(**changed):
    return DeviceState(
        **{"tx_antennas": 1, "rx_antennas": 2, "max_power_dbm": 20.0, "max_modulation": "16QAM", "free_prbs": 6, **changed}
    )


@given(st.integers(0, 999))
def test_a_level_is_three_digits_and_comes_back(level):
    digits = digits_of(level)
    assert len(digits) == 3 and all(len(digit) == 1 for digit in digits) and level_of(digits) == level


@given(st.floats(1e-3, 999.0), st.floats(1e-3, 999.0))
def test_levels_are_ordered_as_the_values_are_and_right_to_half_a_step(low, high):
    low, high = sorted((low, high))
    assert THROUGHPUT.level(low) <= THROUGHPUT.level(high)
    assert abs(THROUGHPUT.value(THROUGHPUT.level(high)) / high - 1.0) < 0.012


def test_on_levels_a_product_is_a_sum():
    assert THROUGHPUT.level(2.0 * 3.0) == THROUGHPUT.level(2.0) + THROUGHPUT.level(3.0) - THROUGHPUT.level(1.0)


def test_levels_end_where_the_notation_ends():
    assert BER.level(1e-60) == 0 and BER.level(1e-6) == 0 and DELAY.level(float("inf")) == 999 and SNR.level(-9.0) == 110
    with pytest.raises(ValueError, match=r"0\.\.999"):
        digits_of(1000)
    with pytest.raises(ValueError, match="not 3 digits"):
        level_of(["1", "x", "3"])


def test_figures_are_read_back_as_they_were_written():
    figures = Figures.of(REQUIRED, device(), CHANNEL)
    assert Figures.read(figures.tokens()) == figures
    assert figures.levels == (298, 308, 236, 384, 1, 63)
    assert "free=6" in figures.states and "has=100" in figures.states and "max=16QAM" in figures.states


def test_a_limit_between_two_choices_is_written_as_the_lower_and_one_below_all_is_refused():
    assert "free=12" in Figures.of(REQUIRED, device(free_prbs=23), CHANNEL).states
    with pytest.raises(NotWritable, match="free_prbs=3 is below 4"):
        Figures.of(REQUIRED, device(free_prbs=3), CHANNEL)
    with pytest.raises(NotWritable, match="profile=CDL-A"):
        Figures.of(REQUIRED, device(), CHANNEL.model_copy(update={"profile": "CDL-A"}))


def test_every_orchestration_of_the_space_is_read_back_from_its_fragments():
    fragments = default_fragments()
    for configuration in DEFAULT_SPACE.configurations[::37]:
        orchestration = Orchestration.of(configuration)
        tokens = fragments.tokens(orchestration)
        assert len(tokens) == 16 and fragments.orchestration(tokens) == orchestration


def test_the_short_form_names_exactly_one_configuration():
    trial = default_fragments().trial
    assert len({tuple(row) for row in trial.tolist()}) == len(trial) == len(DEFAULT_SPACE.configurations)


def test_an_orchestration_outside_the_space_has_no_fragments_and_the_error_names_the_argument():
    orchestration = Orchestration.of(DEFAULT_SPACE.configurations[0].model_copy(update={"mcs_index": 4}))
    with pytest.raises(NoFragment, match=r"transmitter\.mcs_index=4"):
        default_fragments().tokens(orchestration)


def test_every_word_of_the_train_wordings_is_known_and_numbers_are_digits():
    assert not [task.id for task in load_tasks(split="train") if UNKNOWN in text_tokens(task.description)]
    assert text_tokens("SNR 18.4 dB, 950 kbit/s; 2.3 × 10^-4 quux 1e-6, ls+lmmse on TDL-A") == [
        *("snr", "db.1=1", "db.2=8", "db.3=4", "db", "kbit/s.1=9", "kbit/s.2=5", "kbit/s.e=2", "kbit/s"),
        *("ber.1=2", "ber.2=3", "ber.e=-4", UNKNOWN, "ber.1=1", "ber.2=0", "ber.e=-6", "ls+lmmse", "on", "tdl-a"),
    ]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("0.74 ms", "ms.1=7 ms.2=4 ms.e=-1 ms"),
        ("9.96 ms", "ms.1=1 ms.2=0 ms.e=1 ms"),
        ("24 free PRBs", "prbs.1=2 prbs.2=4 prbs.e=1 free prbs"),
        (
            "two antenna ports and four antennas",
            "ports.1=2 ports.2=0 ports.e=0 antenna ports and antennas.1=4 antennas.2=0 antennas.e=0 antennas",
        ),
        ("63 ns, 0.1 m/s", "ns.1=0 ns.2=6 ns.3=3 ns m/s.1=0 m/s.2=0 m/s.3=1 m/s"),
        ("receivers 2 24 PRBs", "receivers 2 prbs.1=2 prbs.2=4 prbs.e=1 prbs"),
        (
            "1080p live footage of two engineers at 8 MBIT/S",
            "1 0 8 0 p live footage of two ? at mbit/s.1=8 mbit/s.2=0 mbit/s.e=0 mbit/s",
        ),
        ("below or equal to 12 milliseconds", "below or equal to ms.1=1 ms.2=2 ms.e=1 milliseconds"),
    ],
)
def test_a_number_carries_its_unit_and_places(text, tokens):
    assert text_tokens(text) == tokens.split()


def test_all_numbers_of_the_tasks_are_read_without_loss():
    """Each number that a description states stands in it with the digits that make up the task's own value."""
    for task in load_tasks(split="train")[::7]:
        tokens = text_tokens(task.description)
        snr, speed, spread = (
            round(value * scale)
            for value, scale in ((task.channel.snr_db, 10), (task.channel.speed_mps, 10), (task.channel.delay_spread_ns, 1))
        )
        for unit, level in (("db", snr), ("m/s", speed), ("ns", spread)):
            assert [f"{unit}.{place}={digit}" for place, digit in enumerate(f"{level:03d}", 1)] == [
                token for token in tokens if token.startswith(f"{unit}.")
            ]
        if "ber" in task.stated:
            first, second, power = (token.split("=")[1] for token in tokens if token.startswith("ber."))
            assert float(f"{first}.{second}e{power}") == pytest.approx(task.requirement.max_ber)


def test_words_that_only_validation_and_test_wordings_have_are_unknown():
    """The vocabulary is made from what a training may see."""
    train = set(words_of(" ".join(_texts("train"))))
    shared = {word for service in services() for grade in service.grades for word in words_of(grade.words)}
    shared |= {
        word
        for group in ("device", "surrounding")
        for row in read_data("situations.toml")[group].values()
        for text in row["words"]
        for word in words_of(text)
    }
    others = set(words_of(" ".join([*_texts("validation"), *_texts("test")]))) - train - shared
    fields = {"antenna", "antennas", "port", "ports", "and", "transmitter", "transmitters", "one", "two", "four"}
    words = {word for word in others - fields if word.isalpha()}
    assert len(words) > 50 and not words & set(text_vocabulary())


def test_all_tokens_are_different_and_ids_go_both_ways():
    vocabulary = default_vocabulary()
    assert len(set(vocabulary.tokens)) == len(vocabulary) < 2**15
    ids = list(range(len(vocabulary)))
    assert vocabulary.encode(vocabulary.decode(ids)) == ids


def _texts(split):
    kinds = [text for wordings in read_data("wording.toml").values() for text in wordings[split]]
    scenes = [text for service in services() for text in getattr(service, split)]
    return [re.sub(r"\{[^}]*\}", " ", text) for text in [*kinds, *scenes]]
