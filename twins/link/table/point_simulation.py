"""Simulate one grid point of the table: slots are drawn per modulation order and detected at every SNR, without decoding."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from twins.link.receiver import Receiver, make_receiver
from twins.link.table.families import LEVELS, ORDERS, SNR_DB, GridPoint
from twins.link.table.information import slot_information
from twins.link.transmitter import make_transmitter
from twins.link.waveform.seeding import sionna_generators
from twins.link.waveform.slots import Slots, random_bits, send

if TYPE_CHECKING:
    import torch

_CHUNK_ELEMENTS = 32 * 24 * 2  # slots x PRBs x antennas detected at a time: limits the memory of neural receivers


@dataclass(frozen=True)
class PointResult:
    """Result at one grid point for O orders, S SNRs and Q levels.

    `information` float32[O, S, Q] quantiles at LEVELS; `uncoded` float32[O, S] bit error rate; `error` float32[O, S] linear NMSE,
    NaN if no channel is estimated; `operations` float32[O] per slot and PRB of a neural receiver, 0 for the classical one.
    """

    information: NDArray[np.float32]
    uncoded: NDArray[np.float32]
    error: NDArray[np.float32]
    operations: NDArray[np.float32]


def simulate_point(point: GridPoint, seed: int) -> PointResult:
    """Return the distribution of slot information at `point`.

    Points that differ only in the receiver use the same bits, channels and noise; the same seed gives the same result.
    """
    from sionna.phy import config

    shape = (len(ORDERS), len(SNR_DB[ORDERS[0]]))
    result = PointResult(*(np.zeros(size, np.float32) for size in ((*shape, len(LEVELS)), shape, shape, shape[:1])))
    channel = point.channel()
    with sionna_generators():
        for row, order in enumerate(ORDERS):
            configuration = point.configuration(order)
            transmitter = make_transmitter(configuration)
            receiver = make_receiver(transmitter, configuration, channel)
            if hasattr(receiver, "operations"):
                result.operations[row] = receiver.operations(transmitter, configuration) / point.prbs
            config.seed = _seed(point, order, seed)
            slots = send(transmitter, configuration, channel, random_bits((point.slots, transmitter.coded_bits)))
            for column, snr_db in enumerate(SNR_DB[order]):
                information, uncoded, error = _detect(receiver, slots.at_snr(snr_db), point)
                result.information[row, column] = np.quantile(information, LEVELS)
                result.uncoded[row, column], result.error[row, column] = uncoded, error
    return result


def _seed(point: GridPoint, order: int, seed: int) -> int:
    text = f"{point.profile} {point.delay_spread_ns} {point.speed_mps} {point.prbs} {order} {point.family.layers} {seed}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")


def _detect(receiver: Receiver, slots: Slots, point: GridPoint) -> tuple[NDArray[np.float64], float, float]:
    """Information of each slot, uncoded bit error rate, NMSE (NaN if the receiver estimates no channel)."""
    import torch

    size = max(_CHUNK_ELEMENTS // (point.prbs * point.family.rx_antennas), 1)
    information: list[torch.Tensor] = []
    wrong, squared_error, power = 0.0, 0.0, 0.0
    with torch.no_grad():
        for start in range(0, point.slots, size):
            part = slots.part(slice(start, start + size))
            detection = receiver.detect(part)
            information.append(slot_information(detection.llr, part.coded))
            wrong += float(((detection.llr > 0) != (part.coded > 0.5)).float().sum())
            estimated = detection.response is not None and detection.response is not part.response
            squared_error += float((detection.response - part.response).abs().square().sum()) if estimated else float("nan")  # type: ignore[operator]
            power += float(part.response.abs().square().sum())
    values: NDArray[np.float64] = torch.cat(information).double().numpy()
    return values, wrong / slots.coded.numel(), squared_error / power
