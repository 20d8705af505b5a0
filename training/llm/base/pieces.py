"""Large files in pieces, for machines that take only small ones: cut with checksums, and joined with them again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from pydantic import ValidationError

from policies.word import Word
from training.llm.base.wheel import sha256_of

MANIFEST: Final = "pieces.json"
MIB: Final = 1 << 20


class PiecesError(ValueError):
    """Files cannot be cut or joined; the message says what to do."""


class Piece(Word):
    """A part of a file, in a file of its own."""

    name: str
    sha256: str


class CutFile(Word):
    """A file: its path in its folder, checksum, and pieces in order."""

    path: str
    sha256: str
    pieces: tuple[Piece, ...]


class Manifest(Word):
    """All files that were cut together."""

    files: tuple[CutFile, ...]


def cut_files(sources: Sequence[Path], into: Path, size: int) -> Manifest:
    """Cut files, and all files of folders, into pieces of at most `size` bytes in `into`; write and return the manifest.

    Raises PiecesError if a source is missing or two files have the same name.
    """
    into.mkdir(parents=True, exist_ok=True)
    files: dict[str, Path] = {}
    for source in sources:
        for path, name in _named(source):
            if name in files:
                raise PiecesError(f"{files[name]} and {path} have the same name {name}: cut them into two folders")
            files[name] = path
    manifest = Manifest(files=tuple(_cut(path, name, into, size) for name, path in files.items()))
    (into / MANIFEST).write_text(manifest.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return manifest


def _named(source: Path) -> Iterator[tuple[Path, str]]:
    if source.is_file():
        yield source, source.name
    elif source.is_dir():
        for path in sorted(source.rglob("*")):
            if path.is_file():
                yield path, f"{source.name}/{path.relative_to(source).as_posix()}"
    else:
        raise PiecesError(f"{source} does not exist: name a file or a folder")


def _cut(path: Path, name: str, into: Path, size: int) -> CutFile:
    pieces: list[Piece] = []
    with path.open("rb") as file:
        while (content := file.read(size)) or not pieces:
            piece = f"{name.replace('/', '.')}.{len(pieces):03d}"
            (into / piece).write_bytes(content)
            pieces.append(Piece(name=piece, sha256=hashlib.sha256(content).hexdigest()))
    return CutFile(path=name, sha256=sha256_of(path), pieces=tuple(pieces))


def join_files(pieces: Path, into: Path) -> list[Path]:
    """Join all files whose pieces are in a folder, unless they are there, and return them.

    Raises PiecesError that names each piece that is missing or not the one that was cut.
    """
    manifest = _manifest_in(pieces)
    wrong = [piece.name for file in manifest.files for piece in file.pieces if not (pieces / piece.name).is_file()]
    if wrong:
        raise PiecesError(f"{pieces}: {', '.join(wrong)} missing: copy all pieces that {MANIFEST} names")
    return [_joined(file, pieces, into) for file in manifest.files]


def _manifest_in(pieces: Path) -> Manifest:
    path = pieces / MANIFEST
    if not path.is_file():
        raise PiecesError(f"{pieces} has no {MANIFEST}: copy it beside the pieces, or cut the files again")
    try:
        manifest = Manifest.model_validate_json(path.read_text(encoding="utf-8"))
    except (ValidationError, UnicodeDecodeError) as error:
        raise PiecesError(f"{path} is not a list of pieces: copy it again, or cut the files again") from error
    for file in manifest.files:
        for name in (file.path, *(piece.name for piece in file.pieces)):
            if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
                raise PiecesError(f"{path} names {name}, which is outside of its folder: do not use it")
    return manifest


def _joined(file: CutFile, pieces: Path, into: Path) -> Path:
    target = into / file.path
    if target.is_file() and sha256_of(target) == file.sha256:
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    with part.open("wb") as out:
        for piece in file.pieces:
            content = (pieces / piece.name).read_bytes()
            if hashlib.sha256(content).hexdigest() != piece.sha256:
                part.unlink()
                raise PiecesError(f"{pieces / piece.name} is not the piece that was cut (another SHA-256): copy it again")
            out.write(content)
    if sha256_of(part) != file.sha256:
        part.unlink()
        raise PiecesError(f"the pieces of {file.path} do not make the file that was cut: cut it again")
    part.replace(target)
    return target
