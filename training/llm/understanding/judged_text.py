"""What the readers make of a text of a held-out hand: the sample on which the confidence is fitted, a JSON object a line."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from agents.readers.rivals import FEATURES
from policies.artefact import write_record
from policies.word import Word
from training.llm.provenance import machine, versions
from training.llm.reading_card import sample_card
from training.llm.scoring import Verdict


class Judgement(Word):
    """What a reading that can be acted on rests on, and the verdict on it."""

    features: tuple[float, ...]
    verdict: Verdict


class JudgedText(Word):
    """The readings of a text that can be acted on, and the verdict if none is sure enough."""

    readings: tuple[Judgement, ...]
    refused: Verdict
    hand: str = ""
    text: str = ""


class SampleFile:
    """A sample that grows text by text, so that reading goes on after a kill. readers: a digest of those that read."""

    def __init__(self, path: Path, readers: str) -> None:
        """Open or begin the file; raises ValueError if other readers, or readers with other features, wrote it."""
        self.path, self.readers = path, readers
        header = {"readers": readers, "features": list(FEATURES)}
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        if not lines:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(header) + "\n", encoding="utf-8")
        elif json.loads(lines[0]) != header:
            raise ValueError(f"{path} is of other readers or other features: remove it, or give another folder (--work)")
        self._known = {(one.hand, one.text): one for one in _texts_in(lines[1:])}

    def known(self, hand: str, text: str) -> JudgedText | None:
        """Return a text that was read before, None if it was not."""
        return self._known.get((hand, text))

    def add(self, texts: Iterable[JudgedText]) -> None:
        """Append texts."""
        with self.path.open("a", encoding="utf-8") as file:
            file.writelines(f"{one.model_dump_json()}\n" for one in texts)


def read_sample(path: Path) -> list[JudgedText]:
    """Return the texts of a finished sample, plain or gzipped; raises ValueError if it is of other features than are gone by."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    header, *lines = content.decode("utf-8").splitlines()
    if json.loads(header)["features"] != list(FEATURES):
        raise ValueError(f"{path}: it is of other features than confidence goes by ({', '.join(FEATURES)}): leave it out")
    return list(_texts_in(lines))


def write_sample(path: Path, sample: Sequence[JudgedText], readers: str, remake: str) -> None:
    """Write a sample, gzipped, with its record. readers: a digest of those that read; remake: the command that makes it again."""
    header = json.dumps({"readers": readers, "features": list(FEATURES)})
    lines = [header, *(one.model_dump_json() for one in sample)]
    path.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode("utf-8"), mtime=0))
    write_record(
        path, sample_card(Counter(one.hand for one in sample), readers), remake, machine(), versions("torch", "transformers")
    )


def _texts_in(lines: Iterable[str]) -> Iterator[JudgedText]:
    for line in lines:
        try:
            yield JudgedText.model_validate_json(line)
        except ValueError:
            continue  # a kill has cut it off
