"""The gym's typed values name the bound that is violated."""

import pytest
from pydantic import ValidationError

from policies.gym.network_state import NetworkState, SlaSpec
from policies.gym.place import GeofenceSpec, Position, Waypoints, Zone
from policies.gym.split import SEEDS, MixedSplitError, Purpose, check_seed
from policies.slices import Slice

STATE = NetworkState(slice=Slice.EMBB, latency_ms=30.0, jitter_ms=2.0, loss=0.01, throughput_mbps=2.0, edge_load=0.4)


def test_training_and_benchmark_never_share_a_seed():
    assert not set(SEEDS[Purpose.TRAINING]) & set(SEEDS[Purpose.BENCHMARK])
    assert check_seed(50, Purpose.TRAINING) == 50 and check_seed(51, Purpose.BENCHMARK) == 51
    for seed, purpose in ((51, Purpose.TRAINING), (50, Purpose.BENCHMARK), (0, Purpose.TRAINING), (81, Purpose.BENCHMARK)):
        with pytest.raises(MixedSplitError, match=f"seed={seed} is not for {purpose}"):
            check_seed(seed, purpose)


def test_sla_bounds_are_inclusive_and_each_violated_bound_is_named():
    assert SlaSpec(max_latency_ms=30.0, max_loss=0.01, min_throughput_mbps=2.0, max_edge_load=0.4).shortfalls(STATE) == ()
    shortfalls = SlaSpec(max_latency_ms=20.0, max_jitter_ms=1.0, min_throughput_mbps=3.0).shortfalls(STATE)
    assert shortfalls == (
        "latency 30 ms is above 20",
        "jitter 2 ms is above 1",
        "throughput 2 Mbit/s is below 3",
    )
    assert SlaSpec().shortfalls(STATE) == ()


def test_a_fence_distinguishes_box_altitude_and_zone():
    fence = GeofenceSpec(
        x_min_m=0, x_max_m=100, y_min_m=0, y_max_m=100, min_altitude_m=30, max_altitude_m=120,
        zones=(Zone(name="hospital", x_m=50, y_m=50, radius_m=20, ceiling_m=60),),
    )  # fmt: skip
    assert fence.objections(Position(x_m=10, y_m=10, z_m=40)) == ()
    assert fence.objections(Position(x_m=50, y_m=50, z_m=80)) == ()  # over the zone
    assert "zone hospital" in fence.objections(Position(x_m=50, y_m=50, z_m=40))[0]
    assert len(fence.objections(Position(x_m=-1, y_m=50, z_m=10))) == 2


def test_a_path_is_as_long_as_its_legs():
    way = Waypoints(points=(Position(x_m=0, y_m=0, z_m=50), Position(x_m=30, y_m=40, z_m=50), Position(x_m=30, y_m=40, z_m=60)))
    assert way.length_m == pytest.approx(60.0)


@pytest.mark.parametrize(("field", "value"), [("x_m", 6000.0), ("z_m", -1.0), ("z_m", 301.0), ("y_m", float("nan"))])
def test_a_place_outside_of_the_world_is_refused(field, value):
    with pytest.raises(ValidationError, match=field):
        Position(**{"x_m": 0.0, "y_m": 0.0, "z_m": 10.0, field: value})


def test_an_unchecked_value_equals_a_validated_one_and_its_copies_are_independent():
    unchecked = NetworkState.unchecked(**dict(STATE))
    assert unchecked == STATE and unchecked.model_dump() == STATE.model_dump()
    assert unchecked.model_fields_set == STATE.model_fields_set
    copied = unchecked.model_copy(update={"loss": 0.5})
    assert (copied.loss, unchecked.loss) == (0.5, 0.01) and unchecked.changed(loss=0.2).loss == 0.2
    assert NetworkState.unchecked(**dict(STATE)).model_fields_set == set(NetworkState.model_fields)
