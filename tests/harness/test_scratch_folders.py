"""An interrupted command ends as interrupted, whatever still writes to its temporary folder, and leaves nothing behind."""

import ast
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from terminal_session import ENVIRONMENT, ROOT, command

from harness.trust.fork_server import ForkServer
from tools.twinning.pool import TwinPool, TwinPoolError
from twins.scratch_folder import ScratchFolder, remove_folder
from twins.worker_process import worker_pool


def write_on(folder: Path, until: threading.Event) -> threading.Thread:
    """Make new folders in the folder until the event is set, or it is gone."""

    def write():
        number = 0
        while not until.is_set() and folder.exists():
            with suppress(FileNotFoundError):
                (folder / str(number)).mkdir()
            number += 1

    thread = threading.Thread(target=write)
    thread.start()
    return thread


def test_a_folder_that_is_still_written_to_is_removed_once_the_writer_ends_and_the_interrupt_passes():
    ended = threading.Event()
    with pytest.raises(KeyboardInterrupt), ScratchFolder() as folder:
        writer = write_on(folder, ended)
        threading.Timer(0.5, ended.set).start()
        raise KeyboardInterrupt
    writer.join()
    assert not folder.exists()


def test_a_folder_that_cannot_be_removed_is_left_and_said(capsys):
    never = Path("/proc/self/fdinfo")  # of the kernel: nobody can remove it, or anything in it
    assert not remove_folder(never, patience_s=0.2)
    assert f"left behind, since it is still written to: {never}" in capsys.readouterr().err


def test_a_folder_that_nobody_removed_goes_with_the_program(tmp_path):
    code = "from twins.scratch_folder import ScratchFolder; folder = ScratchFolder(); (folder.path / 'file').touch()"
    subprocess.run([sys.executable, "-c", code], env={**ENVIRONMENT, "TMPDIR": str(tmp_path)}, cwd=ROOT, check=True)
    assert list(tmp_path.iterdir()) == []


def test_a_closed_laboratory_starts_nothing_more():
    for pool in (TwinPool(workers=0), TwinPool(workers=1)):
        pool.close()
        with pytest.raises(TwinPoolError, match="closed"):
            pool.run([None])


def test_an_interrupted_pool_does_not_work_off_what_was_submitted():
    with pytest.raises(KeyboardInterrupt), worker_pool(1) as pool:
        futures = [pool.submit(time.sleep, 600) for _ in range(3)]
        while not futures[0].running():
            time.sleep(0.01)
        raise KeyboardInterrupt
    with pytest.raises(BaseException):  # noqa: B017 - cancelled, or broken by its end
        futures[0].result(timeout=300)
    assert futures[2].cancelled() or futures[2].exception(timeout=300) is not None


def test_an_interrupted_fork_server_ends_with_its_orders(tmp_path):
    server = ForkServer("harness.trust.peer_child", 600.0)
    with pytest.raises(KeyboardInterrupt), server:
        raise KeyboardInterrupt
    assert server._process.returncode == -signal.SIGKILL


def test_no_other_temporary_folder_is_used():
    users = [
        str(path.relative_to(ROOT))
        for floor in ("policies", "twins", "tools", "agents", "harness", "training")
        for path in (ROOT / floor).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute | ast.Name | ast.alias)
        and "TemporaryDirectory" in (getattr(node, "attr", ""), getattr(node, "id", ""), getattr(node, "name", ""))
    ]
    assert users == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_bench_that_is_interrupted_at_work_ends_as_interrupted_and_leaves_nothing(tmp_path, number):
    process = subprocess.Popen(
        command("bench", "run", "--quick"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**ENVIRONMENT, "TMPDIR": str(tmp_path)}, start_new_session=True,
    )  # fmt: skip
    while process.poll() is None and not list(tmp_path.glob("twinpilot-*/data/runs/*/observation-*.json")):
        time.sleep(0.05)  # until the first tool of the run has answered
    os.killpg(process.pid, number)
    _, errors = process.communicate(timeout=300)
    assert "internal error" not in errors and "Traceback" not in errors, errors
    assert process.returncode == {signal.SIGTERM: 143, signal.SIGINT: 130}[number], errors
    assert not list(tmp_path.glob("twinpilot-*"))
