"""These tests need the extra `ns3`: `make test-ns3`. All share one worker, which takes 15 to 20 s to start."""

import sys
from pathlib import Path

import pytest

from twins.ns3.process import Ns3Process

sys.path.insert(0, str(Path(__file__).parents[1] / "conformance"))  # the suite and the layout


@pytest.fixture(scope="session")
def process():
    worker = Ns3Process()
    yield worker
    worker.close()
