"""The files of a corpus: gzipped JSON lines, each with a record (card, checksum, command) beside it."""

from __future__ import annotations

import gzip
import platform
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, TypeVar

from policies.artefact import read_artefact, write_record
from policies.data_card import DataCard
from policies.word import Word
from training.llm.corpus.card import documents_card, general_card, pairs_card
from training.llm.corpus.document import Document
from training.llm.corpus.general.sources import PACKAGES
from training.llm.corpus.making import Corpus, CorpusError
from training.llm.corpus.pairs.pair import Pair
from training.llm.provenance import versions

DOCUMENTS: Final = "documents.jsonl.gz"
PAIRS: Final = "pairs.jsonl.gz"
GENERAL: Final = "general.jsonl.gz"
_FILES: Final = (DOCUMENTS, PAIRS, GENERAL)
_CARDS: Final[dict[str, Callable[[Corpus], DataCard]]] = {
    DOCUMENTS: documents_card,
    PAIRS: pairs_card,
    GENERAL: general_card,
}
Line = TypeVar("Line", bound=Word)


def write_corpus(corpus: Corpus, folder: Path) -> list[Path]:
    """Write the files of a corpus and return their paths; the same corpus gives identical files.

    Raises CorpusError if the folder holds something else.
    """
    own = {name for file in _FILES for name in (file, f"{file}.json", f"{file}.part")}
    if folder.exists() and (others := sorted(path.name for path in folder.iterdir() if path.name not in own)):
        raise CorpusError(f"--out {folder} holds {others[0]}, which is not of a corpus: name another folder")
    folder.mkdir(parents=True, exist_ok=True)
    lines: dict[str, Iterable[Word]] = {DOCUMENTS: corpus.documents, PAIRS: corpus.pairs, GENERAL: corpus.general}
    return [_write(folder / name, lines[name], _CARDS[name](corpus), corpus.plan.remake) for name in _FILES]


def _write(path: Path, lines: Iterable[Word], card: DataCard, remake: str) -> Path:
    content = "".join(f"{line.model_dump_json()}\n" for line in lines)
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(gzip.compress(content.encode(), compresslevel=6, mtime=0))
    part.replace(path)
    packages = versions("twinpilot", *(PACKAGES if path.name == GENERAL else ()))
    write_record(path, card, remake, f"Python {platform.python_version()}", packages)
    return path


def read_documents(folder: Path) -> list[Document]:
    """Return the documents of a corpus, those of the domain and then the general ones; raises ArtefactError."""
    return [*_read(folder / DOCUMENTS, Document), *_read(folder / GENERAL, Document)]


def read_pairs(folder: Path) -> list[Pair]:
    """Return the pairs of a corpus; raises ArtefactError."""
    return _read(folder / PAIRS, Pair)


def digest_of_corpus(folder: Path) -> str:
    """Return the checksums of the files of a corpus, shortened; raises ArtefactError for one that is missing or changed."""
    return ", ".join(f"{name} {read_artefact(folder / name).sha256[:16]}" for name in _FILES)


def _read(path: Path, kind: type[Line]) -> list[Line]:
    read_artefact(path)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [kind.model_validate_json(line) for line in lines]
