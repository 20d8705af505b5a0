"""What tests of telemetry begin with: an empty KPI store."""

import pytest

from tools.telemetry.store import KpiStore


@pytest.fixture
def store(tmp_path):
    return KpiStore(tmp_path / "kpi.db")
