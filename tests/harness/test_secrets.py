"""A network that asks for a login is managed with one, and the login shows nowhere: console, database, journal, page."""

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest
from guarded_network import GuardedNetwork
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from small_network import SmallNetwork, embb_minimum, ratio
from small_world import SmallPlanner, service

from harness.approvals.approver import approve_by_flag
from harness.commitments.store import CommitmentStore
from harness.journal.write_ahead import open_state
from harness.runtime.paths import Paths
from harness.runtime.settings import JournalSettings, SettingsError, load_settings
from harness.runtime.tracing import OtelTracer
from tools.oran.access.credentials import load_credentials
from tools.oran.oran_network import OranNetwork
from tools.oran.peer import PeerSettings
from twins.ric.server import EmbeddedRan

PASSWORD = "Xv7-of-the-guarded-network"
LOGIN = "Basic " + base64.b64encode(f"operator:{PASSWORD}".encode()).decode()


@pytest.fixture(scope="module")
def guarded():
    with EmbeddedRan(SmallNetwork()) as ran, GuardedNetwork(ran.url, LOGIN) as network:
        yield network, ran


@pytest.fixture
def credentials(tmp_path, guarded):
    path = tmp_path / "credentials.toml"
    path.write_text(f'[[peer]]\nurl = "{guarded[0].url}"\nusername = "operator"\npassword = "{PASSWORD}"\n')
    path.chmod(0o600)
    return path


def everything_below(root):
    return b"".join(path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file())


def command(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        check=False, capture_output=True, text=True, timeout=600, env={**os.environ, **environment},
    )  # fmt: skip


def test_every_client_of_the_network_sends_the_login_and_none_leaves_it_anywhere(tmp_path, guarded, credentials):
    network = OranNetwork(guarded[0].url, settings=PeerSettings(credentials=load_credentials(credentials)))
    data = tmp_path / "run"
    outcome = service(data, network=network).start("at least 5 Mbps, token=abcdef123456", approver=approve_by_flag)
    assert outcome.status == "confirmed", outcome.message
    assert guarded[0].refused == []
    kept = everything_below(data)
    for secret in (PASSWORD, LOGIN.split()[1], "abcdef123456"):
        assert secret.encode() not in kept
    assert b"at least 5 Mbps, token=[redacted]" in kept


def test_the_watchdog_sends_the_login_too(tmp_path, guarded, credentials):
    network, ran = guarded
    change_set = embb_minimum(35, cells=("S1C2",))
    ran.ran.network.apply(change_set, "by an earlier process")
    place = Paths(tmp_path / "data", JournalSettings(witness_dir=str(tmp_path / "second")), credentials)
    commitments = CommitmentStore(open_state(place)[0])
    commitments.open("k", "r1", change_set, network=network.url, deadline_s=0, network_deadline=0, expectations={})
    done = command(
        "harness.commitments.watchdog", "--data-dir", str(place.root), "--journal", place.journal_settings.model_dump_json(),
        "--credentials-file", str(credentials), "--once",
    )  # fmt: skip
    assert "k: reverted" in done.stderr
    assert ran.ran.network.read(ratio("S1C2")).attributes["rRMPolicyMinRatio"] == 0
    assert network.refused == []


def test_the_command_line_refuses_a_login_in_the_url_and_does_not_repeat_it(tmp_path):
    for arguments in (
        ("run", "keep it", "--url", "http://operator:hunter22@127.0.0.1:9", "--data-dir", str(tmp_path)),
        ("network", "show", "--url", "http://hunter22@127.0.0.1:9"),
        ("network", "advance", "5", "--url", "http://127.0.0.1:9/?access_token=hunter22"),
    ):
        done = command("harness.main", *arguments)
        assert done.returncode in (1, 2) and "credentials_file" in done.stderr
        assert "hunter22" not in done.stdout + done.stderr


def test_the_command_line_takes_the_login_from_the_environment(guarded):
    done = command("harness.main", "network", "show", "--url", guarded[0].url, "--json",
                   TWINPILOT_NETWORK_LOGIN=f"operator:{PASSWORD}")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert PASSWORD not in done.stdout + done.stderr


@pytest.mark.parametrize("section", ["network.url", "planner.base_url", "telemetry.otlp_endpoint", "journal.witness_url"])
def test_no_setting_takes_credentials_in_a_url(section):
    name, key = section.split(".")
    with pytest.raises(SettingsError, match=rf"{name}\.{key}=.*refused") as caught:
        load_settings(overrides={name: {key: "http://operator:hunter22@host"}})
    assert "hunter22" not in str(caught.value)


def test_a_span_brings_no_secret_to_the_collector():
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = OtelTracer(provider)
    with pytest.raises(ValueError, match="hunter22"), tracer.span("tool", {"url": "http://hunter22@host", "count": 3}):
        raise ValueError("password=hunter22")
    (span,) = exporter.get_finished_spans()
    assert "hunter22" not in span.to_json() and span.attributes["count"] == 3
    assert span.status.description == "ValueError: password=[redacted]"


def test_a_planner_that_fails_with_a_secret_in_its_message_shows_none(tmp_path):
    class Leaking(SmallPlanner):
        def decide(self, view):
            raise RuntimeError("401 from http://operator:hunter22@host: Authorization: Bearer abcdef123456")

    outcome = service(tmp_path, Leaking()).start("at least 5 Mbps")
    assert "RuntimeError: 401 from http://[redacted]@host" in outcome.message
    assert "hunter22" not in outcome.model_dump_json() and "abcdef123456" not in outcome.model_dump_json()
    assert b"hunter22" not in everything_below(Path(tmp_path))
