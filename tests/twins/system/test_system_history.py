"""The committed history belongs to the shipped scenario and matches its record's checksum."""

from policies.artefact import read_artefact
from policies.slices import Slice
from twins.system.history import history_path, load_history
from twins.system.scenario.presets import stadium_scenario


def test_the_stadiums_history_exists_and_matches_its_card():
    path = history_path(stadium_scenario(), 1)
    assert "PM history of scenario stadium" in read_artefact(path).card.name
    assert len(load_history(stadium_scenario(), 1)) > 10_000


def test_the_history_contains_the_past_matches_of_the_calendar():
    scenario = stadium_scenario()
    frame = load_history(scenario, 1)
    past = [event for event in scenario.events if event.end <= scenario.start]
    stadium = [f"ManagedElement={cell[:2]},GNBDUFunction=1,NRCellDU={cell}" for cell in ("S1C1", "S2C2", "S3C3")]
    users = frame.where("RRC.ConnMean", stadium, Slice.EMBB)
    during = users.keep(lambda sample: any(event.start <= sample.start < event.end for event in past)).mean()
    assert len(past) == 2
    assert during > 2 * users.mean()


def test_another_seed_is_another_network_and_has_no_history():
    assert load_history(stadium_scenario(), 99) is None
