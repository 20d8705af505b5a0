"""One run of the twin in a worker process: a synchronization, a seed, a change set, and what was measured.

A worker synchronizes and warms a twin up once per seed and keeps the snapshot: every candidate of that seed starts from the
very same state, so that candidates are compared under common random numbers and none pays for the warm-up again.
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

_KEPT = 8
_warm: OrderedDict[tuple[str, int], tuple[Any, Any]] = OrderedDict()


class TwinJob(Word):
    """What to run. Times in simulated seconds; the twin's clock runs with them."""

    digest: str
    given: TwinInput
    seed: int
    change_set: ChangeSet
    warm_up_s: float = Field(gt=0)
    settle_s: float = Field(ge=0)
    measure_s: float = Field(gt=0)
    kpis: tuple[str, ...]


def run_job(job: TwinJob) -> KpiFrame | str:
    """Return the KPI samples of the measured stretch, or why the twin refused the change set, in one line."""
    network, state = _warmed(job)
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


def _warmed(job: TwinJob) -> tuple[Any, Any]:
    from tools.twinning.synchronization import synchronize
    from twins.system.system_network import SystemNetwork

    key = (job.digest, job.seed)
    if key not in _warm:
        network = SystemNetwork(synchronize(job.given, job.seed), seed=job.seed)
        network.advance(job.warm_up_s)
        _warm[key] = (network, network.snapshot())
        while len(_warm) > _KEPT:
            _warm.popitem(last=False)
    _warm.move_to_end(key)
    return _warm[key]
