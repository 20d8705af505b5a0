"""QoS of many links as columns: the result of evaluating thousands of configurations in one call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class QosColumns:
    """QoS of N links: `delay_ms`, `throughput_mbps`, `ber` float64[N] as in `Qos`, finite where `covered` bool[N] is True."""

    delay_ms: NDArray[np.float64]
    throughput_mbps: NDArray[np.float64]
    ber: NDArray[np.float64]
    covered: NDArray[np.bool_]
