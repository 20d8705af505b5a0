"""Which specification a text is, and of which release: from its cover, else from its file name.

Known: 3GPP covers ("3GPP TS 38.331 V18.1.0 (2024-03)"), their ETSI reprints ("ETSI TS 138 331 V18.1.0"), O-RAN titles
("O-RAN.WG2.A1AP-v04.02") and 3GPP file names (`38331-i10.docx`, whose three letters are the version in base 36). Everything else
keeps its file name as its name.
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
    """Return what the cover, or else the file name, says the document is."""
    cover = text[:_COVER_CHARACTERS]
    for pattern in (_3GPP, _ETSI):
        found = pattern.search(cover)
        if found:
            kind, series, number, *version = found.groups()
            return DocumentHead(f"3GPP {kind} {series}.{number}", _release(version, cover))
    return _from_oran(cover) or _from_file_name(file_stem) or DocumentHead(file_stem, "")


def _release(version: list[str], cover: str = "") -> str:
    """Return release and version; a version below 4 is a draft, whose release only the cover tells."""
    said = _RELEASE.search(cover)
    release = f"Rel-{version[0]}" if int(version[0]) >= 4 else f"Rel-{said[1]}" if said else ""
    return f"{release} V{'.'.join(version)}".strip()


def _from_oran(cover: str) -> DocumentHead | None:
    found = _ORAN.search(cover)
    if found is None:
        return None
    name, _, inline = found[2].partition("-v")
    version = found[3] or inline
    return DocumentHead(f"O-RAN.WG{found[1]}.{name}", f"v{version}" if version else "")


def _from_file_name(stem: str) -> DocumentHead | None:
    found = _FILE.match(stem)
    if found is None:
        return None
    kind = "TR" if found[2].startswith(("8", "9")) else "TS"
    return DocumentHead(f"3GPP {kind} {found[1]}.{found[2]}", _release([str(int(digit, 36)) for digit in found.groups()[2:]]))
