"""The committed history belongs to the shipped scenario, and its card tells it by checksum."""

import numpy as np

from policies import DataCard, Slice
from twins.system import stadium_scenario
from twins.system.history import checksum, history_path, load_history


def test_the_stadiums_history_is_there_and_is_what_its_card_says():
    path = history_path(stadium_scenario(), 1)
    card = DataCard.model_validate_json(path.with_suffix(".json").read_text(encoding="utf-8"))
    with np.load(path) as stored:
        assert f"sha256:{checksum(stored['values'])}" in card.provenance.version


def test_the_history_holds_the_matches_that_the_calendar_tells_of():
    scenario = stadium_scenario()
    frame = load_history(scenario, 1)
    past = [event for event in scenario.events if event.end <= scenario.start]
    stadium = [f"ManagedElement={cell[:2]},GNBDUFunction=1,NRCellDU={cell}" for cell in ("S1C1", "S2C2", "S3C3")]
    users = frame.where("RRC.ConnMean", stadium, Slice.EMBB)
    during = users.keep(lambda one: any(event.start <= one.start < event.end for event in past)).mean()
    assert len(past) == 2
    assert during > 2 * users.mean()


def test_another_seed_is_another_network_and_has_no_history():
    assert load_history(stadium_scenario(), 99) is None
