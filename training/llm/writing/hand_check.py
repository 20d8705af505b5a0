"""What is wrong with the labelled texts of a hand, as far as code can see it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agents.readers.candidate import REFUSALS
from agents.readers.slips import slip_in
from agents.reading.computing import computed
from agents.reading.doubt import Doubt
from agents.reading.feasibility import impossible
from agents.reading.marked import LIVE_ACTS
from agents.reading.names import Names
from agents.reading.reading import Reading
from agents.reading.site_card import SiteCard
from agents.reading.slice_words import unknown_slices_in
from agents.reading.unknown_words import strangers_in, unmeasured_in
from training.llm.labelled_text import LabelledText, card_of, texts_of
from training.llm.scoring import verdict


@dataclass(frozen=True)
class Finding:
    """What is wrong with a line (from 1) of the texts. is_label: the label or its marks are at fault, else code may be."""

    line: int
    text: str
    what: str
    is_label: bool

    def __str__(self) -> str:
        return f"line {self.line}: {self.what}: {self.text!r}"


def findings(folder: Path) -> list[Finding]:
    """Return what is wrong with the texts of a folder that holds `card.json` and `texts.jsonl`.

    Raises ValueError or OSError if they cannot be read.
    """
    card, texts = card_of(folder), texts_of(folder)
    seen = Counter(text.text.casefold() for text in texts)
    found = []
    for line, text in enumerate(texts, 1):
        faults = [*_faults(text, card), *(["the same text stands here more than once"] if seen[text.text.casefold()] > 1 else [])]
        found += [Finding(line, text.text, fault, is_label=True) for fault in faults]
        if not faults and (missed := _missed(text, Names(card))):
            found.append(Finding(line, text.text, missed, is_label=False))
    literal = texts_of(folder, "literal.jsonl") if (folder / "literal.jsonl").exists() else []
    own = {text.text for text in texts if text.act not in LIVE_ACTS}
    for line, text in enumerate(literal, 1):
        if text.text not in own:
            found.append(Finding(line, text.text, "literal.jsonl has a text that texts.jsonl does not ask about", is_label=True))
        elif not _is_refused(text, Names(card)):
            found.append(Finding(line, text.text, "code does not see what must be asked about here", is_label=False))
    return found


def _is_refused(text: LabelledText, names: Names) -> bool:
    spanned = text.spanned()
    try:
        reading = Reading.of(computed(spanned.marked(), names))
    except Doubt:
        return True
    unknown = [*unmeasured_in(text.text), *unknown_slices_in(text.text), *strangers_in(text.text, names)]
    return bool(unknown or impossible(reading, names) or slip_in(spanned, reading, names))


def _faults(text: LabelledText, card: SiteCard) -> Iterator[str]:
    for tag, start, end in text.marks:
        if not 0 <= start < end <= len(text.text):
            yield f"mark {tag} from {start} to {end} is outside the text"
        elif _cuts_word(text.text, start) or _cuts_word(text.text, end):
            yield f"mark {tag} cuts a word: {text.text[start:end]!r}"
    yield from _faults_of_items(text, card) if text.act in LIVE_ACTS else _faults_without_items(text)


def _faults_without_items(text: LabelledText) -> Iterator[str]:
    if text.items() and text.act in REFUSALS:  # a question may tell of what it asks
        yield f"act {text.act} carries no items"
    if text.act in ("ask", "cannot") and not text.because:
        yield "no reason why it is asked about or refused (because)"


def _faults_of_items(text: LabelledText, card: SiteCard) -> Iterator[str]:
    tags = {tag for tag, _, _ in text.marks}
    known = {cell.id for cell in card.cells}
    if not text.items():
        yield f"act {text.act} without an item"
    for item in text.items():
        yield from (f"the item's tag {tag} marks no words" for tag in item.marks if tag not in tags)
        yield from (f"the card has no cell {cell}" for cell in item.cells if item.cells != "*" and cell not in known)
    if bool(text.window) != any(tag[0] == "w" for tag in tags):
        yield "a window and words of time (w) belong together"
    if bool(text.condition_on) != any(tag[0] == "c" for tag in tags):
        yield "a condition and its words (c) belong together"


def _cuts_word(text: str, at: int) -> bool:
    return 0 < at < len(text) and text[at - 1].isalpha() and text[at].isalpha()


def _missed(text: LabelledText, names: Names) -> str:
    if text.act not in LIVE_ACTS:
        return ""
    try:
        reading = Reading.of(computed(text.spanned().marked(), names))
    except Doubt as doubt:
        return f"code asks about these marks ({doubt})"
    kind = verdict([text], reading)
    if kind == "right":
        return ""
    shown = reading.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    return f"code computes something else from these marks ({kind}): {shown}"
