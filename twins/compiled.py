"""How the twin's kernels are compiled: by numba, without the GIL, cached on disk.

Numba's cache notices a change of the file that a kernel stands in, but not of the kernels that it calls in other files. The cache
therefore lies in a folder named by the digest of all sources that take part, and a changed source never meets stale machine code.
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
    """Return the folder of the compiled kernels of exactly these sources."""
    twins = Path(__file__).parent
    digest = hashlib.sha256(numba.__version__.encode())
    physics, kernel = twins / "system" / "physics", twins / "link" / "table" / "kernel.py"
    learned = [twins / "learned" / f"{name}.py" for name in ("arrays", "physics", "features", "ensemble")]
    others = [physics / "state.py", twins / "compiled.py", kernel, twins / "gym" / "field.py"]
    sources = [*physics.glob("kernel/*.py"), *twins.glob("radio/*.py"), *learned, *others]
    for source in sorted(sources):
        digest.update(source.read_bytes())
    chosen = _config.CACHE_DIR
    base = Path(chosen) if chosen else user_cache_path("twinpilot") / "kernels"
    return base / digest.hexdigest()[:16]


def compiled(function: Function) -> Function:
    """Compile a kernel: nogil, cached, floating point as in C (a division by zero is infinite, not an exception)."""
    folder = str(cache_folder())
    before = _config.CACHE_DIR
    _config.CACHE_DIR = folder
    try:
        kernel = numba.njit(nogil=True, cache=True, error_model="numpy", forceinline=True)(function)
    finally:
        _config.CACHE_DIR = before
    return cast(Function, kernel)
