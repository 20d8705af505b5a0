"""Overhead of beam measurements: the share of a burst period's resources that they occupy."""

from __future__ import annotations

from twins.beams.scenario import CSI_RS_DENSITY, CSI_RS_SYMBOLS, SSB_SYMBOLS, BeamScenario

SYMBOLS_PER_SLOT = 14


def measurement_overhead(scenario: BeamScenario, common: int, specific: int, terminals: int) -> float:
    """Return the share (0..1) of downlink resources for `common` beams per cell and `specific` beams for each of `terminals`.

    Common beams are SSB (4 symbols) or, if the codebook does not fit into a half frame, one-symbol CSI-RS; specific beams are
    CSI-RS. In FR2 beams are analogue and exclude any other transmission, so whole symbols count. In FR1 only the elements count
    (CSI-RS density 3 of 12). SSB pattern: TS 38.213 clause 4.1; symbols in a period: TS 38.211 clause 4.3.2.
    """
    symbols = scenario.burst_period_ms * SYMBOLS_PER_SLOT * scenario.subcarrier_khz / 15
    weight = CSI_RS_DENSITY if scenario.in_fr1 else 1.0
    symbols_per_common = SSB_SYMBOLS if scenario.reference_signal == "SSB" else CSI_RS_SYMBOLS * weight
    return min((common * symbols_per_common + terminals * specific * CSI_RS_SYMBOLS * weight) / symbols, 1.0)
