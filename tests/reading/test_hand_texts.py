"""All texts that were written by hand, marked without a mistake: what code computes from the marks agrees with the labels.

The floors leave room for what is rightly in doubt; nothing wrong is gained by a rule that is clever on one network.
"""

from collections import Counter
from pathlib import Path

import pytest

from agents.reading.computing import computed
from agents.reading.doubt import Doubt
from agents.reading.marked import LIVE_ACTS
from agents.reading.names import Names
from agents.reading.reading import Reading
from training.llm.labelled_text import HANDS, card_of, texts_of
from training.llm.scoring import Verdict, verdict

FOLDERS = sorted(path.parent for path in HANDS.glob("*/texts.jsonl"))
RIGHT = {"change": 0.97, "forbid": 0.97, "what_if": 0.97}  # at least
WRONG = {"change": 0.002, "forbid": 0.002, "what_if": 0.002}  # at most
RIGHT_IN_A_FOLDER, WRONG_IN_A_FOLDER = 0.9, 0.01


def _verdicts(folder: Path) -> Counter[tuple[str, Verdict]]:
    names, found = Names(card_of(folder)), Counter[tuple[str, Verdict]]()
    for text in texts_of(folder):
        if text.act in LIVE_ACTS:
            try:
                reading = Reading.of(computed(text.spanned().marked(), names))
            except Doubt:
                reading = Reading(act="ask")
            found[text.act, verdict([text], reading)] += 1
    return found


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Counter[tuple[str, Verdict]]]:
    return {folder.name: _verdicts(folder) for folder in FOLDERS}


@pytest.mark.parametrize("act", LIVE_ACTS)
def test_most_texts_are_computed_right_and_hardly_any_wrong(act: str, verdicts: dict[str, Counter[tuple[str, Verdict]]]):
    counts = sum((Counter({kind: n for (of, kind), n in found.items() if of == act}) for found in verdicts.values()), Counter())
    assert counts["right"] / counts.total() >= RIGHT[act], counts
    assert counts["confidently wrong"] / counts.total() <= WRONG[act], counts


def test_no_network_is_much_worse_than_the_others(verdicts: dict[str, Counter[tuple[str, Verdict]]]):
    for name, found in verdicts.items():
        total = found.total()
        assert sum(n for (_, kind), n in found.items() if kind == "right") / total >= RIGHT_IN_A_FOLDER, (name, found)
        assert sum(n for (_, kind), n in found.items() if kind == "confidently wrong") / total <= WRONG_IN_A_FOLDER, (name, found)
