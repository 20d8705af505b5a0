"""Text that others wrote (peers, models, files, operators), made safe to print on one line.

A terminal obeys what it is sent: escape sequences colour, move the cursor and rewrite earlier lines, bidirectional and zero-width
controls reorder and hide, a line break starts what looks like a line of ours. Nothing foreign is printed without `safe`.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby

_MOST_MARKS = 4  # combining marks in a row: more are drawn over the lines above and below
_MOST_SPACES = 40  # in a row: more push what follows to a line of its own
# Letters without a glyph pad and hide as spaces do (Unicode: Hangul fillers, the blank Braille pattern).
_BLANK = re.compile("[\u115f\u1160\u3164\uffa0\u2800]")
_BREAK = re.compile(r"\s*[^\S ]\s*")
_PADDING = re.compile(f" {{{_MOST_SPACES + 1},}}")
# Unicode categories: controls, format characters (bidi, zero-width, tags), surrogates, private use, unassigned, separators.
_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


def safe(text: str, limit: int | None = None) -> str:
    """Return the text as one printable line of at most `limit` characters.

    Line breaks, tabs and the white space around them become one space; a control, format, surrogate or unassigned character is
    shown as its escape (such as \\x1b); of more than four combining marks in a row the rest is left out.
    """
    line = _PADDING.sub(" " * _MOST_SPACES, _BREAK.sub(" ", _BLANK.sub(" ", text)))
    line = visible(line)
    return line if limit is None or len(line) <= limit else f"{line[: max(limit - 1, 0)]}…"


def visible(text: str) -> str:
    """Return the text with each character that a terminal obeys, hides or reorders by shown as its escape."""
    if text.isascii() and text.isprintable():
        return text
    runs = (list(run) for _, run in groupby(text, _is_mark))
    return "".join(_shown(char) for run in runs for char in (run[:_MOST_MARKS] if _is_mark(run[0]) else run))


def _is_mark(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Me")


def _shown(char: str) -> str:
    if unicodedata.category(char) not in _HIDDEN:
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
