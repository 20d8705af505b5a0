"""The Experiment Model's error on unseen topologies as figures of `twinpilot bench gym`."""

from __future__ import annotations

from collections.abc import Iterator

from policies.figure import Figure
from policies.gym.split import Purpose


def model_error() -> Iterator[Figure]:
    """Yield mean absolute error, R² and coverage of each dimension of the state."""
    from training.gym.model.report import published_error
    from training.gym.traces.data_set import read_traces
    from twins.learned.ensemble import Ensemble

    errors, states = published_error(read_traces(Purpose.TRAINING), read_traces(Purpose.BENCHMARK), Ensemble.load())
    for row in errors:
        yield Figure(
            name=f"Experiment Model, {row.dimension}: MAE on unseen topologies",
            value=row.mae,
            unit=row.unit,
            target="below persistence and linear",
            met=row.mae < min(row.persistence_mae, row.linear_mae),
            note=f"{states} states of ns-3, rolled out; persistence {row.persistence_mae:.4g}, linear {row.linear_mae:.4g}",
        )
        yield Figure(
            name=f"Experiment Model, {row.dimension}: R²",
            value=row.r2,
            unit="",
            note=f"persistence {row.persistence_r2:.3f}, linear {row.linear_r2:.3f}"
            + ("; both sides use TwinPilot's queue model" if row.dimension == "edge_load" else ""),
        )
        yield Figure(
            name=f"Experiment Model, {row.dimension}: coverage of 90 % intervals",
            value=100 * row.coverage,
            unit="%",
            target="85 to 95",
            met=85.0 <= 100 * row.coverage <= 95.0 if row.dimension != "edge_load" else None,
            note="known exactly: the queue model is the same" if row.dimension == "edge_load" else "",
        )
