"""The command line: help at once, one line and one object for each failure, the documented exit statuses, ids that are whole."""

import json
import re
import shlex
import subprocess
import sys

import pytest
import typer.main
from small_world import SmallPlanner, service
from terminal_session import ENVIRONMENT, ROOT, piped

from harness.approvals.approver import ApprovalAnswer, approve_by_flag
from harness.main import _entries
from harness.main import run as run_command
from harness.records.status import EXIT_STATUS
from twins.screen.exit_status import EXIT_STATUSES, exit_status_text

HEAVY = ("torch", "sionna", "langgraph", "numba", "duckdb", "fastapi", "pydantic", "sentence_transformers", "matplotlib")


def test_help_lists_every_command_with_its_line_and_imports_nothing_heavy():
    code = (
        "import sys; from typer.testing import CliRunner; from harness.main import app;"
        "result = CliRunner().invoke(app, ['--help']); print(result.output);"
        f"print('HEAVY', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=600, check=True)
    assert "HEAVY []" in done.stdout
    assert "(not installed" not in done.stdout
    for command in ("run", "runs", "show", "approve", "reject", "network", "standards", "journal", "bench", "demo"):
        assert f"  {command} " in done.stdout


def test_the_version_is_printed():
    done = piped("--version")
    assert done.returncode == 0
    assert re.fullmatch(r"twinpilot \d+\.\d+\.\d+\n", done.stdout)


def test_an_unknown_benchmark_names_those_that_exist(capfd):
    assert run_command(["bench", "nonsense"]) == 2
    assert "NAME='nonsense' is not a benchmark; there are: beams, gym, link, network, planning, " in capfd.readouterr().err


def test_a_benchmark_refuses_a_seed_that_it_cannot_take(capfd):
    assert run_command(["bench", "network", "--seed", "2"]) == 2
    assert "--seed=2: benchmark network always takes the same seeds; leave the option out" in capfd.readouterr().err
    assert run_command(["bench", "planning", "--seed", "99"]) == 2
    error = capfd.readouterr().err
    assert "--seed=99: 100000 .. " in error and "since networks below are trained on; leave it out for a fresh one" in error


def test_a_benchmark_that_uses_one_process_refuses_several(capfd):
    assert run_command(["bench", "network", "--workers", "2"]) == 2
    assert "--workers=2: benchmark network uses one process; leave the option out" in capfd.readouterr().err


FAILURES = {
    "unknown command": ["fly"],
    "unknown option": ["run", "x", "--fly"],
    "unknown option of a group": ["network", "--fly"],
    "missing argument": ["approve"],
    "a value that is no number": ["runs", "--count", "many"],
    "neither intent nor run": ["run"],
    "unknown setting": ["runs", "--config", "/nonexistent.toml"],
    "unwritable folder": ["run", "x", "--data-dir", "/proc/x"],
    "unreachable network": ["run", "x", "--url", "http://127.0.0.1:9", "--data-dir", "DATA"],
    "unknown run": ["show", "nonsense", "--data-dir", "DATA"],
    "nothing to approve": ["approve", "nonsense", "--data-dir", "DATA"],
    "unknown scenario": ["run", "x", "--scenario", "/nonexistent.json", "--data-dir", "DATA"],
    "no journal": ["journal", "verify", "--data-dir", "DATA"],
    "no network": ["network", "show", "--url", "http://127.0.0.1:9"],
    "unknown benchmark": ["bench", "nonsense"],
    "unknown link": ["link", "nonsense"],
    "unknown task": ["tasks", "show", "nonsense"],
    "unknown agent": ["gym", "run", "--agent", "nonsense"],
    "no such specification": ["standards", "ingest", "/nonexistent", "--index", "DATA"],
    "no terminal for the demo": ["demo"],
}


@pytest.mark.parametrize("name", FAILURES)
def test_with_json_a_failure_is_exactly_one_object(name, tmp_path, capfd):
    words = [word.replace("DATA", str(tmp_path)) for word in FAILURES[name]]
    status = run_command([*words, "--json"])
    printed = capfd.readouterr()
    failure = json.loads(printed.out)
    assert printed.out.count("\n") == 1
    assert status in (1, 2)
    assert failure["status"] == "failed"
    assert failure["message"]
    assert failure["error"]
    assert failure["exit_status"] == status
    assert "Traceback" not in printed.err


def test_a_defect_is_one_line_that_can_be_reported(tmp_path, capfd):
    (tmp_path / "state.sqlite").mkdir(parents=True)  # SQLite cannot open a folder
    assert run_command(["runs", "--data-dir", str(tmp_path), "--json"]) == 1
    printed = capfd.readouterr()
    assert json.loads(printed.out)["status"] == "failed"
    assert printed.err.count("\n") == 1


def ended(root, status):
    """A run of the small network that ends with this status; returns its id."""
    if status == "rejected":
        return service(root).start("5", approver=lambda question: ApprovalAnswer(False, "ann", "terminal"))
    if status == "asked":
        return service(root, SmallPlanner(ask=True)).start("5")
    planner = {"no change needed": SmallPlanner(minimums=(0,)), "cannot": SmallPlanner(minimums=()),
               "failed": SmallPlanner(explode=True)}  # fmt: skip
    mode = "shadow" if status == "shadow" else "active"
    approver = None if status == "awaiting approval" else approve_by_flag
    return service(root, planner.get(status)).start("5", mode, approver=approver)


@pytest.mark.parametrize(
    ("status", "expected"),
    [("confirmed", 0), ("no change needed", 0), ("shadow", 0), ("cannot", 1), ("asked", 3), ("awaiting approval", 3),
     ("rejected", 4)],
)  # fmt: skip
def test_the_exit_status_of_a_run_is_the_documented_one(tmp_path, status, expected):
    outcome = ended(tmp_path, status)
    assert (outcome.status, outcome.exit_status) == (status, expected)
    again = run_command(["run", "--resume", outcome.run_id, "--data-dir", str(tmp_path / "data"), "--json"])
    assert again == (expected if expected != 3 else 1), "its network, in another process, is gone: only an end is told again"


def test_every_status_has_an_exit_status_of_the_one_table():
    assert set(EXIT_STATUS.values()) <= set(EXIT_STATUSES)
    documented = (ROOT / "README.md").read_text(encoding="utf-8")
    for status, meaning in EXIT_STATUSES.items():
        assert f"| {status} | {meaning} |" in documented
    assert "Exit status" in piped("run", "--help").stdout
    assert " ".join(exit_status_text().split()) in " ".join(piped("--help").stdout.split())


def test_a_journal_that_is_not_intact_has_the_exit_status_of_the_table(tmp_path, capfd):
    service(tmp_path).start("5")
    data = str(tmp_path / "data")
    assert run_command(["journal", "verify", "--data-dir", data]) == 0
    path = tmp_path / "data" / "journal" / "journal.jsonl"
    path.write_text(path.read_text().replace('"5"', '"6"', 1))
    assert run_command(["journal", "verify", "--data-dir", data]) == 4


@pytest.fixture(scope="module")
def waiting(tmp_path_factory):
    """The data folder with a run of a long text that waits for its approval, and the run's id."""
    root = tmp_path_factory.mktemp("waiting")
    return root / "data", service(root).start("at least 5 Mbps " * 20).run_id


@pytest.mark.parametrize("columns", ["40", "80", ""])
def test_the_list_of_runs_never_cuts_an_id(waiting, columns):
    data, run_id = waiting
    environment = {**ENVIRONMENT, "COLUMNS": columns}
    words = [sys.executable, "-m", "harness.main", "runs", "--data-dir", str(data)]
    done = subprocess.run(words, check=True, capture_output=True, text=True, timeout=600, env=environment)
    assert done.stdout.startswith(f"{run_id}  awaiting approval")
    terminal = {**environment, "FORCE_COLOR": "1", "NO_COLOR": "1"}
    shown = subprocess.run(words, check=True, capture_output=True, text=True, timeout=600, env=terminal).stdout
    assert run_id in re.sub(r"\x1b\[[0-9;]*m", "", shown)


@pytest.mark.parametrize("text", ["pizza", "hello?", "   .", "asdf qwer", "what is the weather in Paris"])
def test_what_is_not_about_a_network_is_answered_before_one_starts(tmp_path, text, capfd):
    status = run_command(["run", text, "--data-dir", str(tmp_path)])
    printed = capfd.readouterr()
    assert status in (1, 3)
    assert "starting network" not in printed.out
    assert not list(tmp_path.glob("networks/*/state.bin"))


def test_an_empty_intent_is_a_usage_error(tmp_path, capfd):
    assert run_command(["run", " ", "--data-dir", str(tmp_path)]) == 2
    assert not (tmp_path / "networks").exists()


def examples():
    """The examples in the help of every command, by the command that is called."""
    for name in sorted(_entries()):
        command = typer.main.get_command(_entries()[name].load())
        for line in f"{command.help or ''}\n{command.epilog or ''}".splitlines():
            found = re.match(r"\s*(twinpilot .*?)(?:\s{3,}\(.*)?$", line)
            if found:
                yield found[1]


def test_every_example_of_the_help_is_parsed_as_it_stands():
    """Each option exists and each value is allowed: the command is taken apart as the shell and typer do."""
    shown = list(examples())
    assert len(shown) >= 5
    for example in shown:
        words = shlex.split(example.split(">")[0])[1:]
        command = typer.main.get_command(_entries()[words[0]].load())
        command.make_context(words[0], words[1:])


def test_an_example_of_the_help_does_what_it_says(tmp_path, capfd):
    example = next(line for line in examples() if "--shadow" in line)
    words = [*shlex.split(example)[1:], "--scenario", "small", "--data-dir", str(tmp_path), "--json"]
    assert run_command(words) == 0
    assert json.loads(capfd.readouterr().out)["status"] in ("shadow", "no change needed")
