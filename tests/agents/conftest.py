"""What many tests of planners and readings begin with: the card of seven sites, and the names of a hand's network."""

from __future__ import annotations

import pytest
from seven_sites import make_card

from agents.reading.names import Names
from training.llm.labelled_text import hands_of
from twins.network import NetworkCard


@pytest.fixture(scope="session")
def card() -> NetworkCard:
    """The 21-cell card."""
    return make_card()


@pytest.fixture(scope="module")
def names() -> Names:
    return Names(next(hand.card for hand in hands_of() if hand.name == "lab-stadium"))
