"""Coding of a transport block: CRC, segmentation, LDPC and rate matching of TS 38.212 clause 6.2, with redundancy versions.

1. Sionna's `TBEncoder` has no redundancy versions, but its LDPC encoder and decoder do. `TransportBlockCode` is built from the
   `TBEncoder`'s own parts, so version 0 gives exactly the bits that Sionna's transmitter sends; a test checks this.
2. A first transmission is decoded on the pruned graph, as Sionna does. Several transmissions are combined before decoding, each
   LLR added to its position in the circular buffer (incremental redundancy), on the whole graph.
3. Rates below 1/5 and, for large blocks, below 1/3 need repetition, which Sionna's encoder lacks: `CodingUnavailable`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from twins.link.configuration import LinkConfiguration
from twins.link.transmitter import TransmitterUnavailable, make_transmitter
from twins.link.waveform.pusch import Pusch, PuschKey

if TYPE_CHECKING:
    import torch

_MAX_CODED_BITS = 2**16  # decoded together: more do not fit into a core's cache and take up to three times as long


class CodingUnavailable(TransmitterUnavailable):
    """Sionna cannot encode this configuration's code rate; the message names the remedy."""


class Transmitter(Protocol):
    """The properties of a transmitter that determine its coding; `Pusch` has them, and so must any plugged-in transmitter.

    `transport_block_bits` without CRC; `coded_bits` per slot; `code_rate` the target in (0, 1); `bits_per_symbol` 2, 4, 6 or 8.
    """

    key: PuschKey
    transport_block_bits: int
    coded_bits: int
    code_rate: float
    bits_per_symbol: int


def transmitter_of(configuration: LinkConfiguration) -> Pusch:
    """Return the transmitter of `configuration`; raises TransmitterUnavailable, or CodingUnavailable if Sionna cannot code it."""
    try:
        return make_transmitter(configuration)
    except TransmitterUnavailable:
        raise
    except ValueError as error:
        raise CodingUnavailable(
            f"mcs_index={configuration.mcs_index} of table {configuration.mcs_table} on {configuration.prbs} PRBs cannot be"
            f" coded: {error} Sionna's LDPC encoder does not repeat bits (TS 38.212 clause 5.4.2.1); use a higher mcs_index"
        ) from error


def code_of(transmitter: Transmitter, algorithm: str, iterations: int) -> TransportBlockCode:
    """Return the code of `transmitter` with a decoder of `iterations` of `algorithm` (an `LdpcAlgorithm`); built once."""
    shape = (transmitter.transport_block_bits, transmitter.coded_bits, transmitter.code_rate)
    return _code(*shape, transmitter.bits_per_symbol, transmitter.key.layers, algorithm, iterations)


class TransportBlockCode:
    """Encoder and decoder of one transport block format; `information_bits` in, `coded_bits` out."""

    def __init__(self, encoder: Any, algorithm: str, iterations: int) -> None:
        from sionna.phy.fec.crc import CRCDecoder
        from sionna.phy.fec.scrambling import Descrambler

        self._encoder = encoder  # sionna.phy.nr.TBEncoder
        self._algorithm, self._iterations = algorithm, iterations
        self._interleaver = encoder.output_perm_inv.argsort()
        self._descrambler: Any = Descrambler(encoder.scrambler, binary=False)
        self._block_crc: Any = CRCDecoder(encoder.tb_crc_encoder)
        self._decoders: dict[bool, Any] = {}
        self.information_bits, self.coded_bits = int(encoder.k), int(encoder.n)
        self.code_blocks = int(encoder.num_cbs)
        self.code_block_bits = int(encoder.ldpc_encoder.k)

    def encode(self, bits: torch.Tensor, version: int = 0) -> torch.Tensor:
        """Encode float[B, information_bits] of 0 and 1 to float[B, coded_bits] of redundancy `version` 0..3."""
        import torch

        encoder = self._encoder
        padded = torch.nn.functional.pad(bits, (0, encoder.k_padding))[:, None]
        payload = self.code_block_bits - (0 if encoder.cb_crc_encoder is None else encoder.cb_crc_encoder.crc_length)
        blocks = encoder.tb_crc_encoder(padded).reshape(len(bits), 1, self.code_blocks, payload)
        blocks = blocks if encoder.cb_crc_encoder is None else encoder.cb_crc_encoder(blocks)
        coded = encoder.ldpc_encoder(blocks, rv=[version]).reshape(len(bits), 1, -1)
        coded = coded.index_select(-1, self._interleaver)[..., : encoder.cw_lengths_sum]
        sent: torch.Tensor = encoder.scrambler(coded)[:, 0]
        return sent

    def decode(self, llrs: torch.Tensor, versions: Sequence[int] = (0,)) -> tuple[torch.Tensor, torch.Tensor]:
        """Decode the LLRs float[B, T, coded_bits] (positive = 1) of T transmissions with the redundancy `versions`.

        Returns the bits float[B, information_bits] and whether the transport block's CRC passes, bool[B].
        """
        import torch

        encoder, batch, sent = self._encoder, llrs.shape[0], len(versions)
        if llrs.shape[1:] != (sent, self.coded_bits):
            raise ValueError(
                f"llrs has shape {tuple(llrs.shape)}, not [B, {sent}, {self.coded_bits}]: give one row for each of {versions}"
            )
        blocks = self._in_blocks(llrs).transpose(1, 2)  # [B, blocks, T, n]
        split_size = max(_MAX_CODED_BITS // (sent * self.coded_bits), 1)
        decoded = torch.cat([self._decode_blocks(part, versions) for part in torch.split(blocks, split_size)])
        if encoder.cb_crc_encoder is not None:
            decoded = decoded[..., : -encoder.cb_crc_encoder.crc_length]
        bits, crc_ok = self._block_crc(decoded.reshape(batch, -1))
        return bits[:, : self.information_bits], crc_ok[:, 0].bool()

    def _decode_blocks(self, blocks: torch.Tensor, versions: Sequence[int]) -> torch.Tensor:
        """Decode LLRs float[B, code blocks, T, n] to bits [B, code blocks, k]."""
        if len(versions) == 1:
            first: torch.Tensor = self._decoder(combining=False)(blocks[:, :, 0])
            return first
        combined: torch.Tensor = self._decoder(combining=True)(blocks, rv=list(versions))
        return combined

    def _in_blocks(self, llrs: torch.Tensor) -> torch.Tensor:
        """Undo scrambling, interleaving and concatenation: float[B, T, code blocks, n of the LDPC code]."""
        import torch

        encoder, (batch, sent, coded) = self._encoder, llrs.shape
        clear = self._descrambler(llrs.reshape(-1, 1, coded).float()).reshape(batch, sent, coded)
        unsent = encoder.ldpc_encoder.n * self.code_blocks - encoder.cw_lengths_sum
        clear = torch.nn.functional.pad(clear, (0, unsent)).index_select(-1, encoder.output_perm_inv)
        return clear.reshape(batch, sent, self.code_blocks, encoder.ldpc_encoder.n)

    def _decoder(self, combining: bool) -> Any:
        """The LDPC decoder, built when first needed: without HARQ the whole graph is never needed."""
        from sionna.phy.fec.ldpc import LDPC5GDecoder

        if combining not in self._decoders:
            self._decoders[combining] = LDPC5GDecoder(
                self._encoder.ldpc_encoder, num_iter=self._iterations, cn_update=self._algorithm, harq_mode=combining
            )
        return self._decoders[combining]


@lru_cache(maxsize=32)
def _code(
    information: int, coded: int, rate: float, order: int, layers: int, algorithm: str, iterations: int
) -> TransportBlockCode:
    return TransportBlockCode(_encoder(information, coded, rate, order, layers), algorithm, iterations)


@lru_cache(maxsize=32)
def _encoder(information: int, coded: int, rate: float, order: int, layers: int) -> Any:
    from sionna.phy.nr import TBEncoder

    # RNTI and scrambling identity are those of Sionna's PUSCHConfig: they affect the scrambling only.
    try:
        return TBEncoder(information, coded, rate, order, layers, n_rnti=[1], n_id=[1])
    except ValueError as error:
        raise CodingUnavailable(
            f"{information} information bits in {coded} coded bits cannot be coded: {error} Sionna's LDPC encoder does not repeat"
            " bits (TS 38.212 clause 5.4.2.1); use a higher code rate"
        ) from error
