"""The Experiment Model's published error: per dimension on unseen topologies, beside persistence and a linear baseline."""

from __future__ import annotations

from policies.word import Word
from training.gym.model.evaluation import DIMENSIONS, Foretold, coverage, foretold, linear, scores
from training.gym.traces.row import TraceRow
from twins.learned.ensemble import Ensemble


class DimensionError(Word):
    """One dimension of the state: mean absolute error and R² of model, persistence and linear baseline; coverage of 90 %."""

    dimension: str
    unit: str
    mae: float
    r2: float
    persistence_mae: float
    persistence_r2: float
    linear_mae: float
    linear_r2: float
    coverage: float


_UNITS = {"latency_ms": "ms", "jitter_ms": "ms", "loss": "", "throughput_mbps": "Mbit/s", "edge_load": ""}


def published_error(train: list[TraceRow], test: list[TraceRow], ensemble: Ensemble) -> tuple[list[DimensionError], int]:
    """Return the errors on `test`, over all states but the first of each segment, and how many states these are."""
    told, known = foretold(test, ensemble), foretold(train, ensemble)
    counted = ~told.first
    by_model, by_rest, by_line = (
        scores(told.truth[counted], values[counted]) for values in (told.mean, told.before, linear(known, told))
    )
    held = coverage(Foretold(*(getattr(told, name)[counted] for name in Foretold.__dataclass_fields__)))
    found = [
        DimensionError(
            dimension=name,
            unit=_UNITS[name],
            mae=by_model[place]["mae"],
            r2=by_model[place]["r2"],
            persistence_mae=by_rest[place]["mae"],
            persistence_r2=by_rest[place]["r2"],
            linear_mae=by_line[place]["mae"],
            linear_r2=by_line[place]["r2"],
            coverage=float(held[place]),
        )
        for place, name in enumerate(DIMENSIONS)
    ]
    return found, int(counted.sum())
