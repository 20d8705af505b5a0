"""The records of the standards index: passages, hits, documents, and what became of each ingested file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from policies.word import Word

Progress = Callable[[str, int, int], None]
"""Called with (what is being done, done, total)."""


class Passage(Word):
    """A part of a clause, small enough to be quoted whole."""

    document: str
    release: str = ""
    clause: str = ""
    title: str = ""
    text: str


class Hit(Word):
    """A passage that answers a query.

    `score` is the fused reciprocal rank (higher is better, comparable within one answer only); `found_by` says whether the words
    (BM25), the meaning (embedding) or both found it.
    """

    document: str
    release: str
    clause: str
    title: str
    quote: str
    score: float
    found_by: tuple[Literal["words", "meaning"], ...]


class DocumentEntry(Word):
    """A document of the index; `shipped` marks the catalogue's own clauses."""

    document: str
    release: str
    path: str
    passages: int
    shipped: bool


class FileOutcome(Word):
    """What became of one file; `reason` says why where it failed."""

    path: Path
    status: Literal["ingested", "unchanged", "failed"]
    document: str = ""
    release: str = ""
    passages: int = 0
    reason: str = ""


class IngestReport(Word):
    """What became of every file of one ingest."""

    files: tuple[FileOutcome, ...]

    def of_status(self, status: Literal["ingested", "unchanged", "failed"]) -> list[FileOutcome]:
        """Return the files with this outcome."""
        return [one for one in self.files if one.status == status]
