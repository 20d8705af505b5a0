"""Pairs of the corpus: every one is borne out by the project's own code, which sees a wrong answer, equation or question."""

from itertools import islice
from random import Random

import pytest

from training.llm.corpus.pairs.drawing import PairMaker
from training.llm.corpus.pairs.equations import comparison, equation, untrue_equations
from training.llm.corpus.pairs.pair import Pair
from training.llm.labelled_text import hands_of

KINDS = ("limit", "lookup", "kpi", "unit", "rule", "guardrail", "tool", "clock", "amount", "relative", "place")
_DRAWN = 40


@pytest.fixture(scope="module")
def maker() -> PairMaker:
    return PairMaker()


@pytest.fixture(scope="module")
def pairs(maker: PairMaker) -> dict[str, list[Pair]]:
    """Return some pairs of each kind, in the order in which they are drawn."""
    drawn: dict[str, list[Pair]] = {}
    for name, kind in maker.kinds.items():
        random = Random(f"test {name}")
        found = (kind.draw(random) for _ in range(100 * _DRAWN))
        drawn[name] = list(islice((pair for pair in found if pair is not None), _DRAWN))
    return drawn


def test_all_kinds_are_tested(maker: PairMaker):
    assert set(KINDS) == maker.kinds.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_every_pair_is_right(maker: PairMaker, pairs: dict[str, list[Pair]], kind: str):
    assert len(pairs[kind]) == _DRAWN
    assert [objection for pair in pairs[kind] if (objection := maker.objection(pair))] == []


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_to_another_question_is_seen(maker: PairMaker, pairs: dict[str, list[Pair]], kind: str):
    swapped = [
        pair.model_copy(update={"answer": other.answer})
        for pair, other in zip(pairs[kind], pairs[kind][1:], strict=False)
        if pair.answer != other.answer
    ]
    assert len(swapped) > _DRAWN / 3
    assert [pair.question for pair in swapped if not maker.objection(pair)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_facts_that_are_not_in_the_question_are_seen(maker: PairMaker, pairs: dict[str, list[Pair]], kind: str):
    told = [pair for pair in pairs[kind] if pair.facts["said"]]
    assert told
    assert all("lacks" in maker.objection(pair.model_copy(update={"question": "Why?"})) for pair in told)


def test_reasoning_that_does_not_add_up_is_seen(maker: PairMaker, pairs: dict[str, list[Pair]]):
    pair = pairs["rule"][0]
    wrong = pair.model_copy(update={"thought": f"{pair.thought} [40 + 35 = 85]"})
    assert maker.objection(wrong) == "[40 + 35 = 85] is not true"


@pytest.mark.parametrize(
    "true", ["[40 + 35 = 75]", "[10 * log10(20000) = 43.01]", "[3 > 2] and [2 <= 2]", "[max(0.2 * 3, 1) = 1]", "[-3 - (-4) = 1]"]
)
def test_true_equations(true: str):
    assert list(untrue_equations(true)) == []


@pytest.mark.parametrize(
    "untrue",
    [
        "[40 + 35 = 74]",
        "[10 * log10(20000) = 43.02]",
        "[2 > 3]",
        "[1 / 0 = 0]",
        "[a + 1 = 2]",
        "[open('x') = 1]",
        "[5]",
        "[2 = 2.4]",
    ],
)
def test_untrue_equations(untrue: str):
    assert list(untrue_equations(untrue)) == [untrue[1:-1]]


def test_equations_are_computed():
    assert equation("2 * 3") == "[2 * 3 = 6]"
    assert (comparison(2, 3), comparison(3, 3)) == ("[2 < 3]", "[3 = 3]")
    with pytest.raises(ValueError, match="no expression of numbers"):
        equation("__import__('os')")


def test_a_seed_makes_the_same_pairs_with_different_questions(maker: PairMaker):
    first, again, other = (list(maker.pairs(150, seed)) for seed in (3, 3, 4))
    assert first == again
    assert first != other
    assert len({pair.question for pair in first}) == 150
    assert {pair.kind for pair in first} == set(KINDS)


def test_words_of_operators_name_their_hand_and_no_other_pair_does(pairs: dict[str, list[Pair]]):
    hands = {hand.name for hand in hands_of()}
    for kind in ("clock", "amount", "relative", "place"):
        assert all(pair.hand in hands for pair in pairs[kind])
    assert not any(pair.hand for kind in ("limit", "lookup", "unit", "rule", "guardrail", "tool") for pair in pairs[kind])


def test_both_verdicts_are_there(pairs: dict[str, list[Pair]]):
    for kind in ("limit", "rule", "guardrail"):
        begins = {pair.answer.split()[0].strip(".,") for pair in pairs[kind]}
        assert {"Yes", "No"} <= begins
