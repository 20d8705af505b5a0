"""The structure of the source tree in figures: modules a package, lengths, arrows between rooms, import circles.

1. A room is a direct child of a package: a sub-package with all that is in it, or a module. An arrow from one room to another is
   at least one import, also one that only a type checker runs and one inside a function.
2. A circle is a set of rooms of one package, or of modules, that reach each other by arrows.
3. A face is an `__init__` that hands on names of other modules: a second way to import the same thing. There are none.

`python tests/architecture/house.py [ROOT] --json` prints the figures of the checkout at ROOT (default: this one).
"""

from __future__ import annotations

import ast
import json
import statistics
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

FLOORS = ("policies", "twins", "tools", "agents", "harness", "training")
ROOT = Path(__file__).parents[2]
Arrows = dict[str, set[str]]


def modules(root: Path) -> dict[str, Path]:
    """Return every module of the floors by dotted name; a package stands under its own name, with its `__init__.py`."""
    paths = {}
    for floor in FLOORS:
        for path in sorted((root / floor).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            paths[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return paths


def packages(known: dict[str, Path]) -> dict[str, list[str]]:
    """Return the direct modules (not the sub-packages) of each package, by the package's name."""
    inside: dict[str, list[str]] = {name: [] for name, path in known.items() if path.name == "__init__.py"}
    for name, path in known.items():
        if path.name != "__init__.py":
            inside.setdefault(name.rpartition(".")[0], []).append(name)
    return inside


def imports(name: str, path: Path, known: dict[str, Path]) -> set[str]:
    """Return the modules of the floors that a module imports, wherever in the file the import is."""
    is_package = path.name == "__init__.py"
    face = path.with_suffix(".pyi")
    imported: set[str] = set()
    for source in [path, face] if is_package and face.exists() else [path]:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names if alias.name in known}
            elif isinstance(node, ast.ImportFrom):
                base = _absolute(node, name, is_package)
                for alias in node.names:
                    target = f"{base}.{alias.name}"
                    if target in known or base in known:
                        imported.add(target if target in known else base)
    return imported - {name}


def _absolute(node: ast.ImportFrom, name: str, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = name.split(".") if is_package else name.split(".")[:-1]
    parts = parts[: len(parts) - node.level + 1]
    return ".".join([*parts, node.module] if node.module else parts)


def arrows(known: dict[str, Path]) -> Arrows:
    """Return which modules each module imports. A face hands names on: it imports its package's modules."""
    return {name: imports(name, path, known) for name, path in known.items()}


def rooms(package: str, graph: Arrows) -> Arrows:
    """Return the arrows between the direct children of a package; its own `__init__` is no room."""
    between: Arrows = defaultdict(set)
    depth = package.count(".") + 2
    for source, targets in graph.items():
        if not source.startswith(f"{package}."):
            continue
        room = ".".join(source.split(".")[:depth])
        inside = {".".join(target.split(".")[:depth]) for target in targets if target.startswith(f"{package}.")}
        between[room] |= inside - {room}
    return between


def circles(graph: Arrows) -> list[list[str]]:
    """Return the strongly connected components of more than one node, largest first (Tarjan 1972)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    components: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for target in graph.get(node, ()):
            if target not in index:
                visit(target)
                low[node] = min(low[node], low[target])
            elif target in stack:
                low[node] = min(low[node], index[target])
        if low[node] == index[node]:
            component = []
            while not component or component[-1] != node:
                component.append(stack.pop())
            if len(component) > 1:
                components.append(sorted(component))

    sys.setrecursionlimit(10_000)
    for node in graph:
        if node not in index:
            visit(node)
    return sorted(components, key=lambda component: (-len(component), component))


def faces(known: dict[str, Path]) -> list[str]:
    """Return the packages whose `__init__` hands on names of other modules, eagerly or by a stub beside it."""
    return sorted(
        name
        for name, path in known.items()
        if path.name == "__init__.py" and (path.with_suffix(".pyi").exists() or path.read_text(encoding="utf-8").strip())
    )


def function_lengths(paths: Iterable[Path]) -> Iterator[int]:
    """Yield the length in lines of every function and method, decorators not counted."""
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield (node.end_lineno or node.lineno) - node.lineno + 1


def figures(root: Path = ROOT) -> dict[str, object]:
    """Return all figures of a checkout, ready for JSON."""
    known = modules(root)
    graph = arrows(known)
    counts = {name: len(inside) for name, inside in packages(known).items()}
    files = [len(path.read_text(encoding="utf-8").splitlines()) for path in known.values() if path.name != "__init__.py"]
    functions = list(function_lengths(known.values()))
    # A package's face hands on what is in it: as a module it would close a circle with each of its users.
    plain = {name: {to for to in targets if known[to].name != "__init__.py"} for name, targets in graph.items()
             if known[name].name != "__init__.py"}  # fmt: skip
    between = {name: circles(rooms(name, graph)) for name in counts}
    floors = {floor: rooms(floor, graph) for floor in FLOORS}
    return {
        "modules": len(files),
        "lines": sum(files),
        "packages": len(counts),
        "largest_packages": dict(Counter(counts).most_common(12)),
        "file_lines": _spread(files),
        "function_lines": _spread(functions),
        "module_circles": circles(plain),
        "room_circles": {name: components for name, components in between.items() if components},
        "rooms_and_arrows": {
            floor: {"rooms": len(graph), "arrows": sum(map(len, graph.values()))} for floor, graph in floors.items()
        },
        "faces": len(faces(known)),
    }


def _spread(values: list[int]) -> dict[str, float]:
    tenths = statistics.quantiles(values, n=10)
    return {"median": statistics.median(values), "p90": round(tenths[8], 1), "max": max(values)}


if __name__ == "__main__":
    arguments = [word for word in sys.argv[1:] if word != "--json"]
    text = json.dumps(figures(Path(arguments[0]) if arguments else ROOT), indent=None if "--json" in sys.argv else 2)
    sys.stdout.write(f"{text}\n")
