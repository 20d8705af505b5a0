"""What the readers make of a text of a held-out hand: the sample on which the confidence is fitted, a JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from agents.readers.rivals import FEATURES
from policies.word import Word
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
        self.path = path
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


def _texts_in(lines: Iterable[str]) -> Iterator[JudgedText]:
    for line in lines:
        try:
            yield JudgedText.model_validate_json(line)
        except ValueError:
            continue  # a kill has cut it off
