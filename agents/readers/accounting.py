"""Every word counts: which words of a text a reading accounts for, and which of the words that matter nobody accounts for.

The reading points at its own words (places, amounts, window, condition). Names, slices, states and restrictions are words that an
encoder tags; they count only if the reading has something of that kind. What matters and is left over is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from agents.readers.accounts.accounted_words import AGAIN, BESIDE, COUNT, OBSERVED, SUPPOSITION, AccountedWords
from agents.readers.accounts.beside import idle_negations, numbers_beside
from agents.readers.accounts.clauses import clause_at
from agents.readers.accounts.counts import counts_in
from agents.readers.accounts.dropped_times import dropped_times
from agents.readers.accounts.names_of_items import words_of_names
from agents.readers.accounts.repeated import repeated_words
from agents.readers.accounts.restrained import words_of_restrictions
from agents.readers.accounts.supposing import observed_parts, suppositions
from agents.readers.encoder.encoder_reader import TaggedPiece
from agents.readers.spanned_text import SpannedText
from agents.reading.amounting.comparing import is_turned
from agents.reading.name import AmbiguousNameError, folded, key_of
from agents.reading.names import Names
from agents.reading.spoken import ONES, TENS, spoken

_NUMBERS: Final = "|".join((*(word for word in (*ONES, *TENS) if word not in ("oh", "one", "zero")), "half", "third", "quarter"))
_MATTERS: Final = re.compile(
    rf"""(?P<number>\d[\d.,]*|\b(?:{_NUMBERS}|percent|hundred|thousand|one(?=\s+(?:decibels?|d\s?b|degrees?|per\s?cent|milliseconds?|megabits?|seconds?|watts?)\b))\b(?!\s+(?:things?|points?|orders?|items?|requests?|places|figures|wishes)\b))
    |(?P<negation>\bw/o\b|\b(?:not|never|nor|neither|none|without|cannot|forbidden|prohibited|hands\s+off|(?:is|are|do|does|did|must|should|shall|can|could|would|wo|ca|have|has|need)n['’]?t)\b)
    |(?P<restriction>\b(?:alone|untouched|undisturbed|off[\s-]limits|keep\s+off|stay\s+off|taboo|frozen|freeze|nobody|no\s+one)\b)
    |(?P<time>\b(?:tonight|overnight|tomorrow|midnight|noon|during|throughout)\b)
    |(?P<exclusion>\b(?:except(?:ing)?|excluding|excluded|exclude|apart\s+from|other\s+than|besides
        |exempt(?:ed)?|excepted|(?:out\s+of|not\s+in)\s+scope|left\s+out|leaving\s+out|omit(?:ted|ting)?
        |not\s+(?:included|concerned|counted)|nowhere\s+else)\b)
    |(?P<condition>\b(?:unless|provided(?!\s+(?:with|by))|as\s+long\s+as|(?:until|till?)(?!\s+(?:further\s+notice|(?:I|we)\s+(?:say|tell)))|in\s+case)\b)
    |(?P<comparison>\b(?:below|beneath|above|exceed(?:s|ing)?|at\s+least|at\s+most|maximum|minimum|fewer|no\s+more|no\s+less|up\s+to)\b|[≤≥]|(?<![-=—–>])[<>](?=\s*=?\s*\d))""",
    re.IGNORECASE | re.VERBOSE,
)
# Bystanders are always protected by the gate: asking for it adds nothing.
_BYSTANDERS: Final = re.compile(
    r"""\bwithout\s+(?:hurting|harming|affecting|disturbing|upsetting|bothering|harm\s+to|damage\s+to)\s+
    (?:anyone|anybody|any\s+one|others|the\s+others|other\s+users|users|any\s+users?|customers|any\s+customers?|service|the\s+service)\b""",
    re.IGNORECASE | re.VERBOSE,
)
# Whoever reads them, these words turn what is said, and nobody is sure which way: they are asked about.
_TURNING: Final = re.compile(
    r"""\b(?:do\s*n[o'’]?t|dont|never|nobody|no\s+one|not)\b[^.;\n]{0,25}\b(?:stop|prevent|hinder|keep)(?:s|ping|ing)?\b[^.;\n]{0,40}\bfrom\b
    |\bother\s+way\b(?!\s+(?:of|to))
    |\b(?:sorry|wait|no)\s*,\s*\S+\s+not\s+\S+""",
    re.IGNORECASE | re.VERBOSE,
)
# What stands right before such words is taken back, so it is no place or amount of the reading.
_TAKEN_BACK: Final = re.compile(
    r"""\b(?:no\s*,?\s+(?:sorry|wait|scratch)|sorry\s*,?\s+no|wait\s*[,.]?\s+(?:no|not)|hm+\s*,?\s+no|(?:scratch|strike)\s+that
    |correction|or\s+rather|make\s+that)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_FAR: Final = 4  # characters between what is taken back and the words that do so
# Such an exclusion belongs to a place, or to an amount, and to nothing else.
_ALL_BUT: Final = re.compile(
    r"\b(?:nothing|nobody|no\s+one|none|all|everything|everywhere|anywhere|anything|any|(?:every|all)\s+\w+)\s+but\b"
    r"(?!\s+(?:not|do|keep|make|without|only|i)\b)",
    re.IGNORECASE,
)
# Who serves or speaks nothing but something tells of itself, unless it is a slice.
_TOLD_ALL_BUT: Final = re.compile(
    r"\b(?:who|which|that)\s+(?:speaks?|serves?|sees|knows|eats|drinks|says|hears|carries|reads)\s+nothing\s+but\b"
    r"(?!\s+(?:the\s+)?(?:e?-?mbb|u-?rllc|m-?mtc|mtc|iot|sensors?|meters?|machines?|video|broadband|streaming|critical|low))",
    re.IGNORECASE,
)
# Behind a place: it is not to be touched, so it is no place of a goal or an edit.
_LEFT_ALONE: Final = re.compile(
    r"\s*(?:out\s+of\s+(?:it|this|that|the\s+(?:game|picture))\b|alone\b|untouched\b|undisturbed\b|in\s+peace\b)", re.IGNORECASE
)
_POINT: Final = "|".join(word for word, number in ONES.items() if 1 <= number <= 9)
_ENUMERATORS: Final = (
    re.compile(r"(?:(?<=\s)|^)\(?(?P<number>\d{1,2})[.)](?=\s+\D)", re.MULTILINE),
    re.compile(r"(?:(?<=\s)|^)\[(?P<number>\d{1,2})\](?=\s*\D)", re.MULTILINE),
    re.compile(
        rf"\b(?:line|point|item|step|wish|change|order|part|row|prio|ban|goal|request|task|topic|no\.?|nr\.?)\s*"
        rf"(?P<number>\d{{1,2}}|{_POINT})\s*[:.,)](?=\s)",
        re.IGNORECASE,
    ),
    re.compile(rf"(?:(?<=[.;:,\n]\s)|(?<=\n)|^)(?P<number>{_POINT})\s*[:)](?=\s)", re.IGNORECASE),
)
_SLICE: Final = re.compile(r"\b(?:eMBB|URLLC|mMTC)\b", re.IGNORECASE)  # a name, even where what is read has no slices
_POSSESSIVE: Final = re.compile(r"['’]s$", re.IGNORECASE)
_SLOT_OF_TAG: Final = {"k": "name", "s": "slice", "v": "state", "r": "restriction", "n": "nothing"}
_FEWER: Final = re.compile(r"\bfewer\b(?!\s+than\b)", re.IGNORECASE)
_TURNED: Final = re.compile(
    r"""\b(?:nobody|no\s+one|none|nowhere|nor
    |(?:not|never|cannot|dont|(?:do|does|must|should|shall|can|could|would|wo)\s*n[o'’]?t)(?=\s+(?:\w+\s+)?
    (?:let|allow|want|permit|tolerate|accept|like|wish|see|have|be|go|get|drop|fall|sink|rise|climb|exceed|experience)\b))\b""",
    re.IGNORECASE | re.VERBOSE,
)
# Slots by an encoder's tags alone: "the locks" are no state where they are an area.
_NAMING: Final = ("name", "slice", "state", "restriction")
_SURE: Final = 0.5
_POSSIBLE: Final = 0.2
_BEFORE_NAMES: Final = ("cell", "site", ":", "=")


def accounted_words(spanned: SpannedText, pieces: Sequence[TaggedPiece], names: Names) -> tuple[AccountedWords, ...]:
    """Return the words that are accounted for, in the order of the text. pieces: of the text, tagged."""
    own = list(_own(spanned))
    if spanned.act == "what_if":
        own += _of_what_if(spanned, own, names)
    own += [AccountedWords(*span, AGAIN) for span in repeated_words(spanned, list(named_words(spanned.text, names)))]
    own += _of_goals(spanned)
    own += [AccountedWords(*span, slot) for span, slot in words_of_names(spanned)]
    slices = {one.item.slice.casefold() for one in spanned.items if one.item.slice}
    own += [AccountedWords(*one.span(), "slice") for one in _SLICE.finditer(spanned.text) if one.group().casefold() in slices]
    own += [AccountedWords(*span, "restriction") for span in words_of_restrictions(spanned)]
    own += [AccountedWords(start, end, COUNT) for start, end in counts_in(spanned.text, spanned.marked(), names)]
    own += [AccountedWords(start, end, BESIDE) for start, end in idle_negations(spanned.text)]
    meant = [(one.start, one.end) for one in own if not one.is_idle] + [
        (piece.start, piece.end) for piece in pieces if _tag(piece) not in ("", "n") or _is_doubtful(piece)
    ]
    own += [AccountedWords(start, end, BESIDE) for start, end in numbers_beside(spanned.text, meant)]
    covered = [(one.start, one.end) for one in own]
    return tuple(sorted((*own, *_tagged(spanned, pieces, covered)), key=lambda one: (one.start, one.end)))


def _of_goals(spanned: SpannedText) -> Iterator[AccountedWords]:
    """Yield the negations that turn the comparison of a goal around: "don't let them drop below 4 Mbit/s" is at least 4."""
    for number, one in enumerate(spanned.items, 1):
        item = one.item
        if item.kind == "target" and item.comparison and one.amount and is_turned(item.comparison, item.amount):
            first, _ = clause_at(spanned.text, *one.amount[0])
            ends = [end for other in spanned.items for _, end in other.amount if end <= one.amount[0][0]]
            first = max((first, *ends))  # what turns the amount before does not turn this one
            before = list(_TURNED.finditer(spanned.text, first, one.amount[0][0]))
            if len(before) == 1:
                yield AccountedWords(*before[0].span(), f"amount of target {number}")


def _is_doubtful(piece: TaggedPiece) -> bool:
    """Whether an encoder holds it possible that a word is a place, an amount, a time or a condition."""
    return max((piece.tags.get(tag, 0.0) for tag in "pawc"), default=0.0) >= _POSSIBLE


def _of_what_if(spanned: SpannedText, own: Sequence[AccountedWords], names: Names) -> Iterator[AccountedWords]:
    """Yield the words that suppose, and in the parts that ask for the effect the places and directions to look at."""
    text = spanned.text
    yield from (AccountedWords(start, end, SUPPOSITION) for start, end in suppositions(text))
    parts = list(observed_parts(text, [(one.start, one.end) for one in own if one.slot != "window"]))
    seen = [*named_words(text, names), *(match.span() for word in (_FEWER, _SLICE) for match in word.finditer(text))]
    for start, end in seen:
        if any(first <= start and end <= last for first, last in parts):
            yield AccountedWords(start, end, OBSERVED)


def _own(spanned: SpannedText) -> Iterator[AccountedWords]:
    for number, one in enumerate(spanned.items, 1):
        for start, end in spanned.place_of(one):
            yield AccountedWords(start, end, f"place of {one.item.kind} {number}")
        for start, end in spanned.amount_of(one):
            yield AccountedWords(start, end, f"amount of {one.item.kind} {number}")
    yield from (AccountedWords(start, end, "window") for start, end in spanned.when)
    yield from (AccountedWords(start, end, "condition") for start, end in spanned.condition)


def _tagged(spanned: SpannedText, pieces: Sequence[TaggedPiece], covered: list[tuple[int, int]]) -> Iterator[AccountedWords]:
    items = [one.item for one in spanned.items]
    has = {
        "k": bool(items),
        "v": bool(items),
        "s": any(item.slice for item in items),
        "r": any(item.kind == "forbid" for item in items),
        "n": True,
    }
    tagged = [(piece, tag) for piece in pieces for tag in [_tag(piece)]]
    for tag, group in groupby(tagged, key=lambda pair: pair[1]):
        run = [piece for piece, _ in group]
        start, end = run[0].start, run[-1].end
        if has.get(tag) and not any(first <= start and end <= last for first, last in covered):
            yield AccountedWords(start, end, _SLOT_OF_TAG[tag])


def _tag(piece: TaggedPiece) -> str:
    best = max(piece.tags, key=lambda tag: piece.tags[tag])
    return best if piece.tags[best] >= _SURE else ""


def unaccounted_words(text: str, accounted: Sequence[AccountedWords], names: Names) -> list[str]:
    """Return the words that matter (numbers, negations, times, conditions, comparisons, names …) and belong to nothing."""
    left = [span for span in _matters(text) if not any(max(span[0], one.start) < min(span[1], one.end) for one in accounted)]
    left += [span for span in named_words(text, names) if not _is_covered(text, span, accounted)]
    left += [
        span for span in area_words(text, names) if not any(one.overlaps(*span) for one in accounted if one.slot not in _NAMING)
    ]
    left += [match.span() for match in _SLICE.finditer(text) if not any(one.overlaps(*match.span()) for one in accounted)]
    left += [match.span() for match in _TURNING.finditer(text)]
    left += [
        (one.start, match.end()) for one in accounted if _is_place_of_act(one) and (match := _LEFT_ALONE.match(text, one.end))
    ]
    placed = [one for one in accounted if one.slot.startswith(("place", "amount"))]
    left += _taken_back(text, placed)
    left += dropped_times(text, accounted, names.card)
    told = [match.span() for match in _TOLD_ALL_BUT.finditer(text)]
    left += [
        match.span()
        for match in _ALL_BUT.finditer(text)
        if not any(one.overlaps(*match.span()) for one in placed)
        and not any(start <= match.start() and match.end() <= end for start, end in told)
    ]
    return [text[start:end] for start, end in sorted(set(left))]


def dismissed_words(text: str, accounted: Sequence[AccountedWords], names: Names) -> list[tuple[int, int]]:
    """Return where words that matter are accounted for by nothing else than that they mean nothing here."""
    nothing = [one for one in accounted if one.slot == "nothing"]
    meant = [one for one in accounted if one.slot != "nothing"]
    return [
        span
        for span in (*_matters(text), *named_words(text, names))
        if _is_covered(text, span, nothing) and not any(max(span[0], one.start) < min(span[1], one.end) for one in meant)
    ]


def _matters(text: str) -> list[tuple[int, int]]:
    nothing = [match.span() for match in _BYSTANDERS.finditer(text)] + enumerators(text)
    found = [match.span() for match in _MATTERS.finditer(text)]
    return [span for span in found if not any(start <= span[0] and span[1] <= end for start, end in nothing)]


def _taken_back(text: str, placed: Sequence[AccountedWords]) -> Iterator[tuple[int, int]]:
    """Yield the words that take back what the reading goes by; within a place or an amount, computing sees them."""
    for match in _TAKEN_BACK.finditer(text):
        start, end = match.span()
        is_inside = any(one.start <= start and end <= one.end for one in placed)
        if not is_inside and any(start - _FAR <= one.end <= start for one in placed):
            yield start, end


def _is_place_of_act(one: AccountedWords) -> bool:
    return one.slot.startswith(("place of target", "place of edit"))


def enumerators(text: str) -> list[tuple[int, int]]:
    """Return where the points of a list are numbered: "1) … 2) …", "line 1: … line 2: …", "one: … two: …", from 1 on."""
    found: list[tuple[int, int]] = []
    for pattern in _ENUMERATORS:
        points = list(pattern.finditer(text))
        numbers = [_number_of(match["number"]) for match in points]
        if len(points) > 1 and numbers == list(range(1, len(points) + 1)):
            found += [match.span() for match in points]
    return found


def _number_of(words: str) -> int:
    return int(words) if words.isdecimal() else ONES[words.casefold()]


def _is_covered(text: str, span: tuple[int, int], accounted: Sequence[AccountedWords]) -> bool:
    """Whether all letters of a name are accounted for: of "tr seven a" the part "tr seven" is another name."""
    covered = {at for one in accounted for at in range(one.start, one.end)}
    end = span[0] + len(_POSSESSIVE.sub("", text[slice(*span)]))
    return all(at in covered for at in range(span[0], end) if text[at].isalnum())


def _is_written_name(words: str) -> bool:
    """Whether words look like a name: "to be" spells the site TB, and an area's name can be an ordinary word."""
    has_number = any(word.casefold() in ONES or word.casefold() in TENS for word in words.split())
    return has_number or any(letter.isdecimal() for letter in words) or any(letter.isupper() for letter in words[1:])


def is_spelled(words: str, names: Names) -> bool:
    """Whether words are a name as it is written or spoken, not only some words of it in another order."""
    spelled = {folded(name) for name in (*names.order, *names.sites, *names.card.areas)}
    return folded(words) in spelled or key_of(spoken(words)) in spelled


def area_words(text: str, names: Names) -> Iterator[tuple[int, int]]:
    """Yield where the areas of the network are named, however common their words are ("the locks", "upper reach")."""
    for area in names.card.areas:
        words = r"[\s_-]+".join(re.escape(word) for word in re.split(r"[\s_-]+", area.strip()) if word)
        if words:
            yield from (match.span() for match in re.finditer(rf"(?<!\w){words}(?!\w)", text, re.IGNORECASE))


def named_words(text: str, names: Names) -> Iterator[tuple[int, int]]:
    """Yield the places in the text where cells, sites and areas are named in full, in words that look like a name."""
    yield from (span for span in said_names(text, names) if _is_written_name(text[slice(*span)]))


def said_names(text: str, names: Names) -> Iterator[tuple[int, int]]:
    """Yield the places in the text where cells, sites and areas are named in full, however common the words are ("lock c")."""
    words = spoken(text)
    position = 0
    while position < len(words):
        try:
            name = names.full_at(words, position)
        except AmbiguousNameError:
            name = None
        first = next((at for at in range(position, len(words)) if words[at].key not in _BEFORE_NAMES), position)
        start, end = words[first].start, words[min(position + (name.words if name else 1), len(words)) - 1].end
        if name is not None:
            yield start, end
        position += name.words if name else 1
