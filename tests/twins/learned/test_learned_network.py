"""The Experiment Model as a network: physics by hand, determinism, direction of effects, intervals."""

import numpy as np
import pytest

from policies.gym.split import Purpose
from policies.slices import Slice
from twins.gym.changes import with_cell, with_host, with_rates, with_share, with_slice
from twins.gym.packet_network import PacketNetwork
from twins.gym.scenario import Family, scenario
from twins.learned.arrays import group_slices, layout_arrays
from twins.learned.ensemble import Ensemble
from twins.learned.network import LearnedNetwork
from twins.learned.physics import next_cells, physics


@pytest.fixture
def drawn():
    return scenario(Family.SLICING, 55, Purpose.BENCHMARK)


def windows(layouts, **kwargs):
    network = LearnedNetwork(**kwargs)
    network.begin(layouts[0])
    return [network.run(layout, 1.0, 1.0) for layout in layouts]


def mission(drawn, window, name):
    return np.mean([getattr(window.flows[uav], name) or 0.0 for uav in drawn.mission])


def test_it_is_a_packet_network_and_its_label_names_its_origin():
    assert isinstance(LearnedNetwork(), PacketNetwork)
    assert "learned on ns-3 LTE/EPC" in LearnedNetwork.label


def test_the_same_layouts_give_the_same_windows_also_after_a_copy(drawn):
    switched = with_slice(drawn.layout, drawn.mission, Slice.URLLC)
    assert windows([drawn.layout, switched]) == windows([drawn.layout, switched])
    network = LearnedNetwork()
    network.begin(drawn.layout)
    network.run(drawn.layout, 1.0)
    assert network.copy().run(switched, 1.0) == network.run(switched, 1.0)


def test_the_previous_window_influences_the_next(drawn):
    flooded = with_rates(drawn.layout, dict.fromkeys(drawn.layout.flows, 20.0))
    calm, after = windows([drawn.layout, drawn.layout])[1], windows([flooded, drawn.layout])[1]
    assert mission(drawn, after, "latency_ms") != mission(drawn, calm, "latency_ms")


def test_groups_of_slices_are_those_of_ns3(drawn):
    groups = group_slices(layout_arrays(drawn.layout))
    # 0.59, 0.25 and 0.16 of 16 groups of three resource blocks: [0, 9), [9, 13), [13, 16)
    assert groups.tolist() == [[0] * 9 + [1] * 4 + [2] * 3] * 3


def test_resource_blocks_are_shared_max_min_fairly_by_hand(drawn):
    rates = {name: (8.0 if name in ("ue-1", "ue-2") else 0.0) for name in drawn.layout.flows}
    layout = with_rates(drawn.layout, rates)
    arrays = layout_arrays(layout)
    received = np.full((len(layout.users), 3), -150.0)
    received[:, 0] = -60.0
    theory = physics(arrays, received, np.zeros(len(layout.users), dtype=np.int64))
    first, second = (list(layout.flows).index(name) for name in ("ue-1", "ue-2"))
    # Both at the highest rate: 5.5547 bit/s/Hz x 180 kHz x 0.75 a block, 8 bytes of header on 1200: 10.74 blocks of 27
    assert theory.need[first] == pytest.approx(8e6 * (1 + 8 / 1200) / (5.5547 * 180e3 * 0.75), rel=1e-6)
    assert theory.granted[first] == pytest.approx(theory.need[first])
    assert theory.use[first] == pytest.approx(2 * theory.need[first] / 27)
    crowded = layout_arrays(with_rates(layout, {"ue-1": 40.0, "ue-2": 8.0}))
    theory = physics(crowded, received, np.zeros(len(layout.users), dtype=np.int64))
    assert theory.granted[second] == pytest.approx(theory.need[second])
    assert theory.granted[first] == pytest.approx(27 - theory.need[second], rel=1e-4)


def test_users_follow_event_a3_orders_and_bars(drawn):
    arrays = layout_arrays(drawn.layout)
    received = np.array([[-70.0, -72.0, -90.0]] * len(drawn.layout.users))
    at = np.zeros(len(received), dtype=np.int64)
    nobody, everybody = np.zeros(len(at), dtype=bool), np.ones(len(at), dtype=bool)
    assert (next_cells(arrays, received, at, nobody) == 0).all()
    assert (next_cells(arrays, received, at + 1, nobody) == 1).all(), "2 dB are less than the offset of 3 dB"
    assert (next_cells(arrays, received, at + 2, nobody) == 0).all()
    assert (next_cells(arrays._replace(ordered=at + 1), received, at, everybody) == 1).all()
    assert (next_cells(arrays._replace(ordered=at + 2), received, at, everybody) == 0).all(), "A3 takes them back"
    barred = arrays._replace(barred=np.array([True, False, False]))
    assert (next_cells(barred, received, at, nobody) == 1).all()


def test_more_traffic_never_helps_and_a_larger_share_does(drawn):
    others = [name for name, flow in drawn.layout.flows.items() if name not in drawn.mission and flow.slice is Slice.EMBB]
    crowded = with_rates(drawn.layout, dict.fromkeys(others, 6.0))
    calm, loaded = windows([drawn.layout])[0], windows([crowded])[0]
    assert mission(drawn, loaded, "loss") >= mission(drawn, calm, "loss")
    assert mission(drawn, loaded, "latency_ms") > mission(drawn, calm, "latency_ms")
    more = windows([crowded, with_share(crowded, Slice.EMBB, 0.87)])[1]
    assert mission(drawn, more, "throughput_mbps") > mission(drawn, loaded, "throughput_mbps")


@pytest.mark.parametrize("family", Family)
def test_an_edge_host_is_nearer_by_its_link(family):
    shares = []
    for seed in range(51, 61):
        drawn = scenario(family, seed, Purpose.BENCHMARK)
        network = LearnedNetwork()
        network.begin(drawn.layout)
        network.run(drawn.layout, 1.0, 1.0)
        moved = with_host(drawn.layout, drawn.mission, "edge-1")
        far, near = network.copy().run(drawn.layout, 1.0, 0.4), network.copy().run(moved, 1.0, 0.4)
        saved = drawn.layout.hosts["cloud"] - drawn.layout.hosts["edge-1"]
        shares.append((mission(drawn, far, "latency_ms") - mission(drawn, near, "latency_ms")) / saved)
    assert 0.7 < np.median(shares) < 1.1 and min(shares) > 0.5


def test_a_dead_cell_serves_nobody(drawn):
    dead = with_cell(drawn.layout, "gnb-1", power_dbm=-30.0)
    window = windows([drawn.layout, dead])[1]
    assert "gnb-1" not in {user.cell for user in window.users.values()} and window.prb_load["gnb-1"] == 0.0
    assert window.handovers > 0


def test_intervals_contain_the_prediction_and_are_optional(drawn):
    window = windows([drawn.layout], intervals=True)[0]
    delays = [(window.low[name].latency_ms, flow.latency_ms, window.high[name].latency_ms) for name, flow in window.flows.items()]
    measured = [delay for delay in delays if None not in delay]
    assert measured and all(low <= mean <= high for low, mean, high in measured)
    assert all(window.low[name].loss <= flow.loss <= window.high[name].loss for name, flow in window.flows.items())
    assert windows([drawn.layout])[0].low == {}


def test_predictions_stay_in_their_ranges_even_under_absurd_load(drawn):
    flooded = with_rates(drawn.layout, dict.fromkeys(drawn.layout.flows, 50.0))
    jammed = with_cell(flooded, "gnb-1", power_dbm=-30.0).model_copy(update={"interferer_dbm": 46.0})
    for window in windows([jammed, jammed, jammed], intervals=True):
        for flow in (*window.flows.values(), *window.low.values(), *window.high.values()):
            assert 0.0 <= flow.loss <= 1.0 and flow.throughput_mbps >= 0.0
            assert flow.latency_ms is None or 0.0 < flow.latency_ms <= 2000.0


def test_a_model_file_that_does_not_match_its_record_is_refused(tmp_path):
    from policies.artefact import ArtefactError, record_of
    from twins.learned.ensemble import MODEL_PATH

    copy = tmp_path / MODEL_PATH.name
    copy.write_bytes(MODEL_PATH.read_bytes()[:-7])
    record_of(copy).write_text(record_of(MODEL_PATH).read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(ArtefactError, match="do not belong together"):
        Ensemble.load(copy)
