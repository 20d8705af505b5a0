"""Which installed packages may be learned from: those whose own metadata states permissive licences only."""

from __future__ import annotations

import re
from importlib.metadata import Distribution
from typing import Final

_TERMS: Final = re.compile(r"[A-Za-z0-9.+-]+")
_JOINING: Final = frozenset(("AND", "OR", "WITH", "LLVM-exception"))
_PERMISSIVE: Final = frozenset(
    ("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "ISC", "MIT", "MIT-CMU", "PSF-2.0", "Zlib")
)
_CLASSIFIED: Final = {
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: BSD License": "a BSD licence",
    "License :: OSI Approved :: ISC License (ISCL)": "ISC",
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: Python Software Foundation License": "PSF-2.0 or alike",
}


def permissive_licence(package: Distribution) -> str:
    """Return the licence of a package as its metadata states it, empty if that is missing or not permissive throughout."""
    expression = next(iter(package.metadata.get_all("License-Expression") or ()), "")
    if expression:
        terms = set(_TERMS.findall(expression)) - _JOINING
        return expression if terms <= _PERMISSIVE else ""
    classifiers = [line for line in package.metadata.get_all("Classifier") or () if line.startswith("License")]
    if classifiers and all(line in _CLASSIFIED for line in classifiers):
        return " and ".join(dict.fromkeys(_CLASSIFIED[line] for line in classifiers))
    return ""
