"""Windows whose parts are made on demand tell the same as windows that hold them."""

import pytest

from policies.gym.split import Purpose
from twins.gym.on_demand import OnDemand
from twins.gym.scenario import Family, scenario
from twins.gym.window import Window
from twins.learned.network import LearnedNetwork


def test_a_value_is_made_when_it_is_asked_for_and_only_once():
    asked = []
    values = OnDemand("abc", lambda place: asked.append(place) or f"value {place}")
    assert list(values) == ["a", "b", "c"] and len(values) == 3 and asked == []
    assert [values["b"], values["b"]] == ["value 1", "value 1"] and asked == [1]
    assert values == {"a": "value 0", "b": "value 1", "c": "value 2"}
    with pytest.raises(KeyError, match="d"):
        values["d"]


def test_a_window_on_demand_is_written_and_read_like_any_other():
    network, made = LearnedNetwork(intervals=True), scenario(Family.SLICING, 55, Purpose.BENCHMARK)
    network.begin(made.layout)
    window = network.run(made.layout, 1.0, 1.0)
    for read in (
        Window.model_validate(window.model_dump(mode="json")),
        Window.model_validate_json(window.model_dump_json()),
    ):
        assert read == window and isinstance(read.flows, dict)
        assert list(read.flows) == list(made.layout.flows) and list(read.prb_load) == list(made.layout.cells)
    assert set(window.users) == set(window.model_dump()["users"]) == set(made.layout.users)
