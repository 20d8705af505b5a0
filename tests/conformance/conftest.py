"""What tests of a network behind its interfaces begin with: the test's own `twin`, served on loopback."""

import pytest

from twins.ric.server import EmbeddedRan


@pytest.fixture
def ran(twin):
    with EmbeddedRan(twin) as ran:
        yield ran
