"""An embedded network outlives the process that serves it: a killed run goes on with the same network, on another port."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from small_network import SEED, contended, du, embb_minimum, ratio
from small_world import service

from harness.approvals.approver import approve_by_flag
from harness.engine.embedded_network import EmbeddedNetwork
from harness.engine.state_file import read_state
from harness.records.run_lock import status_now
from harness.runtime.embedded_place import EmbeddedPlace, is_embedded, url_of
from harness.runtime.errors import RunError
from harness.runtime.paths import Paths
from policies.change import ChangeSet, PolicyEdit
from twins.network import KpiQuery

HERE = Path(__file__).parent
WINDOWS = 12
CHILD = """
import json, os, signal, sys
from pathlib import Path
from small_world import service
from test_embedded_network import reached
from harness.approvals.approver import approve_by_flag
from harness.engine.embedded_network import EmbeddedNetwork
from harness.records.events import Event
import langgraph.checkpoint.sqlite, harness.engine.graph, twins.ric.server, tools.oran.oran_network

class Dying(EmbeddedNetwork):
    def apply(self, change_set, key):
        super().apply(change_set, key)
        os.kill(os.getpid(), signal.SIGKILL)

def die_at(root, name, kind, step):
    def hear(event):
        if event.kind == kind and event.step == step:
            os.kill(os.getpid(), signal.SIGKILL)

    network = reached(root, name, lambda: hear(Event("network.starting")), Dying if kind == "network" else EmbeddedNetwork)
    service(root, network=network, listener=hear).start("at least 5 Mbps", approver=approve_by_flag)

for root, name, kind, step in json.loads(sys.argv[1]):
    child = os.fork()
    if child == 0:
        try:
            die_at(Path(root), name, kind, step)
        finally:
            os._exit(99)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
POINTS = [
    ("run.started", ""),
    ("step.started", "understand"),
    ("network.starting", ""),
    ("tool.ended", ""),
    ("approval.given", ""),
    ("network", "after apply"),
    ("change.applied", ""),
    ("change.verified", ""),
]
APPLIED = {("network", "after apply"), ("change.applied", ""), ("change.verified", "")}


def new_place(root):
    return EmbeddedPlace.create(Paths(root / "data"), contended().model_dump(mode="json"), SEED, WINDOWS)


def reached(root, name, starting=lambda: None, kind=EmbeddedNetwork):
    paths = Paths(root / "data")
    return kind(EmbeddedPlace.of(paths, name), 0, paths.ledger, starting=starting, tick=lambda moment: None)


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """The folder and the network's name of each run, killed at its point in a process of its own."""
    root = tmp_path_factory.mktemp("embedded")
    folders = [root / f"{kind}-{step}".replace(" ", "-") for kind, step in POINTS]
    names = [new_place(folder).name for folder in folders]
    runs = [[str(folder), name, *point] for folder, name, point in zip(folders, names, POINTS, strict=True)]
    environment = {**os.environ, "PYTHONPATH": f"{HERE}{os.pathsep}{HERE.parents[1]}", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", CHILD, json.dumps(runs)], check=False, timeout=280, env=environment, capture_output=True, text=True
    )
    assert done.stdout.split() == [str(-signal.SIGKILL)] * len(POINTS), done.stderr
    return dict(zip(POINTS, zip(folders, names, strict=True), strict=True))


@pytest.mark.parametrize("point", POINTS, ids=[f"{kind} {step}".strip() for kind, step in POINTS])
def test_a_killed_run_goes_on_with_its_network(killed, point):
    root, name = killed[point]
    network = reached(root, name)
    try:
        if point in APPLIED:
            assert network.read(ratio("S1C1")).attributes["rRMPolicyMinRatio"] == 40, "the change is still on the network"
        run_service = service(root, network=network)
        record = run_service.runs.get("last")
        status = "awaiting approval" if point == ("approval.given", "") else "interrupted"
        assert status_now(record, run_service.paths.run(record.run_id)) == status
        outcome = run_service.resume("last", approver=approve_by_flag)
        assert outcome.status == "confirmed", outcome.message
        assert network.read(ratio("S1C1")).attributes["rRMPolicyMinRatio"] == 40
        assert [commitment.state for commitment in run_service.commitments.of_run(outcome.run_id)] == ["confirmed"]
        assert not run_service.is_awaited(name)
        assert network.live().identity() == network.identity() == run_service.runs.get("last").identity, "also over its URL"
    finally:
        network.close()


@pytest.fixture
def root(tmp_path):
    return tmp_path


def test_before_its_start_an_embedded_network_has_the_card_with_which_it_begins(root):
    network = reached(root, new_place(root).name)
    before = network.describe()
    assert not (root / "data" / "networks").joinpath(network.name[-8:], "state.bin").exists(), "it has not started"
    try:
        assert network.live().describe().model_dump(mode="json") == before.model_dump(mode="json")
    finally:
        network.close()


def test_the_start_of_a_network_is_no_part_of_the_time_that_a_tool_may_take(root):
    heard = []
    network = reached(root, new_place(root).name, lambda: heard.append("network.starting"))
    try:
        service(root, network=network, listener=lambda event: heard.append(event.kind)).start("at least 5 Mbps")
    finally:
        network.close()
    assert heard.index("network.starting") < heard.index("tool.started")


def test_configuration_policies_measurements_and_time_go_on_on_another_port(root):
    name = new_place(root).name
    first = reached(root, name)
    body = {"scope": {"sliceId": {"sst": 2, "plmnId": {"mcc": "001", "mnc": "01"}}}, "sliceSlaObjectives": {"maxNumberOfUes": 50}}
    policy = PolicyEdit(policy_type="ORAN_SliceSLATarget_1.0.0", policy_id="p1", old=None, new=body)
    change_set = ChangeSet(edits=(*embb_minimum(40).edits, policy))
    first.apply(change_set, "forty")
    first.wait(6)
    windows = KpiQuery(kpis=("DRB.UEThpDl",), dns=(du("S1C1"),))
    now, samples = first.now(), first.observe(windows).to_records()
    period = first.live().pm.peer.request("GET", "/pm/v1/reports", params={"after": 0, "limit": 1}).object()["last"]
    first.close()
    assert url_of(Paths(root / "data"), name) is None, "it stands still while nobody serves it"
    second = reached(root, name)
    try:
        assert second.now() == now
        assert url_of(Paths(root / "data"), name) == second.live().url
        assert second.read(ratio("S1C1")).attributes["rRMPolicyMinRatio"] == 40
        assert second.observe(windows).to_records() == samples
        assert second.apply(change_set, "forty").replayed, "the change that was applied before is known"
        following = second.live().pm.peer.request("GET", "/pm/v1/reports", params={"after": 0, "limit": 1}).object()
        assert following["last"] == period, "the numbers of the PM periods go on"
        assert list(second.live().a1.ids(policy.policy_type)) == ["p1"]
        assert second.live().a1.status(policy.policy_type, "p1")
    finally:
        second.close()


def test_two_processes_do_not_serve_one_network(root):
    name = new_place(root).name
    first, second = reached(root, name), reached(root, name)
    first.live()
    try:
        with pytest.raises(Exception, match="served by another process"):
            second.live()
    finally:
        first.close()


@pytest.mark.parametrize("name", ["http://127.0.0.1:8710", "embedded:x", "embedded:x/../../etc", "small"])
def test_other_names_are_no_embedded_networks(root, name):
    assert not is_embedded(name)
    with pytest.raises(RunError, match="is not the name of an embedded network"):
        EmbeddedPlace.of(Paths(root), name)


def test_a_state_names_no_function_of_python(root):
    import pickle
    import zlib

    class Harm:
        def __reduce__(self):
            return os.system, ("touch harmed",)

    for content in (b"", b"junk", b"twinpilot network state 1\n" + zlib.compress(pickle.dumps(Harm()))):
        path = root / "state.bin"
        path.write_bytes(content)
        with pytest.raises(RunError, match=r"state\.bin: not a state of an embedded network"):
            read_state(path)
