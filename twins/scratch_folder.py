"""A temporary folder that may be removed while something still writes to it, such as a tool that an interrupt left behind."""

from __future__ import annotations

import shutil
import time
import weakref
from pathlib import Path
from tempfile import mkdtemp

from twins.screen.say import say

_PATIENCE_S = 10.0
_PAUSE_S = 0.05


class ScratchFolder:
    """A new temporary folder; a context manager that yields its path. It is removed at the latest when the program ends."""

    def __init__(self, prefix: str = "twinpilot-") -> None:
        self.path = Path(mkdtemp(prefix=prefix))
        self._remove = weakref.finalize(self, remove_folder, self.path)

    def remove(self) -> None:
        """Remove the folder with its content; see `remove_folder`."""
        self._remove()

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.remove()


def remove_folder(folder: Path, patience_s: float = _PATIENCE_S) -> bool:
    """Remove a folder with its content and return whether it is gone.

    Never raises: an error would replace the interrupt that ended the work. Whoever still writes gets `patience_s` to end; after
    that the folder stays, and standard error says so.
    """
    until = time.monotonic() + patience_s
    while True:
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return True
        if time.monotonic() >= until:
            say(f"left behind, since it is still written to: {folder}", err=True)
            return False
        time.sleep(_PAUSE_S)
