"""The commands that are printed for a person to paste: they reach the same data folder and settings as the present command.

`--config` and `--data-dir` are repeated, as absolute paths, if they were given on the command line; with the defaults a printed
command stays short. Commands are made where they are printed and never stored with a request or a commitment, because the next
process that prints them may have been called with other options.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

_options: ContextVar[tuple[str, ...]] = ContextVar("options of the command line", default=())


def give_options(config: Path | None, data_dir: Path | None) -> None:
    """Have printed commands repeat these options of the present command; None was not given."""
    given = {"--config": config, "--data-dir": data_dir}
    _options.set(tuple(word for name, path in given.items() if path is not None for word in (name, str(path.absolute()))))


@contextmanager
def one_command() -> Iterator[None]:
    """Forget afterwards the options of the command that runs inside."""
    token = _options.set(())
    try:
        yield
    finally:
        _options.reset(token)


def twinpilot(*words: str) -> str:
    """Return the command line `twinpilot WORDS …`, quoted for the shell, with the options that were given."""
    return shlex.join(("twinpilot", *words, *_options.get()))
