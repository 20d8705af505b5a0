"""A command that is printed works as it is pasted: it reaches the data folder and the settings of the one that printed it."""

import ast
import json
import re
import shlex

import pytest
from entry_points import call, paste
from small_network import SmallNetwork
from small_world import SmallPlanner, service
from terminal_session import ROOT

from harness.commands.resumed_settings import resumed_settings
from harness.commitments.notice import notice
from harness.records.run_record import RunStore
from harness.runtime.command_line import give_options, one_command, twinpilot
from harness.runtime.settings import Settings
from harness.runtime.store import StateStore
from policies.change import ChangeSet

PRINTED = re.compile(r"(twinpilot (?:approve|reject|restrictions|run|runs|show|cancel|settle|journal)\b[^;`\n]*)")
_HELP = ("help", "epilog", "_EPILOG")


@pytest.fixture
def elsewhere(tmp_path):
    """A data folder and a settings file whose paths have to be quoted, with a run that waits for a verdict."""
    root = tmp_path / "with 'quotes' and blanks"
    root.mkdir()
    config = root / "my settings.toml"
    config.write_text("[commitment]\nwatchdog = false\n")
    waiting = service(root, network=SmallNetwork()).start("at least 5 Mbps")
    return waiting, ("--data-dir", root / "data", "--config", config)


def printed_by(capfd, *words):
    """The commands in what a command prints, on either stream."""
    capfd.readouterr()
    call(*words)
    shown = capfd.readouterr()
    return [line.strip() for line in PRINTED.findall(shown.out + shown.err)]


def test_what_show_and_errors_print_is_pasted_and_works(elsewhere, capfd):
    waiting, options = elsewhere
    (approve,) = printed_by(capfd, "show", waiting.run_id, *options)
    (_, again) = printed_by(capfd, "show", waiting.run_id, *options) + printed_by(capfd, "approve", waiting.run_id, *options)
    assert approve == again
    assert paste(approve) == 0
    printed = capfd.readouterr().out
    assert "approved by" in printed
    (following,) = PRINTED.findall(printed)
    assert shlex.split(following)[:4] == ["twinpilot", "run", "--resume", waiting.run_id]
    assert [str(word) for word in options] == [*shlex.split(following)[-2:], *shlex.split(following)[-4:-2]]


def answered(capfd, *words):
    """The JSON object of a call."""
    capfd.readouterr()
    call(*words, "--json")
    return json.loads(capfd.readouterr().out)


def test_a_resumed_run_goes_on_with_the_planner_that_it_began_with(tmp_path, capfd):
    """The printed `run --resume RUN` names no planner."""
    folder = ("--data-dir", tmp_path)
    begun = answered(capfd, "run", "lower the power by 1 dB", "--planner", "rule", "--scenario", "small", *folder)
    assert (begun["status"], begun["planner"]) == ("asked", "rule planner")
    resumed = ("run", "--resume", begun["run_id"], *folder)
    assert answered(capfd, *resumed)["planner"] == "rule planner"
    other = answered(capfd, *resumed, "--planner", "6g-planner")["planner"]
    assert other != "rule planner"
    assert answered(capfd, *resumed)["planner"] == other


def test_a_run_goes_on_with_its_network_planner_and_seed_unless_others_are_given(tmp_path):
    runs, settings = RunStore(StateStore(tmp_path / "state.sqlite")), Settings()
    record = runs.create("r", "active", "at least 5 Mbps", "http://ric:1", "rule planner")
    before, _ = resumed_settings(settings, record)
    assert (before.network.url, before.planner, before.network.seed) == ("http://ric:1", settings.planner, settings.network.seed)
    runs.go_on_with("r", "rule", 7)
    own, embedded = resumed_settings(settings, runs.get("r"))
    assert (own.planner.kind, own.network.seed, embedded) == ("rule", 7, "")
    given, _ = resumed_settings(settings, runs.get("r"), "llm", 0)
    assert (given.planner.kind, given.network.seed) == ("llm", 0)


def test_the_commands_of_an_error_reach_the_same_folder(elsewhere, capfd):
    waiting, options = elsewhere
    (lists,) = printed_by(capfd, "show", "nonsense", *options)
    capfd.readouterr()
    assert paste(lists) == 0
    assert waiting.run_id in capfd.readouterr().out


def test_a_relative_folder_works_from_another_one(elsewhere, tmp_path, monkeypatch, capfd):
    waiting, options = elsewhere
    monkeypatch.chdir(options[1].parent)
    (approve,) = printed_by(capfd, "show", waiting.run_id, "--data-dir", "data")
    monkeypatch.chdir(tmp_path)
    assert paste(approve) == 0


def test_with_the_defaults_commands_stay_short_and_options_do_not_outlive_their_command(elsewhere, monkeypatch, capfd):
    waiting, options = elsewhere
    printed_by(capfd, "runs", *options)
    monkeypatch.setenv("TWINPILOT_DATA_DIR", str(options[1]))
    digest = waiting.approval.digest[:12]
    assert printed_by(capfd, "show", waiting.run_id) == [f"twinpilot approve {waiting.run_id} {digest}"]


def test_the_notice_of_an_open_change_names_the_command_that_ends_it(tmp_path):
    runs = service(tmp_path, SmallPlanner())
    runs.commitments.open("k", "r", ChangeSet(), network="http://ric:1", deadline_s=1, network_deadline=4e9, expectations={})
    commitment = runs.commitments.revert_failed("k", "refused")
    with one_command():
        give_options(None, tmp_path)
        assert f"twinpilot settle r --data-dir {tmp_path}" in notice(commitment, runs.commitments.now())
    assert notice(commitment, runs.commitments.now()).endswith("twinpilot settle r")


def _is_help(node):
    names = (
        [node.arg] if isinstance(node, ast.keyword) else [getattr(target, "id", "") for target in getattr(node, "targets", ())]
    )
    return any(name in _HELP for name in names)


def _spoken(node):
    """The text constants below a node that are neither docstrings nor help."""
    for child in ast.iter_child_nodes(node):
        is_doc = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
        if is_doc or _is_help(child):
            continue
        if isinstance(child, ast.Constant) and isinstance(child.value, str):
            yield child.lineno, child.value
        yield from _spoken(child)


def test_every_command_that_the_harness_prints_is_made_by_the_one_function():
    """A command in a literal reaches the default folder, whatever --data-dir was given."""
    found = [
        f"{path.relative_to(ROOT)}:{line}: {text}"
        for path in sorted((ROOT / "harness").rglob("*.py"))
        for line, text in _spoken(ast.parse(path.read_text(encoding="utf-8")))
        if PRINTED.search(text)
    ]
    assert found == []
    assert twinpilot("run", "a b") == "twinpilot run 'a b'"
