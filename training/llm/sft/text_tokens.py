"""Words of a task's description as tokens.

1. A word of the train wordings is a token, in lower case; so is each digit, and each term of the field (`tdl-a`, `64qam`,
   `ls+lmmse`, `gop/s`), which carries what a model must not have to spell.
2. Commas, full stops and the like carry nothing here and are left out: the text is read, not repeated.
3. A word that the train wordings do not have is `UNKNOWN`. While data are made some known words become unknown, too, so that the
   reader learns to go by units and what stands beside them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

from policies.text.number_words import number_word
from training.llm.sft.typed_numbers import number_tokens, typed_numbers
from training.tasks.services import read_data, services

UNKNOWN: Final = "?"
_TERMS: Final = (
    *("tdl-a", "tdl-b", "tdl-c", "tdl-d", "tdl-e", "qpsk", "16qam", "64qam", "256qam"),
    *("ls+lmmse", "lmmse+lmmse", "ls+kbest", "lmmse+kbest", "mbit/s", "kbit/s", "gop/s", "m/s", "10^-", "e-"),
)
_PATTERN: Final = re.compile("|".join(map(re.escape, sorted(_TERMS, key=len, reverse=True))) + r"|[a-z]+|\d+(?:\.\d+)?")
_PLACE: Final = re.compile(r"\{[^}]*\}")
_UNITS: Final = "ms milliseconds mbps pusch deeptx deeprx"


def words_of(text: str) -> list[str]:
    """Return the words, numbers and terms of `text` in order, known or not."""
    return _PATTERN.findall(text.lower().replace("×", " "))


def text_tokens(text: str) -> list[str]:
    """Return the tokens of `text`: its words, `UNKNOWN` for those that the vocabulary lacks."""
    known = text_vocabulary()
    return [word if word in known else UNKNOWN for word in typed_numbers(words_of(text))]


@lru_cache(maxsize=1)
def text_vocabulary() -> dict[str, int]:
    """Return the words of the train wordings and of what all splits share (devices, surroundings, grades), with their order."""
    texts = [*_TERMS, *"0123456789", _UNITS, *(number_word(count) for count in (1, 2, 4)), "antenna port antenna ports antennas"]
    texts += _strings({kind: wordings["train"] for kind, wordings in read_data("wording.toml").items()})
    situations = read_data("situations.toml")
    texts += [word for group in ("device", "surrounding") for row in situations[group].values() for word in row["words"]]
    for service in services():
        texts += [*service.train, *(grade.words for grade in service.grades)]
    words = (
        word
        for text in texts
        for word in words_of(_PLACE.sub(" ", text))
        if len(word) == 1 or word in _TERMS or not word[0].isdigit()
    )
    return {
        word: number
        for number, word in enumerate(
            dict.fromkeys([UNKNOWN, ".", *words, "and", "transmitter", "transmitters", *number_tokens()])
        )
    }


def _strings(values: Any) -> list[str]:
    if isinstance(values, str):
        return [values]
    nested = values.values() if isinstance(values, dict) else values
    return [text for value in nested for text in _strings(value)]
