"""Artefacts: committed files that a program made (weights, tables, task sets), each with card, remake command and checksum.

Beside `NAME.ext` lies `NAME.ext.json`, an `Artefact`. Reading one through `read_artefact` checks the bytes first: a file that was
changed, cut short or mixed up with another version is refused.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from policies.data_card import DataCard
from policies.word import Word


class ArtefactError(ValueError):
    """An artefact is missing or is not the one that its record describes; the message says how to remake it."""


class Artefact(Word):
    """The record of one file: SHA-256 of its bytes, the command that remakes it, where and with what it was made, its card."""

    file: str
    sha256: str
    remake: str
    machine: str
    versions: dict[str, str]
    card: DataCard


def record_of(path: Path) -> Path:
    """Return where the record of `path` lies."""
    return path.with_name(path.name + ".json")


def write_record(path: Path, card: DataCard, remake: str, machine: str, versions: dict[str, str]) -> Artefact:
    """Write the record of the finished file `path` beside it."""
    artefact = Artefact(file=path.name, sha256=_digest(path), remake=remake, machine=machine, versions=versions, card=card)
    record_of(path).write_text(artefact.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return artefact


def read_artefact(path: Path) -> Artefact:
    """Return the record of `path` after checking the file against it; raises ArtefactError."""
    if not record_of(path).exists():
        raise ArtefactError(f"{path.name} has no record {record_of(path).name} beside it: restore both from the repository")
    artefact = Artefact.model_validate_json(record_of(path).read_text(encoding="utf-8"))
    if not path.exists():
        raise ArtefactError(f"{path.name} is missing: make it again with `{artefact.remake}`, or restore it from the repository")
    found = _digest(path)
    if found != artefact.sha256:
        raise ArtefactError(
            f"{path.name} has sha256 {found[:16]}…, its record says {artefact.sha256[:16]}…: the file and {record_of(path).name}"
            f" do not belong together; restore both, or make them again with `{artefact.remake}`"
        )
    return artefact


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
