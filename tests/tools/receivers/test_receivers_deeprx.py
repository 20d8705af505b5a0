from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from receiver_links import card_of, channel_of, slots_of
from safetensors.torch import save_file

from policies.artefact import read_artefact, write_record
from policies.data_card import Bound, DataCard
from tools.receivers.classical.detection import combine
from tools.receivers.classical.estimation import LeastSquares
from tools.receivers.classical.qam import soft_demap
from tools.receivers.classical.receiver import classical_receiver
from tools.receivers.conditions import conditions
from tools.receivers.deeprx import onnx_export, receiver
from tools.receivers.deeprx.network import DeepRx, SlotInput
from tools.receivers.deeprx.preparation import prepare
from twins.link.configuration import LinkConfiguration
from twins.link.receiver import ReceiverUnavailable
from twins.link.simulation.simulation import simulate
from twins.link.simulation.stopping import Stopping

CONFIGURATION = LinkConfiguration(mcs_index=13, receiver="deeprx")


def _card() -> DataCard:
    bounds = {name: Bound(choices=(value,)) for name, value in conditions(CONFIGURATION, channel_of()).items()}
    return card_of(bounds | {"snr_db": Bound(low=0.0, high=20.0, unit="dB")})


def _save(network: DeepRx, path: Path) -> Path:
    save_file(network.state_dict(), path)
    write_record(path, _card(), "twinpilot train receiver", "test", {})
    return path


@pytest.fixture
def untrained(tmp_path: Path) -> Path:
    """Weights before training, with their card."""
    torch.manual_seed(1)
    return _save(DeepRx(8), tmp_path / "deeprx.safetensors")


def _randomized(channels: int = 8) -> DeepRx:
    """A network in which every weight has an effect, unlike the untrained one, whose output layers are zero."""
    torch.manual_seed(1)
    network = DeepRx(channels).eval()
    for weight in network.parameters():
        if weight.dim() > 1:
            torch.nn.init.normal_(weight, std=0.05)
    return network


def _prepared(configuration: LinkConfiguration, count: int = 2) -> SlotInput:
    slots = slots_of(configuration, channel_of(), count)
    return prepare(slots, LeastSquares(slots.pusch))[0]


@pytest.mark.parametrize("dmrs_symbols", [1, 2])
def test_untrained_deeprx_is_ls_with_combining(untrained: Path, dmrs_symbols: int) -> None:
    configuration = CONFIGURATION.model_copy(update={"dmrs_symbols": dmrs_symbols})
    slots = slots_of(configuration, channel_of(), count=4)
    ours = receiver.deeprx_receiver(slots.pusch, configuration, slots.channel, untrained).detect(slots)
    response, _ = LeastSquares(slots.pusch).estimate(slots)
    torch.testing.assert_close(ours.response, response, rtol=1e-4, atol=1e-5)
    symbols, spread = combine(slots.received, response[:, :, 0], slots.noise_power[:, None, None, None])
    llr, _, _ = soft_demap(symbols[:, slots.pusch.data], spread[:, slots.pusch.data], slots.pusch.bits_per_symbol)
    torch.testing.assert_close(ours.llr, llr.flatten(1), rtol=1e-3, atol=1e-2)


def test_slots_are_received_the_same_in_one_call_and_separately(tmp_path: Path) -> None:
    weights = _save(_randomized(), tmp_path / "randomized.safetensors")
    wide = CONFIGURATION.model_copy(update={"prbs": 48})
    slots = slots_of(wide, channel_of(), count=19)  # at this width the network processes 8 slots at a time
    deeprx = receiver.deeprx_receiver(slots.pusch, wide, slots.channel, weights)
    together, alone = deeprx.detect(slots), [deeprx.detect(slots.part(slice(row, row + 1))) for row in range(19)]
    torch.testing.assert_close(together.llr, torch.cat([slot.llr for slot in alone]), rtol=1e-4, atol=1e-3)
    torch.testing.assert_close(together.response, torch.cat([slot.response for slot in alone]), rtol=1e-4, atol=1e-4)


def test_llrs_do_not_depend_on_the_amplitude(tmp_path: Path) -> None:
    weights = _save(_randomized(), tmp_path / "randomized.safetensors")
    slots = slots_of(CONFIGURATION, channel_of(), count=2)
    louder = replace(slots, clean=slots.clean * 10.0, noise_power=slots.noise_power * 100.0, response=slots.response * 10.0)
    deeprx = receiver.deeprx_receiver(slots.pusch, CONFIGURATION, slots.channel, weights)
    quiet, loud = deeprx.detect(slots), deeprx.detect(louder)
    torch.testing.assert_close(loud.llr, quiet.llr, rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(loud.response, quiet.response * 10.0, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"layers": 2, "tx_antennas": 2}, "one layer"),
        ({"mcs_table": 2, "mcs_index": 24}, "256QAM"),
    ],
)
def test_links_that_deeprx_cannot_receive_are_refused_with_the_rule(fields: dict[str, int], rule: str) -> None:
    configuration = LinkConfiguration(receiver="deeprx", **fields)
    slots = slots_of(configuration, channel_of(), count=1)
    with pytest.raises(ReceiverUnavailable, match=rule):
        receiver.deeprx_receiver(slots.pusch, configuration, slots.channel)


def test_a_simulations_provenance_names_the_weights() -> None:
    stopping = Stopping(half_width=0.5, min_slots=8, max_slots=8, batch=8)
    result = simulate(CONFIGURATION, channel_of(), stopping=stopping)
    assert result.provenance.source.endswith(f"receiver deeprx {read_artefact(receiver.WEIGHTS).sha256[:12]}")


def test_weights_that_were_changed_are_refused(untrained: Path) -> None:
    untrained.write_bytes(untrained.read_bytes()[:-4] + b"\0\0\0\1")
    with pytest.raises(ReceiverUnavailable, match="twinpilot train receiver"):
        receiver.load_network(untrained)


def test_coverage_follows_the_data_card(untrained: Path) -> None:
    assert receiver.coverage(CONFIGURATION, channel_of(), untrained).covered
    wide, indoors = CONFIGURATION.model_copy(update={"prbs": 50}), channel_of(snr_db=40.0, profile="CDL-A")
    outside = receiver.coverage(wide, indoors, untrained)
    assert not outside.covered
    assert {reason.split("=")[0] for reason in outside.reasons} == {"prbs", "snr_db", "profile"}


def test_operations_agree_with_torchs_count(untrained: Path) -> None:
    from torch.utils.flop_counter import FlopCounterMode

    slots = slots_of(CONFIGURATION, channel_of(), count=1)
    deeprx = receiver.deeprx_receiver(slots.pusch, CONFIGURATION, slots.channel, untrained)
    with FlopCounterMode(display=False) as counter:
        deeprx.network(_prepared(CONFIGURATION, count=1))
    counted = float(counter.get_flop_counts()["Global"][torch.ops.aten.convolution])
    reported = deeprx.operations(slots.pusch, CONFIGURATION)
    assert counted < reported < 1.2 * counted, "the network's, and a little for LS and combining"


@pytest.mark.parametrize("order", [2, 4, 6])
def test_real_arithmetic_equals_complex_arithmetic(order: int) -> None:
    network = _randomized()
    slot = _prepared(LinkConfiguration(mcs_index={2: 5, 4: 13, 6: 20}[order], dmrs_symbols=2))
    with torch.no_grad():
        llr, response = onnx_export.RealDeepRx(network, order)(*onnx_export.real_inputs(slot))
        theirs = network(slot)[-1]
    torch.testing.assert_close(llr[:, slot.data], theirs.llr, rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(torch.view_as_complex(response.contiguous()), theirs.response, rtol=1e-4, atol=1e-5)


def test_the_onnx_model_receives_any_number_of_slots_antennas_and_subcarriers(tmp_path: Path) -> None:
    import onnxruntime

    network, path = _randomized(), tmp_path / "deeprx-16qam.onnx"
    onnx_export.export_onnx(path, network, 4)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    assert [node.name for node in session.get_inputs()] == list(onnx_export.INPUTS)
    for fields in ({"rx_antennas": 2}, {"rx_antennas": 4, "prbs": 3, "dmrs_symbols": 1}, {"rx_antennas": 1, "dmrs_symbols": 4}):
        slot = _prepared(LinkConfiguration(mcs_index=13, **fields), count=fields["rx_antennas"])
        inputs = {name: value.numpy() for name, value in zip(onnx_export.INPUTS, onnx_export.real_inputs(slot), strict=True)}
        llr, _ = session.run(None, inputs)
        with torch.no_grad():
            theirs = network(slot)[-1].llr
        torch.testing.assert_close(torch.from_numpy(llr)[:, slot.data], theirs, rtol=1e-3, atol=1e-3)


def test_an_onnx_model_of_an_unsupported_order_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="order=8"):
        onnx_export.export_onnx(tmp_path / "model.onnx", _randomized(), 8)


def test_classical_and_neural_receivers_are_interchangeable(untrained: Path) -> None:
    """Both factories take the same arguments and return the same shapes."""
    slots = slots_of(CONFIGURATION, channel_of(), count=2)
    classical = classical_receiver(slots.pusch, LinkConfiguration(mcs_index=13), slots.channel).detect(slots)
    neural = receiver.deeprx_receiver(slots.pusch, CONFIGURATION, slots.channel, untrained).detect(slots)
    assert classical.llr.shape == neural.llr.shape == slots.coded.shape
    assert classical.response is not None
    assert neural.response is not None
    assert classical.response.shape == neural.response.shape
