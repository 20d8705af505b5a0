"""Texts made of others: two wishes in one text, and the prohibition of what another text asks for."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import Final

from training.llm.labelled_text import LabelledItem, LabelledRestriction, LabelledText
from training.llm.multiplying.mined_words import NEGATIVE
from training.llm.multiplying.noise import last_of, lowered_first
from training.llm.multiplying.segments import Segment, is_one_piece, rebuilt, segments
from training.llm.multiplying.source import Source

_STRONG_JOINTS: Final = (". ", "; ", ". Also ", "\n", ". Second: ", ". Then ")
_WEAK_JOINTS: Final = (", and ", " and ", ", plus ", " - ", ", also ")
_OTHER_TAGS: Final = 50  # added to the digits of the tags of the second text
_NEGATIONS: Final = ("do not ", "don't ", "never ", "please don't ", "under no circumstances ", "nobody is to ", "we must not ")
_COMMAND: Final = re.compile(
    r"(?:please |pls )?(?:put|switch|turn|lock|unlock|wake|sleep|shut|power|send|take|block)\b", re.IGNORECASE
)
_EXCLUDING: Final = re.compile(r"\b(?:but|excluding|apart|other than|rest|all|every\w*|any)\b", re.IGNORECASE)
_FORBIDDEN_BY_STATE: Final = {
    "toBeEnergySaving": "sleep",
    "toBeNotEnergySaving": "energySavingControl",
    "LOCKED": "administrativeState",
    "UNLOCKED": "administrativeState",
}
_POINTING: Final = re.compile(
    r"\b(?:there|it|its|them|they|those|these|both|cells?|sites?|here|where|sectors?|between|cover\w*)\b", re.IGNORECASE
)
_LONGEST: Final = 140  # characters of a text that is joined
_LONGEST_ASIDE: Final = 25  # characters without a mark in a text that is negated: more can be another sentence


def without_place(text: LabelledText) -> LabelledText | None:
    """Return the text about the whole network, without the words of its place; None if more of it speaks of the place."""
    places = {tag for tag, _, _ in text.marks if tag[0] == "p"}
    is_plain = text.act == "change" and not (text.edits or text.forbidden or text.condition_on or _POINTING.search(text.text))
    if not is_plain or len(places) != 1 or not all(places < set(target.marks) for target in text.targets):
        return None
    (place,) = places
    if not is_one_piece(text, place):
        return None
    cut = segments(text)
    at = next(number for number, segment in enumerate(cut) if segment.tag == place)
    if at == 0 or not cut[at - 1].words.endswith(" ") or (at + 1 < len(cut) and cut[at + 1].words[:1].isalnum()):
        return None  # "S4: delay below 8 ms" would begin with a sign
    cut[at - 1] = cut[at - 1]._replace(words=cut[at - 1].words.rstrip())
    cut[at] = Segment("", "")
    marks = {
        target: target.changed(cells="*", marks=tuple(tag for tag in target.marks if tag != place)) for target in text.targets
    }
    return rebuilt(text.changed(targets=tuple(marks.values())), cut)


def can_be_joined(source: Source) -> bool:
    """Whether a text means the same beside another one: every place and amount by itself, no window, condition or restriction."""
    text = source.text
    is_plain = text.act == "change" and not text.window and not text.condition_on and not text.forbidden
    has_places = all(any(tag[0] == "p" for tag in item.marks) for item in text.items())
    return is_plain and has_places and len(text.text) <= _LONGEST and source.stands and bool(text.items())


def joined(first: LabelledText, second: LabelledText, draw: random.Random) -> LabelledText:
    """Return two texts as one."""
    cut, behind = segments(first), segments(second)
    is_closed = last_of(cut) == "p" or NEGATIVE.search(first.text) or "\n" in first.text + second.text
    joint = draw.choice(_STRONG_JOINTS if is_closed else _STRONG_JOINTS + _WEAK_JOINTS)
    cut[-1] = cut[-1]._replace(words=cut[-1].words.rstrip(" .!"))
    if joint in _WEAK_JOINTS or joint.endswith((": ", "Also ", "Then ")):
        behind[0] = behind[0]._replace(words=lowered_first(behind[0].words))
    behind = [segment._replace(tag=_renumbered(segment.tag)) for segment in behind]
    both = first.changed(targets=(*first.targets, *_moved(second.targets)), edits=(*first.edits, *_moved(second.edits)))
    return rebuilt(both, [*cut, Segment("", joint), *behind])


def _renumbered(tag: str) -> str:
    return f"{tag[0]}{int(tag[1:] or 0) + _OTHER_TAGS}" if tag else ""


def _moved(items: Sequence[LabelledItem]) -> tuple[LabelledItem, ...]:
    return tuple(item.changed(marks=tuple(map(_renumbered, item.marks))) for item in items)


def negated(source: Source, draw: random.Random) -> LabelledText | None:
    """Return the prohibition of a single plain edit of a state, None for any other text."""
    text, cut = source.text, segments(source.text)
    if len(text.items()) != 1 or not text.edits or text.condition_on or not source.stands or text.act != "change":
        return None
    edit = text.edits[0]
    what = _FORBIDDEN_BY_STATE.get(str(edit.value))
    aside = sum(len(segment.words) for segment in cut if not segment.tag)
    is_clear = not NEGATIVE.search(text.text) and not _EXCLUDING.search(text.text) and aside <= _LONGEST_ASIDE
    if what is None or not is_clear or not _COMMAND.match(text.text):
        return None
    marks = tuple(dict.fromkeys("r" if tag[0] == "v" else tag for tag in ("r", *edit.marks)))
    item = LabelledRestriction(what=what, cells=edit.cells, slice=edit.slice, marks=marks)
    cut[0] = cut[0]._replace(words=lowered_first(cut[0].words))
    cut = [segment._replace(tag="r") if segment.letter == "v" else segment for segment in cut]
    return rebuilt(text.changed(act="forbid", edits=(), forbidden=(item,)), [Segment("r", draw.choice(_NEGATIONS)), *cut])
