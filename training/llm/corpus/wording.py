"""Wordings: sentences with fields in braces, several for the same thing, from the data files of this package."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

DATA: Final = Path(__file__).parent / "data"


@cache
def wordings(file: str) -> dict[str, tuple[str, ...]]:
    """Return the wordings of a file of `data` by name."""
    content = tomllib.loads((DATA / file).read_text(encoding="utf-8"))
    return {name: tuple(sentences) for name, sentences in content.items()}


def question(name: str, random: Random, /, **fields: object) -> str:
    """Return one wording of a question with its fields filled in; raises KeyError for an unknown name or field."""
    return random.choice(wordings("questions.toml")[name]).format(**fields)


def statements(name: str, /, **fields: object) -> list[str]:
    """Return all wordings of a fact with their fields filled in; raises KeyError for an unknown name or field."""
    return [" ".join(sentence.format(**fields).split()) for sentence in wordings("statements.toml")[name]]
