"""DeepTx in the link twin: the factories of its transmitter and receiver."""

from __future__ import annotations

from pathlib import Path

from policies.artefact import ArtefactError
from policies.data_card import DataCard
from policies.evidence import Coverage
from tools.receivers.conditions import conditions
from tools.receivers.deeptx.link_network import LinkNetwork
from tools.receivers.deeptx.operations import network_macs
from tools.receivers.deeptx.preparation import prepare
from tools.receivers.deeptx.transmitter import DeepTx
from tools.receivers.deeptx.weights import WEIGHTS, load
from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.receiver import Detection, ReceiverUnavailable
from twins.link.transmitter import TransmitterUnavailable
from twins.link.waveform.pusch import Pusch, PuschKey, pusch_of
from twins.link.waveform.slots import Slots

_ELEMENTS = 2**19  # resource elements x antennas per network call: limits memory


class DeepTxReceiver:
    """Receiver of DeepTx's transmissions with weights of checksum `version`; `coverage` by their data card."""

    name = "deeptx"

    def __init__(self, network: LinkNetwork, coverage: Coverage, version: str = "") -> None:
        self.network, self.coverage, self.version = network.receiver, coverage, version

    def detect(self, slots: Slots) -> Detection:
        """Detect `slots` of one layer; see `twins.link.receiver.Receiver`."""
        import torch

        assert isinstance(slots.pusch, DeepTx)
        with torch.no_grad():
            prepared, amplitude = prepare(slots.pusch, slots)
            size = max(_ELEMENTS // prepared.received[0].numel(), 1)
            parts = [
                self.network(prepared._replace(received=received, noise=noise))[-1]
                for received, noise in zip(*(torch.split(part, size) for part in prepared[:2]), strict=True)
            ]
            response = torch.cat([part.response for part in parts]) * amplitude
            return Detection(torch.cat([part.llr for part in parts]).flatten(1), response[:, :, None])

    def operations(self, pusch: Pusch, configuration: LinkConfiguration) -> float:
        """Return the operations per slot, two per multiply-accumulate."""
        return 2.0 * network_macs(self.network, configuration.rx_antennas, pusch.subcarriers, pusch.bits_per_symbol)


def deeptx_transmitter(key: PuschKey, weights: Path = WEIGHTS) -> DeepTx:
    """Build the trained transmitter of `key`; raises TransmitterUnavailable for several layers and untrained orders."""
    if key.layers != 1:
        raise TransmitterUnavailable(
            f"layers={key.layers} with transmitter='deeptx': it sends one layer; use layers=1 or transmitter='pusch'"
        )
    try:
        trained = load(weights)
    except ArtefactError as error:
        raise TransmitterUnavailable(f"transmitter='deeptx' has no weights: {error}") from error
    order = pusch_of(key).bits_per_symbol
    if order not in trained.orders:
        raise TransmitterUnavailable(
            f"mcs_index={key.mcs_index} of table {key.mcs_table} has {order} bits per symbol: transmitter='deeptx' was"
            f" trained for {list(trained.orders)}; use an MCS of such an order or transmitter='pusch'"
        )
    return DeepTx(key, trained.network.transmitter)


def deeptx_receiver(
    pusch: Pusch, configuration: LinkConfiguration, channel: ChannelConfiguration, weights: Path = WEIGHTS
) -> DeepTxReceiver:
    """Build the trained receiver; raises ReceiverUnavailable if `pusch` is not a DeepTx."""
    if not isinstance(pusch, DeepTx):
        raise ReceiverUnavailable(
            f"transmitter={configuration.transmitter!r} with receiver='deeptx': it receives only the constellation and pilots of"
            " DeepTx; use transmitter='deeptx'"
        )
    try:
        trained = load(weights)
    except ArtefactError as error:
        raise ReceiverUnavailable(f"receiver='deeptx' has no weights: {error}") from error
    return DeepTxReceiver(trained.network, coverage(trained.card, configuration, channel), trained.version)


def coverage(card: DataCard, configuration: LinkConfiguration, channel: ChannelConfiguration) -> Coverage:
    """Return the coverage by `card`, without the number of DMRS symbols, because DeepTx sends none."""
    values = conditions(configuration, channel)
    return card.covers({name: value for name, value in values.items() if name != "dmrs_symbols"})
