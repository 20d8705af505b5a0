"""A row of the state database's table of commitments, read as a commitment."""

from __future__ import annotations

import json
import sqlite3

from harness.commitments.commitment import Commitment
from harness.runtime.errors import CommitmentError
from policies.change import ChangeSet, Receipt


def read_commitment(row: sqlite3.Row) -> Commitment:
    """Return the commitment of a row; raises CommitmentError."""
    values = dict(row)
    try:
        values["change_set"] = ChangeSet.model_validate_json(values["change_set"])
        values["receipt"] = Receipt.model_validate_json(values["receipt"]) if values["receipt"] else None
        values["expectations"] = json.loads(values["expectations"])
        return Commitment.model_validate(values)
    except ValueError as error:
        reason = " ".join(str(error).split())[:200]
        raise CommitmentError(f"commitment {values['key']!r} cannot be read ({reason}); the state database is damaged") from error
