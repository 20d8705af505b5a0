"""A record of the journal, and the signed head of that record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from policies.change import canonical_json, digest_of
from policies.word import Word

GENESIS = "0" * 64


class JournalRecord(Word):
    """An event of a run: `kind`, `body`, and when; `previous` and `hash` (SHA-256, hex) chain the records."""

    seq: int = Field(ge=1)
    at: datetime
    run: str
    kind: str
    body: dict[str, Any]
    previous: str
    hash: str = ""

    def computed_hash(self) -> str:
        """Return the hash of the record's other fields."""
        return digest_of(self.model_dump(mode="json", exclude={"hash"}))

    def sealed(self) -> JournalRecord:
        """Return the record with its hash."""
        return self.model_copy(update={"hash": self.computed_hash()})

    def line(self) -> str:
        """Return the record as its line of canonical JSON."""
        return canonical_json(self.model_dump(mode="json"))


class JournalHead(Word):
    """The hash of the record `seq`, and its Ed25519 signature in hex digits."""

    seq: int = Field(ge=1)
    hash: str
    signature: str

    def line(self) -> str:
        """Return the head as its line of canonical JSON."""
        return canonical_json(self.model_dump(mode="json"))
