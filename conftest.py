"""The tests' second place of journals: a folder of the session, so that they leave nothing in the user's own."""

import os

import pytest


@pytest.fixture(scope="session", autouse=True)
def second_place_of_journals(tmp_path_factory):
    """Set the folder for user state, which child processes of tests inherit."""
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))
