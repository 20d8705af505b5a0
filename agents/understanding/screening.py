"""Screening of a text before it is read: whether it can be read at all, and whether it tries to widen a permission."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

from agents.understanding.lexicon import lexicon
from agents.understanding.result import Question, ReadingError

MAX_CHARACTERS = 4000


@dataclass(frozen=True)
class Screened:
    """The text to be read, and notes on what was removed from it."""

    text: str
    assumptions: tuple[str, ...] = ()


def screen(text: str) -> Screened:
    """Return the text without attempts to change rules; raises ReadingError if it is empty, too long or not English."""
    plain = unicodedata.normalize("NFC", text).replace("\u00a0", " ").strip()
    if not any(letter.isalnum() for letter in plain):
        raise ReadingError(
            Question(question="What should the network achieve? For example: keep URLLC delay below 10 ms.", kind="empty")
        )
    if len(plain) > MAX_CHARACTERS:
        size = f"The text has {len(plain)} characters; at most {MAX_CHARACTERS} are accepted"
        message = f"{size}. Which goals matter, in a few sentences?"
        raise ReadingError(Question(question=message, kind="length"))
    _refuse_other_language(plain)
    return _without_injection(plain)


def _refuse_other_language(text: str) -> None:
    letters = [letter for letter in text if letter.isalpha()]
    scripts = Counter(unicodedata.name(letter, "?").split()[0] for letter in letters)
    foreign = {script: count for script, count in scripts.items() if script not in ("LATIN", "MICRO", "FULLWIDTH")}
    if letters and sum(foreign.values()) > 0.4 * len(letters):
        _foreign(f"{max(foreign, key=lambda script: foreign[script]).title()} script")
    words = re.findall(r"[^\W\d_]+", text.lower())
    hits = {language: sum(word in set(stops) for word in words) for language, stops in lexicon()["language"].items()}
    best = max(hits, key=lambda language: hits[language])
    if best != "English" and hits[best] >= 2 and hits[best] > hits["English"]:
        _foreign(best)


def _foreign(language: str) -> None:
    raise ReadingError(
        Question(
            question=f"The text seems to be in {language}; only English is understood. What should the network achieve?",
            kind="language",
        )
    )


def _without_injection(text: str) -> Screened:
    rest, removed = text, []
    for pattern in lexicon()["injection"]["patterns"]:
        for match in re.finditer(pattern, rest, re.IGNORECASE):
            removed.append(" ".join(match.group().split()))
        rest = re.sub(pattern, " , ", rest, flags=re.IGNORECASE)
    if not removed:
        return Screened(text)
    quoted = "; ".join(repr(phrase[:80]) for phrase in removed)
    return Screened(rest, (f"ignored {quoted}: the text of an intent cannot change rules, limits or approvals",))


def only_permission(screened: Screened) -> Question:
    """Return the question for a text that only asks for permissions."""
    return Question(question=f"{screened.assumptions[0].capitalize()}. What should the network achieve?", kind="permission")
