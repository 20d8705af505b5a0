"""A run of the twin in a worker process: synchronize, apply a change set under a seed, and measure.

A worker synchronizes and warms up a twin once per seed and caches the snapshot: every candidate of that seed starts from the
same state, so that candidates are compared under common random numbers and the warm-up runs only once.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from pydantic import Field

from policies.change import ChangeSet
from policies.kpi import KpiFrame
from policies.word import Word
from tools.twinning.twin_input import TwinInput
from twins.network import InvalidChangeError, KpiQuery, NetworkError, StaleEditError

_MAX_TWINS = 8
_warm_twins: OrderedDict[tuple[str, int], tuple[Any, Any]] = OrderedDict()


class TwinJob(Word):
    """A twin run; times in simulated seconds. `digest` identifies the twin input in the worker's cache."""

    digest: str
    twin_input: TwinInput
    seed: int
    change_set: ChangeSet
    warm_up_s: float = Field(gt=0)
    settle_s: float = Field(ge=0)
    measure_s: float = Field(gt=0)
    kpis: tuple[str, ...]


def run_job(job: TwinJob) -> KpiFrame | str:
    """Return the KPI samples of the measured interval, or the twin's reason for refusing the change set, in one line."""
    network, state = _warm_twin(job)
    network.restore(state)
    try:
        if not job.change_set.is_empty:
            network.apply(job.change_set, f"candidate-{job.change_set.digest}")
    except (InvalidChangeError, StaleEditError, NetworkError) as error:
        return f"{type(error).__name__}: {error}"
    network.advance(job.settle_s)
    since = network.describe().now
    network.advance(job.measure_s)
    frame: KpiFrame = network.observe(KpiQuery(kpis=job.kpis, start=since))
    return frame


def _warm_twin(job: TwinJob) -> tuple[Any, Any]:
    from tools.twinning.synchronization import synchronize
    from twins.system.system_network import SystemNetwork

    key = (job.digest, job.seed)
    if key not in _warm_twins:
        network = SystemNetwork(synchronize(job.twin_input, job.seed), seed=job.seed)
        network.advance(job.warm_up_s)
        _warm_twins[key] = (network, network.snapshot())
        while len(_warm_twins) > _MAX_TWINS:
            _warm_twins.popitem(last=False)
    _warm_twins.move_to_end(key)
    return _warm_twins[key]
