"""Traces and the model fitted to them: compact files, resumable recording, and a fit that beats persistence."""

import numpy as np
import pytest

from policies.gym.split import Purpose
from training.gym.model.evaluation import coverage, linear, predict, scores
from training.gym.model.fitting import Plan, fit
from training.gym.model.samples import samples
from training.gym.traces.excitation import draw_events, random_call, scripted_call
from training.gym.traces.recorder import STEPS, Segment, record_segment, segments
from training.gym.traces.row import difference, merged, read_rows, write_rows
from twins.gym.scenario import Family, scenario
from twins.learned.ensemble import Ensemble
from twins.learned.network import LearnedNetwork
from twins.learned.state_interval import DIMENSIONS


@pytest.fixture(scope="module")
def rows():
    """Traces of the Experiment Model itself, which can be learned without a simulator's noise."""
    chosen = [Segment(family, seed, index, Purpose.TRAINING) for seed in range(1, 7) for family in Family for index in (0, 1)]
    return [row for segment in chosen for row in record_segment(segment, LearnedNetwork())]


def test_a_segment_is_recorded_from_its_name_alone(rows):
    segment = Segment(Family.SLICING, 1, 0, Purpose.TRAINING)
    assert record_segment(segment, LearnedNetwork()) == [
        row for row in rows if (row.family, row.seed, row.segment) == ("slicing", 1, 0)
    ]


def test_a_segment_begins_with_a_state_followed_by_actions_events_and_states(rows):
    for row in rows:
        assert (row.action is None) == (row.step == 0)
        assert 0 <= row.step <= STEPS and row.policy in ("random", "scripted")
        assert set(row.state) == {"slice", "latency_ms", "jitter_ms", "loss", "throughput_mbps", "edge_load"}
    tools = {row.action["tool"] for row in rows if row.action is not None}
    assert {"switch_network_slice", "trigger_slice_reallocation", "graceful_degradation", "edge_offload"} <= tools
    assert any(row.events for row in rows) and any(row.happened for row in rows)


def test_rows_are_written_and_read_back_the_same_to_the_byte(rows, tmp_path):
    write_rows(tmp_path / "a.jsonl.gz", rows)
    write_rows(tmp_path / "b.jsonl.gz", read_rows(tmp_path / "a.jsonl.gz"))
    assert list(read_rows(tmp_path / "a.jsonl.gz")) == rows
    assert (tmp_path / "a.jsonl.gz").read_bytes() == (tmp_path / "b.jsonl.gz").read_bytes()
    assert not list(tmp_path.glob("*.part"))


def test_the_layout_of_a_row_is_the_one_it_was_measured_under(rows):
    for row in rows[:20]:
        base = row.scenario().layout
        layout = row.measured_layout(base)
        assert difference(base.model_dump(mode="json"), layout.model_dump(mode="json")) == row.layout


def test_difference_and_merge_undo_one_another():
    old = {"a": 1, "b": {"c": 2, "d": None}, "e": [1]}
    new = {"a": 1, "b": {"c": 3, "d": {"x": 1}}, "e": [2]}
    assert difference(old, new) == {"b": {"c": 3, "d": {"x": 1}}, "e": [2]}
    assert merged(old, difference(old, new)) == new


def test_first_segments_of_all_scenarios_come_first():
    names = [segment.name for segment in segments(Purpose.TRAINING, 2)]
    assert len(names) == len(set(names)) == 300
    assert all(name.endswith("_0") for name in names[:150]) and all(name.endswith("_1") for name in names[150:])


def test_every_exciting_call_is_valid():
    import random

    from tools.gym.catalogue import gym_registry
    from tools.gym.context import GymContext
    from twins.gym.world import World

    topology = scenario(Family.EMERGENCY, 4, Purpose.TRAINING)
    rng = random.Random(1)
    world = World(topology, LearnedNetwork(), draw_events(rng, topology))
    world.begin()
    context, drawn = GymContext(world, may_configure=True), set()
    for draw in (random_call, scripted_call):
        for _ in range(150):
            call = draw(rng, world)
            drawn.add(call.tool)
            evidence = gym_registry().get(call.tool).run(context, call.arguments)
            assert evidence.summary, call
    assert {"steer_beam", "set_transmit_power", "set_waypoint", "request_handover", "edge_offload"} <= drawn


def test_a_fitted_model_predicts_unseen_topologies_better_than_persistence(rows):
    plan = Plan(members=2, epochs=40, held_out=(5,))
    train, test = [row for row in rows if row.seed < 6], [row for row in rows if row.seed == 6]
    arrays = fit(samples(train), plan, lambda done, total, error: None)
    predictions = predict(test, Ensemble(arrays))
    counted = ~predictions.first
    model, persistence = (
        scores(predictions.truth[counted], values[counted]) for values in (predictions.mean, predictions.previous)
    )
    for name in ("latency_ms", "loss", "throughput_mbps"):
        index = DIMENSIONS.index(name)
        assert model[index]["r2"] > persistence[index]["r2"], name
    assert (coverage(predictions)[:4] > 0.3).all()
    assert linear(predict(train, Ensemble(arrays)), predictions).shape == predictions.truth.shape


def test_the_same_seed_fits_the_same_model(rows):
    data, plan = samples(rows[:60]), Plan(members=2, epochs=3, held_out=(2,))
    first, second = (fit(data, plan, lambda done, total, error: None) for _ in range(2))
    assert all((first[name] == second[name]).all() for name in first)
    other = fit(data, Plan(members=2, epochs=3, held_out=(2,), seed=2), lambda done, total, error: None)
    assert any((first[name] != other[name]).any() for name in first)


def test_a_flow_that_delivers_nothing_counts_as_lost_in_the_samples(rows):
    row = next(row for row in rows if row.step == 0)
    window = {
        **row.window,
        "flows": {
            name: {**flow, "throughput_mbps": 0.0, "latency_ms": None, "loss": 0.0} for name, flow in row.window["flows"].items()
        },
    }
    data = samples([row.__class__(**{**row.__dict__, "window": window})])
    assert np.allclose(data.y[:, 2], 1.0) and np.allclose(data.y[:, 3], 0.0)
