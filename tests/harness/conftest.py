"""What many tests of the harness begin with: the small network, its card, and a wall clock that they set."""

import pytest
from small_network import SmallNetwork


@pytest.fixture
def network():
    return SmallNetwork()


@pytest.fixture(scope="module")
def card():
    return SmallNetwork().describe()


@pytest.fixture
def clock():
    """The wall time as the only item, seconds."""
    return [1000.0]
