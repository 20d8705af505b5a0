"""`twinpilot llm serve` starts a server, says how to use it, ends it with all its workers, and says clearly what is wrong."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from training.llm.serving.checkpoint import checked_checkpoint
from training.llm.serving.environment import made_environment, vllm_version
from training.llm.serving.memory import cache_gib, check_memory, window_of
from training.llm.serving.serve_error import ServeError

DOUBLE = Path(__file__).with_name("vllm_double.py")
CONFIG = {
    "architectures": ["LlamaForCausalLM"], "max_position_embeddings": 8192, "num_hidden_layers": 30,
    "num_attention_heads": 9, "num_key_value_heads": 3, "hidden_size": 576, "head_dim": 64,
}  # fmt: skip


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(CONFIG), encoding="utf-8")
    (folder / "model.safetensors").write_bytes(b"\0" * 1000)
    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")
    (folder / "chat_template.jinja").write_text("{{ messages }}", encoding="utf-8")
    return folder


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """A program that stands for the Python of an environment with vLLM."""
    path = tmp_path / "python"
    shutil.copy(DOUBLE, path)
    path.write_text(path.read_text(encoding="utf-8").replace("#!/usr/bin/env python3", f"#!{sys.executable}"), encoding="utf-8")
    path.chmod(0o755)
    return path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Command:
    """`twinpilot llm serve` in a process of its own, with a cache of its own."""

    def __init__(self, tmp_path: Path, *options: str, how: str = "good", key: str = "") -> None:
        self.port = free_port()
        self.cache = tmp_path / "cache"
        variables = {**os.environ, "VLLM_DOUBLE": how, "XDG_CACHE_HOME": str(self.cache), "TWINPILOT_API_KEY": key}
        command = [sys.executable, "-m", "harness.main", "llm", "serve", "--port", str(self.port), *options]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=variables, cwd=DOUBLE.parents[2]
        )

    def first_line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def lines_to(self, last: str) -> str:
        """Return what it prints up to the line `last`."""
        assert self._process.stdout is not None
        lines = []
        for line in self._process.stdout:
            lines.append(line)
            if line.strip() == last:
                break
        return "".join(lines)

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def end(self) -> tuple[int, str, str]:
        out, err = self._process.communicate(timeout=120)
        return self._process.returncode, out, err

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def started(self) -> dict[str, Any]:
        """What the server was started with."""
        log = self.cache / "twinpilot" / "llm" / "logs" / f"vllm-{self.port}.log"
        line: dict[str, Any] = json.loads(log.read_text(encoding="utf-8").splitlines()[0])
        return line


@pytest.fixture
def serve(tmp_path: Path, python: Path, checkpoint: Path) -> Iterator[Any]:
    commands: list[Command] = []

    def start(*options: str, **more: Any) -> Command:
        commands.append(Command(tmp_path, "--python", str(python), "--model", str(checkpoint), *options, **more))
        return commands[-1]

    yield start
    for command in commands:
        command.kill()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_it_serves_says_where_and_ends_when_it_is_told_to(serve: Any, number: int, status: int) -> None:
    command = serve("--json", "--", "--seed", "7", key="sesame")
    said = json.loads(command.first_line())
    assert said["status"] == "serving" and said["base_url"] == f"http://127.0.0.1:{command.port}/v1"
    assert (said["model"], said["max_model_len"]) == ("6g-llm", 8192)
    command.signal(number)
    ended, _, err = command.end()
    assert ended == status and "ending vLLM" in err
    assert not _listens(command.port) and not psutil.pid_exists(said["pid"])
    started = command.started()
    options, variables = " ".join(started["argv"]), started["env"]
    assert '{"backend":"guidance","disable_any_whitespace":true}' in options and options.endswith("--seed 7")
    assert variables["VLLM_ENFORCE_STRICT_TOOL_CALLING"] == "0" and variables["OMP_NUM_THREADS"] == "1"
    assert variables["VLLM_API_KEY"] == "sesame" and "sesame" not in options
    assert not {"PYTHONPATH", "VIRTUAL_ENV", "TWINPILOT_API_KEY"} & set(variables)


def test_what_it_prints_points_the_harness_at_it(serve: Any) -> None:
    command = serve()
    out = command.lines_to("Ctrl-C ends it")
    assert f'base_url = "http://127.0.0.1:{command.port}/v1"' in out and 'kind = "llm"' in out and "--planner llm" in out


def test_a_server_that_does_not_want_to_end_is_killed_with_its_workers(serve: Any) -> None:
    command = serve("--json", how="stubborn")
    pid = json.loads(command.first_line())["pid"]
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    assert len(family) == 2
    command.signal(signal.SIGINT)
    command.end()
    assert [process.pid for process in family if process.is_running() and process.status() != psutil.STATUS_ZOMBIE] == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP])
def test_a_command_that_is_killed_or_loses_its_terminal_leaves_no_server_behind(serve: Any, number: int) -> None:
    command = serve("--json")
    server = psutil.Process(json.loads(command.first_line())["pid"])
    command.signal(number)
    command.end()
    psutil.wait_procs([server], timeout=20)
    assert not _listens(command.port)


@pytest.mark.parametrize(
    ("how", "options", "words"),
    [
        ("no vllm", (), ("has no vllm", "No module named 'vllm'", "leave out --python")),
        ("dies at once", (), ("ended with status 1", "Not enough memory for the KV cache", "vllm-")),
        ("killed", (), ("ended by signal 9", "memory runs out")),
        ("never answers", ("--start-timeout", "2"), ("does not answer after 2 s",)),
        ("garbage", ("--start-timeout", "2"), ("does not answer after 2 s",)),
        ("not guided", (), ("does not follow a JSON schema", "I am ready.")),
        ("dies later", (), ("ended with status 3", "the disk is gone")),
        ("good", ("--host", "0.0.0.0"), ("TWINPILOT_API_KEY",)),
        ("good", ("--max-len", "9000"), ("--max-len 9000", "8192")),
        ("good", ("--model", "/nowhere"), ("--model /nowhere", "no such folder")),
        ("good", ("--python", "/nowhere/python"), ("--python /nowhere/python", "no such program")),
        ("good", ("--host", "192.0.2.77"), ("TWINPILOT_API_KEY",)),
    ],
)  # fmt: skip
def test_each_trouble_is_one_line_with_its_reason(serve: Any, how: str, options: tuple[str, ...], words: tuple[str, ...]) -> None:
    command = serve(*options, how=how)
    status, _, err = command.end()
    last = err.strip().splitlines()[-1]
    assert status == 1 and last.startswith("llm serve: ")
    assert [word for word in words if word not in last] == []
    assert not _listens(command.port)


def test_a_port_that_is_taken_is_named_before_anything_is_started(serve: Any, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, _, err = serve("--port", str(port)).end()
    assert status == 1 and f"--port {port}" in err and "choose another --port" in err
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    ("missing", "words"),
    [("config.json", "config.json cannot be read"), ("model.safetensors", "no weights"), ("tokenizer.json", "no tokenizer"),
     ("chat_template.jinja", "no chat template")],
)  # fmt: skip
def test_a_checkpoint_that_lacks_something_is_refused_with_what_it_lacks(checkpoint: Path, missing: str, words: str) -> None:
    assert checked_checkpoint(checkpoint)["num_hidden_layers"] == 30
    (checkpoint / missing).unlink()
    with pytest.raises(ServeError, match=words):
        checked_checkpoint(checkpoint)


def test_memory_that_does_not_suffice_is_said_with_the_sum(checkpoint: Path) -> None:
    with pytest.raises(ServeError, match=r"keys and values 100000, vLLM 2.5\).*smaller model"):
        check_memory(checkpoint, 100_000)


def test_the_cache_holds_two_requests_of_full_length() -> None:
    assert cache_gib(CONFIG, 8192) == 1
    qwen = {"num_hidden_layers": 28, "num_key_value_heads": 4, "num_attention_heads": 28, "hidden_size": 3584}
    assert cache_gib(qwen, 32_768) == 4
    assert window_of({"text_config": {"max_position_embeddings": 100}}, None) == 100
    with pytest.raises(ServeError, match="--max-len"):
        window_of({}, None)


def test_a_damaged_environment_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text("not a program", encoding="utf-8")
    broken.chmod(0o755)
    with pytest.raises(ServeError, match="does not start"):
        vllm_version(broken)


def test_an_environment_goes_on_after_the_stages_that_are_done(tmp_path: Path) -> None:
    """Of a package that no index has: the folder is made, the installation fails, and the next call does not make it again."""
    folder, said = tmp_path / "env", []
    for _ in range(2):
        with pytest.raises(ServeError, match=r"installing no-such-package-of-twinpilot==.* failed"):
            made_environment(folder, "no-such-package-of-twinpilot", said.append)
    assert said.count("making the folder") == 1
    assert json.loads((folder / "stages.json").read_text(encoding="utf-8")) == ["making the folder"]
