"""Splitting of a specification into clauses, and of long clauses into passages.

A heading is a line such as "5.1.3.2 Transport block size determination", "## A.2 Examples" or "Annex B (normative): Tables",
with or without Markdown marks. Lines of a table of contents look the same but have no text below them, so they are dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

PASSAGE_CHARACTERS = 1_200
_NUMBER = r"(?:\d{1,2}|[A-Z])(?:\.\d{1,3}[a-z]?){1,7}|\d{1,2}"
_HEADING = re.compile(
    r"^(?P<marks>#{1,8}\s+)?(?:\*\*|__)?"
    rf"(?:(?P<clause>{_NUMBER})[\s ]+(?P<title>[^\W\d_(].{{1,140}}?)|(?P<annex>Annex [A-Z])\b(?P<rest>.{{0,140}}?))"
    r"(?:\*\*|__)?\s*$"
)
_MARKED = re.compile(r"^#{1,8}\s+(?P<title>.{1,160}?)\s*$")
_CONTENTS_LINE = re.compile(r"(?:\.{3,}|\t| {3,})\s*\d{1,4}$")
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")


class Clause(NamedTuple):
    """A clause with its number ("5.1.3.2", "Annex B", or empty), title and text."""

    number: str
    title: str
    text: str


def split_clauses(text: str) -> list[Clause]:
    """Return the clauses of a text in order; a text without headings is one clause without a number."""
    clauses: list[Clause] = []
    number, title, lines = "", "", [""]
    for line in text.splitlines():
        heading = _heading(line)
        if heading is None:
            lines.append(line)
            continue
        clauses.append(Clause(number, title, "\n".join(lines)))
        (number, title), lines = heading, []
    clauses.append(Clause(number, title, "\n".join(lines)))
    cleaned = (Clause(clause.number, clause.title, _clean(clause.text)) for clause in clauses)
    return [clause for clause in cleaned if any(character.isalnum() for character in clause.text)]


def _heading(line: str) -> tuple[str, str] | None:
    stripped = line.strip()
    match = _HEADING.match(stripped)
    if match is None or _CONTENTS_LINE.search(stripped):
        marked = _MARKED.match(stripped)
        return ("", marked["title"].strip("*_ ")) if marked else None
    if match["annex"]:
        return match["annex"], match["rest"].strip(" :-–*")
    title = match["title"].strip()
    # "5 seconds" or "3 UEs are ..." is a sentence: an integer starts a heading only with Markdown marks or a capitalized title.
    bare = "." not in match["clause"] and not match["marks"]
    if (bare and not title[:1].isupper()) or title.endswith((".", ",", ";")):
        return None
    return match["clause"], title


def _clean(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", _IMAGE.sub("", text)).strip()


def passages_of(text: str, size: int = PASSAGE_CHARACTERS) -> Iterator[str]:
    """Yield the text in pieces of at most `size` characters, split at paragraphs, else at lines, sentences or words."""
    piece = ""
    for part in _parts(text, size):
        if piece and len(piece) + len(part) + 2 > size:
            yield piece
            piece = ""
        piece = f"{piece}\n\n{part}" if piece else part
    if piece:
        yield piece


def _parts(text: str, size: int) -> Iterator[str]:
    for paragraph in re.split(r"\n\s*\n", text):
        rest = paragraph.strip()
        while len(rest) > size:
            cut = max(rest.rfind(mark, size // 2, size) for mark in ("\n", ". ", " "))
            cut = cut + 1 if cut > 0 else size
            yield rest[:cut].strip()
            rest = rest[cut:].strip()
        if rest:
            yield rest
