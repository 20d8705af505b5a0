"""Parts shared by the data cards of the gym's traces, model and tasks: the LTE network and its environment."""

from __future__ import annotations

from policies.data_card import Configuration, Environment

LTE = Configuration(
    carrier_frequency="2.12 GHz (EARFCN 100)",
    bandwidth="50 resource blocks down, 15 up",
    numerology="LTE: 15 kHz, 1 ms subframes",
    antenna_geometry="omnidirectional, or one element of TR 38.901 table 7.3-1; one layer",
    beam_codebook="none: azimuth and tilt",
    pilot_design="cell-specific reference signals of LTE",
    scheduler="proportional fair within a slice's resource block groups",
)
SURROUNDINGS = Environment(
    setting="urban macro",
    topology="three cells, a cloud and two edge servers",
    blockage="none beside the path loss",
    deployment_density="ten users, two to four of them UAVs",
    ue_distribution="inside the triangle of the sites",
    mobility="0 to 25 m/s",
)


def topologies(seeds: list[int]) -> str:
    """Describe topology seeds, such as "topology 1 to 38 (38 of them)"."""
    return f"topology {min(seeds)} to {max(seeds)} ({len(set(seeds))} of them)"
