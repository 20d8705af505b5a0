"""Text extraction from the user's specifications: PDF, DOCX, HTML, Markdown and plain text."""

from __future__ import annotations

import logging
import os
from functools import cache
from pathlib import Path
from typing import Any

from tools.standards.errors import StandardsError

_CONVERTED = frozenset({".pdf", ".docx", ".html", ".htm"})
_PLAIN = frozenset({".md", ".markdown", ".txt", ".text"})
SUFFIXES = _CONVERTED | _PLAIN


def files_under(path: Path) -> list[Path]:
    """Return the readable files at or below `path`, sorted, without hidden ones.

    Raises StandardsError if `path` does not exist or contains no readable file.
    """
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise StandardsError(f"PATH={path}: no such file or folder")
    candidates = []
    for folder, folders, names in os.walk(path):
        folders[:] = [name for name in folders if not name.startswith(".")]
        candidates += [Path(folder) / name for name in names if not name.startswith((".", "~$"))]
    files = sorted(file for file in candidates if file.suffix.lower() in SUFFIXES)
    if not files:
        raise StandardsError(f"PATH={path}: no file with one of the suffixes {', '.join(sorted(SUFFIXES))}")
    return files


def read_text(path: Path) -> str:
    """Return the text of a file, as Markdown if it has structure; raises StandardsError with the reason if it cannot be read."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise StandardsError(f"{suffix or 'no suffix'} is not one of {', '.join(sorted(SUFFIXES))}")
    try:
        text = path.read_text(encoding="utf-8", errors="replace") if suffix in _PLAIN else _converted(path, suffix)
    except Exception as error:  # converters get arbitrary files, and their parsers raise all kinds of errors
        raise StandardsError(f"cannot be read as {suffix[1:].upper()}: {_first_line(error)}") from error
    if not any(character.isalnum() for character in text):
        raise StandardsError("contains no text (a scan needs OCR first)")
    return text


def _converted(path: Path, suffix: str) -> str:
    """Convert with the converter of the suffix: MarkItDown's automatic choice reads a broken PDF as plain text."""
    from markitdown import StreamInfo

    with path.open("rb") as file:
        if suffix == ".pdf" and not file.read(5).startswith(b"%PDF-"):
            raise StandardsError("it has no PDF header")
        file.seek(0)
        return str(_converter(suffix).convert(file, StreamInfo(extension=suffix)).markdown)


@cache
def _converter(suffix: str) -> Any:
    from markitdown.converters import DocxConverter, HtmlConverter, PdfConverter

    # pdfminer's warnings about unusual but readable files do not help the user.
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    converters: dict[str, Any] = {".pdf": PdfConverter, ".docx": DocxConverter}
    return converters.get(suffix, HtmlConverter)()


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)[:200]
