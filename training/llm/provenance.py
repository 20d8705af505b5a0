"""Where weights were made: machine and versions, for their record."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version


def machine() -> str:
    """Return the kind of device on which this process trains."""
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else f"{platform.machine()}, one CPU thread"


def versions(*packages: str) -> dict[str, str]:
    """Return the versions of those packages that are installed: a base that was made elsewhere needs no `gguf`."""
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
