"""What the README tells to type exists: each command parses with the arguments and options that are shown."""

import re
import shlex
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import typer.main

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
MAKEFILE = (Path(__file__).parents[2] / "Makefile").read_text(encoding="utf-8")
COMMANDS = [line.split("#")[0].strip() for line in README.splitlines() if line.startswith("twinpilot ")]


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_of_the_readme_parses_as_it_stands(line):
    _, name, *arguments = shlex.split(line)
    (entry,) = entry_points(group="twinpilot.commands", name=name)
    command = typer.main.get_command(entry.load())
    context = command.make_context(name, list(arguments))
    if hasattr(command, "resolve_command") and arguments:
        name, subcommand, rest = command.resolve_command(context, list(arguments))
        assert subcommand is not None
        subcommand.make_context(name, rest, parent=context)


def test_the_readme_shows_the_commands_that_there_are():
    shown = {shlex.split(line)[1] for line in COMMANDS}
    registered = {entry.name for entry in entry_points(group="twinpilot.commands")}
    assert shown | {"demo"} == registered


def test_the_make_targets_of_the_readme_exist():
    targets = re.findall(r"^make (\w+)", README, re.MULTILINE)
    assert targets
    for target in targets:
        assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)


def test_the_figures_that_the_readme_counts_are_the_catalogues():
    from policies.limits.loading import load_limits

    catalogue = load_limits()
    attributes, rules = re.search(r"(\d+) attributes and (\d+) joint rules", README).groups()
    assert (len(catalogue), len(catalogue.rules)) == (int(attributes), int(rules))
