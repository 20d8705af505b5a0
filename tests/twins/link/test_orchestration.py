"""An orchestration must match the schema, be transmittable and fit the device; anything else is refused with its rule."""

import json
from itertools import product

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from twins.link.columns import channel_columns, channels_of, configuration_columns, configurations_of
from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.device import DeviceState, device_violations, permitted
from twins.link.orchestration import Orchestration, OrchestrationRefused, compile_orchestration, read_orchestration
from twins.link.qos import SimulatedLink, budget_of, evaluate, qos_of
from twins.link.simulation.stopping import Stopping

WRITTEN = {
    "transmitter": {"module": "pusch", "mcs_table": 1, "mcs_index": 13, "layers": 2, "antenna_ports": 2, "power_dbm": 20.0},
    "channel_coding": {"module": "ldpc", "algorithm": "offset-minsum", "iterations": 8, "harq_retransmissions": 1},
    "receiver": {"module": "classical", "estimator": "lmmse", "detector": "kbest"},
    "resources": {"prbs": 12, "subcarrier_khz": 30, "dmrs_symbols": 2},
}
DEVICE = DeviceState(
    tx_antennas=2,
    rx_antennas=4,
    max_power_dbm=23.0,
    max_modulation="64QAM",
    receivers=("ls+lmmse", "lmmse+kbest", "deeprx"),
    free_prbs=24,
)
TINY = Stopping(half_width=0.5, min_slots=4, max_slots=4, batch=4)


def written(**changes):
    """WRITTEN with `step__argument` replaced."""
    steps = {step: dict(arguments) for step, arguments in WRITTEN.items()}
    for path, value in changes.items():
        step, argument = path.split("__")
        steps[step][argument] = value
    return json.dumps(steps)


def refusal(text, device=DEVICE):
    with pytest.raises(OrchestrationRefused) as caught:
        compile_orchestration(read_orchestration(text), device)
    return caught.value.reasons


def test_what_a_model_writes_compiles_to_the_link_configuration():
    assert compile_orchestration(read_orchestration(written()), DEVICE) == LinkConfiguration(
        mcs_table=1,
        mcs_index=13,
        prbs=12,
        subcarrier_khz=30,
        layers=2,
        tx_antennas=2,
        rx_antennas=4,
        dmrs_symbols=2,
        estimator="lmmse",
        detector="kbest",
        ldpc_algorithm="offset-minsum",
        ldpc_iterations=8,
        harq_retransmissions=1,
        transmit_power_dbm=20.0,
    )


def test_the_json_schema_that_a_model_sees_has_units_and_ranges_and_accepts_what_is_read():
    schema = Orchestration.model_json_schema()
    jsonschema.validate(WRITTEN, schema)
    fields = [field for name in WRITTEN for field in _definition(schema, name)["properties"].values()]
    assert all(field["description"] for field in fields)
    assert _definition(schema, "transmitter")["properties"]["power_dbm"]["maximum"] == 26.0
    assert "dBm" in _definition(schema, "transmitter")["properties"]["power_dbm"]["description"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(written(resources__dmrs_symbols=5)), schema)


def _definition(schema, step):
    return schema["$defs"][schema["properties"][step]["$ref"].rsplit("/", 1)[1]]


@given(
    st.builds(
        dict,
        mcs_index=st.integers(0, 27),
        mcs_table=st.sampled_from([1, 2]),
        prbs=st.integers(1, 100),
        dmrs_symbols=st.integers(1, 4),
        ldpc_iterations=st.integers(1, 50),
        harq_retransmissions=st.integers(0, 3),
        ldpc_algorithm=st.sampled_from(["offset-minsum", "minsum", "boxplus", "boxplus-phi"]),
        estimator=st.sampled_from([None, "ls", "lmmse"]),
        transmit_power_dbm=st.floats(-40, 26),
    )
)
def test_every_configuration_has_an_orchestration_that_compiles_back_to_it(fields):
    configuration = LinkConfiguration(**fields)
    device = DeviceState(
        tx_antennas=1,
        rx_antennas=2,
        max_power_dbm=26.0,
        max_modulation="256QAM",
        receivers=("ls+lmmse", "lmmse+lmmse"),
        free_prbs=100,
    )
    text = Orchestration.of(configuration).model_dump_json()
    compiled = compile_orchestration(read_orchestration(text), device)
    assert (compiled.receiver_name, compiled.model_dump(exclude={"estimator", "detector"})) == (
        configuration.receiver_name,
        configuration.model_dump(exclude={"estimator", "detector"}),
    )


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"transmitter__mcs_index": 28}, "transmitter.mcs_index=28: Input should be less than or equal to 27"),
        ({"transmitter__mcs_index": "high"}, "transmitter.mcs_index='high'"),
        ({"transmitter__antenna_ports": 3}, "transmitter.antenna_ports=3: Input should be 1, 2 or 4"),
        ({"transmitter__gain_db": 3}, "transmitter.gain_db=3: Extra inputs are not permitted"),
        ({"receiver__estimator": "perfect"}, "receiver.estimator='perfect': Input should be 'ls' or 'lmmse'"),
        ({"channel_coding__module": "polar"}, "channel_coding.module='polar'"),
    ],
)
def test_values_outside_the_schema_are_refused_by_field_and_value(change, rule):
    (reason,) = refusal(written(**change))
    assert reason.startswith(rule)


def test_text_that_is_not_json_or_is_incomplete_is_refused_with_a_remedy():
    assert "write one object and nothing else" in refusal("Sure! Here is the plan:")[0]
    assert refusal('{"transmitter": {}, "channel_coding": {}, "receiver": {}}')[-1] == "resources is missing: give it"


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"transmitter__layers": 4, "transmitter__antenna_ports": 2}, "layers=4 is more than tx_antennas=2"),
        ({"receiver__module": "deeprx"}, "estimator is set, but receiver='deeprx' does this itself"),
        (
            {
                "transmitter__module": "deeptx",
                "receiver__module": "deeprx",
                "receiver__estimator": None,
                "receiver__detector": None,
            },
            "DeepTx and its receiver were trained together",
        ),
        ({"transmitter__layers": 1}, "detector='kbest' with layers=1"),
    ],
)
def test_what_cannot_be_transmitted_is_refused_with_its_rule(change, rule):
    assert any(rule in reason for reason in refusal(written(**change)))


@pytest.mark.parametrize(
    ("change", "field", "state"),
    [
        ({"tx_antennas": 1}, "transmitter.antenna_ports=2: allowed at most 1", "tx_antennas"),
        ({"max_power_dbm": 14.0}, "transmitter.power_dbm=20.0: allowed at most 14", "max_power_dbm"),
        ({"max_modulation": "QPSK"}, "transmitter.mcs_index=13: allowed at most QPSK", "max_modulation"),
        ({"receivers": ("ls+lmmse", "deeprx")}, "receiver=lmmse+kbest: allowed one of ls+lmmse, deeprx", "receivers"),
        ({"transmitters": ("deeptx",)}, "transmitter.module=pusch: allowed one of deeptx", "transmitters"),
        ({"free_prbs": 6}, "resources.prbs=12: allowed at most 6", "free_prbs"),
        ({"subcarriers_khz": (15, 60)}, "resources.subcarrier_khz=30: allowed one of 15, 60", "subcarriers_khz"),
    ],
)
def test_more_than_the_device_has_is_refused_with_the_state_that_limits_it(change, field, state):
    (reason,) = refusal(written(), DEVICE.model_copy(update=change))
    assert reason.startswith(field) and f"(device state {state});" in reason


def test_more_layers_than_the_base_station_has_antennas_are_refused():
    assert "layers=2 is more than rx_antennas=1" in refusal(written(), DEVICE.model_copy(update={"rx_antennas": 1}))[0]


def test_a_device_without_receivers_or_with_nonsense_is_refused():
    for change in ({"receivers": ()}, {"tx_antennas": 3}, {"compute_gops": 0.0}, {"max_power_dbm": float("nan")}):
        with pytest.raises(ValidationError, match=next(iter(change))):
            DeviceState.model_validate(DEVICE.model_dump() | change)


devices = st.builds(
    DeviceState,
    tx_antennas=st.sampled_from([1, 2, 4]),
    rx_antennas=st.sampled_from([1, 2, 4]),
    max_power_dbm=st.floats(-40, 26),
    max_modulation=st.sampled_from(["QPSK", "16QAM", "64QAM", "256QAM"]),
    transmitters=st.sampled_from([("pusch",), ("pusch", "deeptx")]),
    receivers=st.sampled_from([("ls+lmmse",), ("ls+lmmse", "ls+kbest", "deeprx"), ("lmmse+lmmse", "deeptx")]),
    free_prbs=st.integers(1, 60),
)
MANY = [
    LinkConfiguration(**fields, mcs_table=table, mcs_index=mcs, prbs=prbs, transmit_power_dbm=power)
    for fields, table, mcs, prbs, power in product(
        (
            {},
            {"layers": 2, "tx_antennas": 2, "detector": "kbest"},
            {"receiver": "deeprx"},
            {"receiver": "deeptx", "transmitter": "deeptx", "estimator": None},
        ),
        (1, 2),
        (0, 4, 5, 9, 10, 16, 17, 19, 20, 27),
        (48,),
        (20.0,),
    )
]


@settings(max_examples=20)
@given(devices)
def test_a_space_is_filtered_by_the_same_rules_that_refuse_one_orchestration(device):
    whole = permitted(device, configuration_columns(MANY))
    single = [not device_violations(device, configuration_columns([link])) for link in MANY]
    assert whole.tolist() == single


def test_columns_convert_back_to_the_same_configurations_and_channels():
    links = configurations_of(configuration_columns(MANY))
    assert [link.receiver_name for link in links] == [link.receiver_name for link in MANY]
    channels = [ChannelConfiguration(snr_db=7.5), ChannelConfiguration(profile="CDL-C", coupling_loss_db=110.0)]
    assert channels_of(channel_columns(channels)) == channels


@pytest.fixture(scope="module")
def simulated():
    orchestration = read_orchestration(
        written(
            transmitter__layers=1,
            transmitter__antenna_ports=1,
            transmitter__mcs_index=5,
            receiver__estimator="ls",
            receiver__detector="lmmse",
            resources__prbs=4,
        )
    )
    channel = ChannelConfiguration(snr_db=25.0)
    configuration = compile_orchestration(orchestration, DEVICE)
    return orchestration, channel, SimulatedLink(stopping=TINY).evaluate(configuration, channel)


def test_a_batch_gives_the_results_of_single_links_and_a_missing_receiver_is_not_covered(simulated):
    _, channel, link = simulated
    unknown = link.configuration.model_copy(update={"receiver": "psychic", "estimator": None, "detector": None})
    columns = {**configuration_columns([link.configuration, unknown]), "compute_gops": np.array([1000.0, 1000.0])}
    batch = SimulatedLink(stopping=TINY).evaluate_batch(columns, channel_columns([channel]))
    assert batch.covered.tolist() == [True, False]
    assert (batch.delay_ms[0], batch.throughput_mbps[0], batch.ber[0]) == tuple(qos_of(link).model_dump().values())


def test_a_tenth_of_the_compute_budget_takes_ten_times_the_computation(simulated):
    _, channel, link = simulated
    slot_ms = 1e3 * link.configuration.slot_seconds
    assert link.transmissions == 1.0
    slow = SimulatedLink(stopping=TINY).evaluate(link.configuration, channel, budget_of(100.0))
    assert slow.delay_ms - slot_ms == pytest.approx(10.0 * (link.delay_ms - slot_ms), rel=1e-9)
    assert slow.throughput_mbps == link.throughput_mbps


def test_evaluation_by_simulation_returns_qos_with_its_provenance(simulated):
    orchestration, channel, _ = simulated
    evaluation = evaluate(orchestration, DEVICE, channel, rung="simulation")
    assert evaluation.qos == qos_of(evaluation.link)
    assert evaluation.qos.throughput_mbps > 0.5 and evaluation.qos.delay_ms > 0.5 and evaluation.qos.ber < 1e-2
    assert evaluation.link.configuration == compile_orchestration(orchestration, DEVICE)
    assert evaluation.link.provenance.kind == "simulation"


def test_an_orchestration_beyond_the_device_is_refused_before_evaluation(simulated):
    orchestration, channel, _ = simulated
    with pytest.raises(OrchestrationRefused, match=r"resources\.prbs=4: allowed at most 2"):
        evaluate(orchestration, DEVICE.model_copy(update={"free_prbs": 2}), channel, rung="simulation")
