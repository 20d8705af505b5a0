"""Documents that state what the project itself knows."""

from __future__ import annotations

from typing import Final

from training.llm.corpus.document import Document

_LICENCE: Final = "Apache-2.0"


def own_document(kind: str, source: str, text: str) -> Document:
    """Return a document of the project, under its licence."""
    return Document(kind=kind, source=source, licence=_LICENCE, text=text)
