"""The journal is append-only, survives kills, and any tampering is detected offline with the public key alone."""

import json
import os
import signal
import stat
import subprocess
import sys
import time

import pytest

from harness.journal.journal import Journal
from harness.journal.key import PUBLIC_NAME, signing_key, verify_key
from harness.journal.verify import verify_journal
from harness.runtime.errors import JournalError
from policies.text.redaction import keep_secret


@pytest.fixture
def journal(tmp_path):
    return Journal(tmp_path / "journal", tmp_path / "heads", signing_key(tmp_path / "keys"))


def check(journal, tmp_path):
    return verify_journal(journal.path, journal.heads_path, verify_key(tmp_path / "keys" / PUBLIC_NAME))


def fill(journal, count=5):
    for number in range(count):
        journal.append("tool.called", {"number": number, "ratio": 25.0, "text": "Größe ✓"}, run="r1")


def lines(journal):
    return journal.path.read_bytes().splitlines(keepends=True)


def test_a_journal_that_nobody_touched_verifies(journal, tmp_path):
    fill(journal)
    report = check(journal, tmp_path)
    assert report.intact and report.records == report.heads == 5 and not report.notes
    assert [record.body["number"] for record in journal.records("r1")] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("tamper", "fault"),
    [
        (lambda rows: [*rows[:2], rows[2].replace(b'"number":2', b'"number":7'), *rows[3:]], "edited"),
        (lambda rows: [*rows[:2], *rows[3:]], "removed"),
        (lambda rows: [rows[0], rows[2], rows[1], *rows[3:]], "reordered"),
        (lambda rows: rows[:3], "cut"),
        (lambda rows: [*rows[:2], rows[2].replace(b'{"at"', b'{ "at"'), *rows[3:]], "edited"),
        (lambda rows: [], "cut"),
    ],
    ids=["edit", "deletion", "reordering", "truncation", "whitespace", "emptied"],
)
def test_tampering_is_found(journal, tmp_path, tamper, fault):
    fill(journal)
    journal.path.write_bytes(b"".join(tamper(lines(journal))))
    report = check(journal, tmp_path)
    assert not report.intact
    assert any(fault in text for text in report.faults)


def test_a_chain_that_was_computed_anew_is_unmasked_by_the_kept_heads(journal, tmp_path):
    fill(journal)
    forged = Journal(tmp_path / "forged", tmp_path / "forged-heads", signing_key(tmp_path / "other-keys"))
    for number in range(5):
        forged.append("tool.called", {"number": number + 100}, run="r1")
    journal.path.write_bytes(forged.path.read_bytes())
    assert not check(journal, tmp_path).intact
    journal.heads_path.write_bytes(forged.heads_path.read_bytes())
    assert "not signed by this key" in check(journal, tmp_path).faults[0]


def test_nothing_is_appended_to_a_journal_that_was_cut(journal):
    fill(journal)
    journal.path.write_bytes(b"".join(lines(journal)[:3]))
    with pytest.raises(JournalError, match=r"ends at record 3, its signed heads in .* at 5"):
        journal.append("run.started", {})


def test_a_torn_last_line_is_put_aside_and_the_journal_says_so(journal, tmp_path):
    fill(journal)
    with journal.path.open("ab") as file:
        file.write(b'{"at":"2026-')
    assert check(journal, tmp_path).intact
    journal.append("run.started", {})
    report = check(journal, tmp_path)
    assert report.intact and report.records == 7
    assert [record.kind for record in journal.records()][-2:] == ["journal.recovered", "run.started"]
    assert list((tmp_path / "journal").glob("*.torn-*"))


def test_a_record_whose_head_was_lost_is_noted_and_the_next_one_signed(journal, tmp_path):
    fill(journal)
    heads = journal.heads_path.read_bytes().splitlines(keepends=True)
    journal.heads_path.write_bytes(b"".join(heads[:-1]))
    assert check(journal, tmp_path).intact
    assert "record 5 has no signed head" in check(journal, tmp_path).notes[0]
    journal.append("run.started", {})
    assert any("no signed head" in str(record.body) for record in journal.records())


def test_two_processes_append_at_once_without_breaking_the_chain(journal, tmp_path):
    code = (
        "import sys; from pathlib import Path\n"
        "from harness.journal.journal import Journal; from harness.journal.key import signing_key\n"
        "root = Path(sys.argv[1]); journal = Journal(root/'journal', root/'heads', signing_key(root/'keys'))\n"
        "[journal.append('tool.called', {'who': sys.argv[2], 'n': n}) for n in range(40)]"
    )
    children = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), who]) for who in ("a", "b")]
    assert [child.wait(timeout=600) for child in children] == [0, 0]
    report = check(journal, tmp_path)
    assert report.intact and report.records == report.heads == 80


def test_a_kill_while_writing_leaves_a_journal_that_verifies_and_goes_on(journal, tmp_path):
    code = (
        "import sys; from pathlib import Path\n"
        "from harness.journal.journal import Journal; from harness.journal.key import signing_key\n"
        "root = Path(sys.argv[1]); journal = Journal(root/'journal', root/'heads', signing_key(root/'keys'))\n"
        "while True: journal.append('tool.called', {'text': 'x' * 2000})"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)])
    deadline = time.monotonic() + 600
    while not (journal.heads_path.exists() and journal.heads_path.stat().st_size > 2000) and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    journal.append("run.started", {})
    assert check(journal, tmp_path).intact


def test_the_key_is_its_owners_alone(journal, tmp_path):
    key = tmp_path / "keys" / "journal.pem"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    key.chmod(0o644)
    with pytest.raises(JournalError, match="chmod 600"):
        signing_key(tmp_path / "keys")


def test_no_secret_is_written(tmp_path):
    journal = Journal(tmp_path / "j", tmp_path / "h", signing_key(tmp_path / "k"))
    keep_secret("hunter2hunter2")
    journal.append(
        "model.called",
        {
            "api_key": "abc",
            "header": "Authorization: Bearer abcdefghijklmnop",
            "url": "http://user:pass1234@host/x",
            "note": "the key is hunter2hunter2, or sk-abcdefghijklmnopqrstu",
            "nested": [{"password": "p"}],
            "api_key_env": "TWINPILOT_API_KEY",
            "tokens": 17,
            "nan": float("nan"),
        },
    )
    text = journal.path.read_text()
    for secret in ("abcdefghijklmnop", "pass1234", "hunter2", '"p"', "sk-abc", '"abc"'):
        assert secret not in text
    assert json.loads(text)["body"]["api_key_env"] == "TWINPILOT_API_KEY"
    assert json.loads(text)["body"]["tokens"] == 17


def test_an_unwritable_folder_is_reported_in_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match="choose a writable data_dir") as caught:
        Journal(tmp_path / "file" / "journal", tmp_path / "heads", signing_key(tmp_path / "keys"))
    assert "\n" not in str(caught.value)
