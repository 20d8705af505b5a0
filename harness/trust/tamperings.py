"""Tamperings with a journal, by kind; `twinpilot journal verify` must find each of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

from harness.journal.key import SigningKey, signing_key
from harness.journal.record import JournalRecord
from harness.trust.experiment import Count, Experiment
from harness.trust.forgery import chained, downgraded, edited, flip_bit, heads_of, lines_of, write_lines
from harness.trust.journal_copy import JournalCopy
from harness.trust.trials import Result, Trials
from twins.scratch_folder import ScratchFolder

RECORDS = 30


class Forger:
    """Somebody who can write to the files of `journal`, has `other` journal and an own key, and not the journal's key."""

    def __init__(self, journal: JournalCopy, other: JournalCopy, key: SigningKey, random: Random) -> None:
        self.journal = journal
        self.other = other
        self.key = key
        self.random = random
        self.lines = lines_of(journal.records_path)
        self.heads = lines_of(journal.heads_path)

    def place(self, margin: int = 0) -> int:
        """Return the index of a record, `margin` before the end at the latest."""
        return self.random.randrange(len(self.lines) - margin)

    def write(self, lines: list[bytes], heads: list[bytes] | None = None) -> None:
        """Write the records, and the heads beside them if given."""
        write_lines(self.journal.records_path, lines)
        if heads is not None:
            write_lines(self.journal.heads_path, heads)


def _flip_record(forger: Forger) -> None:
    flip_bit(forger.journal.records_path, forger.random)


def _flip_head(forger: Forger) -> None:
    flip_bit(forger.journal.heads_path, forger.random)


def _flip_second(forger: Forger) -> None:
    flip_bit(forger.journal.second_path, forger.random)


def _rehash(forger: Forger) -> None:
    forger.write(chained(edited(forger.lines, forger.place())))


def _rehash_and_cut_heads(forger: Forger) -> None:
    number = forger.place()
    forger.write(chained(edited(forger.lines, number)), forger.heads[:number])
    write_lines(forger.journal.second_path, forger.heads[:number])


def _rehash_as_earlier_release(forger: Forger) -> None:
    records = [downgraded(record) for record in edited(forger.lines, forger.place())]
    forger.write(chained(records))


def _rehash_with_other_key(forger: Forger) -> None:
    lines = chained(edited(forger.lines, forger.place()), forger.key)
    forger.write(lines, heads_of(lines))


def _cut_records(forger: Forger) -> None:
    forger.write(forger.lines[: forger.place()])


def _cut_with_heads(forger: Forger) -> None:
    kept = forger.place()
    forger.write(forger.lines[:kept], forger.heads[:kept])


def _cut_bytes_with_heads(forger: Forger) -> None:
    kept = forger.place()
    torn = forger.lines[kept][: forger.random.randrange(1, len(forger.lines[kept]))]
    forger.write([*forger.lines[:kept], torn], forger.heads[:kept])


def _remove_head(forger: Forger) -> None:
    number = forger.place(margin=1)
    forger.write(forger.lines, [*forger.heads[:number], *forger.heads[number + 1 :]])


def _remove_head_in_second_place(forger: Forger) -> None:
    number = forger.place(margin=1)
    write_lines(forger.journal.second_path, [*forger.heads[:number], *forger.heads[number + 1 :]])


def _cut_heads_alone(forger: Forger) -> None:
    write_lines(forger.random.choice([forger.journal.heads_path, forger.journal.second_path]), forger.heads[: forger.place(2)])


def _remove_record(forger: Forger) -> None:
    number = forger.place()
    forger.write([*forger.lines[:number], *forger.lines[number + 1 :]])


def _remove_record_and_head(forger: Forger) -> None:
    number = forger.place()
    forger.write([*forger.lines[:number], *forger.lines[number + 1 :]], [*forger.heads[:number], *forger.heads[number + 1 :]])


def _reorder(forger: Forger) -> None:
    one, two = forger.random.sample(range(len(forger.lines)), 2)
    lines, heads = list(forger.lines), list(forger.heads)
    for rows in (lines, heads):
        rows[one], rows[two] = rows[two], rows[one]
    forger.write(lines, forger.random.choice([heads, None]))


def _duplicate(forger: Forger) -> None:
    number, at = forger.place(), forger.place()
    heads = [*forger.heads[:at], forger.heads[number], *forger.heads[at:]]
    forger.write([*forger.lines[:at], forger.lines[number], *forger.lines[at:]], forger.random.choice([heads, None]))


def _append_forged(forger: Forger) -> None:
    last = JournalRecord.model_validate_json(forger.lines[-1])
    forged = last.model_copy(update={"seq": last.seq + 1, "previous": last.hash, "kind": "approval.decided"})
    if forger.random.random() < 0.5:
        forged = downgraded(forged)
    forged = forged.sealed()
    if forged.version > 1:
        forged = forged.model_copy(update={"signature": forger.key.sign(forged.seq, forged.hash)})
    forger.write([*forger.lines, forged.line().encode() + b"\n"])


def _reformat(forger: Forger) -> None:
    number = forger.place()
    lines = list(forger.lines)
    lines[number] = lines[number].replace(b'{"at"', forger.random.choice([b'{ "at"', b'{"at" ', b' {"at"']), 1)
    forger.write(lines)


def _swap_records(forger: Forger) -> None:
    forger.write(lines_of(forger.other.records_path))


def _swap_records_and_heads(forger: Forger) -> None:
    forger.write(lines_of(forger.other.records_path), lines_of(forger.other.heads_path))


def _swap_folder(forger: Forger) -> None:
    forger.journal.replace(forger.journal.data_of(forger.other))


def _older_copy(forger: Forger) -> None:
    forger.journal.replace(forger.random.choice(forger.journal.older))


def _replace_key(forger: Forger) -> None:
    """Write the whole journal anew with another key, which is put in the place of the journal's."""
    from harness.journal.key import PRIVATE_NAME, PUBLIC_NAME

    keys = forger.journal.place.keys
    for name in (PRIVATE_NAME, PUBLIC_NAME):
        (keys / name).unlink()
    lines = chained(edited(forger.lines, forger.place()), signing_key(keys))
    forger.write(lines, heads_of(lines))


def _remove_heads(forger: Forger) -> None:
    forger.random.choice([forger.journal.heads_path, forger.journal.second_path]).unlink()


def _remove_journal(forger: Forger) -> None:
    forger.journal.records_path.unlink()
    if forger.random.random() < 0.5:
        forger.journal.heads_path.unlink()


# Each kind with the number of its tamperings in a full run.
KINDS: dict[str, tuple[Callable[[Forger], None], int]] = {
    "bit of a record": (_flip_record, 80),
    "bit of a head": (_flip_head, 40),
    "bit of a head in the second place": (_flip_second, 30),
    "tail hashed anew without the key": (_rehash, 30),
    "tail hashed anew, later heads cut everywhere": (_rehash_and_cut_heads, 30),
    "journal hashed anew as of an earlier release": (_rehash_as_earlier_release, 15),
    "journal and heads written anew with another key": (_rehash_with_other_key, 15),
    "records cut": (_cut_records, 30),
    "records and heads cut together": (_cut_with_heads, 40),
    "records cut within a line, with heads": (_cut_bytes_with_heads, 20),
    "head removed": (_remove_head, 20),
    "head removed in the second place": (_remove_head_in_second_place, 20),
    "heads cut alone": (_cut_heads_alone, 15),
    "record removed": (_remove_record, 20),
    "record and its head removed": (_remove_record_and_head, 20),
    "records reordered": (_reorder, 25),
    "record duplicated": (_duplicate, 25),
    "record appended without the key": (_append_forged, 20),
    "record written otherwise": (_reformat, 15),
    "records of another journal": (_swap_records, 2),
    "records and heads of another journal": (_swap_records_and_heads, 2),
    "folder of another journal, with its key": (_swap_folder, 2),
    "older copy": (_older_copy, 15),
    "key replaced, all signed anew": (_replace_key, 10),
    "file of heads removed": (_remove_heads, 6),
    "journal removed": (_remove_journal, 6),
}


def tamperings(quick: bool, out: Path | None, *, seed: int = 1, show: bool = True) -> Experiment:
    """Tamper with a journal in every way, once or (quick) less often each, and verify it each time."""
    names = [
        f"{kind} {number}" for kind, (_, count) in KINDS.items() for number in range(max(1, count // 10) if quick else count)
    ]
    with ScratchFolder() as root:
        journal, other = JournalCopy(root, "data", RECORDS), JournalCopy(root, "other", RECORDS - 5)
        key = signing_key(root / "forger")
        untouched = journal.faults()

        def trial(name: str) -> Result:
            kind = name.rpartition(" ")[0]
            journal.restore()
            KINDS[kind][0](Forger(journal, other, key, Random(f"{seed} {name}")))
            return {"kind": kind, "found": journal.faults()[:1]}

        results = Trials("tamperings", out, show=show).run(names, trial)
        journal.restore()
        untouched += journal.faults()
    missed = [name for name, result in results.items() if not result["found"]]
    return Experiment(
        name="tamperings with the journal",
        trials=len(results),
        counts=(
            Count(name="found", value=len(results) - len(missed), must_be="all"),
            Count(name="false alarms on the untouched journal", value=len(untouched), must_be="zero"),
        ),
        failures=tuple(f"not found: {name}" for name in missed),
        note=f"{len(KINDS)} kinds",
    )
