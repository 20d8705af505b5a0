"""Tokens to items: each a quantity, or a phrase of the lexicon or of the network card, longest match first."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz import fuzz, process

from agents.understanding.lexicon import Meaning, Table, base_table, longest, plurals, words_of
from agents.understanding.result import Question, ReadingError
from agents.understanding.tokens import Token, tokenize
from policies.text.units import Quantity, is_unit, quantity
from twins.network import NetworkCard

_TYPO_SCORE = 84.0


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the text: `kind` of the lexicon, or `quantity`, `cell`, `site`, `area`, `word`."""

    kind: str
    value: str
    text: str
    start: int
    end: int
    quantity: Quantity | None = None


@dataclass(frozen=True)
class Reading:
    """All items in order, and notes on corrected typos."""

    items: tuple[Item, ...]
    assumptions: tuple[str, ...]


def read_items(text: str, card: NetworkCard) -> Reading:
    """Turn text into items; raises ReadingError for a name that looks like a cell or site but does not exist."""
    tokens = tokenize(text)
    tables = (_card_table(card), base_table())
    items: list[Item] = []
    position = 0
    while position < len(tokens):
        item, used = _quantity_at(tokens, position) or _phrase_at(tokens, position, tables) or (_word(tokens[position]), 1)
        items.append(item)
        position += used
    return _correct(_with_ranges(items, card), tables, card)


def _with_ranges(items: list[Item], card: NetworkCard) -> list[Item]:
    """Fill in the cells of "S2C1 to S2C3", in the network's own order."""
    order = [cell.id for cell in card.cells]
    filled: list[Item] = []
    for position, item in enumerate(items):
        filled.append(item)
        if position < 2 or item.kind != "cell" or items[position - 2].kind != "cell":
            continue
        if items[position - 1].text.lower() in ("-", "–", "to", "through", "till", "until") and not _is_relation(items):
            first, last = sorted((order.index(items[position - 2].value), order.index(item.value)))
            filled += [replace(item, value=name) for name in order[first + 1 : last]]
    return filled


def _is_relation(items: list[Item]) -> bool:
    """Whether "from S1C1 to S1C2" is about a neighbour relation."""
    return any(item.kind == "attribute" and item.value.startswith("NRCellRelation") for item in items)


@lru_cache(maxsize=8)
def _card_table_of(names: tuple[tuple[str, str, str], ...]) -> Table:
    table: Table = {}
    for kind, name, phrase in names:
        for words in plurals(words_of(phrase)):
            table[words] = Meaning(kind, name)
    return table


def _card_table(card: NetworkCard) -> Table:
    names = [("area", area, text) for area in card.areas() for text in (area, area.replace("_", " "))]
    sites = sorted({cell.site for cell in card.cells})
    names += [("site", site, text) for site in sites for text in (site, f"site {site}")]
    names += [("cell", cell.id, text) for cell in card.cells for text in (cell.id, f"cell {cell.id}")]
    return _card_table_of(tuple(names))


def _quantity_at(tokens: list[Token], position: int) -> tuple[Item, int] | None:
    token = tokens[position]
    if token.kind != "number":
        return None
    following = tokens[position + 1 : position + 4]
    for length in range(len(following), 0, -1):
        spelling = " ".join(unit.text for unit in following[:length])
        if is_unit(spelling):
            return _make_quantity(token, spelling, following[length - 1].end), 1 + length
    return _make_quantity(token, "", token.end), 1


def _make_quantity(token: Token, spelling: str, end: int) -> Item:
    text = f"{token.text} {spelling}".strip()
    try:
        amount = quantity(token.number, spelling)
    except (OverflowError, ValueError) as error:
        raise ReadingError(
            Question(question=f"{text[:40]!r} is too large a number. Which value do you mean?", kind="unit")
        ) from error
    return Item("quantity", str(amount), text, token.start, end, amount)


def _phrase_at(tokens: list[Token], position: int, tables: tuple[Table, ...]) -> tuple[Item, int] | None:
    words = [token.word for token in tokens[position : position + 7]]
    match = longest(tables, words, 0)
    if match is None:
        return None
    length, meaning = match
    text = " ".join(token.text for token in tokens[position : position + length])
    return Item(meaning.kind, meaning.value, text, tokens[position].start, tokens[position + length - 1].end), length


def _word(token: Token) -> Item:
    return Item("word" if token.kind == "word" else "sign", token.word, token.text, token.start, token.end)


def _correct(items: list[Item], tables: tuple[Table, ...], card: NetworkCard) -> Reading:
    """Correct typos of known words; raises ReadingError for unknown cells and sites."""
    corrected: list[Item] = []
    notes: list[str] = []
    shapes = _name_shapes(card)
    for item in items:
        meaning = None
        if item.kind == "word":
            _refuse_unknown_cell(item, shapes, card)
            meaning = _typo(item.value, tables)
        if meaning is None:
            corrected.append(item)
            continue
        phrase, correction = meaning
        notes.append(f"{item.text!r} read as {phrase!r}")
        corrected.append(replace(item, kind=correction.kind, value=correction.value))
    return Reading(tuple(corrected), tuple(notes))


def _name_shapes(card: NetworkCard) -> set[str]:
    """Return the patterns that cell and site names of this network follow: S1C3 → s\\d+c\\d+."""
    names = {cell.id for cell in card.cells} | {cell.site for cell in card.cells}
    return {re.sub(r"\\?\d+", r"\\d+", re.escape(name.lower())) for name in names if any(letter.isdecimal() for letter in name)}


def _refuse_unknown_cell(item: Item, shapes: set[str], card: NetworkCard) -> None:
    if not any(re.fullmatch(shape, item.value) for shape in shapes):
        return
    names = [cell.id for cell in card.cells] + sorted({cell.site for cell in card.cells})
    nearest = tuple(match[0] for match in process.extract(item.text.upper(), names, scorer=fuzz.ratio, limit=3))
    listed = ", ".join(nearest)
    question = f"Network {card.name} has no cell or site {item.text!r}; the nearest names are: {listed}. Which one do you mean?"
    raise ReadingError(Question(question=question, choices=nearest, kind="unknown name", replaces=item.text))


@lru_cache(maxsize=4096)
def _typo_in(word: str, phrases: tuple[str, ...]) -> str | None:
    match = process.extractOne(word, phrases, scorer=fuzz.ratio, score_cutoff=_TYPO_SCORE)
    return match[0] if match else None


def _typo(word: str, tables: tuple[Table, ...]) -> tuple[str, Meaning] | None:
    if len(word) < 5:
        return None
    names = {words[0]: meaning for table in reversed(tables) for words, meaning in table.items() if _correctable(words, meaning)}
    correction = _typo_in(word, tuple(names))
    return (correction, names[correction]) if correction else None


def _correctable(words: tuple[str, ...], meaning: Meaning) -> bool:
    return (
        len(words) == 1
        and len(words[0]) >= 5
        and meaning.kind in ("area", "kpi", "slice", "user", "goal", "unmeasured", "domain", "complement")
    )
