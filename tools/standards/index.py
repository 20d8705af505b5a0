"""The standards index: full-text and semantic search over the user's specifications and the shipped clauses.

1. It is never empty: at first use the shipped clauses are embedded and stored, keyed by their digest.
2. `ingest` reads files or folders. Each file is committed separately: an interrupted ingest resumes, an unchanged file is
   skipped, and an unreadable file is reported without affecting the others.
3. `search` fuses BM25 and embeddings; every hit quotes its passage with document, release and clause.
"""

from __future__ import annotations

import threading
from hashlib import sha256
from pathlib import Path

from tools.standards.clauses import passages_of, split_clauses
from tools.standards.document_head import recognize
from tools.standards.embedding import embed
from tools.standards.errors import StandardsError
from tools.standards.passage_store import PassageStore
from tools.standards.ranking import Ranking
from tools.standards.reading import files_under, read_text
from tools.standards.records import DocumentEntry, FileOutcome, Hit, IngestReport, Passage, Progress
from tools.standards.shipped import SHIPPED_PATH, shipped_digest, shipped_passages

MAX_QUERY_CHARACTERS = 2_000
MAX_HITS = 50
_BATCH = 64


def default_folder() -> Path:
    """Return the default folder of the index, in the user's data folder."""
    import platformdirs

    return platformdirs.user_data_path("twinpilot", appauthor=False) / "standards"


def _quiet(task: str, done: int, total: int) -> None:
    """Ignore progress."""


class StandardsIndex:
    """The index in `folder` (default: in the user's data folder); it may be shared by threads and processes.

    Raises StandardsError if the folder cannot be used.
    """

    def __init__(self, folder: Path | None = None, progress: Progress = _quiet) -> None:
        self._store = PassageStore((folder or default_folder()) / "standards.sqlite")
        self._lock = threading.Lock()
        self._ranking: tuple[int, Ranking] | None = None
        self._ship(progress)

    def _ship(self, progress: Progress) -> None:
        passages = shipped_passages()
        digest = shipped_digest(passages)
        if not self._store.has(digest):
            entry = DocumentEntry(document="catalogue clauses", release="", path=SHIPPED_PATH, passages=0, shipped=True)
            self._put(digest, entry, passages, progress)

    def search(self, query: str, k: int = 5) -> list[Hit]:
        """Return the `k` (1..50) best matching passages for `query`, best first.

        Raises StandardsError for a query without words or longer than 2,000 characters, and for `k` out of range.
        """
        if not any(character.isalnum() for character in query):
            raise StandardsError(f"query={query[:40]!r}: needs at least one word")
        if len(query) > MAX_QUERY_CHARACTERS:
            raise StandardsError(
                f"query has {len(query)} characters, at most {MAX_QUERY_CHARACTERS}: ask in one or two sentences"
            )
        if not 1 <= k <= MAX_HITS:
            raise StandardsError(f"k={k}: must be 1..{MAX_HITS}")
        return self._current().search(query, embed([query])[0], k)

    def _current(self) -> Ranking:
        """Return the ranking over the stored passages, rebuilt if they have changed."""
        with self._lock:
            if self._ranking is None or self._ranking[0] != self._store.generation():
                generation, passages, vectors = self._store.load()
                self._ranking = generation, Ranking(passages, vectors)
            return self._ranking[1]

    def ingest(self, path: Path, progress: Progress = _quiet) -> IngestReport:
        """Ingest a file, or every readable file of a folder; raises StandardsError if there is none."""
        files = files_under(path)
        outcomes = []
        for number, file in enumerate(files):
            progress(file.name, number, len(files))
            outcomes.append(self._ingest_file(file, progress))
        progress("done", len(files), len(files))
        return IngestReport(files=tuple(outcomes))

    def _ingest_file(self, file: Path, progress: Progress) -> FileOutcome:
        try:
            digest = sha256(file.read_bytes()).hexdigest()
            if self._store.has(digest):
                return FileOutcome(path=file, status="unchanged")
            text = read_text(file)
            name, release = recognize(text, file.stem)
            passages = _passages(text, name, release)
        except (OSError, StandardsError) as error:
            return FileOutcome(path=file, status="failed", reason=str(error))
        entry = DocumentEntry(document=name, release=release, path=str(file.resolve()), passages=0, shipped=False)
        new = self._put(digest, entry, passages, progress)
        status = "ingested" if new else "unchanged"
        return FileOutcome(path=file, status=status, document=name, release=release, passages=len(passages))

    def _put(self, digest: str, entry: DocumentEntry, passages: list[Passage], progress: Progress) -> bool:
        missing = self._store.vectors_missing(passages)
        for start in range(0, len(missing), _BATCH):
            progress(f"embedding {entry.document}", start, len(missing))
            batch = missing[start : start + _BATCH]
            self._store.put_vectors(batch, embed([f"{passage.title}\n{passage.text}" for passage in batch]))
        return self._store.put_document(digest, entry, passages)

    def documents(self) -> list[DocumentEntry]:
        """Return the documents of the index, the shipped clauses first."""
        return self._store.documents()


def _passages(text: str, document: str, release: str) -> list[Passage]:
    return [
        Passage(document=document, release=release, clause=clause.number, title=clause.title, text=piece)
        for clause in split_clauses(text)
        for piece in passages_of(clause.text)
    ]
