"""Files that are written completely or not at all, whenever the process dies."""

from __future__ import annotations

from pathlib import Path

from harness.runtime.private import write_private


def write_whole(path: Path, content: bytes) -> None:
    """Write a file, durably and for its owner only, under its name once it is complete; raises OSError."""
    draft = path.with_name(f"{path.name}.draft")
    write_private(draft, content)
    draft.replace(path)
