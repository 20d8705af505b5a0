"""DeepRx as a receiver of the link twin: the committed weights, the links they can receive, and their data card's coverage.

Inference uses ONNX Runtime, as in a deployment; torch is used for training.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import torch
from torch import nn

from policies.artefact import Artefact, ArtefactError, read_artefact
from policies.evidence import Coverage
from tools.receivers.classical.estimation import LeastSquares
from tools.receivers.conditions import bits_per_symbol, conditions
from tools.receivers.deeprx.network import DILATIONS, ORDERS, DeepRx
from tools.receivers.deeprx.preparation import prepare
from tools.receivers.deeprx.runtime import DeepRxModel
from twins.link.configuration import SYMBOLS_PER_SLOT, ChannelConfiguration, LinkConfiguration
from twins.link.delay.operations import SlotShape, classical_operations
from twins.link.receiver import Detection, ReceiverUnavailable
from twins.link.waveform.pusch import Pusch
from twins.link.waveform.slots import Slots

WEIGHTS = Path(__file__).parents[1] / "data" / "deeprx.safetensors"
_ELEMENTS = 2**17  # resource elements x antennas per network call: limits memory


class DeepRxReceiver:
    """DeepRx with weights of checksum `version`; `coverage`: whether its data card covers the link that it was built for."""

    name = "deeprx"

    def __init__(self, network: DeepRx, model: DeepRxModel, pusch: Pusch, coverage: Coverage, version: str) -> None:
        self.network, self.coverage, self.version = network, coverage, version
        self._model, self._estimator = model, LeastSquares(pusch)

    def detect(self, slots: Slots) -> Detection:
        """Detect one-layer `slots`; see `twins.link.receiver.Receiver`."""
        with torch.no_grad():
            prepared, amplitude = prepare(slots, self._estimator)
            size = max(_ELEMENTS // prepared.received[0].numel(), 1)
            parts = [
                self._model(prepared._replace(received=received, initial=initial, noise=noise))
                for received, initial, noise in zip(
                    *(torch.split(part, size) for part in (prepared.received, prepared.initial, prepared.noise)), strict=True
                )
            ]
            llr = torch.cat([part.llr for part in parts]).flatten(1)
            response = torch.cat([part.response for part in parts]) * amplitude
        return Detection(llr, response[:, :, None])

    def operations(self, pusch: Pusch, configuration: LinkConfiguration) -> float:
        """Return the operations per slot: two per multiply-accumulate of the network, plus LS and the combining steps."""
        elements = SYMBOLS_PER_SLOT * pusch.subcarriers
        shared = self.network.bits.weight.numel()  # applied after the antennas are joined
        weights = sum(layer.weight.numel() for layer in self.network.modules() if isinstance(layer, nn.Conv2d))
        network = 2.0 * elements * (configuration.rx_antennas * (weights - shared) + shared)
        classical = classical_operations(SlotShape.of(pusch), configuration)
        return network + classical["ls"] + (len(DILATIONS) + 1) * (classical["combining"] + classical["demapping"])


def deeprx_receiver(
    pusch: Pusch, configuration: LinkConfiguration, channel: ChannelConfiguration, weights: Path = WEIGHTS
) -> DeepRxReceiver:
    """Build DeepRx for one layer of QPSK, 16QAM or 64QAM; raises ReceiverUnavailable naming the broken rule otherwise."""
    problems = _problems(configuration)
    if problems:
        raise ReceiverUnavailable("; ".join(problems))
    model = _model(weights, pusch.bits_per_symbol, torch.get_num_threads())
    covered = coverage(configuration, channel, weights)
    return DeepRxReceiver(_network(weights), model, pusch, covered, _record(weights).sha256)


def coverage(configuration: LinkConfiguration, channel: ChannelConfiguration, weights: Path = WEIGHTS) -> Coverage:
    """Return the coverage by the weights' data card; raises ReceiverUnavailable without weights."""
    return _record(weights).card.covers(conditions(configuration, channel))


def load_network(path: Path) -> DeepRx:
    """Load the network in evaluation mode after checking the weights against their record; raises ReceiverUnavailable."""
    from safetensors.torch import load_file

    _record(path)
    state = load_file(path)
    network = DeepRx(channels=state["bits.weight"].shape[1])
    network.load_state_dict(state)
    return network.eval().requires_grad_(False)


def _problems(configuration: LinkConfiguration) -> list[str]:
    order, problems = bits_per_symbol(configuration), []
    if configuration.transmitter != "pusch":
        problems.append(
            f"receiver='deeprx' with transmitter={configuration.transmitter!r}: DeepRx starts from the DMRS of a PUSCH, use"
            " transmitter='pusch'"
        )
    if configuration.layers > 1:
        problems.append(
            f"receiver='deeprx' with layers={configuration.layers}: DeepRx receives one layer, use 'classical' for more"
        )
    if order not in ORDERS:
        problems.append(
            f"receiver='deeprx' with {2**order}QAM (mcs_index={configuration.mcs_index} of table {configuration.mcs_table}):"
            f" DeepRx demaps {', '.join(map(str, ORDERS))} bits per symbol, use a lower mcs_index or 'classical'"
        )
    return problems


@lru_cache(maxsize=2)
def _network(path: Path) -> DeepRx:
    return load_network(path)


@lru_cache(maxsize=6)
def _model(path: Path, order: int, threads: int) -> DeepRxModel:
    return DeepRxModel.of(_network(path), order, threads)


@lru_cache(maxsize=2)
def _record(path: Path) -> Artefact:
    try:
        return read_artefact(path)
    except ArtefactError as error:
        raise ReceiverUnavailable(f"receiver='deeprx' has no weights: {error}") from None
