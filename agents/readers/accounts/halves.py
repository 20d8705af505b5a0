"""Texts of which a reader heard one half: a slice for the first item of its list, one of two windows, comparisons or branches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from agents.readers.accounts.clauses import sentence_at
from agents.readers.spanned_text import SpannedItem, SpannedText
from agents.reading.reading import Reading
from policies.kpi import kpi_definition
from policies.slices import Slice
from policies.text.number_words import NUMBER_WORDS

Span = tuple[int, int]

# "embb only: …", "M2k11a, URLLC: …", "mMTC in S4: …": what follows is of this slice; "URLLC delay: …" heads nothing.
_HEAD: Final = re.compile(
    r"""(?<![\w-])(?P<slice>e-?mbb|u-?rllc|m-?mtc)(?:[\s-]+(?:only|slices?|traffic|users?|devices?))*
    (?:[\s,]+(?:in|on|at|for|of|within|across)\s[^:;.\n]{1,40}?)?\s*:(?=\s)(?P<rest>[^\S\n]*\n)?""",
    re.IGNORECASE | re.VERBOSE,
)
_LINE_END: Final = re.compile(r"\n|[.!?](?=\s)")
_BLANK_LINE: Final = re.compile(r"\n\s*\n|\n(?=[^\n]*:)")
_ANY_SLICE: Final = re.compile(
    r"\b(?:all|every|each|whatever|any)\s+(?:the\s+)?(?:slices?|users?|traffic)\b|\boverall\b|\bin\s+total\b", re.IGNORECASE
)
_TOGETHER: Final = re.compile(
    r"\b(?:both|all|each|everything|these|those|together|i\.?e\.?|that\s+is|namely|meaning|precisely|exactly|or\s+rather)\b",
    re.IGNORECASE,
)
_NUMBER: Final = rf"(?:[+\-−]?\.?\d|(?:{'|'.join(NUMBER_WORDS)})\b)"
# Nothing turns it round, and it is no ratio: "1 user over 100".
_PLAIN: Final = r"(?<!\bno\s)(?<!\bnot\s)(?<!n['’]t\s)(?<!\bnever\s)(?<!\busers\s)(?<!\buser\s)"
# A time of its own, not "in the same time" or "meanwhile".
_TIME: Final = re.compile(
    rf"\d|\b(?:{'|'.join(NUMBER_WORDS)}|tonight|tonite|overnight|tomorrow|today|noon|midnight|morning|afternoon|evening|night)\b",
    re.IGNORECASE,
)
_ABOVE: Final = re.compile(
    rf"{_PLAIN}(?:[>≥]\s*=?|\b(?:above|over|beyond|(?:more|greater|higher|longer)\s+than|at\s+least|no\s+less\s+than)\b)\s*{_NUMBER}",
    re.IGNORECASE,
)
_BELOW: Final = re.compile(
    rf"{_PLAIN}(?:[<≤]\s*=?|\b(?:below|under|beneath|(?:less|fewer|lower|shorter)\s+than|at\s+most|no\s+more\s+than)\b)\s*{_NUMBER}",
    re.IGNORECASE,
)
# A factor of what is named behind it: "0.9 × load(now)"; a dot or star before something with a number of its own only parts it.
_FACTOR: Final = re.compile(r"[^\S\n]*(?:[×✕]|\btimes\b|[*·⋅](?=\s*[^\W\d][^\d;,\n]*(?:[;,\n]|$)))", re.IGNORECASE)
_FACTOR_BEFORE: Final = re.compile(r"[×✕]\s*$")
_BRANCH: Final = re.compile(r"\b(?:otherwise|or\s+else)\b", re.IGNORECASE)
_NO_BRANCH_BEFORE: Final = re.compile(
    r"\b(?:not|unless|until|till|say|says|said|tells?|told|think|thinks|hears?|heard|agreed|stated|noted)\s+(?:\w+\s+){0,2}$",
    re.IGNORECASE,
)
# What is to be done otherwise is nothing: "otherwise leave it as it is", "otherwise it may continue to rest".
_NOTHING_ELSE: Final = re.compile(
    r"""\W*(?:(?:please|pls|kindly|just|then|do|it|they|that|this|may|can|should|shall|will|simply)\s+)*
    (?:not|nothing|no|never|leave|let|keep|hush|stay|stays|remain|remains|continue|continues|rest|as\s+(?:it|they|now|is)|don\W?t|ignore|forget|skip)\b
    |\W*$""",
    re.IGNORECASE | re.VERBOSE,
)
_IF: Final = re.compile(r"\b(?:if|unless|provided|when|whenever|once|should|as\s+long\s+as|in\s+case)\b", re.IGNORECASE)


def unshared_slices(spanned: SpannedText) -> Iterator[tuple[Span, str]]:
    """Yield slices that head a list of goals, where only some of those goals have them."""
    heads = list(_HEAD.finditer(spanned.text))
    for number, head in enumerate(heads):
        last = heads[number + 1].start() if number + 1 < len(heads) else len(spanned.text)
        end = (_BLANK_LINE if head["rest"] else _LINE_END).search(spanned.text, head.end(), last)
        last = end.start() if end else last
        said = Slice(next(one for one in Slice if one.casefold() == head["slice"].replace("-", "").casefold()))
        under = [one for one in spanned.items if one.amount and _is_within(one.amount, (head.end(), last))]
        without = [one for one in under if one.item.kind == "target" and one.item.slice is None and _has_slices(one)]
        is_of_all = _ANY_SLICE.search(spanned.text, head.end(), last)
        if without and not is_of_all and any(one.item.slice == said for one in under):
            yield without[0].amount[0], f"{said} heads it, which is not heard"


def second_windows(spanned: SpannedText) -> Iterator[tuple[Span, str]]:
    """Yield times that stand behind another order than the time before them does."""
    for first, second in zip(sorted(spanned.when), sorted(spanned.when)[1:], strict=False):
        before = [one for one in spanned.items if _marks(one) and _is_within(_marks(one), (0, first[0]))]
        between = [one for one in spanned.items if _marks(one) and _is_within(_marks(one), (first[1], second[0]))]
        words = [spanned.text[slice(*span)].casefold() for span in (first, second)]
        if before and between and _TIME.search(words[1]) and words[0] != words[1]:
            last = max(end for one in between for _, end in _marks(one))
            if not _TOGETHER.search(spanned.text, last, second[0]):
                yield second, "it can be the time of one order alone, and another order has its own"


def second_comparisons(spanned: SpannedText, reading: Reading) -> Iterator[tuple[Span, str]]:
    """Yield amounts that bound a value from both sides, where one of the two was heard."""
    for one in spanned.items:
        if one.item.kind == "target" and _ABOVE.search(one.item.amount) and _BELOW.search(one.item.amount):
            sides = {target.condition[:1] for target in reading.targets if target.kpi == one.item.name}
            if len(sides & {"<", ">"}) < 2 and one.amount:
                yield (one.amount[0][0], one.amount[-1][1]), "it is two comparisons, and one is heard"


def left_over_factors(spanned: SpannedText) -> Iterator[tuple[Span, str]]:
    """Yield numbers that multiply something which is not in their amount."""
    text = spanned.text
    own = [span for one in spanned.items for span in (*one.place, *one.amount)]
    for start, end in (span for one in spanned.items if one.item.kind != "forbid" for span in one.amount):
        behind = _FACTOR.match(text, end)
        before = _FACTOR_BEFORE.search(text, 0, start)
        for sign in (one for one in (behind, before) if one):
            if not any(first <= sign.start() and sign.end() <= last for first, last in own):
                yield (start, end), "it is a factor, and of what is not in the amount"


def second_branches(spanned: SpannedText) -> Iterator[tuple[Span, str]]:
    """Yield words that say what else is to be done where a condition does not hold: a reading has one branch."""
    text = spanned.text
    marks = [span for one in spanned.items for span in _marks(one)]
    for match in _BRANCH.finditer(text):
        last = sentence_at(text, *match.span())[1]
        is_nothing = _NOTHING_ELSE.match(text, match.end(), last) or _NO_BRANCH_BEFORE.search(text, 0, match.start())
        if is_nothing:
            continue
        is_condition = any(start <= match.start() and match.end() <= end for start, end in spanned.condition)
        is_order = any(match.end() <= start < last for start, _ in marks) and _IF.search(text, 0, match.start())
        if is_condition or is_order:
            yield match.span(), "it begins what is to be done if the condition does not hold"


def _has_slices(one: SpannedItem) -> bool:
    return "slice" in kpi_definition(one.item.name).levels


def _marks(one: SpannedItem) -> tuple[Span, ...]:
    return (*one.place, *one.amount)


def _is_within(spans: tuple[Span, ...], whole: Span) -> bool:
    return all(whole[0] <= start and end <= whole[1] for start, end in spans)
