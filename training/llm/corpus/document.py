"""A document of the corpus: running text with its source."""

from __future__ import annotations

from pydantic import Field

from policies.word import Word


class Document(Word):
    """A text. kind: what it is about. source: where it is from; licence: of that source, by its SPDX name or in words."""

    kind: str
    source: str
    licence: str
    text: str = Field(min_length=1)
