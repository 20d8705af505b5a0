"""The Experiment Model's published error: by dimension, on unseen topologies, with persistence and a linear baseline."""

from __future__ import annotations

from policies.word import Word
from training.gym.model.evaluation import Predictions, coverage, linear, predict, scores
from training.gym.traces.row import TraceRow
from twins.learned.ensemble import Ensemble
from twins.learned.state_interval import DIMENSIONS


class DimensionError(Word):
    """One dimension of the state: mean absolute error and R² of model and baselines; coverage of the 90 % intervals, 0..1."""

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
    """Return the errors on `test` over all states but the first of each segment, and the number of these states."""
    predictions, training = predict(test, ensemble), predict(train, ensemble)
    counted = ~predictions.first
    by_model, by_persistence, by_line = (
        scores(predictions.truth[counted], values[counted])
        for values in (predictions.mean, predictions.previous, linear(training, predictions))
    )
    covered = coverage(Predictions(*(getattr(predictions, name)[counted] for name in Predictions.__dataclass_fields__)))
    errors = [
        DimensionError(
            dimension=name,
            unit=_UNITS[name],
            mae=by_model[index]["mae"],
            r2=by_model[index]["r2"],
            persistence_mae=by_persistence[index]["mae"],
            persistence_r2=by_persistence[index]["r2"],
            linear_mae=by_line[index]["mae"],
            linear_r2=by_line[index]["r2"],
            coverage=float(covered[index]),
        )
        for index, name in enumerate(DIMENSIONS)
    ]
    return errors, int(counted.sum())
