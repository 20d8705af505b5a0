"""English prose in a documentation string: paragraphs of whole sentences, without markup, code, tables and lists of arguments."""

from __future__ import annotations

import re
from typing import Final

_ROLE: Final = re.compile(r":[\w:+-]+:`~?([^`<]*?)(?:\s*<[^>`]*>)?`")
_LINK: Final = re.compile(r"`([^`<]+?)\s*<[^>`]*>`_{0,2}")
_QUOTED: Final = re.compile(r"``([^`]+)``|`([^`]+)`_?")
_STRESS: Final = re.compile(r"(?<!\w)\*{1,2}(\S(?:[^*]*\S)?)\*{1,2}(?!\w)")
_FOOTNOTE: Final = re.compile(r"\s*\[[\w# ]{1,12}\]_")
_NO_PROSE: Final = re.compile(r"^\s*(?:>>>|\.\.\.|\.\. |[|+:#$%@]|[-=~^*_]{3,}|[-*•] |\d+[.)] |\w[\w, *]*\s:\s)", re.MULTILINE)
_CODE: Final = re.compile(r"[{}\\|$]|==|->|::|\w\(\w*=|https?:|\b(?:def|import|return|self|cls)\b|[a-z]_[a-z]|\w\.\w+\(")
_SENTENCE: Final = re.compile(r"[A-Z“\"].*[.!?][”\")]?$", re.DOTALL)
_WORD: Final = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")
_COMMON_WORDS: Final = (
    "the a an of to in is are be been was and or not that this these it its for from by with as on at which when if can may "
    "will has have one than then there all any each other"
)
_COMMON: Final = frozenset(_COMMON_WORDS.split())
_LEAST_WORDS: Final = 12
_LEAST_COMMON: Final = 0.25
_LEAST_LETTERS: Final = 0.9


def prose_of(text: str) -> list[str]:
    """Return the paragraphs of a text that are prose, each on one line."""
    paragraphs = (_plain(paragraph) for paragraph in re.split(r"\n\s*\n", text) if not _NO_PROSE.search(paragraph))
    return [paragraph for paragraph in paragraphs if _is_prose(paragraph)]


def _plain(paragraph: str) -> str:
    """Return a paragraph without the marks of reStructuredText, on one line."""
    text = _ROLE.sub(lambda match: match[1].rpartition(".")[2], paragraph)
    text = _FOOTNOTE.sub("", _LINK.sub(r"\1", text))
    text = _STRESS.sub(r"\1", _QUOTED.sub(lambda match: match[1] or match[2], text))
    return " ".join(text.split())


def _is_prose(text: str) -> bool:
    words = _WORD.findall(text)
    if len(words) < _LEAST_WORDS or not _SENTENCE.match(text) or _CODE.search(text):
        return False
    letters = sum(character.isalpha() or character in " ,.'-;:" for character in text)
    common = sum(word.lower() in _COMMON for word in words)
    return letters >= _LEAST_LETTERS * len(text) and common >= _LEAST_COMMON * len(words)
