"""A trial: run a selector on traces and record its rank, loss and confidence at each burst."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.beams.selector import BeamSelector, Floats
from twins.beams.traces import BeamTraces

WARM_UP = 8  # first bursts, which are not scored: a session starts without measurements


@dataclass(frozen=True)
class Trial:
    """Outcome for N trajectories and T' scored bursts.

    `rank` int16[N, T'] of the genie's beam in the selector's ranking (0 is correct); `loss_db` float32[N, T'] of RSRP against the
    genie; `served_dbm`, `best_dbm`, `confidence` float32[N, T'].
    """

    selector: str
    rank: NDArray[np.int16]
    loss_db: Floats
    served_dbm: Floats
    best_dbm: Floats
    confidence: Floats


def run_trial(selector: BeamSelector, traces: BeamTraces) -> Trial:
    """Run `selector` on the traces, showing it only the beams that it measures; scored from the ninth burst on.

    Raises ValueError for traces that are too short or have another codebook than the selector.
    """
    number, bursts, beams = traces.measured_dbm.shape
    if bursts <= WARM_UP + 1:
        raise ValueError(f"bursts={bursts}: at least {WARM_UP + 2} are required, the first {WARM_UP} are not scored")
    session = selector.begin(number)
    mask = session.beams_to_measure()
    if mask.shape[1] != beams:
        raise ValueError(f"selector {selector.name!r} has {mask.shape[1]} beams, the codebook has {beams}")
    columns: dict[str, list[NDArray[np.generic]]] = {
        name: [] for name in ("rank", "loss_db", "served_dbm", "best_dbm", "confidence")
    }
    for burst in range(bursts - 1):
        measured = np.where(session.beams_to_measure(), traces.measured_dbm[:, burst], np.float32("nan")).astype(np.float32)
        choice = session.decide(measured)
        if burst + 1 < WARM_UP:
            continue
        rsrp = traces.rsrp_dbm[:, burst + 1]
        served, best = np.take_along_axis(rsrp, choice.beam[:, None], axis=1)[:, 0], rsrp.max(axis=1)
        columns["rank"].append((choice.ranking == rsrp.argmax(axis=1)[:, None]).argmax(axis=1).astype(np.int16))
        columns["loss_db"].append(best - served)
        columns["served_dbm"].append(served)
        columns["best_dbm"].append(best)
        columns["confidence"].append(choice.confidence)
    return Trial(selector=selector.name, **{name: np.stack(rows, axis=1) for name, rows in columns.items()})
