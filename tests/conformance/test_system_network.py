"""The system twin passes the suite of every network and every twin."""

from __future__ import annotations

import pytest
from network_suite import TwinSuite

from twins.system import SystemNetwork, small_scenario


class TestSystemNetwork(TwinSuite):
    @pytest.fixture
    def make(self):
        return lambda seed: SystemNetwork(small_scenario(), seed)
