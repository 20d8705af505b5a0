"""Log lines and warnings of libraries, which quote peers: one safe line each on standard error."""

from __future__ import annotations

import logging
import warnings
from typing import TextIO

from policies.text.foreign import safe


class SafeFormatter(logging.Formatter):
    """Formats a record, with its traceback, as one safe line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        return safe(super().format(record))


def make_logs_safe() -> None:
    """Let what libraries log or warn about be printed safely, where no handler of their own takes it."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    handler.setFormatter(SafeFormatter("%(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    warnings.showwarning = _show


def _show(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    from twins.screen.say import say

    say(f"warning: {category.__name__}: {message}", err=True)
