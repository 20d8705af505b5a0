"""What is printed after the reader went away (`| head`) disappears; the work goes on."""

from __future__ import annotations

import os


def drop_output(descriptor: int) -> None:
    """Let what is written to a file descriptor from now on disappear."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
