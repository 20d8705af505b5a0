"""An embedded network outlives the process that serves it: a killed run goes on with the same network, on another port."""

import os
from pathlib import Path

import pytest
from killed_runs import DieAt, die, kill_runs, name_of
from small_network import SEED, contended, du, embb_minimum, ratio
from small_world import service

from harness.approvals.approver import approve_by_flag
from harness.engine.embedded_network import EmbeddedNetwork
from harness.engine.state_file import read_state
from harness.records.events import Event
from harness.records.run_lock import status_now
from harness.runtime.embedded_place import EmbeddedPlace, is_embedded, url_of
from harness.runtime.errors import RunError
from harness.runtime.paths import Paths
from policies.change import ChangeSet, PolicyEdit
from twins.network import KpiQuery

WINDOWS = 12
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


class Dying(EmbeddedNetwork):
    def apply(self, change_set, key):
        super().apply(change_set, key)
        die()


def live(root, name, kind, step):
    hear = DieAt(kind, step)
    network = reached(Path(root), name, lambda: hear(Event("network.starting")), Dying if kind == "network" else EmbeddedNetwork)
    service(Path(root), network=network, listener=hear).start("at least 5 Mbps", approver=approve_by_flag)


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """The folder and the network's name of each run, killed at its point in a process of its own."""
    root = tmp_path_factory.mktemp("embedded")
    runs = {point: (root / name_of(*point), new_place(root / name_of(*point)).name) for point in POINTS}
    kill_runs(live, [[str(folder), name, *point] for point, (folder, name) in runs.items()])
    return runs


@pytest.mark.parametrize("point", POINTS, ids=[name_of(*point) for point in POINTS])
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
