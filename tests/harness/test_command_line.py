"""The command line answers at once and is put together without importing what is not called."""

import subprocess
import sys

HEAVY = ("torch", "sionna", "langgraph", "numba", "duckdb", "fastapi", "pydantic", "sentence_transformers", "matplotlib")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "harness.main", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)


def test_help_lists_every_command_with_its_line_and_imports_nothing_heavy():
    code = (
        "import sys; from typer.testing import CliRunner; from harness.main import app;"
        "result = CliRunner().invoke(app, ['--help']); print(result.output);"
        f"print('HEAVY', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert "HEAVY []" in done.stdout
    assert "(not installed" not in done.stdout
    for command in ("run", "runs", "show", "approve", "reject", "network", "standards", "journal", "bench", "demo"):
        assert f"  {command} " in done.stdout


def test_an_unknown_command_is_refused_with_the_usage_status():
    done = run("fly")
    assert done.returncode == 2
    assert "No such command 'fly'" in done.stderr


def test_an_unknown_benchmark_names_those_that_exist():
    done = run("bench", "nonsense")
    assert done.returncode == 2
    assert "NAME='nonsense' is not a benchmark; there are: beams, gym, link, network, receivers, run" in done.stderr
