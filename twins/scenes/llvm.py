"""Selection of the LLVM library that the ray tracer loads on a CPU.

1. Dr.Jit, which sionna-rt is built on, needs LLVM newer than 16: without LLVM or with an older one its import fails, and 15 or 16
   abort the whole process.
2. The library is therefore selected by file name, without loading it: by convention the name contains the version
   (`libLLVM.so.19.1`, `libLLVM-15.so.1`). Symbolic links such as `libLLVM-19.so` and `libLLVM.so` are resolved first.
3. If `DRJIT_LIBLLVM_PATH` is set, only that library is considered; otherwise the newest usable one of the usual folders.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from twins.scenes.errors import SceneError

VARIABLE = "DRJIT_LIBLLVM_PATH"
MIN_VERSION = 17
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
    """Return the folders to search: this Python's own (conda), then the system's."""
    root = Path("/")
    return [Path(sys.prefix) / "lib", *(folder for pattern in _PATTERNS for folder in sorted(root.glob(pattern[1:])))]


def llvm_version(library: Path) -> int | None:
    """Return the major version in the name of a library's real file; None if the name has none."""
    match = _NAME.match(library.resolve().name)
    number = match and (match["infix"] or match["suffix"])
    return int(number) if number else None


def find_llvm(environment: Mapping[str, str], folders: Iterable[Path] | None = None) -> Path:
    """Return the library for the worker to load; raises SceneError("llvm") with the reason and what to install."""
    if configured := environment.get(VARIABLE):
        return _checked(Path(configured))
    installed: dict[int, Path] = {}
    for folder in usual_folders() if folders is None else folders:
        for library in sorted(folder.glob("libLLVM*")):
            if (version := llvm_version(library)) is not None and library.is_file():
                installed.setdefault(version, library.resolve())
    usable = [version for version in installed if version >= MIN_VERSION]
    if usable:
        return installed[max(usable)]
    available = (
        f"only LLVM {', '.join(map(str, sorted(installed)))}, of which 15 and 16 abort the process"
        if installed
        else "no LLVM library"
    )
    raise SceneError("llvm", f"ray tracing on a CPU needs LLVM {MIN_VERSION} or newer, there is {available}: {REMEDY}")


def _checked(library: Path) -> Path:
    """Return the library configured in the environment; raises SceneError if it cannot be used."""
    if not library.is_file():
        raise SceneError("llvm", f"{VARIABLE}={library} is not a file: {REMEDY}")
    version = llvm_version(library)
    if version is None:
        raise SceneError("llvm", f"{VARIABLE}={library}: its file name has no version, so it is not loaded; {REMEDY}")
    if version < MIN_VERSION:
        problem = "aborts the process" if version in (15, 16) else "is too old for the ray tracer"
        raise SceneError("llvm", f"{VARIABLE}={library} is LLVM {version}, which {problem}: {REMEDY}")
    return library.resolve()
