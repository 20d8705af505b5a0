"""The system twin passes the suite of every network and every twin."""

from __future__ import annotations

import pytest
from network_suite import TwinSuite

from twins.system.scenario.presets import small_scenario
from twins.system.system_network import SystemNetwork


class TestSystemNetwork(TwinSuite):
    @pytest.fixture
    def make(self):
        return lambda seed: SystemNetwork(small_scenario(), seed)
