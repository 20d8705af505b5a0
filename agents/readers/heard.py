"""What was heard in an operator's text: the reading, or the question that it leaves, and on which words it rests."""

from __future__ import annotations

from agents.reading.reading import Reading
from policies.word import Word


class AccountedText(Word):
    """Words of the text and the slot of the reading to which they belong; "nothing": they mean nothing to the network."""

    words: str
    slot: str


class Heard(Word):
    """A reading that may be acted on, or one that asks (`act` "ask") with the question.

    confidence: the probability that the reading is right, before anything made it a question. because: why it asks or refuses.
    readers: who read. read_back: the reading as a sentence.
    """

    reading: Reading
    read_back: str
    confidence: float
    readers: str
    question: str = ""
    choices: tuple[str, ...] = ()
    because: str = ""
    accounted: tuple[AccountedText, ...] = ()
    unaccounted: tuple[str, ...] = ()
