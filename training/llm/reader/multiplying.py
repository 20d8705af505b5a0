"""Many texts from those of the hands: other places, amounts, times and words for the same, noise, and clauses put together.

Everything happens on marked text: a mark's words are replaced by other words of the same kind, so the reading stays known without
being computed. Words are mined from the hands themselves: what people really said for a KPI, a comparison, a time.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from training.llm.reader.answer import LIVE

_NUMBER: Final = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.]*\d)")
_BOUND: Final = re.compile(r"^(?P<before>[^\d]{0,40}?)(?P<number>\d+(?:[.,]\d+)?)\s*(?P<unit>%|[A-Za-zµ/%]+(?:/s)?)(?P<after>[^\d]{0,20})$")
_SLICES: Final = ("eMBB", "URLLC", "mMTC")
_SLICE_WORDS: Final = re.compile(r"\b(?:video|sensor|broadband|latency|iot|machine|streaming|robot|stream)", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W\d_]+")
_NEGATIVE: Final = re.compile(r"\b(?:no|not|none|nobody|noone|never|without|nil|neither|nor)\b|n't\b", re.IGNORECASE)  # they turn the comparison
_STATISTICS: Final = frozenset("avg average averge mean the a on of in for p p95 p05 tail dl downlink rate share level min max".split())
_TELLING: Final = 0.7
_OPENINGS: Final = (
    "Hi, ", "hello team, ", "pls ", "please: ", "hey ", "Good morning, ", "ok so ", "Dear all, ", "quick one: ", "as discussed, ", "fyi ",
    "Ticket {n}: ", "INC{n} ", "[P2] ", "re: call of this morning. ", "ref {n} - ", "ok listen, ", "can you please ", "I would like to ask: ",
    "urgent!! ", "guys, ", "Night shift here. ", "Following our chat: ", "task {n}: ", "WO-{n}: ", "um ", "right, ", "To whom it may concern: ",
)  # fmt: skip
_CLOSINGS: Final = (
    " thanks", " thx!", ", please", " Cheers, Sam", " (ticket {n})", " ok?", ", that's all", " BR, Olga", ". Thank you very much.", " pls", "!!",
    " asap", " many thanks in advance", ", over", " :)", ". Regards", " -- sent from my phone", ", cheers", " tia", ", as agreed",
)  # fmt: skip
_JOINTS: Final = (". ", "; ", ", and ", " and ", ". Also ", ", plus ", "\n", " - ", ". Second: ", ". Then ", ", also ")
_NEGATIONS: Final = ("do not ", "don't ", "never ", "please don't ", "under no circumstances ", "nobody is to ", "must not: ", "we must not ")
_COMMAND: Final = re.compile(r"^(?:please |pls )?(set|put|switch|turn|raise|lower|reduce|increase|lock|unlock|wake|sleep|change|drop|cut|bring|shut|power)\b", re.IGNORECASE)
_FORBIDS: Final = {"toBeEnergySaving": "sleep", "toBeNotEnergySaving": "energySavingControl", "LOCKED": "administrativeState", "UNLOCKED": "administrativeState"}

Record = dict[str, Any]
Segment = tuple[str, str]  # tag (empty: none) and words


@dataclass
class Mined:
    """What the hands said, by kind: places and times by hand, words for a KPI or attribute, bounds by comparison and unit."""

    places: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    times: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    names: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    bounds: dict[tuple[str, str], list[tuple[str, str, str]]] = field(default_factory=lambda: defaultdict(list))


def mined(records: Sequence[tuple[str, Record]]) -> Mined:
    """Collect the words of all records; each comes with the name of its hand."""
    found = Mined()
    for hand, record in records:
        for tag, words in segments(record):
            if tag[:1] == "p" and _is_one(record, tag):
                found.places[hand].append(words)
            elif tag[:1] == "w" and _is_one(record, tag):
                found.times[hand].append(words)
        for kind, name, item in _items(record):
            _mine_item(found, record, kind, name, item)
    found.names = _telling(found.names)
    return found


def _telling(names: dict[tuple[str, str], list[str]]) -> dict[tuple[str, str], list[str]]:
    """Keep the words that tell what is meant by themselves: "on avg" is said for throughput, but does not name it."""
    users: dict[str, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    for name, phrases in names.items():
        for word in {word for phrase in phrases for word in _WORD.findall(phrase.casefold())}:
            users[word][name] = sum(word in _WORD.findall(phrase.casefold()) for phrase in phrases)

    def tells(phrase: str, name: tuple[str, str]) -> bool:
        shares = [users[word][name] / sum(users[word].values()) for word in _WORD.findall(phrase.casefold()) if word not in _STATISTICS]
        return max(shares, default=0.0) >= _TELLING

    return defaultdict(list, {name: [phrase for phrase in phrases if tells(phrase, name)] for name, phrases in names.items()})


def _mine_item(found: Mined, record: Record, kind: str, name: str, item: Record) -> None:
    for tag in item["marks"]:
        words = [words for own, words in segments(record) if own == tag]
        if len(words) != 1:
            continue
        if tag[0] == "k" and _users(record, tag) == 1 and not _NEGATIVE.search(words[0]):
            found.names[kind, name].append(words[0])
        match = _BOUND.match(words[0].strip()) if tag[0] == "a" else None
        if match and kind == "targets" and not item["relative"] and item["value"] is not None:
            found.bounds[item["condition"], match["unit"]].append((match["before"], match["unit"], match["after"]))


def segments(record: Record) -> list[Segment]:
    """Return the text cut at its marks."""
    text, cut, position = record["text"], [], 0
    for tag, start, end in sorted(record["marks"], key=lambda mark: (mark[1], mark[2])):
        if start < position:
            continue
        cut += [("", text[position:start])] if start > position else []
        cut.append((tag, text[start:end]))
        position = end
    return cut + ([("", text[position:])] if position < len(text) else [])


def rebuilt(record: Record, cut: Sequence[Segment]) -> Record:
    """Return the record with these segments as its text."""
    text, marks = "", []
    for tag, words in cut:
        if tag and words:
            marks.append([tag, len(text), len(text) + len(words)])
        text += words
    return {**record, "text": text, "marks": marks}


def _items(record: Record) -> Iterator[tuple[str, str, Record]]:
    for kind, name in (("targets", "kpi"), ("edits", "attribute"), ("forbidden", "what")):
        for item in record[kind]:
            if "marks" in item:
                yield kind, item[name], item


def _is_one(record: Record, tag: str) -> bool:
    return sum(own == tag for own, _, _ in record["marks"]) == 1


def _users(record: Record, tag: str) -> int:
    return sum(tag in item["marks"] for _, _, item in _items(record))


class Multiplier:
    """Makes variants of records; the same seed makes the same ones."""

    def __init__(self, records: Sequence[tuple[str, Record]], seed: int) -> None:
        self._records = list(records)
        self._mined = mined(records)
        self._random = random.Random(seed)
        self._plain = [
            pair for pair in self._records if pair[1]["act"] == "change" and not pair[1]["window"] and not pair[1]["condition_on"]
            and len(pair[1]["text"]) < 120 and all(item["cells"] != "*" for _, _, item in _items(pair[1]))
        ]  # fmt: skip

    def variants(self, count: int) -> Iterator[Record]:
        """Yield variants of records drawn at random."""
        for _ in range(count):
            hand, record = self._random.choice(self._records)
            yield self.variant(hand, record)

    def variant(self, hand: str, record: Record) -> Record:
        """Return one variant."""
        draw = self._random.random
        if record["act"] == "change" and draw() < 0.06:
            record = self._negated(record) or record
        if record["act"] == "change" and draw() < 0.12:
            record = self._joined(record) or record
        if record["act"] in LIVE:
            record = self._renamed(self._retimed(self._replaced(hand, record), hand))
        record = self._numbered(record)
        record = self._sliced(record)
        return self._noisy(record)

    def _replaced(self, hand: str, record: Record) -> Record:
        """Say another place, and another word for a KPI or a comparison."""
        cut = segments(record)
        for index, (tag, words) in enumerate(cut):
            if tag[:1] == "p" and _is_one(record, tag) and self._mined.places[hand] and self._random.random() < 0.5:
                cut[index] = (tag, self._like(words, self._random.choice(self._mined.places[hand])))
        return rebuilt(record, cut)

    def _like(self, words: str, other: str) -> str:
        """Return other words with the beginning of these: in small letters or not."""
        return other[0].lower() + other[1:] if words[:1].islower() and not other[1:2].isupper() else other

    def _renamed(self, record: Record) -> Record:
        cut = segments(record)
        for kind, name, item in _items(record):
            for tag in item["marks"]:
                if self._random.random() > 0.35 or _users(record, tag) != 1 or not _is_one(record, tag):
                    continue
                index = next(position for position, (own, _) in enumerate(cut) if own == tag)
                if tag[0] == "k" and self._mined.names[kind, name] and not _NEGATIVE.search(cut[index][1]):
                    cut[index] = (tag, self._like(cut[index][1], self._random.choice(self._mined.names[kind, name])))
                elif tag[0] == "a" and kind == "targets":
                    cut[index] = (tag, self._rebounded(cut[index][1], item))
        return rebuilt(record, cut)

    def _rebounded(self, words: str, item: Record) -> str:
        """Say the same comparison in other words."""
        match = _BOUND.match(words.strip())
        if match is None or item["relative"] or item["value"] is None:
            return words
        others = self._mined.bounds[item["condition"], match["unit"]]
        if not others:
            return words
        before, unit, after = self._random.choice(others)
        gap = " " if self._random.random() < 0.7 else ""
        return f"{before}{match['number']}{gap}{unit}{after}"

    def _retimed(self, record: Record, hand: str) -> Record:
        cut = segments(record)
        for index, (tag, _) in enumerate(cut):
            if tag[:1] == "w" and _is_one(record, tag) and self._mined.times[hand] and self._random.random() < 0.5:
                cut[index] = (tag, self._random.choice(self._mined.times[hand]))
        return rebuilt(record, cut)

    def _numbered(self, record: Record) -> Record:
        """Say other numbers where a number stands in digits: amounts and asides."""

        def other(match: re.Match[str]) -> str:
            value = float(match[0])
            if self._random.random() < 0.4 or value == 0:
                return match[0]
            new = value * self._random.choice((0.5, 0.8, 0.9, 1.1, 1.2, 1.5, 2.0))
            digits = len(match[0].partition(".")[2])
            return f"{new:.{digits}f}" if digits or new < 1 else str(max(1, round(new)))

        return rebuilt(record, [(tag, _NUMBER.sub(other, words) if tag[:1] in ("a", "n") else words) for tag, words in segments(record)])

    def _sliced(self, record: Record) -> Record:
        """Exchange the names of slices."""
        said = [slice_ for slice_ in _SLICES if slice_ in record["text"]]
        if not said or _SLICE_WORDS.search(record["text"]) or self._random.random() < 0.6 or record["act"] not in LIVE:
            return record
        named = {str(item.get("slice")) for _, _, item in _items(record)} - {"None"}
        if not named <= set(said):
            return record
        new = dict(zip(_SLICES, self._random.sample(_SLICES, 3), strict=True))
        changed = {kind: [{**item, "slice": new.get(item["slice"], item["slice"])} for item in record[kind]]
                   for kind in ("targets", "edits", "forbidden")}  # fmt: skip
        pattern = re.compile("|".join(_SLICES))
        cut = [(tag, pattern.sub(lambda match: new[match[0]], words)) for tag, words in segments(record)]
        return rebuilt({**record, **changed}, cut)

    def _negated(self, record: Record) -> Record | None:
        """Return the prohibition of a single plain edit."""
        if len(record["edits"]) != 1 or record["targets"] or record["forbidden"] or record["condition_on"] or not _COMMAND.match(record["text"]):
            return None
        edit = record["edits"][0]
        cut = segments(record)
        first = cut[0][1]
        cut[0] = (cut[0][0], first[0].lower() + first[1:])
        what = _FORBIDS.get(edit["value"], edit["attribute"]) if isinstance(edit["value"], str) else edit["attribute"]
        item = {"what": what, "cells": edit["cells"], "slice": edit["slice"], "marks": [tag for tag in edit["marks"] if tag[0] in "ps"]}
        return rebuilt({**record, "act": "forbid", "edits": [], "forbidden": [item]}, [("", self._random.choice(_NEGATIONS)), *cut])

    def _joined(self, record: Record) -> Record | None:
        """Return two texts as one."""
        if not self._plain or record["window"] or record["condition_on"] or len(record["text"]) > 140:
            return None
        _, other = self._random.choice(self._plain)
        if any(item["cells"] == "*" for _, _, item in _items(record)):
            return None
        joint = self._random.choice(_JOINTS)
        first = [(tag, words.rstrip(" .") if index == len(segments(record)) - 1 else words) for index, (tag, words) in enumerate(segments(record))]
        second = [(f"{tag[0]}{int(tag[1:] or 0) + 5}" if tag else "", words) for tag, words in segments(other)]
        if joint.startswith((",", " ")) and second and second[0][1][1:2].islower():
            second[0] = (second[0][0], second[0][1][0].lower() + second[0][1][1:])
        moved = {kind: [*record[kind], *({**item, "marks": [f"{tag[0]}{int(tag[1:] or 0) + 5}" for tag in item["marks"]]} for item in other[kind])]
                 for kind in ("targets", "edits", "forbidden")}  # fmt: skip
        return rebuilt({**record, **moved}, [*first, ("", joint), *second])

    def _noisy(self, record: Record) -> Record:
        draw, cut = self._random.random, segments(record)
        number = str(self._random.randint(10, 99_999))
        if draw() < 0.15:
            cut = [("", self._random.choice(_OPENINGS).replace("{n}", number)), *cut]
        if draw() < 0.12:
            cut = [*cut, ("", self._random.choice(_CLOSINGS).replace("{n}", number))]
        if draw() < 0.15:
            cut = [(tag, words.lower() if tag[:1] not in ("p",) or draw() < 0.5 else words) for tag, words in cut]
        if draw() < 0.12:
            cut = [(tag, self._misspelled(words)) for tag, words in cut]
        return rebuilt(record, cut)

    def _misspelled(self, words: str) -> str:
        def one(match: re.Match[str]) -> str:
            word = match[0]
            if self._random.random() > 0.15:
                return word
            position = self._random.randint(1, len(word) - 2)
            kind = self._random.random()
            if kind < 0.5:
                return word[:position] + word[position + 1] + word[position] + word[position + 2 :]
            return word[:position] + word[position + 1 :] if kind < 0.8 else word[:position] + word[position] + word[position:]

        return re.sub(r"[a-z]{5,}", one, words)
