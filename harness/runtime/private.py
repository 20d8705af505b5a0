"""Files and folders that only their owner may read, whatever the umask is; existing ones are tightened."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from harness.runtime.errors import StoreError

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
_OTHERS = 0o077


def private_folder(path: Path) -> Path:
    """Create the folder with its parents, or tighten an existing one; raises OSError, StoreError."""
    if not path.exists():
        private_parents(path.parent)
        path.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    _tighten(path, PRIVATE_FOLDER)
    return path


def private_parents(path: Path) -> None:
    """Create the missing folders of `path`, readable by their owner only; existing ones are left as they are."""
    for folder in [*reversed(path.parents), path]:
        if not folder.exists():
            folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)


def private_file(path: Path) -> Path:
    """Create the file empty if it is missing, or tighten an existing one; raises OSError, StoreError."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, PRIVATE_FILE))
    _tighten(path, PRIVATE_FILE)
    return path


def write_private(path: Path, data: bytes) -> None:
    """Write the file and wait until it is on the disk; raises OSError, StoreError."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    _tighten(path, PRIVATE_FILE)


def tighten_tree(root: Path) -> None:
    """Tighten a file, or a folder with everything below it, that was left readable; raises StoreError."""
    if not root.is_dir():
        _tighten(root, PRIVATE_FILE)
        return
    _tighten(root, PRIVATE_FOLDER)
    for entry in _entries(root):
        if not entry.is_symlink():
            _tighten(Path(entry.path), PRIVATE_FOLDER if entry.is_dir() else PRIVATE_FILE)


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            yield entry
            if entry.is_dir(follow_symlinks=False):
                yield from _entries(Path(entry.path))


def _tighten(path: Path, mode: int) -> None:
    try:
        found = path.stat()
        if found.st_mode & _OTHERS:
            path.chmod(stat.S_IMODE(found.st_mode) & mode)
    except FileNotFoundError:  # another process removed it meanwhile
        return
    except OSError as error:
        raise StoreError(
            f"{path}: others may read it (mode {stat.S_IMODE(found.st_mode):03o}) and it cannot be made private ({error});"
            f" chmod {mode:o} it, or choose another data_dir"
        ) from error
