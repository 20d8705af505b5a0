"""Labelled texts of the hands: each a text, its reading (`shared/understanding/FORMAT.md`) and marks on its words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from agents.reading.marked import SAME, MarkedItem
from training.llm.reader.answer import LIVE, SpannedItem, SpannedText

HANDS: Final = Path(__file__).parents[1] / "hands"
TEST_HANDS: Final = Path(__file__).parents[1] / "hands_test"
_STATES: Final = frozenset({"toBeEnergySaving", "toBeNotEnergySaving", "LOCKED", "UNLOCKED"})
_KINDS: Final = (("target", "targets", "kpi"), ("edit", "edits", "attribute"), ("forbid", "forbidden", "what"))


@dataclass(frozen=True)
class LabelledText:
    """A text of a hand; `label`: the record of the file."""

    hand: str
    label: dict[str, Any]
    spanned: SpannedText


def labelled_texts(folder: Path = HANDS) -> Iterator[LabelledText]:
    """Yield the texts of all hands in `folder`."""
    for path in sorted(folder.glob("*/texts.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            label = json.loads(line)
            yield LabelledText(path.parent.name, label, spanned_text(label))


def spanned_text(label: dict[str, Any]) -> SpannedText:
    """Return a labelled text with the places of its words."""
    if label["act"] not in LIVE:
        return SpannedText(label["text"], label["act"])
    items: list[SpannedItem] = []
    before: tuple[Any, Any] | None = None
    for kind, key, name in _KINDS:
        for one in label[key]:
            item = _item(kind, one, one[name], label, before)
            items.append(item)
            before = (item.place or (before[0] if before and item.item.place == SAME else ()), one["cells"])
    return SpannedText(
        label["text"],
        label["act"],
        tuple(items),
        _of_kind(label, "w") if label["window"] else (),
        _of_kind(label, "c") if label["condition_on"] else (),
    )


def _item(kind: str, one: dict[str, Any], name: str, label: dict[str, Any], before: tuple[Any, Any] | None) -> SpannedItem:
    place, amount = (_spans(label, *(tag for tag in one["marks"] if tag[0] == letter)) for letter in "pa")
    values: dict[str, Any] = {"kind": kind, "name": name, "slice": one.get("slice")}
    if kind == "target":
        values["comparison"] = one["condition"]
        if one["relative"]:
            percent = one["relative"]["percent"]
            values |= {"reference": one["relative"]["to"], "sign": (percent > 0) - (percent < 0)}
    elif kind == "edit":
        if one["value"] in _STATES:
            values["state"], amount = one["value"], ()
        elif one["delta"] is not None:
            values |= {"is_delta": True, "sign": 1 if one["delta"] > 0 else -1}
    else:
        amount = ()
    is_same = before is not None and before[1] == one["cells"] and (place == before[0] or not place) and one["cells"] != "*"
    text = label["text"]
    words = {"place": SAME if is_same else _words(text, place), "amount": _words(text, amount)}
    return SpannedItem(MarkedItem.model_validate(values | words), () if is_same else place, amount)


def _spans(label: dict[str, Any], *tags: str) -> tuple[tuple[int, int], ...]:
    return tuple((start, end) for tag, start, end in label["marks"] if tag in tags)


def _of_kind(label: dict[str, Any], letter: str) -> tuple[tuple[int, int], ...]:
    return tuple((start, end) for tag, start, end in label["marks"] if tag[0] == letter)


def _words(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    return " … ".join(text[start:end] for start, end in spans)
