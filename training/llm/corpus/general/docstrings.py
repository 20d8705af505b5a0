"""Documentation strings of Python sources, found without importing them."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_DOCUMENTED: Final = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def docstrings_in(path: Path) -> Iterator[str]:
    """Yield the documentation strings of a source file in its order; nothing for one that is no valid Python of this version."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of invalid escapes in the strings of others
            tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in _documented(tree):
        text = ast.get_docstring(node)
        if text:
            yield text


def _documented(node: ast.AST) -> Iterator[ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield what can have a documentation string: modules, classes and their functions; what is within a function is its own."""
    if isinstance(node, _DOCUMENTED):
        yield node
    if isinstance(node, ast.Module | ast.ClassDef | ast.If | ast.Try):
        for child in ast.iter_child_nodes(node):
            yield from _documented(child)
