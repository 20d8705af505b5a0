"""Every committed artefact has a record with its data card, the command that regenerates it, and a matching checksum."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from policies.artefact import ArtefactError, read_artefact, record_of, write_record
from policies.data_card import DataCard
from twins.system.data_card import system_twin_card

ROOT = Path(__file__).parents[2]
GENERATED = ("*.npz", "*.safetensors", "*.onnx", "*.jsonl.gz")


def committed() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", *GENERATED], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split() if not name.startswith("tests/")]


@pytest.mark.parametrize("path", committed(), ids=lambda path: path.name)
def test_every_committed_artefact_has_a_record_a_remake_command_and_its_checksum(path: Path) -> None:
    artefact = read_artefact(path)
    assert artefact.remake.split()[0] in ("twinpilot", "python", "OMP_NUM_THREADS=1")
    assert artefact.card.validity


@pytest.fixture
def card() -> DataCard:
    return system_twin_card()


def test_a_record_is_read_back_as_it_was_written(tmp_path: Path, card: DataCard) -> None:
    path = tmp_path / "table.npz"
    path.write_bytes(b"values")
    written = write_record(path, card, "twinpilot twin tabulate", "x86_64", {"numpy": "2"})
    assert read_artefact(path) == written
    assert record_of(path).name == "table.npz.json"


@pytest.mark.parametrize(
    ("corrupt", "message"),
    [
        (lambda path: path.write_bytes(b"other"), "do not belong together"),
        (lambda path: path.unlink(), "is missing: make it again with `twinpilot twin tabulate`"),
        (lambda path: record_of(path).unlink(), "has no record"),
    ],
)
def test_a_file_that_does_not_match_its_record_is_refused_with_a_remedy(tmp_path: Path, card: DataCard, corrupt, message) -> None:
    path = tmp_path / "table.npz"
    path.write_bytes(b"values")
    write_record(path, card, "twinpilot twin tabulate", "x86_64", {})
    corrupt(path)
    with pytest.raises(ArtefactError, match=message):
        read_artefact(path)
