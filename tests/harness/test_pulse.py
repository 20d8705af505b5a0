"""Whoever has no terminal sees that long work goes on: a line on standard error now and then, until it has ended."""

import io
import threading
import time
from contextlib import ExitStack

import pytest
from rich.console import Console
from small_network import SmallNetwork
from small_world import service

from harness.engine.connection import connect
from harness.records.events import Event
from harness.runtime.paths import Paths
from harness.runtime.settings import NetworkSettings
from harness.views.console import RunConsole
from tools.calls.tool_call import ToolCall
from tools.oran.pace import BehindError, pull_all
from twins.network import NetworkError
from twins.ric.server import EmbeddedRan

TEXT = "give every eMBB user at least 5 Mbps"
CALL = ToolCall(tool="compare_candidates", arguments={})
OFTEN_S = 0.02


def seen(capsys, words):
    """Wait until a line with these words is on standard error, and return what is there."""
    text, deadline = "", time.monotonic() + 60
    while words not in text:
        assert time.monotonic() < deadline, f"no line with {words!r}: {text!r}"
        time.sleep(OFTEN_S)
        text += capsys.readouterr().err
    return text


def pulses():
    return [thread for thread in threading.enumerate() if thread.name == "pulse"]


def ended():
    for thread in pulses():
        thread.join(60)
    return not pulses()


def view():
    return RunConsole(Console(file=io.StringIO(), width=200), pulse_s=OFTEN_S)


def test_a_long_tool_call_says_how_far_it_is_and_nothing_after_its_end(capsys):
    console = view()
    console(Event("tool.started", "act", {"call": CALL}))
    seen(capsys, "compare_candidates … ")
    console(Event("tool.progress", "act", {"done": 3, "total": 27}))
    seen(capsys, "compare_candidates: twin runs 3/27 … ")
    console.pause()
    assert ended()


def test_every_call_of_a_run_is_seen_while_it_lasts(tmp_path, capsys):
    console, called = view(), []

    def listener(event):
        console(event)
        if event.kind == "tool.started":  # the call is not made before its line was seen
            called.append(event.data["call"].tool)
            seen(capsys, f"{called[-1]} … ")

    runs = service(tmp_path, network=SmallNetwork(), listener=listener)
    assert runs.start(TEXT).status == "awaiting approval"
    assert called == ["query_kpi", "compare_candidates"]
    assert ended()


def test_connecting_is_seen_until_the_network_has_answered_or_has_not(tmp_path, capsys):
    console, kinds = view(), []

    def listener(event):
        console(event)
        kinds.append(event.kind)
        if event.kind == "network.connecting":
            seen(capsys, f"connecting to {event.data['url']}, reading its PM reports … ")

    with EmbeddedRan(SmallNetwork()) as ran, ExitStack() as stack:
        connect(NetworkSettings(url=ran.url), Paths(tmp_path), listener, stack)
    assert kinds == ["network.connecting", "network.connected"] and ended()
    with pytest.raises(NetworkError), ExitStack() as stack:
        connect(NetworkSettings(url=ran.url), Paths(tmp_path), listener, stack)
    assert kinds[2:] == ["network.connecting", "network.unreachable"] and ended()


def test_each_pull_that_ends_behind_is_told():
    told, left = [], [BehindError("900 periods behind", is_hopeless=False), BehindError("300 periods behind", is_hopeless=False)]

    def pull():
        if left:
            raise left.pop(0)
        return 7

    assert pull_all(pull, 60, told.append) == 7
    assert told == ["900 periods behind", "300 periods behind"]
