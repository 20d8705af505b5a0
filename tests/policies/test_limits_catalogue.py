"""Every configurable attribute has a lawful range with its source, and malformed catalogue data is refused by name."""

import re
from collections import Counter

import pytest

from policies.limits.catalogue import UnknownAttributeError
from policies.limits.loading import CatalogueError, load_limits

CATALOGUE = load_limits()
THEMES = {"slicing", "mobility", "power", "carrier", "admission", "energy saving", "beam", "receiver", "scheduler", "mission"}

TREE = {
    "NRCellDU": {
        "administrativeState": "",
        "operationalState": "",
        "nRPCI": "",
        "arfcnDL": "",
        "bSChannelBwDL": "MHz",
        "schedulerType": "",
    },
    "NRSectorCarrier": {"configuredMaxTxPower": "dBm", "arfcnDL": "", "bSChannelBwDL": "MHz"},
    "RRMPolicyRatio": {
        "resourceType": "",
        "rRMPolicyMinRatio": "%",
        "rRMPolicyMaxRatio": "%",
        "rRMPolicyDedicatedRatio": "%",
    },
    "SchedulerProfile": {"schedulerWeight": ""},
    "AdmissionControl": {"maxPrbUsage": "%", "maxConnectedUes": "UE"},
    "NRCellRelation": {"cellIndividualOffset": "dB", "isHOAllowed": ""},
    "MobilityProfile": {"a3Offset": "dB", "hysteresis": "dB", "timeToTrigger": "ms"},
    "CESManagementFunction": {"energySavingControl": "", "energySavingState": ""},
}


def test_there_are_at_least_sixty_attributes_over_all_themes():
    assert len(CATALOGUE) >= 60
    assert set(Counter(limit.theme for limit in CATALOGUE)) == THEMES


@pytest.mark.parametrize(
    ("class_name", "attribute"), [(name, attribute) for name, attributes in TREE.items() for attribute in attributes]
)
def test_every_attribute_of_the_managed_tree_has_a_limit_in_its_unit(class_name, attribute):
    assert CATALOGUE.limit(class_name, attribute).unit == TREE[class_name][attribute]


@pytest.mark.parametrize("limit", CATALOGUE, ids=lambda limit: limit.name)
def test_every_entry_has_a_range_an_effect_and_a_clause(limit):
    assert limit.default is None or limit.objection(limit.default) is None
    assert limit.effect.endswith(".") and limit.clause_text.endswith(".")
    vendor = limit.specification == "TwinPilot vendor model"
    assert vendor or re.match(r"3GPP TS \d\d\.\d{3}", limit.specification)
    assert vendor <= limit.vendor_specific
    assert vendor or re.match(r"\d+\.\d+", limit.clause) or "YANG module" in limit.specification


@pytest.mark.parametrize(
    ("name", "lawful", "unlawful"),
    [
        ("MobilityProfile.a3Offset", [-15, -0.5, 0, 2.5, 15], [-15.5, 0.3, 15.5]),
        ("MobilityProfile.hysteresis", [0, 0.5, 15.0], [-0.5, 0.25, 16]),
        ("MobilityProfile.timeToTrigger", [0, 40, 5120], [20, 200, 5121]),
        ("MobilityProfile.t310", [0, 2000], [300, 6000]),
        ("NRCellRelation.cellIndividualOffset", [-24, -6, 5, 8, 24], [7, 9, -25, 0.5]),
        ("NRCellDU.nRPCI", [0, 1007], [-1, 1008, 3.5]),
        ("NRFreqRelation.qRxLevMin", [-140, -44, -100], [-141, -43, -101]),
        ("NRCellDU.bSChannelBwDL", [5, 100, 400], [7, 35, 1000]),
        ("SchedulerProfile.schedulerWeight", [0.1, 0.3, 2.7, 10], [0, 0.05, 0.33, 10.1]),
        ("CommonBeamformingFunction.digitalTilt", [-900, 900], [-901, 901]),
        ("RRMPolicyRatio.rRMPolicyMinRatio", [0, 100, 25.0], [-1, 101, 25.5, True, "25", None, float("nan"), float("inf")]),
        ("NRCellRelation.isHOAllowed", [True, False], [1, 0, "true", None]),
        ("CESManagementFunction.energySavingControl", ["toBeEnergySaving"], ["sleep", 1, True]),
        ("SNSSAI.sD", ["FFFFFF", "00a1b2"], ["FFFFF", "GGGGGG", "FFFFFF\n", 5]),
    ],
)
def test_ranges_are_those_of_the_specifications(name, lawful, unlawful):
    limit = CATALOGUE.limit(*name.split("."))
    assert [value for value in lawful if limit.objection(value)] == []
    assert [value for value in unlawful if not limit.objection(value)] == []


def test_an_unknown_attribute_names_the_nearest_ones():
    with pytest.raises(UnknownAttributeError, match=r"nearest: RRMPolicyRatio\.rRMPolicyMinRatio"):
        CATALOGUE.limit("RRMPolicyRatio", "rrmPolicyMinratio")
    with pytest.raises(UnknownAttributeError, match=r"NRCellRelation\.cellIndividualOffset"):
        CATALOGUE.limit("Nonsense", "cellIndividualOfset")


def test_words_find_attributes():
    assert CATALOGUE.search("time to trigger handover")[0].name == "MobilityProfile.timeToTrigger"
    assert CATALOGUE.search("") == () and CATALOGUE.search("zzzz qqqq") == ()


ENTRY = """
[[limit]]
class = "A"
attribute = "b"
theme = "power"
kind = "range"
low = 0
high = 10
specification = "3GPP TS 28.541"
clause = "4.4.1"
effect = "e"
clause_text = "c"
default = 3
"""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("default = 3", "default = 11", ["broken.toml", r"entry 1 \(A\.b\)", "default: 11", r"allowed 0\.\.10"]),
        ("low = 0", "", ["broken.toml", "low is missing"]),
        ("low = 0", "low = 20", ["low=20.0 must be below high=10.0"]),
        ("low = 0", 'low = "0"', [r"A\.b", "low"]),
        ("high = 10", "high = nan", [r"A\.b", "high"]),
        ('kind = "range"', 'kind = "boolean"', ["high is not a field of this kind"]),
        ('kind = "range"', 'kind = "shape"', ["kind"]),
        ('theme = "power"', 'theme = "colour"', ["theme"]),
        ("default = 3", "defualt = 3", ["defualt"]),
        ('clause = "4.4.1"', "", ["clause"]),
        ("[[limit]]", "[[limits]]", ["broken.toml", "limits"]),
        ("[[limit]]", "[[limit]", ["broken.toml", "line 2"]),
        ("default = 3", "default = 3\n" + ENTRY, [r"A\.b is in the catalogue twice"]),
        (ENTRY, "", [r"no \[\[limit\]\] entry"]),
    ],
)
def test_malformed_catalogue_data_names_file_entry_and_field(tmp_path, old, new, words):
    (tmp_path / "broken.toml").write_text(ENTRY.replace(old, new, 1))
    with pytest.raises(CatalogueError) as caught:
        load_limits(tmp_path)
    assert all(re.search(word, str(caught.value)) for word in words), str(caught.value)
    assert "\n" not in str(caught.value)
