"""The user's own specifications, read and cut into passages as `twinpilot standards ingest` does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tools.standards.clauses import passages_of, split_clauses
from tools.standards.document_head import recognize
from tools.standards.reading import files_under, read_text
from training.llm.corpus.document import Document

_LICENCE: Final = "the user's own text: its licence is the user's to know"


def specification_documents(folder: Path) -> Iterator[Document]:
    """Yield the passages of every readable file of a folder, in the order of the files' names.

    Raises StandardsError if there is no such file, or one cannot be read.
    """
    for file in files_under(folder):
        text = read_text(file)
        name, release = recognize(text, file.stem)
        for clause in split_clauses(text):
            head = " ".join(part for part in (name, release, clause.number, clause.title) if part)
            for piece in passages_of(clause.text):
                yield Document(kind="specification", source=head, licence=_LICENCE, text=f"{head}\n{piece}")
