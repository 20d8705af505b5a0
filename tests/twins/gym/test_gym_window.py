"""Windows with lazily computed parts are equivalent to windows that store them."""

import pytest

from policies.gym.split import Purpose
from twins.gym.on_demand import OnDemand
from twins.gym.scenario import Family, scenario
from twins.gym.window import Window
from twins.learned.network import LearnedNetwork


def test_a_value_is_computed_on_access_and_only_once():
    computed = []
    values = OnDemand("abc", lambda index: computed.append(index) or f"value {index}")
    assert list(values) == ["a", "b", "c"] and len(values) == 3 and computed == []
    assert [values["b"], values["b"]] == ["value 1", "value 1"] and computed == [1]
    assert values == {"a": "value 0", "b": "value 1", "c": "value 2"}
    with pytest.raises(KeyError, match="d"):
        values["d"]


def test_a_window_on_demand_is_written_and_read_like_any_other():
    network, layout = LearnedNetwork(intervals=True), scenario(Family.SLICING, 55, Purpose.BENCHMARK).layout
    network.begin(layout)
    window = network.run(layout, 1.0, 1.0)
    for read in (
        Window.model_validate(window.model_dump(mode="json")),
        Window.model_validate_json(window.model_dump_json()),
    ):
        assert read == window and isinstance(read.flows, dict)
        assert list(read.flows) == list(layout.flows) and list(read.prb_load) == list(layout.cells)
    assert set(window.users) == set(window.model_dump()["users"]) == set(layout.users)
