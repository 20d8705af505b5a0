"""Derive the words that name one KPI or attribute and no other from what all hands marked.

`python -m training.llm.writing.telling` writes `agents/readers/data/telling_words.toml` anew.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from agents.readers.accounts.telling_words import TELLING_WORDS, misheard, phrases_in
from agents.reading.amounting.comparing import firm
from training.llm.labelled_text import Hand, LabelledText, hands_of, name_of

_TIMES, _HANDS = 5, 3  # a phrase is known from so many marks, in so many hands
_ASTRAY: Final = 0.01  # at most this share of its marks and texts is of another name
_NO_NAME: Final = re.compile(r"(?:the|a|an|of|its|to|in|at|and|on|for)\b.*|.*\b(?:the|a|an|of|its|to|in|at|and|on|for)|\W*\d+\W*")
_HEADER: Final = """\
# Words that name one KPI or attribute and no other, derived from the texts of all hands.
# Written by `python -m training.llm.writing.telling`; do not edit.

"""


def table_of(hands: Sequence[Hand]) -> Mapping[str, str]:
    """Return the name of each phrase that hands use for one name; of phrases that contain each other the shortest."""
    names, used_by = defaultdict[str, Counter[str]](Counter), defaultdict[str, set[str]](set)
    for hand in hands:
        for text in hand.texts:
            for phrase, name in _named(text):
                names[phrase][name] += 1
                used_by[phrase].add(hand.name)
    known = {phrase: found.most_common(1)[0] for phrase, found in names.items() if len(used_by[phrase]) >= _HANDS}
    table = {
        phrase: name
        for phrase, (name, times) in known.items()
        if times >= max(_TIMES, (1 - _ASTRAY) * names[phrase].total()) and not _is_no_name(phrase)
    }
    astray = Counter(phrase for hand in hands for text in hand.texts for phrase in set(astray_in(text, table)))
    sure = {
        phrase: name for phrase, name in table.items() if astray[phrase] <= _ASTRAY * (names[phrase].total() + astray[phrase])
    }
    return {phrase: name for phrase, name in sure.items() if not _has_shorter(phrase, name, sure)}


def _is_no_name(phrase: str) -> bool:
    """Whether a phrase is a piece of another, or one word that is a comparison by itself: "capped", "minimum"."""
    return bool(_NO_NAME.fullmatch(phrase)) or (" " not in phrase and firm(f"{phrase} 5 %") is not None)


def _has_shorter(phrase: str, name: str, table: Mapping[str, str]) -> bool:
    return any(part != phrase and table.get(part) == name for part, _ in phrases_in(phrase))


def _named(text: LabelledText) -> Iterator[tuple[str, str]]:
    """Yield the phrases that are marked as a KPI or attribute, with the name of the item that has the mark."""
    names = defaultdict[str, set[str]](set)
    for one in text.items():
        for tag in one.marks:
            if tag[0] == "k":
                names[tag].add(name_of(one))
    for tag, found in names.items():
        phrases = {phrase for words in text.words(tag) for phrase, _ in phrases_in(words)}
        yield from ((phrase, name) for phrase in phrases for name in found)


def astray_in(text: LabelledText, table: Mapping[str, str]) -> list[str]:
    """Return the phrases of names that no item of a text has, as its perfect marks say."""
    if text.act not in ("change", "forbid"):
        return []
    spanned = text.spanned()
    own = [*(span for one in spanned.items for span in (*one.place, *one.amount)), *spanned.when, *spanned.condition]
    return [
        text.text[slice(*span)].casefold() for span, _ in misheard(text.text, [name_of(one) for one in text.items()], own, table)
    ]


def main() -> None:
    """Write the table."""
    table = table_of(hands_of())
    by_name = defaultdict[str, list[str]](list)
    for phrase, name in table.items():
        by_name[name].append(phrase)
    lines = [
        f"{json.dumps(name)} = [\n"
        + "".join(f"  {json.dumps(phrase, ensure_ascii=False)},\n" for phrase in sorted(by_name[name]))
        + "]\n"
        for name in sorted(by_name)
    ]
    TELLING_WORDS.write_text(f"{_HEADER}[words]\n{''.join(lines)}", encoding="utf-8")


if __name__ == "__main__":
    main()
