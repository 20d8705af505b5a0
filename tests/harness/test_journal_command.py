"""`twinpilot journal verify` says what it found and what it could not check, and its exit status tells the two apart."""

import json
import os
import shutil
import subprocess
import sys
import urllib.request

import pytest
from journal_records import cut

from harness.journal.journal import Journal
from harness.runtime.paths import Paths
from harness.runtime.settings import JournalSettings


@pytest.fixture
def place(tmp_path):
    place = Paths(tmp_path / "data", JournalSettings(witness_dir=str(tmp_path / "second")))
    journal = Journal.of(place)
    for number in range(6):
        journal.append("tool.called", {"number": number})
    return place


def verify(place, *arguments):
    environment = {**os.environ, "TWINPILOT_JOURNAL__WITNESS_DIR": place.journal_settings.witness_dir}
    return subprocess.run(
        [sys.executable, "-m", "harness.main", "journal", "verify", "--data-dir", str(place.root), *arguments],
        check=False, capture_output=True, text=True, timeout=600, env=environment,
    )  # fmt: skip


def test_an_intact_journal_ends_with_0_and_says_which_key_signed_it(place):
    done = verify(place, "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 0 and report["intact"] and "no witness on another machine" in report["not_checked"][0]
    assert (place.witness_folder / report["key_id"] / "heads.jsonl").exists()


def test_a_joint_cut_of_records_and_heads_ends_with_4(place):
    cut(place, 3)
    done = verify(place)
    assert done.returncode == 4
    assert done.stdout.startswith("NOT INTACT: 3 records") and "was cut after 3" in done.stdout


def test_without_a_second_place_it_says_what_it_could_not_see(place):
    cut(place, 3)
    alone = Paths(place.root, JournalSettings(witness_dir="none"))
    done = verify(alone)
    assert done.returncode == 0
    assert (
        done.stdout.startswith("intact as far as it was checked") and "not checked: no second place and no witness" in done.stdout
    )


def test_a_copy_is_verified_with_files_that_are_named(place, tmp_path):
    shutil.copytree(place.root, tmp_path / "copy")
    copy = Paths(tmp_path / "copy")
    named = ("--records", str(copy.journal / "journal.jsonl"), "--heads", str(copy.heads / "heads.jsonl"))
    assert verify(place, *named).returncode == 0


@pytest.mark.parametrize(("removed", "status"), [("journal", 4), ("", 1)])
def test_a_journal_that_was_removed_is_no_missing_file(place, removed, status):
    shutil.rmtree(place.root / removed)
    done = verify(place)
    assert done.returncode == status
    assert "was cut after 0" in done.stdout or "it was removed with its key" in done.stderr


def test_a_witness_is_served_until_it_is_interrupted(tmp_path):
    command = [sys.executable, "-u", "-m", "harness.main", "journal", "witness", str(tmp_path / "kept"), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        url = process.stdout.readline().split()[2].rstrip(",")
        journal = Journal.of(Paths(tmp_path / "data", JournalSettings(witness_dir="none", witness_url=url)))
        record = journal.append("run.started", {})
        (file,) = (tmp_path / "kept").glob("*.jsonl")
        with urllib.request.urlopen(f"{url}/journals/{file.stem}/head", timeout=600) as answer:
            assert json.load(answer) == record.head().model_dump()
        process.terminate()
        process.wait(timeout=600)
