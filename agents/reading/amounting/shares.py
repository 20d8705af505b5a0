"""From the words of a relative amount to percent: "a fifth less", "half of what it is now", "1.2x", "lose a tenth"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from agents.reading.amounting.amounts import CORRECTING, AmountError
from agents.reading.amounting.converting import POINTS
from agents.reading.amounting.numbers import TIMES, Number, numbers_of
from agents.reading.amounting.references import check_reference
from agents.reading.amounting.unit_words import simplified

# Behind a number; also "half a percent".
_PERCENT: Final = re.compile(r"\s*(?:(?:of\s+)?(?:an?|one)\s+)?(?:%|per\s?cent|pct|prcent|procent)", re.IGNORECASE)
_OF_REFERENCE: Final = re.compile(
    r"\s*of\s+(?:what\s+(?:it|they)\b|now\b|today|yesterday|last\s+week|(?:its|the|their)\s+(?:present|current|actual)\b)",
    re.IGNORECASE,
)
_REFERRING: Final = re.compile(
    r"\b(?:now|today|present|current|actual|yest|ystd|last|lw\b|previous|week|wk|before|moment|vs\b|versus|against|compar|relative|respect"
    r"|ieri|ayer|hier\b|gestern|ontem|oggi|hoy|what (?:it|they)|it (?:is|was|has)\b|they (?:are|were|have)\b)"
    r"|\d\s*(?:%|per\s?cent)\s+of\b",
    re.IGNORECASE,
)
_OF: Final = re.compile(
    r"\s*(?:%|per\s?cent|pct)?\s*(?:or (?:more|less|better|higher|lower|fewer)\s+)?"
    r"(?:parts?\s+)?(?:(?:of|van|von|de|del|della|di|du|da|do|af|av)\s+\S|d['’]\S"
    r"|what (?:it|they)\b|as (?:many|much|high|low|long|big)\b"
    r"|[*x×·⋅∙]\s*(?:[^\W\d][\w.]*\s*[(\[_]\s*)?(?:last|now|yesterday|today))",
    re.IGNORECASE,
)
_OF_AT_END: Final = re.compile(r"\s*(?:%|per\s?cent|pct)?\s*of\s*$", re.IGNORECASE)
_TIMES: Final = re.compile(r"\s*(?:times\b|x(?![^\W\d_])|[×*·⋅∙])", re.IGNORECASE)
# "delay(now) × 0.8"; what it multiplies must stand before it: a dot or a star can also begin a point of a list.
_TIMES_BEFORE: Final = re.compile(r"(?:(?<![^\W_])[x×]|(?<=[^\W_])\s*[×*·⋅∙]|[)\]]\s*[x×*·⋅∙])\s*$", re.IGNORECASE)
_FACTOR_OF_VALUE: Final = re.compile(r"(?:[)\]]|\b(?:now|today|yesterday|week))\s*[x×*·⋅∙]\s*$", re.IGNORECASE)
_BOUND: Final = (
    r"(?:\s+(?:no|not|any|more|less|than|at|most|least|up to|as|much|about|some|the|a|another|only|of|by|max(?:imum)?))*"
)
_LOSS: Final = re.compile(
    r"\b(?:los(?:e|es|ing|t)|giv(?:e|es|ing|en) up|sacrific(?:e|es|ing|ed)|for(?:e)?go(?:es|ing)?|shed(?:s|ding)?"
    r"|conced(?:e|es|ing|ed)|ced(?:e|es|ing|ed)|surrender(?:s|ing|ed)?|relinquish(?:es|ing|ed)?|waiv(?:e|es|ing|ed)"
    r"|part(?:s|ing)? with)\b",
    re.IGNORECASE,
)
# Of these words "5 % of" something is a loss or a gain if nothing but a bound stands between them.
_LOSS_OF: Final = re.compile(
    r"\b(?:yield|drop|fall|cut|trim|save|cost|spare|decline|loss|reduction|expense|reduce|decrease|slip|sink|lop off|take off"
    rf"|shave off|knock off|down)(?:s|es|ing|ped|ped|med|d)?{_BOUND}\s*$",
    re.IGNORECASE,
)
_GAIN_OF: Final = re.compile(rf"\b(?:gain|add|win|increase|rise)(?:s|es|ed|ing|ning)?{_BOUND}\s*$", re.IGNORECASE)
# Words before "a third of yesterday" with which it is what is to be reached.
_REACHED: Final = frozenset(
    (
        *("at", "most", "least", "no", "not", "nor", "more", "less", "than", "below", "under", "above", "over"),
        *("exceed", "exceeding", "beyond", "be", "is", "are", "stay", "stays", "remain", "remains", "keep", "keeps", "hold"),
        *("holds", "only", "just", "the", "a", "up", "max", "min", "maximum", "minimum", "higher", "lower", "worse", "better"),
        *("and", "or", "must", "shall", "should", "have", "has", "to"),
    )
)
_TO: Final = re.compile(
    r"(?<!up )\bto(?:\s+(?:the|about|around|roughly|at|most|least|not?|more|less|than|only|just|below|under|max(?:imum)?))*\s*$",
    re.IGNORECASE,
)
_REFERENCE: Final = (
    r"(?=\s*(?:$|[,.;…]|last|yesterday|now|today|what|its?|that|present|current|the\s+(?:present|current|last|value|level)))"
)
_MORE: Final = re.compile(  # "to 10 % more than last week", "up to 8 % of now more"
    rf"\s*(?:%|per\s?cent|pct)?\s*(?:of\s+(?:now|today|yesterday|last\s+week)\s+)?(?:(more|above|higher|greater|larger|bigger|over{_REFERENCE})|(less|below"
    rf"|lower|fewer|smaller|short(?=\s+of\b)|under{_REFERENCE})|better|worse|faster|slower|longer|shorter)\b(?!\s+(?:and|or)\b)",
    re.IGNORECASE,
)
_RISES: Final = re.compile(r"\b(?:ris|rais|grow|gain|increas|climb|add)\w*", re.IGNORECASE)
_FALLS: Final = re.compile(r"\b(?:fall|drop|sink|reduc|decreas|cut|lower|shrink|sav|down)\w*", re.IGNORECASE)
_CHANGE: Final = (
    r"\b(?:(increase|rise|growth|gain)|(decrease|drop|loss|reduction|fall|decline|cut)|change|worsening|degradation)s?\b"
)
_LIMITING: Final = r"\b(?:limit|keep|hold|confin|restrict|cap|contain|kept|held)\w*\b"
_LIMITED: Final = re.compile(rf"{_LIMITING}.*{_CHANGE}.*\bto\b[^\d%]*$", re.IGNORECASE)  # "limit the increase to 5 %"
_IS_LIMITED: Final = re.compile(rf"{_CHANGE}.*{_LIMITING}.*\bto\b[^\d%]*$", re.IGNORECASE)  # "the increase is limited to 5 %"
_RISING: Final = re.compile(r"\b(?:ris|rais|grow|gain|increas|climb|go up)\w*\b.*\bto\b[^\d%]*$", re.IGNORECASE)
_FALLING: Final = re.compile(r"\b(?:fall|drop|sink|reduc|decreas|cut|lower|shrink)\w*\b.*\bto\b[^\d%]*$", re.IGNORECASE)
_PERCENT_WORD: Final = re.compile(
    r"%|\b(?:per\s?cent|pro[cz]ent|prosent|por\s?cien(?:to)?|por\s?cento|pour\s?cent|per\s?cento)\b", re.IGNORECASE
)
_BOUNDS: Final = re.compile(r"\b(?:(?:no|not|nor)\s+\w+\s+(?:be\s+)?than|or\s+\w+|up to)\b", re.IGNORECASE)
_CHANGING: Final = re.compile(  # with one of these words a number is the size of a change
    r"\b(?:less|lower|fewer|below|under|more|higher|above|over|better|worse|faster|slower|by|improv|reduc|decreas|increas|cut|drop|fall"
    r"|rise|rais|gain|los|sav|off|down|up|shed|grow|shrink|shav|trim|plus|minus|redd|change)\w*",
    re.IGNORECASE,
)
_COMPARED: Final = re.compile(
    r"(?<!no )(?<!not )(?<!any )(?<!or )\b(?:less|more|lower|higher|better|faster|fewer|bit|slightly|somewhat)\b(?!\s+than)",
    re.IGNORECASE,
)
_UNMEASURED: Final = re.compile(
    r"\b(?:\w*fold|(?:marked|significant|substantial|considerabl|noticeabl|clear|drastic|marginal|massive|strong)(?:al)?l?y"
    r"|much|(?<!so )far|a little|a lot|a few|a couple)\b(?!\s+as)",
    re.IGNORECASE,
)
_PERCENT_LESS: Final = re.compile(
    r"(?:%|\bper\s?cent|\bpct)\s+(?:less|fewer|lower|smaller|shorter|more|higher|better|worse)(?=\s*(?:$|[,.;:!…]))",
    re.IGNORECASE,
)
# "may not use more than it did", "w/o more": the comparison is denied, so nothing changes.
_NO_MORE: Final = re.compile(
    r"(?:\bw/o|\b(?:not|never|no|nor|without|cannot)|n['’]t)(?:\s+(?!but\b|and\b|or\b|only\b|just\b|if\b)[^\W\d_]+){0,4}?"
    r"\s+(?:more|less|lower|higher|better|worse|faster|slower|fewer|longer)\b(?=\W*$|.*\b(?:than|as|of)\b|\s+…)",
    re.IGNORECASE,
)
_A_PERCENT: Final = re.compile(r"\b(?:a|an)\s+(?:single\s+|further\s+)?(?=%|per\s?cent)", re.IGNORECASE)
_JOINED: Final = re.compile(r"\s*(?:%|per\s?cent)?\s*(?:to|or|and|-|–|\.\.)\s*", re.IGNORECASE)
_EMPHASIS: Final = re.compile(
    r"\b(not)\s+(?:(?:even|by|one|a|single)\s+)*(?:bit|jot|iota|whit|hair|tad|touch)(?=\s+\w+er\b|\s+(?:more|less|worse)\b)",
    re.IGNORECASE,
)
_UNCHANGED: Final = re.compile(  # "with no loss of"
    r"\b(?:no|without(?:\s+any|\s+the\s+least)?|zero)\s+(?:loss(?:es)?|drop|decrease|fall|reduction|decline|degradation|cost|worsening|sacrifice|increase"
    r"|rise|gain|growth|change)\b(?!\s+(?:more|greater|larger|bigger|above|over|beyond)\b)",
    re.IGNORECASE,
)
_HALF_THE: Final = re.compile(r"\s+(?:the|its|their|that)\b", re.IGNORECASE)
_OVER: Final = re.compile(r"\b(?:more|higher|above|over|better|up|plus|win|again)\b", re.IGNORECASE)
# One of these words is in every amount that means no change: "no worse than now", "back to yesterday", "<= now".
_AS_IT_IS: Final = re.compile(
    r"\b(?:no|not|nor|never|nothing|without|w/o|than|as|now|today|yest\w*|week|wk|lw|same|equal\w*|level|least|most|max\w*|min\w*|keep\w*"
    r"|kept|hold\w*|held|stay\w*|remain\w*|worse\w*|better|above|below|under|over|exceed\w*|up|present|current|actual|like|from|beyond"
    r"|before|zero|loss|back|hurt\w*|harm\w*|unchanged|constant|steady|stable|it|they|what)\b|[<>≤≥=]|n['’]t",
    re.IGNORECASE,
)
_AGAIN: Final = re.compile(r"half as (?:much|many|fast|high) again", re.IGNORECASE)
_HALVED: Final = re.compile(r"\bhalv(?:e|ed|ing)\b|\bin half\b", re.IGNORECASE)


def has_own_reference(words: str) -> bool:
    """Whether words with a percentage say of what: of a KPI that is itself in percent, "down by 5 %" can be 5 points."""
    return not _PERCENT_WORD.search(words) or bool(_REFERRING.search(words))


def is_compared(words: str) -> bool:
    """Whether a percentage is that of a comparison, and not the size of a change: "thirty percent less", not "by 30 %"."""
    return bool(_PERCENT_LESS.search(words))


@dataclass(frozen=True)
class Share:
    """A change relative to a reference, in percent; `sign` is +1 or -1 if the words say it, else 0."""

    percent: float
    sign: int = 0


def share_of(words: str) -> Share:
    """Return the relative change that the words state, none without a number ("no worse than now"); raises AmountError."""
    check_reference(words)
    if POINTS.search(words):
        raise AmountError(f"{words!r} is in points, not in percent of what it is")
    if _AGAIN.search(words):
        return Share(50, 1)
    if _HALVED.search(simplified(words)):
        return Share(50, -1)
    plain = simplified(_EMPHASIS.sub(r"\1", words))
    if not numbers_of(plain):
        plain = _A_PERCENT.sub("1 ", plain)
    numbers = [number for number in numbers_of(plain) if not _is_pronoun(plain, number)]
    if not numbers:
        return _unnumbered(words, plain)
    stated = [number for number in numbers if number.is_ratio or _PERCENT.match(plain[number.end :])]
    is_range = len(numbers) > 1 and _JOINED.fullmatch(plain[numbers[-2].end : numbers[-1].start])
    if (is_range or len({number.value for number in stated}) > 1) and not CORRECTING.search(plain):
        raise AmountError(f"{words!r} is more than one amount")
    return _share(plain, stated[-1] if stated else numbers[-1])


def _unnumbered(words: str, plain: str) -> Share:
    """Return no change for words without a number; raises AmountError if they mean one."""
    is_of_something = re.search(r"\b(?!(?:level|value|that|rate|worse|better|as|short)\b)\w+ of\b", plain, re.IGNORECASE)
    if not _UNCHANGED.search(plain) and (_PERCENT_WORD.search(plain) or is_of_something):
        raise AmountError(f"{words!r} has no number")
    if _COMPARED.search(_NO_MORE.sub("", plain)) or _UNMEASURED.search(plain):
        raise AmountError(f"{words!r} does not say by how much")
    if not _AS_IT_IS.search(plain):
        raise AmountError(f"{words!r} does not say what it becomes")
    return Share(0)


def _is_pronoun(words: str, number: Number) -> bool:
    """Whether "one" stands for a noun: "no worse than the present one"."""
    return words[number.start : number.end].casefold() == "one" and not _PERCENT.match(words[number.end :])


def _share(words: str, number: Number) -> Share:
    before, after = words[: number.start], words[number.end :]
    is_factor = _TIMES_BEFORE.search(before) and not _PERCENT.match(after)
    is_multiple = words[number.start : number.end].casefold() in TIMES or is_factor
    if _PERCENT.match(after) and _TIMES_BEFORE.search(before) and not _MORE.match(after):
        if not _FACTOR_OF_VALUE.search(before):
            raise AmountError(f"{words!r} can be so many percent of it, or a change")
        return _changed(number.value - 100)
    if _TIMES.match(after) or is_multiple or re.search(r"\bfactor\b[\s\W]*$", before, re.IGNORECASE):
        return _changed(number.value * 100 - 100)
    share = number.value if _PERCENT.match(after) else number.value * 100 if number.is_ratio else None
    if number.is_joined:
        raise AmountError(f"{words!r} can be more than one number")
    if share is None:
        raise AmountError(f"{words!r} is no share: percent, a fraction or a multiple")
    return _told(words, number, share) or _plain(words, number, share)


def _told(words: str, number: Number, share: Fraction) -> Share | None:
    """Return the change where the words tell its direction, or tell that the share is to be reached."""
    before, after = words[: number.start], words[number.end :]
    compared = None if number.signed else _MORE.match(after)
    is_opposed = compared and ((compared[1] and _FALLS.search(before)) or (compared[2] and _RISES.search(before)))
    if is_opposed and not _TO.search(before):
        raise AmountError(f"{words!r} can be more of a change or more of what changes")
    told = compared or _LIMITED.search(before) or _IS_LIMITED.search(before)
    if told:
        return Share(_percent(share), 1 if told[1] else -1 if told[2] else 0)
    if (_RISING if share < 100 else _FALLING).search(before) and (_TO.search(before) or _OF.match(after)):
        raise AmountError(f"{words!r} can be a change or what it becomes")
    if _TO.search(before):
        return _changed(share - 100)
    if _LOSS.search(before) or (_OF.match(after) and _LOSS_OF.search(before)):
        return Share(_percent(share), -1)
    return Share(_percent(share), 1) if _OF.match(after) and _GAIN_OF.search(before) else None


def _plain(words: str, number: Number, share: Fraction) -> Share:
    before, after = words[: number.start], words[number.end :]
    if share == 50 and number.is_ratio and _HALF_THE.match(after) and not (_RISES.search(words) or _OVER.search(words)):
        return Share(50, -1)  # "half the blocking": what is left is as much as what is lost
    if share >= 100 and not number.signed and not _OF.match(after) and not re.search(r"\bby\b|more|above|over|higher|up", words):
        raise AmountError(f"{words!r} can be a change or what it becomes")
    is_by = re.search(rf"\bby{_BOUND}\s*$", before)
    is_value = number.is_ratio and not before.strip() and _OF_REFERENCE.match(after)  # "a third of what it is now"
    if _OF.match(after) and share < 50 and not is_by and not is_value and not _is_reached(before):
        raise AmountError(f"{words!r} can be what is left or what is lost")
    if (_OF.match(after) or (share >= 50 and _OF_AT_END.match(after))) and not is_by:
        return _changed(share - 100)
    is_plain = share >= 50 and not number.signed and not is_by and re.search(r"\w|[<>≤≥=]", before)
    if is_plain and not _CHANGING.search(_BOUNDS.sub("", words)):
        raise AmountError(f"{words!r} can be a change or what is left")
    return Share(_percent(abs(share)), (1 if share > 0 else -1) if number.signed else 0)


def _is_reached(before: str) -> bool:
    """Whether the words before a share leave it what is to be reached, and not what is lost or gained."""
    words = re.findall(r"[^\W\d_]+|[<>≤≥=]+", before.casefold())
    return bool(words) and all(word in _REACHED or not word.isalpha() for word in words)


def _changed(percent: Fraction) -> Share:
    return Share(_percent(abs(percent)), 1 if percent > 0 else -1)


def _percent(value: Fraction) -> float:
    return float(f"{float(value):.4g}")
