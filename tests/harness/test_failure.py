"""Every exception that ends a run has one boundary, by its type."""

import sqlite3

import pytest

from harness.records.failure import RunBoundary, failure_of
from harness.runtime.errors import JournalError, RunError, StoreError
from twins.network import NetworkUnavailableError


@pytest.mark.parametrize(
    ("error", "boundary", "message"),
    [
        (NetworkUnavailableError("no answer\n from the peer"), RunBoundary.NETWORK, "no answer from the peer"),
        (StoreError("disk full"), RunBoundary.STORE, "disk full; free space or choose another data_dir"),
        (sqlite3.OperationalError("locked"), RunBoundary.STORE, "locked; free space or choose another data_dir"),
        (PermissionError("denied"), RunBoundary.STORE, "denied; free space or choose another data_dir"),
        (JournalError("cut"), RunBoundary.INTERNAL, "cut"),
        (RunError("no actuator"), RunBoundary.INTERNAL, "no actuator"),
        (KeyError("next"), RunBoundary.INTERNAL, "KeyError: 'next'"),
    ],
)
def test_an_exception_is_classified_by_its_type(error, boundary, message):
    failure = failure_of(error)
    assert (failure.boundary, failure.message) == (boundary, message)


def test_the_boundaries_are_written_as_they_always_were():
    assert [boundary.value for boundary in RunBoundary] == ["planner", "network", "store", "budget", "gate", "internal"]
