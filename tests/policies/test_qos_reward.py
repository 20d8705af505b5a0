"""The reward is equation (2) of seed 000: checked by hand, and by properties over the whole range of deliveries."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from policies.qos import Qos, QosRequirement
from policies.qos_reward import BER_FLOOR, RewardWeights, qos_reward, reward_batch

NEED = QosRequirement(max_delay_ms=10.0, min_throughput_mbps=20.0, max_ber=1e-3)
UNEVEN = RewardWeights(waste_throughput=0.5, waste_delay=0.2, waste_ber=0.1, near_throughput=0.4, near_delay=0.25, near_ber=0.15)

positive = st.floats(min_value=1e-3, max_value=1e6)
deliveries = st.builds(
    Qos,
    delay_ms=st.floats(min_value=0.0, max_value=1e6),
    throughput_mbps=st.floats(min_value=0.0, max_value=1e6),
    ber=st.floats(min_value=0.0, max_value=1.0),
)
needs = st.builds(
    QosRequirement, max_delay_ms=positive, min_throughput_mbps=positive, max_ber=st.floats(min_value=1e-9, max_value=0.5)
)


def delivered(delay=10.0, throughput=20.0, ber=1e-3):
    return Qos(delay_ms=delay, throughput_mbps=throughput, ber=ber)


def test_delivering_exactly_the_requirement_earns_the_full_base():
    assert qos_reward(NEED, delivered()) == 1.0


def test_waste_is_subtracted_with_the_weight_of_its_quantity():
    # thr: (40 - 20) / 40 = 0.5; del: (10 - 2.5) / 10 = 0.75; BER: log10(1e-3 / 1e-5) / 6 = 2 / 6
    # R = 1 - 0.5 * 0.5 - 0.2 * 0.75 - 0.1 * 2 / 6 = 1 - 0.25 - 0.15 - 0.0333333 = 0.5666667
    assert qos_reward(NEED, delivered(2.5, 40.0, 1e-5), UNEVEN) == pytest.approx(0.5666667, abs=1e-7)


def test_default_weights_by_hand():
    # the same differences, all weights 0.3: R = 1 - 0.3 * (0.5 + 0.75 + 0.3333333) = 1 - 0.3 * 1.5833333 = 0.525
    assert qos_reward(NEED, delivered(2.5, 40.0, 1e-5)) == pytest.approx(0.525, abs=1e-12)


def test_a_violation_earns_by_its_proximity():
    # thr: (10 - 20) / 20 = -0.5, sig(1 / 0.5) = sig(2) = 1 / (1 + e^-2) = 0.8807971
    # del: (10 - 40) / 40 = -0.75, sig(1 / 0.75) = sig(1.3333333) = 1 / (1 + 0.2635971) = 0.7913915
    # BER: log10(1e-3 / 1e-1) / 6 = -2 / 6, sig(3) = 1 / (1 + 0.0497871) = 0.9525741
    # R = -1 + 0.4 * 0.8807971 + 0.25 * 0.7913915 + 0.15 * 0.9525741 = -1 + 0.3523188 + 0.1978479 + 0.1428861 = -0.3069472
    assert qos_reward(NEED, delivered(40.0, 10.0, 1e-1), UNEVEN) == pytest.approx(-0.3069472, abs=1e-7)


def test_once_a_bound_is_violated_a_margin_on_another_counts_as_distance():
    # thr satisfied with |(40 - 20) / 40| = 0.5: sig(2) = 0.8807971; del violated: |(10 - 20) / 20| = 0.5: sig(2)
    # BER on its bound: sig(1/0) = 1
    # R = -1 + 0.3 * (0.8807971 + 0.8807971 + 1) = -0.1715217
    assert qos_reward(NEED, delivered(20.0, 40.0, 1e-3)) == pytest.approx(-0.1715217, abs=1e-7)


def test_nothing_delivered_and_infinite_delay_have_closed_forms():
    # thr: (0 - 20) / 20 = -1 and del: (10 - inf) / inf = -1: sig(1) = 0.7310586
    # BER: log10(1e-3 / 1) / 6 = -0.5: sig(2) = 0.8807971
    # R = -1 + 0.3 * (2 * 0.7310586 + 0.8807971) = -0.2971257
    assert float(reward_batch(NEED, np.inf, 0.0, 1.0)) == pytest.approx(-0.2971257, abs=1e-7)
    # thr: (inf - 20) / inf = 1; del: (10 - 0) / 10 = 1; BER 0 counts as 1e-6: 3 / 6: R = 1 - 0.3 * 2.5 = 0.25
    assert float(reward_batch(NEED, 0.0, np.inf, 0.0)) == pytest.approx(0.25)


def test_all_ber_below_the_resolution_of_a_link_simulation_count_the_same():
    assert (
        qos_reward(NEED, delivered(ber=0.0))
        == qos_reward(NEED, delivered(ber=BER_FLOOR))
        == qos_reward(NEED, delivered(ber=1e-9))
    )


@given(needs, deliveries, deliveries)
def test_satisfying_always_beats_violating_and_the_sign_tells_them_apart(need, first, second):
    for qos in (first, second):
        reward = qos_reward(need, qos)
        assert 0.1 - 1e-12 <= reward <= 1.0 if need.satisfied_by(qos) else -0.3421 <= reward <= -0.1 + 1e-12
    if need.satisfied_by(first) and not need.satisfied_by(second):
        assert qos_reward(need, first) > qos_reward(need, second)


@given(
    needs,
    deliveries,
    deliveries,
    st.lists(st.floats(0.0, 1.0), min_size=6, max_size=6).filter(lambda w: sum(w) > 0),
    st.floats(0.01, 1.98),
)
def test_any_weights_that_add_up_to_less_than_two_separate(need, first, second, raw, total):
    weights = RewardWeights(**dict(zip(RewardWeights.model_fields, (total * w / sum(raw) for w in raw), strict=True)))
    assert weights.separates
    rewards = {need.satisfied_by(qos): qos_reward(need, qos, weights) for qos in (first, second)}
    if len(rewards) == 2:
        assert rewards[True] > rewards[False]


def test_weights_that_add_up_to_more_do_not_always_separate():
    heavy = RewardWeights(waste_throughput=1.0, waste_delay=1.0, near_throughput=0.5, near_delay=0.5)
    wasteful, near = delivered(0.01, 2000.0), delivered(10.01, 20.0)
    assert not heavy.separates
    assert NEED.satisfied_by(wasteful) and not NEED.satisfied_by(near)
    assert qos_reward(NEED, wasteful, heavy) < qos_reward(NEED, near, heavy)


@given(needs, st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_nearer_to_the_requirement_is_never_worse_on_either_side(need, a, b):
    less, more = sorted((a, b))

    def throughput(factor):
        return Qos(delay_ms=need.max_delay_ms, throughput_mbps=need.min_throughput_mbps * factor, ber=need.max_ber)

    assert qos_reward(need, throughput(1.0 + less)) >= qos_reward(need, throughput(1.0 + more))
    assert qos_reward(need, throughput(less)) <= qos_reward(need, throughput(more))


@given(needs, st.lists(deliveries, min_size=1, max_size=8))
def test_a_batch_equals_its_single_rewards(need, batch):
    columns = (np.array([getattr(qos, name) for qos in batch]) for name in ("delay_ms", "throughput_mbps", "ber"))
    assert reward_batch(need, *columns).tolist() == [qos_reward(need, qos) for qos in batch]


@pytest.mark.parametrize("column", ["delay_ms", "throughput_mbps", "ber"])
@pytest.mark.parametrize("bad", [np.nan, -1.0])
def test_an_invalid_measurement_is_refused_by_name(column, bad):
    columns = {"delay_ms": [1.0, 2.0], "throughput_mbps": [1.0, 2.0], "ber": [0.0, 0.1]}
    columns[column] = [columns[column][0], bad]
    with pytest.raises(ValueError, match=f"{column} has 1 values outside"):
        reward_batch(NEED, **columns)


def test_a_violated_bound_is_reported_with_both_values():
    assert NEED.satisfied_by(delivered())
    assert NEED.shortfalls(delivered(11.0, 19.0, 1e-2)) == (
        "delay 11 ms is above 10 ms",
        "throughput 19 Mbit/s is below 20 Mbit/s",
        "BER 0.01 is above 0.001",
    )


@pytest.mark.parametrize("field", ["max_delay_ms", "min_throughput_mbps", "max_ber"])
@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan"), float("inf")])
def test_a_requirement_without_meaning_is_refused(field, bad):
    with pytest.raises(ValidationError, match=field):
        QosRequirement(**(NEED.model_dump() | {field: bad}))


@pytest.mark.parametrize("bad", [-0.1, float("nan")])
def test_negative_or_undefined_weights_are_refused(bad):
    with pytest.raises(ValidationError, match="near_ber"):
        RewardWeights(near_ber=bad)
