"""Whatever the worker process does, the caller gets a map or a typed error, and no process is left behind."""

import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psutil
import pytest
from scene_maps import free_space_map, scene_request

from twins.scenes.errors import SceneError
from twins.scenes.map_file import read_map, write_map
from twins.scenes.process import run_worker

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


@pytest.fixture(autouse=True)
def llvm_library(tmp_path, monkeypatch):
    """These workers load no LLVM: a file with a valid name passes the check before the start."""
    (tmp_path / "libLLVM.so.19.1").write_bytes(b"\x7fELF")
    monkeypatch.setenv("DRJIT_LIBLLVM_PATH", str(tmp_path / "libLLVM.so.19.1"))
    monkeypatch.setenv("NOTES", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))


def run(behaviour, request=None, **options):
    command = (sys.executable, str(HERE / "scene_worker.py"), behaviour)
    return run_worker(request or scene_request(), command=command, **options)


@pytest.mark.parametrize(
    ("behaviour", "cause", "words"),
    [
        ("abort", "crashed", r"was aborted.*LLVM ERROR: out of registers.*libllvm19"),
        ("killed", "crashed", "killed by signal 9"),
        ("status", "crashed", r"status 1 \(no such\[31m device\)"),
        ("nothing", "garbage", "ended without a map"),
        ("garbage", "garbage", "is not a radio map"),
        ("NaN", "garbage", "holds NaN"),
        ("another", "garbage", "traced a different request"),
        ("gibberish error", "garbage", "unreadable error"),
        ("error", "request", "marble ends at 39"),
    ],
)
def test_a_worker_that_fails_is_a_typed_error(behaviour, cause, words):
    with pytest.raises(SceneError, match=words) as failure:
        run(behaviour)
    assert failure.value.cause == cause


def has_ended(pid):
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def wait_for(condition):
    deadline = time.monotonic() + 600
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_worker_that_hangs_is_ended_with_its_children(tmp_path):
    pool, cancel = ThreadPoolExecutor(), threading.Event()
    running = pool.submit(run, "hang", cancel=cancel)
    wait_for((tmp_path / "pids").exists)
    wait_for((tmp_path / "pids").read_text)
    pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    cancel.set()
    with pytest.raises(SceneError, match="cancelled") as failure:
        running.result(timeout=600)
    assert failure.value.cause == "cancelled"
    wait_for(lambda: all(has_ended(pid) for pid in pids))
    assert not list(tmp_path.glob("twinpilot-scene-*"))


def test_a_worker_that_takes_too_long_is_ended():
    with pytest.raises(SceneError, match=r"longer than 0.5 s and was ended: use fewer rays") as failure:
        run("hang", timeout_s=0.5)
    assert failure.value.cause == "timeout"


def test_a_command_that_does_not_exist_is_a_typed_error():
    with pytest.raises(SceneError, match="could not be started"):
        run_worker(scene_request(), command=("/no/such/worker",))


def test_no_worker_is_started_with_an_llvm_that_aborts(tmp_path, monkeypatch):
    (tmp_path / "libLLVM-15.so.1").write_bytes(b"\x7fELF")
    monkeypatch.setenv("DRJIT_LIBLLVM_PATH", str(tmp_path / "libLLVM-15.so.1"))
    with pytest.raises(SceneError, match="aborts the process") as failure:
        run("hang")
    assert failure.value.cause == "llvm"
    assert not (tmp_path / "pids").exists()


def test_two_concurrent_workers_each_return_their_own_map_and_progress(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(ROOT), str(HERE))))
    requests = [scene_request(cell_size_m=20.0, seed=seed) for seed in (1, 2)]
    reports = []
    with ThreadPoolExecutor(2) as pool:
        maps = list(pool.map(lambda request: run("flood", request, progress=lambda *done: reports.append(done)), requests))
    assert [radio_map.request for radio_map in maps] == requests
    assert reports == [(1, 1), (1, 1)]


def test_a_map_file_holds_the_whole_map(tmp_path):
    written = free_space_map(scene_request(), missing=0.3)
    write_map(written, tmp_path / "deep" / "map.npz")
    read = read_map(tmp_path / "deep" / "map.npz")
    assert (read.request, read.objects, read.provenance) == (written.request, 3, written.provenance)
    for name in ("path_gain_db", "line_of_sight", "open_sky", "ground_m", "surface_m"):
        assert np.array_equal(getattr(read, name), getattr(written, name))
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["map.npz"]


@pytest.mark.parametrize("size", [0, 100, 5000])
def test_a_truncated_file_is_refused(tmp_path, size):
    path = tmp_path / "map.npz"
    write_map(free_space_map(scene_request(), missing=0.5), path)
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(SceneError, match="is not a radio map"):
        read_map(path)
