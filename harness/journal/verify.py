"""Offline verification of a journal with the public key alone.

1. Records: an edited byte; a removed, inserted or reordered record; a record that the holder of the key did not write.
2. Heads beside the data: a cut end, a missing head, a head of another record or key.
3. Second place: records and heads that were cut together, an older copy, another journal or key in this folder.
4. Witnesses on other machines: the same, also if the second place was changed with the rest.
What a crash leaves (a torn line, one record without its head) is noted and is not a fault. What could not be checked is named.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from harness.journal.chain import Chain, Findings, complete_lines, read_chain
from harness.journal.key import VerifyKey
from harness.journal.record import GENESIS, LOCK_NAME, JournalHead
from harness.journal.report import JournalReport
from harness.journal.witness import Witness, WitnessError
from harness.journal.witness_folder import WitnessFolder
from harness.runtime.errors import JournalError


def verify_journal(
    records: Path, heads: Path, key: VerifyKey, second: WitnessFolder | None = None, witnesses: tuple[Witness, ...] = ()
) -> JournalReport:
    """Verify the file `records` against its `heads`, the second place and the witnesses; raises OSError, if one is unreadable."""
    findings = Findings()
    with _no_writer(records.parent):
        chain = read_chain(records, key, findings)
        count = _check_heads(heads, chain, key, findings)
        _check_earlier_release(chain, findings)
        _check_second(second, chain, key, findings)
        _check_witnesses(witnesses, chain, key, findings)
    findings.not_checked += _without_others(second, witnesses, key)
    return JournalReport(
        records=len(chain.hashes),
        signed=len(chain.hashes) - chain.unsigned,
        heads=count,
        last_hash=chain.hashes[-1] if chain.hashes else GENESIS,
        key_id=key.key_id,
        faults=tuple(findings.faults),
        notes=tuple(findings.notes),
        not_checked=tuple(findings.not_checked),
    )


def _without_others(second: WitnessFolder | None, witnesses: tuple[Witness, ...], key: VerifyKey) -> list[str]:
    """Return what nobody can see who has only the files of this machine."""
    if witnesses:
        return []
    if second is not None:
        return [
            f"no witness on another machine: the end of the journal that was cut here, in its heads and in {second.root} at once"
            " cannot be seen; set journal.witness_url or journal.witness_syslog"
        ]
    return [
        "no second place and no witness: records and heads that were cut together, an older copy that was put back, and a"
        f" journal that was written anew with another key cannot be seen; compare the key's id {key.key_id}"
    ]


@contextmanager
def _no_writer(folder: Path) -> Iterator[None]:
    """Let a writer finish its record and its heads first, if this journal has a lock that can be opened."""
    try:
        lock = (folder / LOCK_NAME).open("rb")
    except OSError:
        yield
        return
    with lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


def _check_heads(path: Path, chain: Chain, key: VerifyKey, findings: Findings) -> int:
    """Check a file of heads, one for each record from its first on; return how many there are."""
    lines = complete_lines(path, findings)
    heads = [head for number, line in enumerate(lines, 1) if (head := _head(line, number, path, key, findings))]
    expected = heads[0].seq if heads else 0
    for head in heads:
        if head.seq != expected:
            findings.faults.append(f"head {expected} is missing in {path}, where head {head.seq} follows: heads were removed")
        elif head.seq > len(chain.hashes):
            findings.faults.append(f"head {head.seq} names a missing record: the journal was cut after {len(chain.hashes)}")
        elif chain.hashes[head.seq - 1] != head.hash:
            findings.faults.append(f"head {head.seq} has another hash than its record: the record was replaced")
        expected = head.seq + 1
    _check_coverage(path, heads, chain, findings)
    return len(lines)


def _head(line: bytes, number: int, path: Path, key: VerifyKey, findings: Findings) -> JournalHead | None:
    try:
        head = JournalHead.model_validate_json(line)
    except ValidationError:
        findings.faults.append(f"{path}: line {number} is not a head: it was edited")
        return None
    if head.line().encode() != line:
        findings.faults.append(f"{path}: line {number} is not written as heads are: it was edited")
    elif not key.accepts(head.seq, head.hash, head.signature):
        findings.faults.append(f"head {head.seq} in {path} is not signed by this key")
    return head


def _check_coverage(path: Path, heads: list[JournalHead], chain: Chain, findings: Findings) -> None:
    newest, count = (heads[-1].seq if heads else 0), len(chain.hashes)
    if count - newest > 1:
        what = f"records {newest + 1}..{count} have no head" if heads else "there is no signed head"
        findings.faults.append(f"{what} in {path}: heads were removed, or this is not the journal's folder of heads")
    elif count > newest:
        findings.notes.append(f"record {count} has no signed head in {path} yet: a process ended between the two writes")
    if heads and heads[0].seq > 1:
        what = f"the heads in {path} begin at record {heads[0].seq}"
        if heads[0].seq in chain.restarts:
            findings.notes.append(f"{what}, as the journal recorded")
        else:
            findings.faults.append(f"{what}: earlier ones were removed")


def _check_earlier_release(chain: Chain, findings: Findings) -> None:
    if chain.unsigned:
        findings.not_checked.append(
            f"records 1..{chain.unsigned} are of an earlier release, which signed heads only: they are as authentic as the heads"
            " that cover them, and the second place knows only later ones"
        )


def _check_second(second: WitnessFolder | None, chain: Chain, key: VerifyKey, findings: Findings) -> None:
    if second is None:
        return
    try:
        known = second.places()
    except JournalError as error:
        findings.faults.append(str(error))
        return
    if known and known[-1].key_id != key.key_id:
        findings.faults.append(
            f"the second place {second.root} knows this folder's journal under the key {known[-1].key_id}, not {key.key_id}:"
            " key and journal were replaced"
        )
    elif missing := second.missing(known):
        findings.faults.append(f"{missing}; if you removed it on purpose, remove its folder in {second.root} too")
    if second.heads.path.exists():
        _check_heads(second.heads.path, chain, key, findings)
    elif known and known[-1].key_id == key.key_id:
        findings.faults.append(f"the heads of this journal in the second place {second.root} were removed")
    elif not known:
        findings.not_checked.append(
            f"the second place {second.root} knows nothing of this journal (it is of an earlier release, or a copy from another"
            f" machine): records and heads that were cut together cannot be seen; compare the key's id {key.key_id}"
        )


def _check_witnesses(witnesses: tuple[Witness, ...], chain: Chain, key: VerifyKey, findings: Findings) -> None:
    for witness in witnesses:
        try:
            head = witness.last(key)
        except WitnessError as error:
            findings.not_checked.append(f"{witness.name} was not asked: {error}")
            continue
        if head is None:
            findings.not_checked.append(f"the {witness.name} knows nothing of this journal")
        elif not key.accepts(head.seq, head.hash, head.signature):
            findings.not_checked.append(f"the {witness.name} answered a head that this key did not sign")
        elif head.seq > len(chain.hashes) or chain.hashes[head.seq - 1] != head.hash:
            findings.faults.append(f"the {witness.name} knows record {head.seq} otherwise: the journal was cut or replaced")
        elif head.seq < len(chain.hashes):
            findings.not_checked.append(f"the {witness.name} has not seen the records after {head.seq}")
