"""Signs that a reader slipped, whichever words it marked: the same thing twice, an edit of no place, a state turned round …

Nobody asks for such a thing, so it is asked about however sure the readers are: in the texts of all hands it hardly occurs.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from typing import Final

from agents.readers.accounting import area_words, enumerators, is_spelled, named_words, said_names
from agents.readers.accounts.bindings import Bindings
from agents.readers.accounts.clauses import clause_at
from agents.readers.accounts.corrections import taken_back_names
from agents.readers.accounts.crossed import crossed_words
from agents.readers.accounts.cut_marks import cut_amounts, names_as_states, shared_ends
from agents.readers.accounts.halves import (
    left_over_factors,
    second_branches,
    second_comparisons,
    second_windows,
    unshared_slices,
)
from agents.readers.accounts.restrained import bans_on_one_thing, misheard_restrictions, orders_to_stop, orders_to_wake
from agents.readers.accounts.telling_words import misheard
from agents.readers.accounts.trial_words import trial_words
from agents.readers.accounts.unnamed import bans_on_nothing, offsets_towards_nobody, ones_of_several, undirected_edits
from agents.readers.accounts.user_shares import other_shares
from agents.readers.spanned_text import SpannedText
from agents.reading.doubt import Doubt
from agents.reading.marked import SAME
from agents.reading.names import Names
from agents.reading.reading import Reading, StatedTarget

_KEPT_ASLEEP: Final = re.compile(
    r"""[^.;]{0,25}\b(?:(?:keep|keeps|kept|stay|stays|stayed|remain|remains|leave|left)\b[^.;]{0,60}?\basleep
    |(?:stays?|remains?|kept|left)\s+(?:down|off|dark)|(?:keep|leave)\s+\S+\s+(?:down|off|dark)(?!\s+limits))\b""",
    re.IGNORECASE | re.VERBOSE,
)
_NOW: Final = re.compile(
    r"\b(?:now|today|current\w*|present\w*|at\s+the\s+moment|existing|as\s+(?:it\s+|things\s+)?(?:is|are))\b", re.IGNORECASE
)
# Who tells when somebody can be reached or is at work: "(Reach me on ext. 4417 until 21:00.)"
_OWN_TIME: Final = re.compile(
    r"""\b(?:(?:reach|call|ring|phone|page|text|find|contact|get|catch)\s+(?:me|us|him|her|them|the\s+desk)
    |(?:I|we)(?:['’](?:m|re)|\s+(?:am|are))\s+(?:here|there|around|up|awake|away|in|out|on|off|at|back|working|gone|busy|free)
    |ext\.?\s*\d+|(?:on|off)\s+(?:shift|duty|call)|my\s+(?:shift|lunch|desk)
    |(?:back\s+(?:at|from|in|on|by)|am\s+away|available|reachable|absent|out\s+of\s+(?:the\s+)?office|on\s+leave|on\s+holiday|in\s+a\s+meeting|booked))\b""",
    re.IGNORECASE | re.VERBOSE,
)
_REFERENCES: Final = {
    "now": re.compile(r"\b(?:now|today|at\s+present|currently)\b", re.IGNORECASE),
    "yesterday": re.compile(r"\byesterday\b", re.IGNORECASE),
    "last week": re.compile(r"\blast\s+week\b", re.IGNORECASE),
}
# What has become of a value is no goal: "loss has doubled since yesterday, get it back".
_BECAME: Final = re.compile(
    r"""\b(?:doubled|tripled|quadrupled|halved|(?:has|have|had)\s+(?:\w+\s+)?(?:risen|grown|climbed|fallen|dropped|increased|gone\s+(?:up|down)))
    \b[^.;,]{0,25}\bsince\b""",
    re.IGNORECASE | re.VERBOSE,
)
_NEGATED: Final = re.compile(r"\b(?:not|never|nobody|none|no)\b|n't\b", re.IGNORECASE)


# One of several is meant, and which one is not said: "one of | the S8 cells".
_ONE_OF: Final = re.compile(r"(?<!\bthe\s)(?<!\bno\s)(?<!\bevery\s)(?<!\beach\s)\b(?:one|any|either|some)\s+$", re.IGNORECASE)
# What is named only to say that it is not meant: "not the A3 offset", "forget blocking".
_NOT_MEANT: Final = re.compile(r"\b(?:not|forget|whatever|mean)\s+(?:the\s+|a\s+)?$", re.IGNORECASE)


def slip_in(spanned: SpannedText, reading: Reading, names: Names) -> Doubt | None:
    """Return the doubt about what cannot be meant so, None if there is none."""
    found = (
        *_twice(reading),
        *_twice_in_part(reading),
        *_misheard(spanned),
        *_cut_place(spanned),
        *_cut(spanned, names),
        *_everywhere(spanned, names),
        *_of_another(spanned, names),
        *_without_place(spanned, reading),
        *_turned_round(spanned, reading),
        *_two_references(spanned, reading),
        *_from_aside(spanned),
        *_trial(spanned),
        *_crossed(spanned),
        *_other_reference(spanned),
        *_numbering(spanned),
        *_ban_in_trial(spanned),
        *_share_of_users(spanned),
        *_taken_back(spanned),
        *_became(spanned),
        *_half_heard(spanned, reading),
        *_left_open(spanned, reading, names),
    )
    return Doubt(*found[0]) if found else None


def _trial(spanned: SpannedText) -> Iterator[tuple[str, str]]:
    """Something to be done, in a text that wants it tried: in all texts of the hands such words come with no order."""
    if spanned.act in ("change", "forbid") and (words := trial_words(spanned.text)):
        yield words, "it is heard as an order, and these words speak of a trial"


def _crossed(spanned: SpannedText) -> Iterator[tuple[str, str]]:
    """Words that stand in two slots, and bans of which another ban is heard than the one that they say."""
    for (start, end), why in (
        *crossed_words(spanned),
        *misheard_restrictions(spanned),
        *bans_on_one_thing(spanned),
        *orders_to_stop(spanned),
        *orders_to_wake(spanned),
    ):
        yield spanned.text[start:end], why


def _other_reference(spanned: SpannedText) -> Iterator[tuple[str, str]]:
    """A bound relative to another time than the one that its own words name."""
    for one in spanned.items:
        said = [to for to, words in _REFERENCES.items() if words.search(one.item.amount)]
        if one.item.kind == "target" and one.item.reference and len(said) == 1 and one.item.reference not in said:
            yield one.item.amount, f"it is heard relative to {one.item.reference}"


def _became(spanned: SpannedText) -> Iterator[tuple[str, str]]:
    """An amount that tells what has become of a value."""
    for match in _BECAME.finditer(spanned.text):
        if any(max(match.start(), start) < min(match.end(), end) for one in spanned.items for start, end in one.amount):
            yield match[0], "it tells what has become of a value, and is heard as a goal"


def _numbering(spanned: SpannedText) -> Iterator[tuple[str, str]]:
    """An amount that is only the number of a point in the text's list."""
    points = enumerators(spanned.text)
    for start, end in (span for one in spanned.items for span in one.amount):
        if any(first <= start and end <= last for first, last in points):
            yield spanned.text[start:end], "it is the number of a point"


def _ban_in_trial(spanned: SpannedText) -> Iterator[tuple[str, str]]:
    """A restriction in what is only to be tried: in all texts of the hands nobody asks for one there."""
    if spanned.act == "what_if":
        yield from ((one.item.name, "it is heard as forbidden in a trial") for one in spanned.items if one.item.kind == "forbid")


def _share_of_users(spanned: SpannedText) -> Iterator[tuple[str, str]]:
    """A bound for a share of the users that no KPI stands for: only all of them and 95 % of them have one."""
    for start, end in other_shares(spanned):
        yield spanned.text[start:end], "no KPI stands for this share of the users"


def _taken_back(spanned: SpannedText) -> Iterator[tuple[str, str]]:
    """A slice or KPI that the text takes back and puts another in its place."""
    for (start, end), name in taken_back_names(spanned):
        yield spanned.text[start:end], f"it takes {name} back, which is heard"


def _half_heard(spanned: SpannedText, reading: Reading) -> Iterator[tuple[str, str]]:
    """Words of which one half was heard: a slice for one of its goals, one of two times, comparisons or branches."""
    if spanned.act in ("change", "forbid"):
        for (start, end), why in (
            *unshared_slices(spanned),
            *second_windows(spanned),
            *second_comparisons(spanned, reading),
            *left_over_factors(spanned),
            *second_branches(spanned),
        ):
            yield spanned.text[start:end], why


def _left_open(spanned: SpannedText, reading: Reading, names: Names) -> Iterator[tuple[str, str]]:
    """Words that leave open which cell, which neighbour or which direction is meant."""
    if spanned.act in ("change", "forbid"):
        named = [*named_words(spanned.text, names), *area_words(spanned.text, names)]
        for (start, end), why in (
            *bans_on_nothing(spanned, named),
            *undirected_edits(spanned),
            *ones_of_several(spanned),
        ):
            yield spanned.text[start:end], why
        for name in offsets_towards_nobody(spanned, reading):
            yield name, "no neighbour is named towards which it is set"


def _twice(reading: Reading) -> Iterator[tuple[str, str]]:
    """Two bounds of one KPI in the same direction, two values of one attribute, or a restriction twice, for the same cells."""
    seen: set[Hashable] = set()
    for name, key in _keys(reading):
        if key in seen:
            yield name, "it is heard twice for the same cells"
        seen.add(key)


def _twice_in_part(reading: Reading) -> Iterator[tuple[str, str]]:
    """The very same bound for some cells and for others of which it holds them again."""
    seen: list[StatedTarget] = []
    for target in reading.targets:
        for other in seen:
            is_same = target.model_copy(update={"cells": other.cells}) == other
            if is_same and ("*" in (target.cells, other.cells) or set(target.cells) & set(other.cells)):
                yield target.kpi, "the same bound is heard again for some of its cells"
        seen.append(target)


def _misheard(spanned: SpannedText) -> Iterator[tuple[str, str]]:
    """Words that name another KPI or attribute than any that was heard."""
    if spanned.act in ("change", "forbid"):
        for (start, end), name in misheard(spanned.text, [one.item.name for one in spanned.items], _own(spanned)):
            if not _NOT_MEANT.search(spanned.text[:start]):
                yield spanned.text[start:end], f"it names {name}, which is not heard"


def _cut_place(spanned: SpannedText) -> Iterator[tuple[str, str]]:
    """A place that begins within a word, or that is one of several of which it is not said which."""
    for start, end in (span for one in spanned.items for span in one.place):
        words, before = spanned.text[start:end], spanned.text[:start]
        if before[-1:].isalnum() and words.lstrip("-/")[:1].isalnum():
            yield words, "it begins within a name"
        if spanned.act == "change" and words.casefold().startswith("of ") and _ONE_OF.search(before):
            yield words, "it is one of them, and it is not said which"


def _cut(spanned: SpannedText, names: Names) -> Iterator[tuple[str, str]]:
    """Marks that cut a word or a name in two, so that the rest of it means something else."""
    said = [span for span in said_names(spanned.text, names) if is_spelled(spanned.text[slice(*span)], names)]
    for (start, end), why in (*cut_amounts(spanned), *names_as_states(spanned, said), *shared_ends(spanned, said)):
        yield spanned.text[start:end], why


def _everywhere(spanned: SpannedText, names: Names) -> Iterator[tuple[str, str]]:
    """Something for the whole network, in a text that names a cell or site which the reading has nowhere."""
    if any(not one.item.place for one in spanned.items):
        for start, end in (*named_words(spanned.text, names), *area_words(spanned.text, names)):
            if not any(max(start, one[0]) < min(end, one[1]) for one in _own(spanned)):
                yield spanned.text[start:end], "it is heard for the whole network"


def _of_another(spanned: SpannedText, names: Names) -> Iterator[tuple[str, str]]:
    """A place that stands with another goal, edit or restriction than the one that it is heard for."""
    bindings = Bindings(spanned, tuple(named_words(spanned.text, names)))
    for start, end in (*bindings.reaching(), *bindings.shared()):
        yield spanned.text[start:end], "it is heard for something that stands elsewhere"
    for one in bindings.strayed():
        yield one.item.name, "it is heard for a place that stands elsewhere"


def _own(spanned: SpannedText) -> list[tuple[int, int]]:
    """Return where places, amounts, the window and the condition of a reading stand."""
    return [*(span for one in spanned.items for span in (*one.place, *one.amount)), *spanned.when, *spanned.condition]


def _keys(reading: Reading) -> Iterator[tuple[str, Hashable]]:
    for target in reading.targets:
        yield target.kpi, (target.kpi, target.slice, target.cells, target.condition[:1])
    for edit in reading.edits:
        yield edit.attribute, (edit.attribute, edit.slice, edit.cells, edit.towards)
    for restriction in reading.forbidden:
        yield restriction.what, (restriction.what, restriction.slice, restriction.cells)


def _without_place(spanned: SpannedText, reading: Reading) -> Iterator[tuple[str, str]]:
    """An edit of the whole network that no words ask for: a goal may leave its place out, an edit may not (FORMAT.md)."""
    places = {one.item.place for one in spanned.items} - {"", SAME}
    for edit in reading.edits:
        if edit.cells == "*" and not places:
            yield edit.attribute, "no place is said for this edit"


def _turned_round(spanned: SpannedText, reading: Reading) -> Iterator[tuple[str, str]]:
    """A sleep that is forbidden although the words want it to last."""
    match = _KEPT_ASLEEP.search(spanned.text)
    what = [one.what for one in reading.forbidden]
    if match and "sleep" in what and "energySavingControl" not in what and not _NEGATED.search(match[0]):
        yield match[0], "it is heard as a ban on sleeping"


def _two_references(spanned: SpannedText, reading: Reading) -> Iterator[tuple[str, str]]:
    """One KPI against yesterday here and against now there, without a word for now: "6 % under yesterday; for S7 4 %"."""
    for target in reading.targets:
        to = {one.relative.to for one in reading.targets if one.kpi == target.kpi and one.relative is not None}
        if "now" in to and len(to) > 1 and not _NOW.search(spanned.text):
            yield target.kpi, "it is heard relative to now as well, which is not said"


def _from_aside(spanned: SpannedText) -> Iterator[tuple[str, str]]:
    """A window from words that tell until when somebody can be reached, in a clause without anything of the request."""
    own = [span for one in spanned.items for span in (*one.place, *one.amount)]
    for start, end in spanned.when:
        first, last = clause_at(spanned.text, start, end)
        beside = f"{spanned.text[first:start]} {spanned.text[end:last]}"
        if _OWN_TIME.search(beside) and not any(max(first, one[0]) < min(last, one[1]) for one in own):
            yield spanned.text[start:end], "it can be the time of something else"
