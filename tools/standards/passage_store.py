"""Storage of passages in a SQLite file (WAL), one transaction per document: an interruption loses only the current document.

1. A document is identified by the digest of its content: identical files are stored once.
2. Vectors are stored by the digest of their text and committed in batches, so that an interrupted document need not be embedded
   again.
3. `generation` counts the changes of the passages; readers reload when it differs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tools.standards.embedding import DIMENSIONS
from tools.standards.errors import StandardsError
from tools.standards.records import DocumentEntry, Passage

_BUSY_MS = 60_000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS document(
  digest TEXT PRIMARY KEY, path TEXT NOT NULL, name TEXT NOT NULL, release TEXT NOT NULL, shipped INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS passage(
  digest TEXT NOT NULL REFERENCES document(digest) ON DELETE CASCADE, number INTEGER NOT NULL,
  document TEXT NOT NULL, release TEXT NOT NULL, clause TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL,
  vector_key TEXT NOT NULL, PRIMARY KEY (digest, number));
CREATE TABLE IF NOT EXISTS vector(key TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS generation(value INTEGER NOT NULL);
INSERT INTO generation SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM generation);
"""


def vector_key(passage: Passage) -> str:
    """Return the digest of the embedded text of a passage, its title and text."""
    return sha256(f"{passage.title}\n{passage.text}".encode()).hexdigest()


class PassageStore:
    """Documents, passages and vectors in one file; safe for concurrent processes. Raises StandardsError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._connection() as connection:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise StandardsError(f"standards index {path}: {error}; name another folder or remove the file") from error

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection with a transaction that is committed at the end of the block."""
        connection = sqlite3.connect(self.path, timeout=_BUSY_MS / 1000)
        try:
            connection.execute("PRAGMA foreign_keys=ON")
            connection.execute("PRAGMA synchronous=NORMAL")
            with connection:
                yield connection
        finally:
            connection.close()

    def generation(self) -> int:
        """Return the number of changes of the passages."""
        with self._connection() as connection:
            return int(connection.execute("SELECT value FROM generation").fetchone()[0])

    def has(self, digest: str) -> bool:
        """Whether a document with this content digest is stored."""
        with self._connection() as connection:
            return connection.execute("SELECT 1 FROM document WHERE digest=?", (digest,)).fetchone() is not None

    def vectors_missing(self, passages: Iterable[Passage]) -> list[Passage]:
        """Return the passages that have no vector yet, each text once."""
        by_key = {vector_key(passage): passage for passage in passages}
        with self._connection() as connection:
            stored = {key for (key,) in connection.execute("SELECT key FROM vector")}
        return [passage for key, passage in by_key.items() if key not in stored]

    def put_vectors(self, passages: Sequence[Passage], vectors: NDArray[np.float32]) -> None:
        """Store the vectors of the passages."""
        rows = [(vector_key(passage), vector.tobytes()) for passage, vector in zip(passages, vectors, strict=True)]
        with self._connection() as connection:
            connection.executemany("INSERT OR IGNORE INTO vector VALUES (?, ?)", rows)

    def put_document(self, digest: str, entry: DocumentEntry, passages: Sequence[Passage]) -> bool:
        """Store a document whose vectors are stored; returns False if its content is stored already.

        Earlier content of the same path is replaced in the same transaction.
        """
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            if connection.execute("SELECT 1 FROM document WHERE digest=?", (digest,)).fetchone():
                return False
            connection.execute("DELETE FROM document WHERE path=?", (entry.path,))
            row = (digest, entry.path, entry.document, entry.release, int(entry.shipped))
            connection.execute("INSERT INTO document VALUES (?, ?, ?, ?, ?)", row)
            connection.executemany(
                "INSERT INTO passage VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (digest, number, p.document, p.release, p.clause, p.title, p.text, vector_key(p))
                    for number, p in enumerate(passages)
                ),
            )
            connection.execute("UPDATE generation SET value = value + 1")
            return True

    def documents(self) -> list[DocumentEntry]:
        """Return the documents, shipped ones first, then by name and release."""
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT name, document.release, path, count(number), shipped FROM document LEFT JOIN passage USING (digest) "
                "GROUP BY digest ORDER BY shipped DESC, name, document.release, path"
            ).fetchall()
        return [DocumentEntry(document=n, release=r, path=p, passages=c, shipped=bool(s)) for n, r, p, c, s in rows]

    def load(self) -> tuple[int, list[Passage], NDArray[np.float32]]:
        """Return generation, all passages, and their vectors, float32[passages, 384], from one consistent read."""
        with self._connection() as connection:
            connection.execute("BEGIN")
            generation = int(connection.execute("SELECT value FROM generation").fetchone()[0])
            rows = connection.execute(
                "SELECT document, release, clause, title, text, value FROM passage JOIN vector ON key = vector_key "
                "ORDER BY digest, number"
            ).fetchall()
        passages = [Passage(document=d, release=r, clause=c, title=t, text=x) for d, r, c, t, x, _ in rows]
        vectors = np.frombuffer(b"".join(row[-1] for row in rows), dtype=np.float32).reshape(-1, DIMENSIONS)
        return generation, passages, vectors
