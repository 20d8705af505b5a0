"""One record of the journal, and the signed head that names it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from policies.change import canonical_json, digest_of
from policies.word import Word

GENESIS = "0" * 64


class JournalRecord(Word):
    """What happened: `kind`, `body`, of which run and when; `previous` and `hash` (SHA-256) chain it."""

    seq: int = Field(ge=1)
    at: datetime
    run: str
    kind: str
    body: dict[str, Any]
    previous: str
    hash: str = ""

    def computed_hash(self) -> str:
        """Return the hash that the record must carry."""
        return digest_of(self.model_dump(mode="json", exclude={"hash"}))

    def sealed(self) -> JournalRecord:
        """Return the record with its hash."""
        return self.model_copy(update={"hash": self.computed_hash()})

    def line(self) -> str:
        """Return the record's one text."""
        return canonical_json(self.model_dump(mode="json"))


class JournalHead(Word):
    """The hash of record `seq`, signed (Ed25519, hex)."""

    seq: int = Field(ge=1)
    hash: str
    signature: str

    def line(self) -> str:
        """Return the head's one text."""
        return canonical_json(self.model_dump(mode="json"))
