"""What an order leaves open: a ban on "the cell" where none is named, a change by an amount up or down, one of two."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from agents.readers.accounts.clauses import sentence_at
from agents.readers.spanned_text import SpannedText
from agents.reading.marked import SAME
from agents.reading.reading import Reading
from agents.reading.relation import RELATION
from policies.text.number_words import NUMBER_WORDS

Span = tuple[int, int]

_IT: Final = (
    r"(?:(?:it|this|that)(?!['’]s|\s+(?:is|all))|(?:the|this|that)\s+(?:one|cell|site|sector|mast|station|node|carrier|antenna))\b"
    r"(?!\s+(?:edge|ids?|identit\w+|individual|phones?))(?!['’]s)"
)
_BAN_ON_IT: Final = re.compile(
    rf"""\b(?:nobody|no\s+one|never|not|dont|do\s*n[o'’]?t|without)\s+(?:\w+\s+){{0,2}}?
      (?:touch|chang|alter|modif|edit|tweak|lock|wake|switch|turn|restart|reboot|reset|mess|fiddle|play|put|shut|sleep)\w*\s+
      (?:(?:with|around\s+with|off|down|up)\s+)?{_IT}
    |\b(?:(?:hands|fingers|paws)\s+(?:off|away\s+from)|keep\s+off|stay\s+off)\s+{_IT}
    |\b(?:leave|keep|let)\s+{_IT}\s+(?:alone|be|as|untouched|awake|asleep|on|off|up|frozen|in\s+peace)\b
    |\b{_IT}\s+(?:(?:must|may|shall|should|can|is|are)\s*n(?:ot|['’]t)|(?:stays?|remains?|is)\s+(?:untouched|off[\s-]limits|frozen|taboo|as))\b""",
    re.IGNORECASE | re.VERBOSE,
)
_WHOLE: Final = re.compile(
    r"\b(?:networks?|net|ran|everything|everywhere|anywhere|all\s+(?:the\s+)?(?:cells|sites)|(?:any|every)\s+(?:cell|site|sector))\b",
    re.IGNORECASE,
)
_MOVING: Final = re.compile(
    r"\b(?:mov(?:e|es|ed|ing)|chang(?:e|es|ed|ing)|shift(?:s|ed|ing)?|adjust\w*|alter(?:s|ed|ing)?|modif(?:y|ies|ied|ying)"
    r"|var(?:y|ies|ied|ying)|correct(?:s|ed|ing)?|re-?tun(?:e|es|ed|ing)|tun(?:e|es|ed|ing)|turn(?:s|ed|ing)?|tilt(?:s|ed|ing)?"
    r"|rotat(?:e|es|ed|ing)|swing(?:s|ing)?|swung|amend(?:s|ed|ing)?|edit(?:s|ed|ing)?|tweak(?:s|ed|ing)?|nudg(?:e|es|ed|ing))\b",
    re.IGNORECASE,
)
_BY: Final = re.compile(
    rf"\bby\s+(?:(?:a|an|another|about|around|roughly|some|exactly|just|only)\s+)*(?:\d|(?:{'|'.join(NUMBER_WORDS)}|half)\b)",
    re.IGNORECASE,
)
_DIRECTION: Final = re.compile(
    r"""\b(?:up\w*|down\w*|rais\w*|ris(?:e|es|en|ing)|rose|increas\w*|lower\w*|reduc\w*|decreas\w*|diminish\w*|cut\w*|more|less|fewer|plus
    |minus|add\w*|drop\w*|left|right|\w*clockwise|higher|larger|bigger|greater|smaller|longer|shorter|shorten\w*|lengthen\w*|enlarg\w*
    |lift\w*|boost\w*|bump\w*|trim\w*|shav\w*|off|back\w*|away|out|further|farther|extra|another|again|steeper|flatter|deeper|shallower
    |louder|quieter|stronger|weaker|softer|harder|sooner|later|earlier|same|likewise|positive\w*|negative\w*|north\w*|south\w*|east\w*
    |west\w*|grow\w*|shrink\w*|extend\w*|stretch\w*|tighten\w*|loosen\w*|relax\w*|sharpen\w*|ease\w*|sink\w*|climb\w*|double|halve)\b
    |[+\-−–±↑↓]\s*\.?\d|[↑↓]|[+\-−]=""",
    re.IGNORECASE | re.VERBOSE,
)
_POINTED: Final = re.compile(
    r"\b(?:towards?|into|to)\s+(?:the\s+)?(?:ground|sky|horizon|street|floor|sea|river|hall|pitch|stands?)\b", re.IGNORECASE
)
_ONE_OF: Final = re.compile(
    r"""(?:^|(?<=\s))(?:(?:just|only|exactly)\s+one\b(?!\s+of\s+\S+\s*,)
    |(?:^|(?<=just\s)|(?<=only\s)|(?<=in\s)|(?<=at\s)|(?<=on\s)|(?<=for\s)|(?<=of\s)|(?<=but\s))one\s+(?:of\s+(?:the|them|these|those|its|our|both)|or\s+(?:the\s+)?other))
    (?![^,:(]*[,:(]\s*\S)""",
    re.IGNORECASE | re.VERBOSE,
)
_NEIGHBOURS: Final = re.compile(
    r"\b(?:neighbou?rs?|nbrs?|relations?|both\s+(?:ways|directions)|each\s+other|one\s+another|directions?|t\w{0,2}w\w{0,2}rds?)\b",
    re.IGNORECASE,
)


def bans_on_nothing(spanned: SpannedText, named: Sequence[Span]) -> Iterator[tuple[Span, str]]:
    """Yield bans on "it" or "the cell" that are heard for the whole network, though nothing is named before them."""
    place = ""
    for one in spanned.items:
        place = place if one.item.place == SAME else one.item.place
        if one.item.kind == "forbid" and not place:
            for match in _BAN_ON_IT.finditer(spanned.text):
                is_named = any(start < match.start() for start, _ in named) or _WHOLE.search(spanned.text, 0, match.start())
                if not is_named:
                    yield match.span(), "no cell or site is named for it"


def undirected_edits(spanned: SpannedText) -> Iterator[tuple[Span, str]]:
    """Yield changes "by" an amount of which no word says whether up or down."""
    for one in spanned.items:
        if one.item.kind == "edit" and one.item.is_delta and one.amount:
            first, last = sentence_at(spanned.text, *one.amount[0])
            sentence = spanned.text[first:last]
            is_directed = _DIRECTION.search(sentence) or _POINTED.search(sentence)
            if _MOVING.search(sentence) and _BY.search(sentence) and not is_directed:
                yield one.amount[0], "it is not said whether up or down"


def ones_of_several(spanned: SpannedText) -> Iterator[tuple[Span, str]]:
    """Yield places that are one of several, where which one is not said: "just one of the two"."""
    for start, end in (span for one in spanned.items for span in one.place):
        if _ONE_OF.search(spanned.text[start:end]):
            yield (start, end), "it is one of them, and it is not said which"


def offsets_towards_nobody(spanned: SpannedText, reading: Reading) -> Iterator[str]:
    """Yield the offset of a relation of which no neighbour is named; one that is reset to 0 needs none."""
    for edit in reading.edits:
        is_open = edit.attribute == RELATION and not edit.towards and edit.value != 0
        if is_open and not _NEIGHBOURS.search(spanned.text):
            yield edit.attribute
