"""What a tool may reach: handed to each call, never global.

The context of an OBSERVE or REASON tool has no actuator; `actuator` is set only by the gate, for the one call that it let
through.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from twins.network import Network

if TYPE_CHECKING:
    from policies.limits.catalogue import LimitsCatalogue
    from tools.standards.index import StandardsIndex
    from tools.telemetry.kpi_source import KpiSource
    from tools.twinning.laboratory import Laboratory


@dataclass(frozen=True)
class ToolContext:
    """Network, the door to its KPIs, limits, standards and the twin laboratory; `scope` narrows the cells that may be touched."""

    network: Network
    kpis: KpiSource
    limits: LimitsCatalogue
    standards: Callable[[], StandardsIndex]
    laboratory: Laboratory
    now: Callable[[], datetime]
    work_dir: Path
    seed: int = 1
    scope: tuple[str, ...] = ()
    progress: Callable[[int, int], None] | None = field(default=None, repr=False)
    actuator: Network | None = field(default=None, repr=False)
