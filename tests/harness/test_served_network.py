"""A run beside a network that was served with the defaults: its windows are read before its deadlines pass."""

import json
import subprocess
import sys

import pytest
from terminal_session import ROOT

from harness.approvals.approver import approve_by_flag
from harness.engine.wiring import open_service
from harness.runtime.settings import load_settings


@pytest.fixture
def url():
    command = (sys.executable, "-m", "harness.main", "network", "serve", "--scenario", "small", "--port", "0", "--json")
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            yield json.loads(server.stdout.readline())["url"]
        finally:
            server.terminate()


def test_a_change_on_it_is_applied_when_approved_and_verified_by_its_windows(tmp_path, url):
    overrides = {"data_dir": tmp_path, "network": {"url": url}, "planner": {"kind": "rule"}, "commitment": {"watchdog": False}}
    with open_service(load_settings(overrides=overrides)) as opened:
        outcome = opened.start("lower the transmit power of S1C3 by 1 dB", approver=approve_by_flag)
        records = list(opened.journal.records(outcome.run_id))
    assert [record.body["refused"] for record in records if record.kind == "gate.rejudged"] == [[]], outcome.message
    assert outcome.verification is not None and outcome.verification.windows_after >= 6, outcome.message
