"""Compilation of the twins' kernels with numba: without the GIL, cached on disk.

Numba's cache detects changes in the file that defines a kernel, but not in kernels that it calls from other files. The cache
folder is therefore named by the digest of all kernel sources, so that stale machine code is never used after a change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from platformdirs import user_cache_path

_config: Any = numba.config  # its attributes are set when numba is imported
Function = TypeVar("Function", bound=Callable[..., object])


@cache
def cache_folder() -> Path:
    """Return the cache folder for the current kernel sources."""
    twins = Path(__file__).parent
    digest = hashlib.sha256(numba.__version__.encode())
    physics, kernel = twins / "system" / "physics", twins / "link" / "table" / "kernel.py"
    learned = [twins / "learned" / f"{name}.py" for name in ("arrays", "physics", "features", "ensemble")]
    single_files = [physics / "state.py", twins / "compiled.py", kernel, twins / "gym" / "field.py"]
    sources = [*physics.glob("kernel/*.py"), *twins.glob("radio/*.py"), *learned, *single_files]
    for source in sorted(sources):
        digest.update(source.read_bytes())
    configured = _config.CACHE_DIR
    base = Path(configured) if configured else user_cache_path("twinpilot") / "kernels"
    return base / digest.hexdigest()[:16]


def compiled(function: Function) -> Function:
    """Compile a kernel: nogil, cached, C floating-point semantics (division by zero gives infinity, not an exception)."""
    folder = str(cache_folder())
    before = _config.CACHE_DIR
    _config.CACHE_DIR = folder
    try:
        kernel = numba.njit(nogil=True, cache=True, error_model="numpy", forceinline=True)(function)
    finally:
        _config.CACHE_DIR = before
    return cast(Function, kernel)
