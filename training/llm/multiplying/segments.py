"""A labelled text cut at its marks, so that words can be replaced while the marks stay right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from training.llm.labelled_text import LabelledText


class Segment(NamedTuple):
    """Words that one mark covers; tag: empty for words between marks."""

    tag: str
    words: str

    @property
    def letter(self) -> str:
        """The kind of the mark, empty for none."""
        return self.tag[:1]


def segments(text: LabelledText) -> list[Segment]:
    """Return the text cut at its marks."""
    cut: list[Segment] = []
    position = 0
    for tag, start, end in sorted(text.marks, key=lambda mark: mark[1:]):
        if start < position:
            raise ValueError(f"marks overlap at {start} in {text.text!r}")
        cut += [Segment("", text.text[position:start])] if start > position else []
        cut.append(Segment(tag, text.text[start:end]))
        position = end
    return cut + ([Segment("", text.text[position:])] if position < len(text.text) else [])


def rebuilt(text: LabelledText, cut: Sequence[Segment]) -> LabelledText:
    """Return the labelled text with these segments as its text."""
    marks: list[tuple[str, int, int]] = []
    position = 0
    for tag, words in cut:
        if tag and words:
            marks.append((tag, position, position + len(words)))
        position += len(words)
    new = "".join(segment.words for segment in cut)
    condition = " … ".join(segment.words for segment in cut if segment.letter == "c") if text.condition_on else None
    return text.changed(text=new, marks=tuple(marks), condition_on=condition)


def is_one_piece(text: LabelledText, tag: str) -> bool:
    """Whether a tag marks words at one place only."""
    return sum(own == tag for own, _, _ in text.marks) == 1


def users(text: LabelledText, tag: str) -> int:
    """Return how many items a tag belongs to."""
    return sum(tag in item.marks for item in text.items())
