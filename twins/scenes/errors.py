"""Errors between a request for a radio map and the finished map."""

from __future__ import annotations

from typing import Literal

Cause = Literal["extra missing", "llvm", "request", "crashed", "timeout", "cancelled", "garbage"]

MISSING = "ray tracing needs the extra `rt`, which is not installed: `pip install 'twinpilot[rt]'`"


class SceneError(Exception):
    """No radio map was produced; `cause` names what failed, the message the remedy.

    Causes: extra missing (sionna-rt is not installed), llvm (no usable LLVM library), request (the scene cannot be traced with
    these settings), crashed (the worker died or was aborted), timeout, cancelled, garbage (the worker ended normally but left no
    valid map).
    """

    def __init__(self, cause: Cause, message: str) -> None:
        super().__init__(message)
        self.cause: Cause = cause
