"""What TwinPilot keeps is readable by its owner only, whatever the umask is; what was left readable is tightened."""

import os
import stat
from pathlib import Path

import pytest
from small_world import service

from harness.approvals.approver import approve_by_flag
from harness.runtime.errors import StoreError
from harness.runtime.paths import Paths
from harness.runtime.private import private_folder, write_private


@pytest.fixture
def open_umask():
    before = os.umask(0)
    yield
    os.umask(before)


def readable_by_others(root):
    return [str(path) for path in [root, *root.rglob("*")] if stat.S_IMODE(path.stat().st_mode) & 0o077]


def test_a_run_leaves_nothing_that_others_can_read(tmp_path, open_umask):
    outcome = service(tmp_path).start("at least 5 Mbps", approver=approve_by_flag)
    assert outcome.status == "confirmed"
    data = tmp_path / "data"
    assert {"state.sqlite", "checkpoints.sqlite", "journal", "keys", "heads", "runs"} <= {path.name for path in data.iterdir()}
    assert readable_by_others(data) == []


def test_what_earlier_releases_left_readable_is_tightened_and_files_of_others_are_left(tmp_path):
    for name in ("kpi/store.sqlite", "runs/r1/report.html", "state.sqlite"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
        path.chmod(0o644)
    (tmp_path / "notes.txt").write_text("")
    (tmp_path / "notes.txt").chmod(0o644)
    Paths(tmp_path).secure()
    assert readable_by_others(tmp_path / "kpi") == readable_by_others(tmp_path / "runs") == []
    assert stat.S_IMODE((tmp_path / "state.sqlite").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "notes.txt").stat().st_mode) == 0o644


def test_a_link_is_not_followed(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o755)
    data = tmp_path / "data"
    data.mkdir()
    (data / "runs").symlink_to(outside)
    Paths(data).secure()
    assert stat.S_IMODE(outside.stat().st_mode) == 0o755


def test_an_existing_file_is_tightened_when_it_is_written(tmp_path):
    path = tmp_path / "page.html"
    path.write_text("old")
    path.chmod(0o666)
    write_private(path, b"new")
    assert path.read_text() == "new" and stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder whose mode nobody can change")
def test_what_cannot_be_made_private_is_refused_in_words():
    with pytest.raises(StoreError, match="others may read it") as caught:
        private_folder(Path("/proc/self"))
    assert "\n" not in str(caught.value)
