"""The project's vocabulary, from the table of CONTRIBUTING.md where the sources are at hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from training.llm.corpus.document import Document
from training.llm.corpus.facts.own import own_document
from training.llm.corpus.wording import statements

VOCABULARY: Final = Path(__file__).parents[4] / "CONTRIBUTING.md"
_HEADING: Final = "## Vocabulary"
_ROW: Final = re.compile(r"^\|\s*([^|]+?)\s*\|\s*([^|]+?)\s*\|$", re.MULTILINE)


def glossary_documents(path: Path = VOCABULARY) -> Iterator[Document]:
    """Yield several wordings of each term of the table under "Vocabulary"; none if there is no such file, as in a wheel."""
    if not path.exists():
        return
    section = path.read_text(encoding="utf-8").partition(_HEADING)[2].partition("\n## ")[0]
    for term, meaning in _ROW.findall(section):
        if term != "term" and not set(term) <= set("- "):
            plain = meaning.replace("`", "").rstrip(".")
            yield from (own_document("term", path.name, text) for text in statements("term", term=term, meaning=plain))
