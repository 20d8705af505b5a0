"""The records of the standards index: passages, hits, documents, and outcomes of ingested files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from policies.word import Word

Progress = Callable[[str, int, int], None]
"""Called with (current task, completed units, total units)."""


class Passage(Word):
    """A part of a clause, short enough to be quoted completely."""

    document: str
    release: str = ""
    clause: str = ""
    title: str = ""
    text: str


class Hit(Word):
    """A passage that matches a query.

    `score` is the fused reciprocal rank (higher is better, only comparable within one answer); `found_by` lists the rankings that
    contain it: words (BM25), meaning (embedding) or both.
    """

    document: str
    release: str
    clause: str
    title: str
    quote: str
    score: float
    found_by: tuple[Literal["words", "meaning"], ...]


class DocumentEntry(Word):
    """A document of the index; `shipped` marks the clauses shipped with TwinPilot."""

    document: str
    release: str
    path: str
    passages: int
    shipped: bool


class FileOutcome(Word):
    """The outcome of a file's ingest; `reason` is that of a failure."""

    path: Path
    status: Literal["ingested", "unchanged", "failed"]
    document: str = ""
    release: str = ""
    passages: int = 0
    reason: str = ""


class IngestReport(Word):
    """The outcomes of all files of an ingest."""

    files: tuple[FileOutcome, ...]

    def of_status(self, status: Literal["ingested", "unchanged", "failed"]) -> list[FileOutcome]:
        """Return the outcomes with this status."""
        return [outcome for outcome in self.files if outcome.status == status]
