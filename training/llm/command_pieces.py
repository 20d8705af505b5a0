"""`twinpilot llm cut` and `join`: what a training needs, in pieces for machines that take only small files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twins.command_errors import one_line_errors
from twins.screen.say import say


def cut(
    sources: Annotated[list[Path], typer.Argument(help="Files and folders: wheels, a base model, …")],
    into: Annotated[Path, typer.Option("--into", help="Folder of the pieces.")],
    mib: Annotated[int, typer.Option("--mib", min=1, max=1024, help="Most of a piece, in MiB.")] = 60,
) -> None:
    """Cut large files into pieces with checksums."""
    from training.llm.base.pieces import MIB, PiecesError, cut_files

    with one_line_errors("llm cut", PiecesError, OSError):
        for file in cut_files(sources, into, mib * MIB).files:
            say(f"{file.path}: {len(file.pieces)} pieces, sha256 {file.sha256[:16]}…")


def join(
    pieces: Annotated[Path, typer.Argument(help="Folder of the pieces.")],
    into: Annotated[Path, typer.Option("--into", help="Folder of the files.")],
) -> None:
    """Join pieces to the files that were cut; their checksums must match."""
    from training.llm.base.pieces import PiecesError, join_files

    with one_line_errors("llm join", PiecesError, OSError):
        for path in join_files(pieces, into):
            say(str(path))
