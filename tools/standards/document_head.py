"""Identification of a specification and its release from the cover, or else from the file name.

Recognized are 3GPP covers ("3GPP TS 38.331 V18.1.0 (2024-03)"), their ETSI reprints ("ETSI TS 138 331 V18.1.0"), O-RAN titles
("O-RAN.WG2.A1AP-v04.02") and 3GPP file names (`38331-i10.docx`, whose last three characters are the version in base 36). Other
documents are named by their file name.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_COVER_CHARACTERS = 20_000
_VERSION = r"V?\s?(\d{1,2})\.(\d{1,2})\.(\d{1,2})"
_3GPP = re.compile(rf"3GPP\s+(TS|TR)\s+(\d{{2}})\.(\d{{3}}(?:-\d+)*)\s+{_VERSION}")
_ETSI = re.compile(rf"ETSI\s+(TS|TR)\s+1(\d{{2}})\s(\d{{3}}(?:-\d+)*)\s+{_VERSION}")
_ORAN = re.compile(r"O-RAN[.\s]WG(\d+)\.([A-Za-z0-9.\-]*[A-Za-z0-9])(?:\s*-?\s*v(\d{2}\.\d{2}(?:\.\d{2})?))?", re.IGNORECASE)
_RELEASE = re.compile(r"\(?\bRelease\s+(\d{1,2})\b", re.IGNORECASE)
_FILE = re.compile(r"^(\d{2})(\d{3}(?:-\d+)*)-([0-9a-z])([0-9a-z])([0-9a-z])", re.IGNORECASE)


class DocumentHead(NamedTuple):
    """Name ("3GPP TS 38.331") and release with version ("Rel-18 V18.1.0"), empty where unknown."""

    document: str
    release: str


def recognize(text: str, file_stem: str) -> DocumentHead:
    """Return name and release of a document from its cover, or else from its file name."""
    cover = text[:_COVER_CHARACTERS]
    for pattern in (_3GPP, _ETSI):
        match = pattern.search(cover)
        if match:
            kind, series, number, *version = match.groups()
            return DocumentHead(f"3GPP {kind} {series}.{number}", _release(version, cover))
    return _from_oran(cover) or _from_file_name(file_stem) or DocumentHead(file_stem, "")


def _release(version: list[str], cover: str = "") -> str:
    """Return release and version; a major version below 4 is a draft, whose release is only on the cover."""
    match = _RELEASE.search(cover)
    release = f"Rel-{version[0]}" if int(version[0]) >= 4 else f"Rel-{match[1]}" if match else ""
    return f"{release} V{'.'.join(version)}".strip()


def _from_oran(cover: str) -> DocumentHead | None:
    match = _ORAN.search(cover)
    if match is None:
        return None
    name, _, inline = match[2].partition("-v")
    version = match[3] or inline
    return DocumentHead(f"O-RAN.WG{match[1]}.{name}", f"v{version}" if version else "")


def _from_file_name(stem: str) -> DocumentHead | None:
    match = _FILE.match(stem)
    if match is None:
        return None
    kind = "TR" if match[2].startswith(("8", "9")) else "TS"
    return DocumentHead(f"3GPP {kind} {match[1]}.{match[2]}", _release([str(int(digit, 36)) for digit in match.groups()[2:]]))
