"""The settings with which a run goes on: the network, planner and seed that it has, unless this call gives others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.records.run_record import RunRecord
    from harness.runtime.settings import PlannerKind, Settings


def resumed_settings(
    settings: Settings, record: RunRecord, planner: PlannerKind | None = None, seed: int | None = None
) -> tuple[Settings, str]:
    """Return the settings of the run `record`, and the name of its embedded network, empty if it is a running one.

    planner, seed: options of this call, None if not given. What the run does not know, as one of an earlier version, is as in
    `settings`.
    """
    from harness.runtime.embedded_place import is_embedded

    is_running = not is_embedded(record.network)
    network = {"seed": seed if seed is not None else record.seed, "url": record.network if is_running else None}
    sections = {
        "planner": settings.planner.model_copy(update=_known({"kind": planner or record.planner_kind or None})),
        "network": settings.network.model_copy(update=_known(network)),
    }
    return settings.model_copy(update=sections), "" if is_running else record.network


def _known(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}
