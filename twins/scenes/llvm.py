"""Which LLVM library the ray tracer may load on a CPU.

1. Dr.Jit, beneath sionna-rt, needs LLVM newer than 16: with none or an older one its import fails, and with 15 or 16 it
   aborts the whole process.
2. So the library is chosen by its file name, without loading it: by convention the name carries the version (`libLLVM.so.19.1`,
   `libLLVM-15.so.1`). Symbolic links are followed first, `libLLVM-19.so` and `libLLVM.so` are links.
3. `DRJIT_LIBLLVM_PATH`, where set, decides alone; otherwise the newest usable library of the usual folders is taken.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from twins.scenes.errors import SceneError

VARIABLE = "DRJIT_LIBLLVM_PATH"
OLDEST = 17
REMEDY = (
    f"install LLVM 17 or newer (Debian, Ubuntu: `apt install libllvm19`), or set {VARIABLE} to its file, such as libLLVM.so.19.1"
)

_NAME = re.compile(r"^libLLVM(?:-(?P<infix>\d+)(?:\.\d+)*)?\.(?:so(?:\.(?P<suffix>\d+)(?:\.\d+)*)?|dylib)$")
_PATTERNS = (
    "/usr/lib/*-linux-gnu*",
    "/usr/lib64",
    "/usr/lib",
    "/usr/lib/llvm*/lib",
    "/usr/lib64/llvm*/lib*",
    "/usr/local/lib",
    "/usr/local/opt/llvm*/lib",
    "/opt/homebrew/opt/llvm*/lib",
)


def usual_folders() -> list[Path]:
    """Return the folders that are searched: this Python's own (conda), then the system's."""
    root = Path("/")
    return [Path(sys.prefix) / "lib", *(folder for pattern in _PATTERNS for folder in sorted(root.glob(pattern[1:])))]


def llvm_version(library: Path) -> int | None:
    """Return the major version that a library's real file name carries, None where it carries none."""
    found = _NAME.match(library.resolve().name)
    number = found and (found["infix"] or found["suffix"])
    return int(number) if number else None


def find_llvm(environment: Mapping[str, str], folders: Iterable[Path] | None = None) -> Path:
    """Return the library to give to the worker; raises SceneError("llvm") with what is wrong and what to install."""
    if named := environment.get(VARIABLE):
        return _checked(Path(named))
    found: dict[int, Path] = {}
    for folder in usual_folders() if folders is None else folders:
        for library in sorted(folder.glob("libLLVM*")):
            if (version := llvm_version(library)) is not None and library.is_file():
                found.setdefault(version, library.resolve())
    usable = [version for version in found if version >= OLDEST]
    if usable:
        return found[max(usable)]
    there = (
        f"only LLVM {', '.join(map(str, sorted(found)))}, of which 15 and 16 abort the process" if found else "no LLVM library"
    )
    raise SceneError("llvm", f"ray tracing on a CPU needs LLVM {OLDEST} or newer, there is {there}: {REMEDY}")


def _checked(library: Path) -> Path:
    """Return the library that the environment names, or say why it cannot be used."""
    if not library.is_file():
        raise SceneError("llvm", f"{VARIABLE}={library} is not a file: {REMEDY}")
    version = llvm_version(library)
    if version is None:
        raise SceneError("llvm", f"{VARIABLE}={library}: its file name does not tell the version, so it is not loaded; {REMEDY}")
    if version < OLDEST:
        harm = "aborts the process" if version in (15, 16) else "is too old for the ray tracer"
        raise SceneError("llvm", f"{VARIABLE}={library} is LLVM {version}, which {harm}: {REMEDY}")
    return library.resolve()
