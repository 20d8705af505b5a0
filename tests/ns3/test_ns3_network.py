"""ns-3 simulates a layout: reproducible for the same seed, every parameter has an effect, every failure is a typed error."""

import json
import os
import signal
import sys
from pathlib import Path

import pytest
from packet_layout import small_layout
from pydantic import ValidationError

from policies.slices import Slice
from twins.gym.changes import with_cell, with_host, with_noise_figure, with_rates, with_share, with_slice
from twins.gym.layout import Beam
from twins.gym.packet_network import PacketNetwork
from twins.ns3 import process as process_module
from twins.ns3.network import Ns3Network
from twins.ns3.process import Ns3MissingError, Ns3Process, WorkerError

FOLDER = Path(process_module.__file__).parent


@pytest.fixture
def network(process):
    return Ns3Network(process)


def begun(network, layout=None):
    layout = layout or small_layout()
    network.begin(layout)
    network.run(layout, 1.0)
    return layout


def watched(network, change, seconds=0.5):
    """Return the window after the warm-up with the changed layout."""
    layout = begun(network)
    return network.run(change(layout), seconds)


@pytest.fixture(scope="module")
def usual(process):
    return watched(Ns3Network(process), lambda layout: layout)


def test_it_is_a_packet_network(network):
    assert isinstance(network, PacketNetwork)


def test_the_same_seed_gives_the_same_windows_in_one_process_and_another_seed_does_not(network, usual):
    assert watched(network, lambda layout: layout) == usual
    begun(network, small_layout(2))
    assert network.run(small_layout(2), 0.5) != usual


def test_the_small_network_carries_the_offered_traffic(usual):
    assert {name: user.cell for name, user in usual.users.items()} == {"uav-1": "west", "ue-1": "west", "ue-2": "east"}
    for flow in usual.flows.values():
        assert flow.loss == 0.0 and flow.throughput_mbps > 0.0
        assert 2.0 < flow.latency_ms < 20.0  # the edge's link and a few subframes
    assert all(0.0 < load < 1.0 for load in usual.prb_load.values())
    assert all(sum(user.cqi) > 0 and len(user.cqi) == 16 for user in usual.users.values())


# ---- every parameter has an effect on the next window ----------------------------------------------------------------------


def test_a_slice_switch_moves_the_flow_to_the_other_slices_blocks(network, usual):
    window = watched(network, lambda layout: with_slice(with_share(layout, Slice.MMTC, 0.1), ["ue-1"], Slice.MMTC))
    assert window.flows["ue-1"].latency_ms > usual.flows["ue-1"].latency_ms + 2.0
    assert window.flows["ue-1"].throughput_mbps > 0.0


def test_a_smaller_share_delays_its_slice(network, usual):
    window = watched(network, lambda layout: with_share(layout, Slice.EMBB, 0.1))
    assert window.flows["ue-1"].latency_ms > usual.flows["ue-1"].latency_ms + 2.0


def test_another_host_is_as_far_as_its_link(network, usual):
    window = watched(network, lambda layout: with_host(layout, ["ue-1"], "cloud"))
    assert window.flows["ue-1"].latency_ms == pytest.approx(usual.flows["ue-1"].latency_ms + 18.0, abs=2.0)
    assert window.flows["ue-2"].latency_ms == pytest.approx(usual.flows["ue-2"].latency_ms, abs=2.0)


def test_a_longer_link_delays_what_its_host_sends(network, usual):
    window = watched(network, lambda layout: layout.model_copy(update={"hosts": {**layout.hosts, "edge": 52.0}}))
    assert window.flows["ue-1"].latency_ms > usual.flows["ue-1"].latency_ms + 30.0


def test_lost_power_is_lost_at_the_receiver(network, usual):
    window = watched(network, lambda layout: with_cell(layout, "west", power_dbm=38.0))
    assert window.users["ue-1"].rsrp_dbm == pytest.approx(usual.users["ue-1"].rsrp_dbm - 5.0, abs=0.01)


def test_a_lower_a3_offset_hands_the_user_over(network, usual):
    # East's offset is raised so that the user stays there: west is the better cell.
    window = watched(
        network, lambda layout: with_cell(with_cell(layout, "west", a3_offset_db=-15.0), "east", a3_offset_db=15.0), 1.0
    )
    assert (usual.users["uav-1"].cell, window.users["uav-1"].cell) == ("west", "east")
    assert window.handovers >= 1


def test_a_barred_cell_is_left(network, usual):
    window = watched(network, lambda layout: with_cell(layout, "west", barred=True), 1.0)
    assert (usual.users["uav-1"].cell, window.users["uav-1"].cell) == ("west", "east")


def test_an_ordered_handover_changes_the_serving_cell(network, process):
    layout = begun(network)
    assert network.run(layout, 0.1).users["uav-1"].cell == "west"
    process.ask("set", {"handover": {"0": 1}})
    assert network.run(layout, 0.1).users["uav-1"].cell == "east"


def test_a_handover_ordered_by_the_layout_changes_the_serving_cell(network):
    layout = begun(network)
    ordered = layout.users["uav-1"].model_copy(update={"ordered_cell": "east"})
    window = network.run(layout.model_copy(update={"users": {**layout.users, "uav-1": ordered}}), 0.1)
    assert window.users["uav-1"].cell == "east"


def test_an_interferer_lowers_the_sinr_until_it_falls_silent(network, usual):
    layout = begun(network)
    loud = network.run(layout.model_copy(update={"interferer_dbm": 40.0}), 0.5)
    silent = network.run(layout, 0.5)
    for name in ("uav-1", "ue-1"):
        assert loud.users[name].sinr_db < usual.users[name].sinr_db - 10.0
        assert silent.users[name].sinr_db == pytest.approx(usual.users[name].sinr_db, abs=2.0)


def test_a_beam_that_turns_away_is_received_worse(network, usual):
    window = watched(network, lambda layout: with_cell(layout, "east", beam=Beam(azimuth_deg=0.0)))
    assert window.users["ue-2"].rsrp_dbm < usual.users["ue-2"].rsrp_dbm - 20.0


def test_a_worse_receiver_hears_worse_at_the_same_power(network, usual):
    window = watched(network, lambda layout: with_noise_figure(layout, ["ue-1"], 20.0))
    assert window.users["ue-1"].sinr_db < usual.users["ue-1"].sinr_db - 3.0
    assert window.users["ue-1"].rsrp_dbm == usual.users["ue-1"].rsrp_dbm
    assert window.users["ue-2"].sinr_db == pytest.approx(usual.users["ue-2"].sinr_db, abs=1.0)


def test_rates_are_what_is_sent(network, usual):
    window = watched(network, lambda layout: with_rates(layout, {"ue-1": 6.0, "ue-2": 0.0}), 1.0)
    assert window.flows["ue-1"].offered_mbps == pytest.approx(6.0, rel=0.3)
    assert window.flows["ue-2"].offered_mbps < 0.1 < usual.flows["ue-2"].offered_mbps


def test_a_user_that_moves_is_received_where_it_is(network, usual):
    layout = begun(network)
    there = layout.users["ue-2"].model_copy(update={"position": layout.cells["west"].position})
    window = network.run(layout.model_copy(update={"users": {**layout.users, "ue-2": there}}), 1.0)
    assert window.users["ue-2"].cell == "west"


# ---- failures are typed, and the next network begins -----------------------------------------------------------------------


def test_a_layout_outside_its_ranges_is_refused_before_it_reaches_ns3(network, process):
    layout = begun(network)
    pid = process.pid
    with pytest.raises(ValidationError, match="power_dbm"):
        network.run(with_cell(layout, "west", power_dbm=400.0), 0.5)
    with pytest.raises(ValidationError, match="mbps"):
        network.begin(with_rates(layout, {"ue-1": -1.0}))
    assert process.pid == pid
    assert network.run(layout, 0.1).now_s == pytest.approx(1.1)


def test_a_network_that_lost_its_worker_to_another_says_so(network, process):
    layout = begun(network)
    begun(Ns3Network(process))
    with pytest.raises(WorkerError, match="another was built"):
        network.run(layout, 0.5)


def test_a_killed_worker_is_an_error_that_names_the_method_and_the_next_network_begins(network, process, usual):
    layout = begun(network)
    os.kill(process.pid, signal.SIGKILL)
    with pytest.raises(WorkerError) as failure:
        network.run(layout, 0.5)
    assert failure.value.method == "run"
    assert watched(network, lambda layout: layout) == usual


def test_a_worker_killed_at_work_is_an_error_that_names_the_method(tmp_path):
    process = scripted_worker(tmp_path, "answer({}); sys.stdin.readline(); os.kill(os.getpid(), 9)")
    with pytest.raises(WorkerError, match=r"ended.*during build") as failure:
        process.ask("build", {})
    assert failure.value.method == "build" and process.pid is None


def scripted_worker(tmp_path, statement, answer_s=20.0):
    """Return a process whose worker executes `statement`, which can answer requests with `answer`."""
    script = tmp_path / "worker.py"
    lines = (
        "import json, os, sys, time",
        "asked = 0",
        "def answer(result, **other):",
        "    global asked; asked += 1; sys.stdin.readline()",
        "    print(json.dumps({'id': asked, 'result': result, **other}), flush=True)",
        statement,
        "time.sleep(60)",
    )
    script.write_text("\n".join(lines))
    return Ns3Process(answer_s, script)


@pytest.mark.parametrize(
    "line",
    ["gibberish", "[1, 2]", "null", "", "\\xff", '{"id": 2}', '{"id": "2", "result": {}}', '{"id": 2, "result": 7}',
     '{"id": 2, "error": "no"}', '{"id": 7, "result": {}}'],
)  # fmt: skip
def test_garbage_is_an_error_and_ends_the_worker(tmp_path, line):
    statement = f"answer({{}}); sys.stdin.readline(); sys.stdout.buffer.write(b{line!r} + b'\\n'); sys.stdout.flush()"
    process = scripted_worker(tmp_path, statement)
    with pytest.raises(WorkerError, match=r"not a valid answer|instead of 2") as failure:
        process.ask("run", {"seconds": 1.0})
    assert failure.value.method == "run" and process.pid is None


def test_a_refusal_by_ns3_is_reported_with_its_message(tmp_path):
    error = {"type": "ValueError", "message": "no such node"}
    process = scripted_worker(tmp_path, f"answer({{}}); answer(None, error={error!r})")
    with pytest.raises(WorkerError, match="ns-3 refused set: ValueError: no such node"):
        process.ask("set", {})


def test_a_fatal_error_is_reported_with_ns3s_last_message(tmp_path):
    output = "print('NS_FATAL, terminating', file=sys.stderr); print('msg=\"no such attribute\"', file=sys.stderr)"
    process = scripted_worker(tmp_path, f"answer({{}}); sys.stdin.readline(); {output}; sys.exit(1)")
    with pytest.raises(WorkerError, match="no such attribute"):
        process.ask("build", {})


def test_a_silent_worker_is_terminated(tmp_path):
    process = scripted_worker(tmp_path, "answer({})", answer_s=0.3)
    with pytest.raises(WorkerError, match="did not answer in time"):
        process.ask("run", {"seconds": 1.0})
    assert process.pid is None


def test_without_the_extra_the_error_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ns3", None)  # as where it is not installed
    with pytest.raises(Ns3MissingError, match=r"pip install 'twinpilot\[ns3\]'"):
        Ns3Network(Ns3Process()).begin(small_layout())


def test_files_that_use_ns3_are_under_its_licence_and_import_nothing_of_twinpilot():
    for name in ("worker.py", "lte.cpp"):
        text = (FOLDER / name).read_text(encoding="utf-8")
        assert "SPDX-License-Identifier: GPL-2.0-only" in text.splitlines()[0]
        assert "import twins" not in text and "from twins" not in text
    assert "GNU GENERAL PUBLIC LICENSE" in (FOLDER / "LICENSE.GPL-2.0").read_text(encoding="utf-8")


def test_a_request_holds_no_nan(process):
    with pytest.raises(ValueError, match="not JSON compliant"):
        process.ask("run", {"seconds": float("nan")})
    assert json.dumps(process.ask("hello", {}))
