"""The structure of the source tree: small packages, no second way to import a name, no circles, every import resolves."""

import ast
import re
from collections import Counter
from functools import cache

import pytest
from house import FLOORS, ROOT, circles, faces, imports, modules, packages, rooms

LARGEST = 20  # modules of a package, its sub-packages' not counted
KNOWN = modules(ROOT)
GRAPH = {name: imports(name, path, KNOWN) for name, path in KNOWN.items()}
TESTS = sorted((ROOT / "tests").rglob("*.py"))
IN_TEXT = re.compile(rf"^\s*(?:from\s+((?:{'|'.join(FLOORS)})[\w.]*)\s+import\s+([\w, ]+))", re.MULTILINE)


def test_no_package_has_more_than_twenty_modules_of_its_own():
    assert {name: len(inside) for name, inside in packages(KNOWN).items() if len(inside) > LARGEST} == {}


def test_every_folder_of_modules_is_a_package():
    assert [name for name in packages(KNOWN) if name not in KNOWN] == []


def test_a_name_is_imported_from_the_module_that_defines_it_alone():
    assert faces(KNOWN) == []


def test_no_modules_import_each_other_in_a_circle():
    assert circles(GRAPH) == []


def test_no_rooms_of_a_package_import_each_other_in_a_circle():
    assert [name for name in packages(KNOWN) if circles(rooms(name, GRAPH))] == []


def drawn_rooms():
    """The rooms of each package in CONTRIBUTING's picture, in groups from left to right."""
    picture = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("```")[1]
    drawn = {}
    for line in picture.splitlines():
        row = re.match(r" [ \d]\s+([a-z.]+)\s+(\S.*→.*)$", line)
        if row:
            drawn[row[1]] = [[f"{row[1]}.{room}" for room in re.findall(r"[a-z_0-9]+", group)] for group in row[2].split("→")]
    return drawn


def test_the_picture_in_contributing_shows_which_way_imports_run():
    drawn = drawn_rooms()
    assert set(FLOORS) <= set(drawn)
    for package, groups in drawn.items():
        between, place = rooms(package, GRAPH), {room: index for index, group in enumerate(groups) for room in group}
        children = {".".join(name.split(".")[: package.count(".") + 2]) for name in KNOWN if name.startswith(f"{package}.")}
        assert set(place) <= children, "a room that does not exist"
        upward = [(room, other) for room in place for other in between.get(room, ()) if place.get(other, -1) >= place[room]]
        assert upward == [], f"{package}: to the right of where they are imported, or beside it"


@cache
def defined(name):
    """The names that a module defines or imports at its top level, and its sub-modules."""
    names = {module.rpartition(".")[2] for module in KNOWN if module.rpartition(".")[0] == name}
    for node in ast.walk(ast.parse(KNOWN[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    return names


def unresolved(path):
    """What a file imports from the floors, also inside functions and in programs that it keeps as text, and does not get."""
    imported = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and not node.level and node.module:
            imported += [(node.module, alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            imported += [(alias.name, None) for alias in node.names]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            imported += [(base, name.strip()) for base, names in IN_TEXT.findall(node.value) for name in names.split(",")]
    ours = [(base, name) for base, name in imported if base.partition(".")[0] in FLOORS]
    return [f"{path.relative_to(ROOT)}: {base} {name or ''}" for base, name in ours if not resolves(base, name)]


def resolves(base, name):
    return base in KNOWN and (name is None or name in defined(base))


@pytest.mark.parametrize("paths", [list(KNOWN.values()), TESTS], ids=["floors", "tests"])
def test_every_import_of_a_module_of_the_project_resolves(paths):
    assert [line for path in paths for line in unresolved(path)] == []


def test_folders_of_tests_hold_no_folders_and_their_files_have_names_of_their_own():
    """pytest puts each folder of tests on the path: a folder in it that is called like a package passes for the package."""
    folders = {path.parent for path in TESTS}
    assert [folder for folder in folders if any(other.parent == folder for other in folders)] == []
    names = Counter(path.name for path in TESTS if path.name != "conftest.py")
    assert [name for name, count in names.items() if count > 1] == []


ON_THEIR_OWN = {
    "tools.langchain_export": "for programs of others",
    "training.gym.model.experiment_model": "seed 001's equation (3), for programs of others",
    "training.llm.writing.markup": "for scripts that write a hand's texts (training/llm/hands/README.md)",
    "training.llm.one_gpu.running": "called by deploy/training/on_one_gpu.py",
    "twins.gym.packet_twin.twin": "what a sandbox without the product runs",
    "twins.ns3.worker": "a program of its own, under the GPL",
}


def test_every_module_is_used_by_the_product():
    """What only tests import was forgotten to be called, or is dead."""
    used = {used for graph in GRAPH.values() for used in graph}
    named = re.compile(rf"\b(?:{'|'.join(FLOORS)})(?:\.\w+)+")
    for path in (*KNOWN.values(), ROOT / "pyproject.toml"):
        used |= set(named.findall(path.read_text(encoding="utf-8")))
    modules_alone = {name for name, path in KNOWN.items() if path.name != "__init__.py"}
    assert modules_alone - used == ON_THEIR_OWN.keys()
