"""The failure of a run: the boundary at which it failed, and one line. Exceptions are classified only here."""

from __future__ import annotations

import sqlite3
from enum import StrEnum

from harness.runtime.errors import HarnessError, StoreError
from policies.text.redaction import redacted
from policies.word import Word
from twins.network import NetworkError


class RunBoundary(StrEnum):
    """The part of the system at which a run failed (where a tool call failed is another enum, of `tools`)."""

    PLANNER = "planner"
    NETWORK = "network"
    STORE = "store"
    BUDGET = "budget"
    GATE = "gate"
    INTERNAL = "internal"


class RunFailure(Word):
    """The boundary at which a run failed, and one line."""

    boundary: RunBoundary
    message: str


def failure_of(error: Exception) -> RunFailure:
    """Return an exception as a failure: of the network, of a store, else internal."""
    message = redacted(" ".join(str(error).split())) or type(error).__name__
    match error:
        case NetworkError():
            return RunFailure(boundary=RunBoundary.NETWORK, message=message)
        case StoreError() | sqlite3.Error() | OSError():
            return RunFailure(boundary=RunBoundary.STORE, message=f"{message}; free space or choose another data_dir")
        case HarnessError():
            return RunFailure(boundary=RunBoundary.INTERNAL, message=message)
        case _:
            return RunFailure(boundary=RunBoundary.INTERNAL, message=f"{type(error).__name__}: {message}")
