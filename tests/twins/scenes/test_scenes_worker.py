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
from scene_maps import a_request, free_space_map

from twins.scenes.errors import SceneError
from twins.scenes.map_file import read_map, write_map
from twins.scenes.process import run_worker

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


@pytest.fixture(autouse=True)
def a_library(tmp_path, monkeypatch):
    """These workers load no LLVM: a file of the right name satisfies the check before the start."""
    (tmp_path / "libLLVM.so.19.1").write_bytes(b"\x7fELF")
    monkeypatch.setenv("DRJIT_LIBLLVM_PATH", str(tmp_path / "libLLVM.so.19.1"))
    monkeypatch.setenv("NOTES", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))


def run(how, request=None, **given):
    command = (sys.executable, str(HERE / "scene_worker.py"), how)
    return run_worker(request or a_request(), command=command, **given)


@pytest.mark.parametrize(
    ("how", "cause", "words"),
    [
        ("abort", "crashed", r"was aborted.*LLVM ERROR: out of registers.*libllvm19"),
        ("killed", "crashed", "killed by signal 9"),
        ("status", "crashed", r"status 1 \(no such\[31m device\)"),
        ("nothing", "garbage", "ended without a map"),
        ("garbage", "garbage", "is not a radio map"),
        ("NaN", "garbage", "holds NaN"),
        ("another", "garbage", "answered another request"),
        ("gibberish error", "garbage", "unreadable error"),
        ("error", "request", "marble ends at 39"),
    ],
)
def test_a_worker_that_fails_is_a_typed_error(how, cause, words):
    with pytest.raises(SceneError, match=words) as failure:
        run(how)
    assert failure.value.cause == cause


def gone(pid):
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def wait_for(what):
    deadline = time.monotonic() + 30
    while not what():
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
        running.result(timeout=30)
    assert failure.value.cause == "cancelled"
    wait_for(lambda: all(gone(pid) for pid in pids))
    assert not list(tmp_path.glob("twinpilot-scene-*"))


def test_a_worker_that_takes_too_long_is_ended():
    with pytest.raises(SceneError, match=r"longer than 0.5 s and was ended: fewer rays") as failure:
        run("hang", timeout_s=0.5)
    assert failure.value.cause == "timeout"


def test_a_command_that_does_not_exist_is_a_typed_error():
    with pytest.raises(SceneError, match="could not be started"):
        run_worker(a_request(), command=("/no/such/worker",))


def test_no_worker_is_started_with_an_llvm_that_aborts(tmp_path, monkeypatch):
    (tmp_path / "libLLVM-15.so.1").write_bytes(b"\x7fELF")
    monkeypatch.setenv("DRJIT_LIBLLVM_PATH", str(tmp_path / "libLLVM-15.so.1"))
    with pytest.raises(SceneError, match="aborts the process") as failure:
        run("hang")
    assert failure.value.cause == "llvm"
    assert not (tmp_path / "pids").exists()


def test_two_at_once_each_get_their_own_map_and_their_progress(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(ROOT), str(HERE))))
    requests = [a_request(cell_size_m=20.0, seed=seed) for seed in (1, 2)]
    told = []
    with ThreadPoolExecutor(2) as pool:
        maps = list(pool.map(lambda one: run("flood", one, progress=lambda *done: told.append(done)), requests))
    assert [one.request for one in maps] == requests
    assert told == [(1, 1), (1, 1)]


def test_a_map_file_holds_the_whole_map(tmp_path):
    written = free_space_map(a_request(), missing=0.3)
    write_map(written, tmp_path / "deep" / "map.npz")
    found = read_map(tmp_path / "deep" / "map.npz")
    assert (found.request, found.objects, found.provenance) == (written.request, 3, written.provenance)
    for name in ("path_gain_db", "line_of_sight", "open_sky", "ground_m", "surface_m"):
        assert np.array_equal(getattr(found, name), getattr(written, name))
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["map.npz"]


@pytest.mark.parametrize("cut", [0, 100, 5000])
def test_a_file_that_was_cut_short_is_no_map(tmp_path, cut):
    path = tmp_path / "map.npz"
    write_map(free_space_map(a_request(), missing=0.5), path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(SceneError, match="is not a radio map"):
        read_map(path)
