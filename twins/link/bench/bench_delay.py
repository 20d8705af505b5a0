"""Run times of the receiver's blocks on one core, compared with the operation counts of the delay model.

`measure(cases)` returns the samples; `calibrate_delay` fits the cost of each block to one set of cases, and `figures` gives the
ratio of modelled to measured time on held-out cases: other PRBs, antennas and MCS.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from policies.figure import Figure
from policies.word import Word
from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.delay.block_costs import seconds_per_operation
from twins.link.delay.operations import Operations, SlotShape, classical_operations, decoding_operations

if TYPE_CHECKING:
    from twins.link.simulation.batch import Link
    from twins.link.waveform.slots import Slots

ALGORITHMS = ("offset-minsum", "minsum", "boxplus", "boxplus-phi")
SLOTS = 16
REPEATS = 3
CHANNEL = ChannelConfiguration(profile="TDL-A", delay_spread_ns=100.0, speed_mps=3.0, snr_db=15.0)
NETWORK_CHANNELS = 32


class Sample(Word):
    """CPU `seconds` of one slot in the receiver part `part`, and its operations by block."""

    part: str
    case: str
    seconds: float
    operations: Operations

    def modelled_seconds(self, costs: dict[str, float]) -> float:
        """Return the seconds predicted by the model with `costs` in seconds per operation."""
        return sum(count * costs[block] for block, count in self.operations.items())


class Cases(NamedTuple):
    """Configurations to measure: their `detection`, their `decoding`, and `network` layers over their grids."""

    detection: tuple[LinkConfiguration, ...]
    decoding: tuple[LinkConfiguration, ...]
    network: tuple[LinkConfiguration, ...]


def calibration_cases() -> Cases:
    """Return the cases that the costs are fitted to."""
    single = [_case(mcs, prbs=12, estimator=name) for mcs in (5, 13, 22) for name in ("perfect", "ls", "lmmse")]
    layers = [
        _case(mcs, prbs=12, layers=2, detector=name, estimator="perfect") for mcs in (5, 13, 22) for name in ("lmmse", "kbest")
    ]
    decoders = [_case(mcs, prbs=12, ldpc_algorithm=name) for mcs in (5, 16) for name in ALGORITHMS]
    return Cases((*single, *layers), tuple(decoders), (_case(13, prbs=6), _case(13, prbs=24)))


def held_out_cases(quick: bool) -> Cases:
    """Return the cases that the costs were not fitted to."""
    sizes = ((8, 6), (15, 24))
    single = [_case(mcs, prbs=prbs, rx_antennas=4, estimator=name) for mcs, prbs in sizes for name in ("ls", "lmmse")]
    layers = [_case(11, prbs=6, layers=2, rx_antennas=4, detector=name) for name in ("lmmse", "kbest")]
    decoders = [_case(18, prbs=6, ldpc_algorithm=name, ldpc_iterations=12) for name in ALGORITHMS]
    if quick:
        return Cases((single[0], single[3], layers[0]), (decoders[0], decoders[3]), (single[3],))
    return Cases((*single, *layers), (*decoders, _case(9, prbs=24)), (single[0], single[2]))


def measure(cases: Cases, repeats: int = REPEATS) -> list[Sample]:
    """Measure all cases on this thread, the minimum CPU time of `repeats` each."""
    detection = [_detection_sample(case, repeats) for case in cases.detection]
    decoding = [_decoding_sample(case, repeats) for case in cases.decoding]
    return [*detection, *decoding, *(_network_sample(case, repeats) for case in cases.network)]


def figures(quick: bool) -> tuple[list[Figure], list[Sample]]:
    """Return the ratio of modelled to measured time of each part on the held-out cases, with the samples."""
    costs = seconds_per_operation()
    samples = measure(held_out_cases(quick), repeats=2 if quick else REPEATS)
    return [_ratio(part, samples, costs) for part in dict.fromkeys(sample.part for sample in samples)], samples


def _ratio(part: str, samples: list[Sample], costs: dict[str, float]) -> Figure:
    ratios = [sample.modelled_seconds(costs) / sample.seconds for sample in samples if sample.part == part]
    note = f"{min(ratios):.2f} to {max(ratios):.2f} over {len(ratios)} held-out cases; depends on this machine's speed"
    return Figure(name=f"delay model / measured, {part}", value=median(ratios), unit="", note=note)


def _case(mcs: int, *, layers: int = 1, **fields: object) -> LinkConfiguration:
    return LinkConfiguration.model_validate({"mcs_index": mcs, "layers": layers, "tx_antennas": layers, **fields})


def _transmit(case: LinkConfiguration) -> tuple[Link, Slots]:
    from twins.link.simulation.batch import Link
    from twins.link.waveform.seeding import sionna_generators
    from twins.link.waveform.slots import random_bits

    link = Link(case, CHANNEL)
    with sionna_generators():
        return link, link.transmit(random_bits((SLOTS, link.code.information_bits)), 0)


def _detection_sample(case: LinkConfiguration, repeats: int) -> Sample:
    link, slots = _transmit(case)
    operations = classical_operations(SlotShape.of(link.transmitter), case)
    return _sample(f"detection {case.receiver_name}", case, lambda: link.detect(slots), operations, repeats)


def _decoding_sample(case: LinkConfiguration, repeats: int) -> Sample:
    link, slots = _transmit(case)
    llr = link.detect(slots).llr[:, None]
    operations = decoding_operations(SlotShape.of(link.transmitter), case, combined=False)
    return _sample(f"LDPC {case.ldpc_algorithm}", case, lambda: link.code.decode(llr), operations, repeats)


def _network_sample(case: LinkConfiguration, repeats: int) -> Sample:
    """Typical layers of a residual network, depthwise and pointwise convolution; 2 operations per weight and grid element."""
    import torch

    width, grid = NETWORK_CHANNELS, torch.randn(SLOTS, NETWORK_CHANNELS, 14, case.subcarriers)
    layers = torch.nn.Sequential(
        torch.nn.Conv2d(width, width, 3, padding=1, groups=width, bias=False), torch.nn.Conv2d(width, width, 1), torch.nn.ReLU()
    )

    def run() -> None:
        with torch.no_grad():
            layers(grid)

    operations = 2.0 * (9 * width + width**2) * 14 * case.subcarriers
    return _sample("network layer", case, run, {"network": operations}, repeats)


def _sample(part: str, case: LinkConfiguration, run: Callable[[], object], operations: Operations, repeats: int) -> Sample:
    run()  # warm-up: builds what is cached
    seconds = min(_cpu_seconds(run) for _ in range(repeats)) / SLOTS
    return Sample(part=part, case=_name(case), seconds=seconds, operations=operations)


def _cpu_seconds(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def _name(case: LinkConfiguration) -> str:
    return (
        f"MCS {case.mcs_index}, {case.prbs} PRB, {case.layers} layers, {case.rx_antennas} rx, {case.receiver_name},"
        f" {case.ldpc_algorithm} x {case.ldpc_iterations}"
    )
