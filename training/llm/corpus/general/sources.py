"""General English on a fresh machine: documentation of Python and of installed packages under permissive licences."""

from __future__ import annotations

import platform
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from random import Random
from typing import Final

from training.llm.corpus.document import Document
from training.llm.corpus.general.docstrings import docstrings_in
from training.llm.corpus.general.licences import permissive_licence
from training.llm.corpus.general.prose import prose_of

# Packages that TwinPilot needs, and whose documentation has much prose.
PACKAGES: Final = (
    *("networkx", "numpy", "scipy", "scikit-learn", "statsmodels", "matplotlib", "pandas", "rich", "pydantic"),
    *("sqlalchemy", "sympy", "torch"),
)
_LEFT_OUT: Final = frozenset(
    ("tests", "test", "testing", "_vendor", "site-packages", "idlelib", "lib2to3", "ensurepip", "externals")
)
_PYTHON_LICENCE: Final = "PSF-2.0"
_TOPICS: Final = "pydoc_data.topics"
_LEAST: Final = 160  # characters of a document


@dataclass(frozen=True)
class Source:
    """A package or Python itself: name with version, licence, and its source files."""

    name: str
    licence: str
    files: tuple[Path, ...]
    root: Path


def general_sources(packages: tuple[str, ...] = PACKAGES) -> tuple[list[Source], list[str]]:
    """Return the sources of this machine, and why packages were left out."""
    sources, left_out = [_python()], []
    for name in packages:
        try:
            package = distribution(name)
        except PackageNotFoundError:
            left_out.append(f"{name} is not installed")
            continue
        licence = permissive_licence(package)
        if licence:
            sources.append(_package(package, licence))
        else:
            left_out.append(f"the metadata of {name} state no licence that is permissive throughout")
    return sources, left_out


def general_documents(sources: list[Source], random: Random) -> Iterator[Document]:
    """Yield the prose of the documentation strings, file by file in an order drawn; what was yielded once is not again."""
    files = [(source, path) for source in sources for path in source.files]
    random.shuffle(files)
    seen = set[str]()
    for source, path in files:
        for where, text in _texts(source, path):
            paragraphs = [paragraph for paragraph in prose_of(text) if paragraph not in seen]
            seen.update(paragraphs)
            together = "\n".join(paragraphs)
            if len(together) >= _LEAST:
                yield Document(kind="general", source=f"{source.name}, {where}", licence=source.licence, text=together)


def _texts(source: Source, path: Path) -> Iterator[tuple[str, str]]:
    """Yield the documentation strings of a file with its module; of the language reference that Python carries, its topics."""
    module = ".".join(path.relative_to(source.root).with_suffix("").parts)
    if module == _TOPICS:
        from pydoc_data.topics import topics

        yield from ((f"{module}: {name}", topics[name]) for name in sorted(topics))
    yield from ((module, text) for text in docstrings_in(path))


def _python() -> Source:
    root = Path(sysconfig.get_path("stdlib"))
    files = sorted(path for path in root.rglob("*.py") if not _LEFT_OUT & {*path.relative_to(root).parts})
    return Source(f"Python {platform.python_version()}", _PYTHON_LICENCE, tuple(files), root)


def _package(package: Distribution, licence: str) -> Source:
    root = Path(str(package.locate_file("")))
    names = sorted(file for file in package.files or () if file.suffix == ".py" and not _LEFT_OUT & {*file.parts})
    files = tuple(path for file in names if (path := Path(str(file.locate()))).exists())
    return Source(f"{package.metadata['Name']} {package.version}", licence, files, root)
