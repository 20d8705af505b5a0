"""Multiplied texts: what code computes from their marks is what their labels say, about as often as for the hands' own texts."""

import random
import re
from collections import Counter
from collections.abc import Iterable

import pytest

from agents.reading.computing import computed
from agents.reading.doubt import Doubt
from agents.reading.marked import LIVE_ACTS
from agents.reading.reading import Reading
from policies.kpi import kpi_definition
from training.llm.labelled_text import LabelledText, hands_of
from training.llm.multiplying.mined_words import mined_words
from training.llm.multiplying.multiplier import Multiplier
from training.llm.multiplying.noise import noisy
from training.llm.multiplying.numbers import with_other_numbers
from training.llm.multiplying.source import Source, sources_of
from training.llm.scoring import Verdict, verdict

MORE: dict[Verdict, float] = {"needless": 0.01, "partly": 0.003, "confidently wrong": 0.003}  # beside the texts of the hands


@pytest.fixture(scope="module")
def sources() -> list[Source]:
    return sources_of(hand for hand in hands_of() if hand.name in ("city", "harbour", "noc-valley", "south-port"))


def _verdicts(sources: Iterable[Source]) -> Counter[Verdict]:
    found = Counter[Verdict]()
    for source in sources:
        try:
            reading = Reading.of(computed(source.text.spanned().marked(), source.names))
        except Doubt:
            reading = Reading(act="ask")
        found[verdict([source.text], reading)] += 1
    return found


def test_the_labels_of_variants_are_as_true_as_those_of_the_hands(sources: list[Source]):
    live = [source for source in sources if source.text.act in LIVE_ACTS]
    own, made = _verdicts(live), _verdicts(Multiplier(live, 1).variants(len(live)))
    for kind, more in MORE.items():
        assert made[kind] / made.total() <= own[kind] / own.total() + more, (kind, own, made)
    assert own.total() == made.total() > 500


def test_other_numbers_are_other_values_within_the_bounds(sources: list[Source]):
    draw = random.Random(4)
    changed = 0
    for source in sources:
        if source.text.act not in LIVE_ACTS or not source.stands:
            continue
        text = with_other_numbers(source, draw)
        pairs = list(zip(source.text.items(), text.items(), strict=True))
        assert (text.text != source.text.text) == any(own != new for own, new in pairs)
        assert all(new.value is None or new.value <= 100 for new in text.targets if kpi_definition(new.kpi).unit == "%")
        changed += text.text != source.text.text
    assert changed > 150


def test_a_name_or_place_that_needs_its_text_is_not_taken_elsewhere(sources: list[Source]):
    mined = mined_words(sources)
    words = {place.words.casefold() for places in mined.places.values() for place in places}
    assert len(words) > 200
    assert not {"there", "the rest", "the others", "those cells", "everywhere else"} & words
    bounds = {comparison: {bound.before.strip().casefold() for bound in ones} for (comparison, _), ones in mined.bounds.items()}
    assert not bounds["<"] & {"above", "over", "at least", "not below"}


def _words(text: LabelledText, letters: str) -> list[tuple[str, str]]:
    return [(tag, text.text[start:end].casefold()) for tag, start, end in text.marks if tag[0] in letters]


def test_noise_leaves_the_words_that_code_computes_from(sources: list[Source]):
    draw = random.Random(6)
    for text in (source.text for source in sources for _ in range(3)):
        made = noisy(text, draw)
        assert _words(made, "pawc") == _words(text, "pawc")
        assert (made.items(), made.window, made.act) == (text.items(), text.window, text.act)


def test_places_that_refer_to_others_stay(sources: list[Source]):
    multiplier = Multiplier(sources, 8)
    referring = [source for source in sources if source.text.act in LIVE_ACTS and not source.stands]
    assert len(referring) > 50
    for source in referring * 3:
        assert _words(multiplier.variant(source).text, "p") == _words(source.text, "p")


def test_the_same_seed_makes_the_same_variants_and_most_are_new(sources: list[Source]):
    first, second = ([variant.text for variant in Multiplier(sources, 7).variants(300)] for _ in range(2))
    assert first == second
    known = {source.text.text for source in sources}
    assert sum(text.text not in known for text in first) > 150
    assert len({text.text for text in first} | known) > len(known) + 100


def test_what_is_asked_about_or_refused_keeps_its_numbers(sources: list[Source]):
    dead = [source for source in sources if source.text.act not in LIVE_ACTS]
    multiplier = Multiplier(dead, 3)
    for source in dead:
        own, made = (re.findall(r"\d+", text) for text in (source.text.text, multiplier.variant(source).text.text))
        assert any(made[at : at + len(own)] == own for at in range(len(made) - len(own) + 1)), source.text.text
