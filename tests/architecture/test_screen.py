"""The unsafe way to print is closed: commands print through `twins.screen`, which makes what others wrote safe."""

import ast

import pytest
from house import ROOT, modules

PRINTERS = {"print", "pprint"}
ECHOES = {("typer", "echo"), ("typer", "secho"), ("click", "echo"), ("rich", "print"), ("logging", "basicConfig")}
STREAMS = {"stdout", "stderr"}
# Programs that are no commands of the product: they print a line that they made themselves.
PROGRAMS = {
    "twins.system.history", "twins.system.bench.bench_network", "twins.radio.export_tables", "twins.link.bench.bench_speed",
}  # fmt: skip
# The watchdog's process: its standard error goes nowhere, and it says what it did in the journal.
PROGRAMS |= {"harness.commitments.watchdog", "twins.worker_process", "twins.ns3.worker", "twins.scenes.worker"}
# Processes of a benchmark, which speak to it over their standard streams.
PROGRAMS |= {"harness.trust.fork_server", "harness.trust.trials"}
CHECKED = {name: path for name, path in modules(ROOT).items() if not name.startswith("twins.screen") and name not in PROGRAMS}


def _name(node):
    return (node.value.id, node.attr) if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) else ("", "")


def _is_stream_write(function):
    return (
        isinstance(function, ast.Attribute)
        and function.attr in ("write", "writelines")
        and isinstance(function.value, ast.Attribute)
        and function.value.attr in STREAMS
    )


def unsafe(tree):
    """The lines that print, or make a console or a styled text, by another way than `twins.screen`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in ("rich.console", "rich"):
            names = {alias.name for alias in node.names} & {"Console", "print", "get_console"}
            yield from ((node.lineno, f"imports rich's {name}: use twins.screen.console.SafeConsole") for name in names)
        if isinstance(node, ast.Call):
            yield from ((node.lineno, objection) for objection in objections(node))


def objections(call):
    function, name = call.func, getattr(call.func, "id", "")
    is_open = bool(call.args) and not isinstance(call.args[0], ast.Constant)
    if name in PRINTERS:
        yield "prints: use twins.screen.say"
    if _name(function) in ECHOES or _is_stream_write(function):
        yield "writes to the terminal: use twins.screen.say"
    if (name == "Text" and is_open) or _name(function)[1] in ("from_markup", "from_ansi"):
        yield "text that may be foreign: use twins.screen.console.plain"
    if _name(function)[0] in ("Prompt", "Confirm") and is_open:
        yield "a prompt is interpreted: print what may be foreign before it"
    if any(keyword.arg in ("markup", "emoji") and getattr(keyword.value, "value", None) is True for keyword in call.keywords):
        yield "interprets text"


@pytest.mark.parametrize("name", CHECKED)
def test_nothing_is_printed_but_through_the_one_door(name):
    assert list(unsafe(ast.parse(CHECKED[name].read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    "line",
    [
        "print(text)", "typer.echo(text)", "sys.stdout.write(text)", "sys.stderr.write(text)", "from rich.console import Console",
        "Text(message)", "Text.from_markup(message)", "Prompt.ask(question)", "table.add_column(name, markup=True)",
    ],
)  # fmt: skip
def test_each_unsafe_way_is_seen(line):
    assert list(unsafe(ast.parse(line)))
