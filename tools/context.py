"""The context of a tool call: what the tool may access. It is passed to each call, never global.

The context of an OBSERVE or REASON tool has no actuator; only the gate sets `actuator`, for the single call that it approved.
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
    from tools.run_history import RunHistory
    from tools.standards.index import StandardsIndex
    from tools.telemetry.kpi_source import KpiSource
    from tools.twinning.laboratory import Laboratory


@dataclass(frozen=True)
class ToolContext:
    """Network, KPI source, limits, standards and twin laboratory; `scope` restricts the cells by id (empty: all cells).

    history: of the runs before this one, None where nobody keeps records of runs.
    """

    network: Network
    kpis: KpiSource
    limits: LimitsCatalogue
    standards: Callable[[], StandardsIndex]
    laboratory: Laboratory
    now: Callable[[], datetime]
    work_dir: Path
    seed: int = 1
    scope: tuple[str, ...] = ()
    history: RunHistory | None = None
    progress: Callable[[int, int], None] | None = field(default=None, repr=False)
    actuator: Network | None = field(default=None, repr=False)
