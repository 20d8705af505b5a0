"""A record of the journal, and the signed head of that record.

Version 2 records carry their own signature, so that a record counts only if the holder of the key wrote it. Records of version 1
(journals of earlier releases) have none: they are authentic only as far as a signed head covers them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from policies.change import canonical_json, digest_of
from policies.word import Word

GENESIS = "0" * 64
RECORDS_NAME = "journal.jsonl"
LOCK_NAME = "journal.lock"
_OWN = frozenset({"hash", "signature"})  # what is computed from the other fields
_SINCE_2 = frozenset({"version", "signature"})  # fields that version 1 does not have


class JournalHead(Word):
    """The hash of the record `seq`, and its Ed25519 signature in hex digits."""

    seq: int = Field(ge=1)
    hash: str
    signature: str

    def line(self) -> str:
        """Return the head as its line of canonical JSON."""
        return canonical_json(self.model_dump(mode="json"))


class JournalRecord(Word):
    """An event of a run: `kind`, `body`, and when; `previous` and `hash` (SHA-256, hex) chain the records."""

    seq: int = Field(ge=1)
    at: datetime
    run: str
    kind: str
    body: dict[str, Any]
    previous: str
    version: Literal[1, 2] = 1
    hash: str = ""
    signature: str = ""

    def computed_hash(self) -> str:
        """Return the hash of the record's other fields, without the signature."""
        return digest_of(self.model_dump(mode="json", exclude=set(_OWN | (_SINCE_2 if self.version == 1 else frozenset()))))

    def sealed(self) -> JournalRecord:
        """Return the record with its hash."""
        return self.model_copy(update={"hash": self.computed_hash()})

    def head(self) -> JournalHead:
        """Return the record's head; its signature is the record's own."""
        return JournalHead(seq=self.seq, hash=self.hash, signature=self.signature)

    def line(self) -> str:
        """Return the record as its line of canonical JSON."""
        return canonical_json(self.model_dump(mode="json", exclude=set(_SINCE_2) if self.version == 1 else set()))
