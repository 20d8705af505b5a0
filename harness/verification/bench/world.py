"""The small network on which verdicts are measured, and what is known of it before a change: KPIs, intent, prediction.

Three cells of 5 MHz in which eMBB has a low scheduler weight and mMTC offers more than there is: the throughput of eMBB follows
its minimum ratio, so that raising it is an effective change. Terminals differ by seed in place, path loss, traffic and walk.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from policies.change import AttributeEdit, ChangeSet
from policies.intent import Condition, ExpectationObject, ExpectationTarget, Intent, IntentExpectation
from policies.kpi import KpiFrame
from policies.limits.loading import load_limits
from policies.proposal import Candidate
from policies.slices import Slice
from tools.context import ToolContext
from tools.ran.candidate_tools import compare_candidates
from tools.telemetry.kpi_source import KpiSource
from tools.telemetry.store import KpiStore
from tools.twinning.laboratory import Laboratory
from tools.twinning.outlook import WATCHED
from twins.network import KpiQuery
from twins.system.scenario.scenario import CellSpec, SystemScenario, UeGroup
from twins.system.scenario.topology import hexagonal
from twins.system.scenario.traffic import Ftp3, Periodic
from twins.system.system_network import Snapshot, SystemNetwork

if TYPE_CHECKING:
    from tools.standards.index import StandardsIndex

WINDOW_S = 2.0
WINDOWS_BEFORE = 12
CELL = "S1C1"
CELLS = ("S1C1", "S1C2", "S1C3")
MIN_PROBABILITY = 0.8  # the gate's default: a change that the twin does not promise this surely is not applied
_WARM_UP = 8  # windows
_START = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
_RATIO, _NEUTRAL_RATIO = 40, 1
_GAIN = 1.5  # the operator asks for this many times the throughput measured before
KPIS = tuple(dict.fromkeys([*(kpi for kpi, _ in WATCHED), "RRU.PrbUsedDl"]))


@dataclass(frozen=True)
class Situation:
    """The network in the state `state` before a change: KPI windows before it, the intent, and the change with its prediction."""

    network: SystemNetwork
    state: Snapshot
    before: KpiFrame
    intent: Intent
    candidate: Candidate
    now: datetime


def du(cell: str) -> str:
    """Return the DN of a cell."""
    return f"ManagedElement=S1,GNBDUFunction=1,NRCellDU={cell}"


def situation_of(seed: int, laboratory: Laboratory, *, effective: bool) -> Situation | None:
    """Return a situation with an effective change (target above what was measured) or a neutral one (target met already).

    None if the twin does not promise the targets surely enough for the gate, or cannot tell.
    """
    network = _network(seed)
    before = network.observe(KpiQuery(kpis=KPIS, windows=WINDOWS_BEFORE))
    intent = _intent(before, effective=effective)
    change_set = _change(_RATIO if effective else _NEUTRAL_RATIO)
    candidate = _predicted(network, intent, change_set, laboratory, seed)
    if candidate is None or len(candidate.outlook) < len(intent.bounds()):
        return None  # a target of a slice that has no users in the cell
    if min(outlook.probability for outlook in candidate.outlook) < MIN_PROBABILITY:
        return None
    return Situation(network, network.snapshot(), before, intent, candidate, network.describe().now)


def _network(seed: int) -> SystemNetwork:
    network = SystemNetwork(scenario(), seed)
    weights = (AttributeEdit(dn=f"{du(c)},SchedulerProfile=eMBB", attribute="schedulerWeight", old=1.0, new=0.1) for c in CELLS)
    network.apply(ChangeSet(edits=tuple(weights)), "eMBB has a low weight")
    network.advance((WINDOWS_BEFORE + _WARM_UP) * WINDOW_S)
    return network


def scenario() -> SystemScenario:
    """Return the scenario."""
    narrow = {"bandwidth_mhz": 5, "prbs": 11}
    return SystemScenario(
        name="verification bench",
        start=_START,
        granularity_s=WINDOW_S,
        cells=tuple(CellSpec.model_validate(cell.model_dump() | narrow) for cell in hexagonal(rings=0)),
        radius=120.0,
        groups=(
            UeGroup(name="phones", slice=Slice.EMBB, count=9, speed_mps=0.2, traffic=Ftp3(file_bytes=15_000, files_per_s=1.0)),
            UeGroup(name="robots", slice=Slice.URLLC, count=6, traffic=Periodic(packet_bytes=250, period_ms=10.0)),
            # Small buffers: overload shows as loss at once, instead of a loss that begins when large ones are full.
            UeGroup(
                name="cameras",
                slice=Slice.MMTC,
                count=9,
                buffer_kbit=500.0,
                traffic=Periodic(packet_bytes=3_500, period_ms=10.0),
            ),
        ),
    )


def _change(ratio: int) -> ChangeSet:
    edit = AttributeEdit(dn=f"{du(CELL)},RRMPolicyRatio=eMBB", attribute="rRMPolicyMinRatio", old=0, new=ratio)
    return ChangeSet(edits=(edit,))


def _intent(before: KpiFrame, *, effective: bool) -> Intent:
    measured = before.where(kpi="DRB.UEThpDl.P05", dn=du(CELL), slice=Slice.EMBB).mean() or 1.0
    bound = _GAIN * measured if effective else 0.5 * measured
    throughput = ExpectationTarget(
        kpi="DRB.UEThpDl.P05", condition=Condition.AT_LEAST, value=round(max(bound, 0.1), 2), unit="Mbit/s"
    )
    delay = ExpectationTarget(kpi="DRB.PdcpSduDelayDl", condition=Condition.AT_MOST, value=10.0, unit="ms")
    pairs = ((Slice.EMBB, throughput), (Slice.URLLC, delay))
    expectations = tuple(
        IntentExpectation(object=ExpectationObject(cells=(CELL,), slice=slice), targets=(target,)) for slice, target in pairs
    )
    return Intent(text="raise the throughput of eMBB in S1C1 and keep URLLC below 10 ms", expectations=expectations)


def _predicted(
    network: SystemNetwork, intent: Intent, change_set: ChangeSet, laboratory: Laboratory, seed: int
) -> Candidate | None:
    """Return the change with the prediction that a run would have: of a twin built from the network's KPIs."""
    with tempfile.TemporaryDirectory() as folder:
        store = KpiStore(Path(folder) / "kpi.sqlite")
        store.write(network.observe(KpiQuery()))
        context = ToolContext(
            network=network, kpis=KpiSource(store), limits=load_limits(), standards=_no_standards, laboratory=laboratory,
            now=_now_of(network), work_dir=Path(folder), seed=seed,
        )  # fmt: skip
        draft = {"name": "change", "edits": change_set.model_dump(mode="json")["edits"]}
        request = {"intent": intent.model_dump(mode="json"), "candidates": [draft]}
        candidates = compare_candidates.call(context, request).value.candidates
    return next((candidate for candidate in candidates if candidate.change_set.digest == change_set.digest), None)


def _now_of(network: SystemNetwork) -> Callable[[], datetime]:
    return lambda: network.describe().now


def _no_standards() -> StandardsIndex:
    raise LookupError("the bench has no standards index")
