"""Heads go to witnesses on other machines: one that is dead is reported, one that knows better is believed."""

import json
import socket
import threading
import urllib.error
import urllib.request

import pytest
from journal_records import cut

from harness.journal.inspection import Inspection
from harness.journal.journal import Journal
from harness.journal.key import signing_key
from harness.journal.record import JournalHead
from harness.journal.watch import WitnessWatch
from harness.journal.witness import HttpWitness
from harness.journal.witness_server import WitnessServer
from harness.runtime.errors import JournalError
from harness.runtime.paths import Paths
from harness.runtime.settings import JournalSettings, SettingsError, load_settings


@pytest.fixture
def server(tmp_path):
    with WitnessServer(tmp_path / "kept") as running:
        yield running


def paths(tmp_path, **settings):
    return Paths(tmp_path / "data", JournalSettings(witness_dir="none", **settings))


def fill(place, count=3):
    journal = Journal.of(place)
    for number in range(count):
        journal.append("tool.called", {"number": number})
    return journal


def test_a_witness_notices_what_was_cut_in_every_place_of_this_machine(tmp_path, server):
    place = paths(tmp_path, witness_url=server.url)
    fill(place)
    assert Inspection(place).verify().intact
    cut(place, 2)
    assert any("knows record 3 otherwise" in fault for fault in Inspection(place).verify().faults)
    with pytest.raises(JournalError, match="it was cut or replaced"):
        Journal.of(place).append("run.started", {})


def test_a_dead_witness_does_not_stop_the_journal_and_is_never_passed_over_in_silence(tmp_path, caplog):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = paths(tmp_path, witness_url=f"http://127.0.0.1:{free.getsockname()[1]}")
    journal = fill(place)
    kinds = [record.kind for record in journal.records()]
    assert kinds.count("journal.unwitnessed") == 1 and kinds.count("tool.called") == 3
    assert "goes on without its witness" in caplog.text
    report = Inspection(place).verify()
    assert report.intact and "was not asked" in report.not_checked[0]


def test_a_gap_in_a_witness_is_recorded_once_it_is_back(tmp_path, server):
    record = Journal(tmp_path / "j", tmp_path / "h", signing_key(tmp_path / "k")).append("tool.called", {})
    watch = WitnessWatch((HttpWitness(server.url),), signing_key(tmp_path / "k").public(), retry_s=0.0)
    server.close()
    assert [kind for kind, _ in watch.publish(record.head())] == ["journal.unwitnessed"]
    assert list(watch.publish(record.head())) == []
    with WitnessServer(tmp_path / "kept", port=int(server.url.rsplit(":", 1)[1])):
        assert [(kind, body["missed"]) for kind, body in watch.publish(record.head())] == [("journal.witnessed", 2)]


def test_a_witness_that_comes_back_is_told_the_last_head(tmp_path, server):
    place = paths(tmp_path, witness_url=server.url)
    fill(place, 1)
    server.close()
    fill(place, 2)
    port = int(server.url.rsplit(":", 1)[1])
    with WitnessServer(tmp_path / "kept", port=port):
        fill(place, 1)
        report = Inspection(place).verify()
    assert report.intact and report.not_checked == ()


def test_a_witness_takes_heads_from_the_holder_of_the_key_alone(tmp_path, server):
    key, other = signing_key(tmp_path / "k1"), signing_key(tmp_path / "k2")

    def post(signer, public, key_id):
        body = {"seq": 1, "hash": "a" * 64, "signature": signer.sign(1, "a" * 64), "public_key": public.hex}
        request = urllib.request.Request(f"{server.url}/journals/{key_id}/head", json.dumps(body).encode(), method="POST")
        try:
            return urllib.request.urlopen(request, timeout=600).status
        except urllib.error.HTTPError as error:
            return error.code

    public = key.public()
    assert post(other, public, public.key_id) == 403
    assert post(other, other.public(), public.key_id) == 403
    assert post(key, public, public.key_id) == 201
    assert post(key, public, public.key_id) == 200


def test_syslog_receives_each_head_and_verification_says_that_it_cannot_be_asked(tmp_path):
    received = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(600)
        thread = threading.Thread(target=lambda: received.extend(receiver.recv(4096) for _ in range(3)))
        thread.start()
        place = paths(tmp_path, witness_syslog=f"127.0.0.1:{receiver.getsockname()[1]}")
        journal = fill(place)
        thread.join(timeout=600)
    expected = [f"seq={record.seq} hash={record.hash}".encode() for record in journal.records()]
    assert all(part in text for part, text in zip(expected, received, strict=True))
    assert "cannot be read" in Inspection(place).verify().not_checked[0]


def test_a_syslog_that_is_gone_is_reported(tmp_path):
    journal = fill(paths(tmp_path, witness_syslog=str(tmp_path / "no-socket")))
    assert [record.kind for record in journal.records()].count("journal.unwitnessed") == 1


def test_credentials_in_the_witness_url_are_refused(tmp_path):
    with pytest.raises(SettingsError, match="credentials in a URL are refused") as caught:
        load_settings(overrides={"journal": {"witness_url": "http://user:hunter22@host"}})
    assert "hunter22" not in str(caught.value)


def test_a_head_is_what_the_witness_keeps(tmp_path, server):
    journal = fill(paths(tmp_path, witness_url=server.url))
    kept = next((tmp_path / "kept").glob("*.jsonl")).read_bytes().splitlines()
    assert [JournalHead.model_validate_json(line) for line in kept] == [record.head() for record in journal.records()]
