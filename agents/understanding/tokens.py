"""From text to tokens: numbers, words, clock times and signs, each with its position in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from policies.text.number_words import NUMBER_WORDS

_TOKEN = re.compile(
    r"""
    (?P<ordinal>\d+(?:\.\d+)?(?:st|nd|rd|th)\b)
  | (?P<generation>\b[2-6][gG]\b)
  | (?P<number>(?<![\w.])[-−+]?\d+(?:[.,]\d+)*(?:[eE][-+]?\d+)?)
  | (?P<word>[^\W\d_][\w']*(?:[./][A-Za-z0-9]\w*)*)
  | (?P<sign><=|>=|=<|=>|[<>≤≥=%&.,;:!?()–—-])
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of text; `word` is its lower-case form, `number` its value as a decimal text."""

    kind: Literal["word", "number", "sign"]
    text: str
    word: str
    start: int
    end: int
    number: str = ""


def tokenize(text: str) -> list[Token]:
    """Return the tokens of `text`; other characters (emoji, control codes) are skipped."""
    plain = re.sub(r"(?<=\w)['’]s\b", "  ", text)
    plain = re.sub(r"\bone(?= (?:percent|per cent|%|ms\b|milli|second|mbps|user))", "1  ", plain, flags=re.IGNORECASE)
    plain = re.sub(r"\bhalf an?(?= \w)", lambda match: "0.5".ljust(len(match.group())), plain, flags=re.IGNORECASE)
    joined = re.sub(r"(?<=[^\W\d_])[-‐‑](?=[^\W\d_])", " ", plain.replace("’", "'"))
    return [_token(match) for match in _TOKEN.finditer(joined)]


def _token(match: re.Match[str]) -> Token:
    text, place = match.group(), (match.start(), match.end())
    if match.lastgroup == "number":
        return Token("number", text, text, *place, number=_decimal(text))
    word = text.lower()
    # "one" is mostly a pronoun, so it stays a word.
    if word in NUMBER_WORDS and word != "one":
        return Token("number", text, word, *place, number=str(NUMBER_WORDS[word]))
    return Token("sign" if match.lastgroup == "sign" else "word", text, word, *place)


def _decimal(text: str) -> str:
    """Write a number with a decimal point: 5,000 is five thousand, 0,5 is a half, 1.234.567 counts in thousands."""
    plain = text.replace("−", "-")
    if re.fullmatch(r"[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?", plain):
        return plain.replace(",", "")
    if plain.count(".") + plain.count(",") > 1:
        return re.sub(r"[.,]", "", plain)
    return plain.replace(",", ".")
