"""What all tests have in common: a second place of journals, and no bound on the wall time of a generated example."""

import os
import signal

import pytest
from hypothesis import HealthCheck, settings

# Programs under test read texts by rules, whatever is installed here and is the default: a language model takes seconds and a GB
# in each process. Tests of the 6G-LLM ask for it by name. Set before any test module copies the environment.
os.environ["TWINPILOT_PLANNER__KIND"] = "rule"

# How long an example takes says how busy the machine is.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


@pytest.fixture(scope="session", autouse=True)
def second_place_of_journals(tmp_path_factory):
    """Set the folder for user state, which child processes of tests inherit: nothing is left in the user's own."""
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))


# Whoever starts the tests in the background may have SIGINT ignored, which children inherit: then no Ctrl-C could be tested.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
