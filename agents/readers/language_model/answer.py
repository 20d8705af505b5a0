"""The form in which the language model answers: tokens of its own for everything that is chosen, words of the text for the rest.

    answer    = ACT { item } [ <when> words ] [ <if> words ] <end>
    item      = <target> KPI SLICE COMPARISON [ REFERENCE SIGN ] [ <amount> words ] place
              | <edit> ATTRIBUTE SLICE ( STATE | <set> <amount> words | <by> SIGN <amount> words ) place
              | <forbid> WHAT SLICE place
    place     = <everywhere> | <again> | <place> words
    words     = piece { <piece> piece }, each piece consecutive tokens of the text

A choice is one token, so an answer is short and a name that does not exist cannot be said. Words are copied token by token, which
`grammar.py` enforces while an answer is generated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from agents.readers.language_model.answer_names import COMPARISONS, SIGNS, STATES, choice_ids
from agents.readers.language_model.answer_reader import AnswerReader
from agents.readers.spanned_text import SpannedItem, SpannedText, Spans
from agents.reading.marked import SAME


@dataclass(frozen=True)
class Prompt:
    """A text as tokens, and the span in the text of each; `ids` end with a token that asks for the answer."""

    text: str
    ids: tuple[int, ...]
    offsets: Spans

    @property
    def words(self) -> tuple[int, ...]:
        """The tokens of the text, those that an answer may copy."""
        return self.ids[:-1]


class AnswerForm:
    """Writes and reads answers with a tokenizer that has the tokens of the form."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._ids = choice_ids(tokenizer)

    def prompt(self, text: str) -> Prompt:
        """Return the prompt for a text; a token of the form that is written out in the text becomes ordinary letters."""
        encoded = self._tokenizer(text, return_offsets_mapping=True, split_special_tokens=True, add_special_tokens=False)
        offsets = tuple((start, end) for start, end in encoded.offset_mapping)
        return Prompt(text, (*encoded.input_ids, self._ids["read"]), offsets)

    def answer(self, spanned: SpannedText, prompt: Prompt) -> list[int]:
        """Return the tokens of the answer."""
        pieces: list[str | Spans] = [spanned.act]
        for item in spanned.items:
            pieces += _item(item)
        pieces += ["when", spanned.when] if spanned.when else []
        pieces += ["if", spanned.condition] if spanned.condition else []
        ids: list[int] = []
        for piece in [*pieces, "end"]:
            ids += [self._ids[piece]] if isinstance(piece, str) else self._copied(piece, prompt)
        return ids

    def _copied(self, spans: Spans, prompt: Prompt) -> list[int]:
        ids: list[int] = []
        for number, (start, end) in enumerate(spans):
            inside = [index for index, (first, last) in enumerate(prompt.offsets) if max(first, start) < min(last, end)]
            ids += [self._ids["piece"]] if number else []
            ids += [prompt.ids[index] for index in inside]
        return ids

    def read(self, ids: Sequence[int], prompt: Prompt) -> SpannedText:
        """Return what an answer says; raises ValueError for one that is not of the form."""
        names = {number: name for name, number in self._ids.items()}
        return AnswerReader(names, ids, prompt.text, prompt.words, prompt.offsets).read()


def _item(spanned: SpannedItem) -> Iterator[str | Spans]:
    item = spanned.item
    yield from (item.kind, "any" if item.name == "change" else item.name, str(item.slice) if item.slice else "any")
    if item.kind == "target":
        if item.comparison is None:
            raise ValueError(f"target {item.name} has no comparison")
        yield COMPARISONS[item.comparison]
        if item.reference is not None:
            yield from (item.reference, SIGNS[item.sign])
    elif item.state:
        yield STATES[item.name][item.state]
    elif item.kind == "edit":
        yield from ("by", SIGNS[item.sign]) if item.is_delta else ("set",)
    if spanned.amount:
        yield from ("amount", spanned.amount)
    if item.place == SAME:
        yield "again"
    elif spanned.place:
        yield from ("place", spanned.place)
    else:
        yield "everywhere"
