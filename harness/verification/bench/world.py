"""The small network on which verdicts are measured, and what is known of it before a change: KPIs, intent, prediction.

Three cells of 10 MHz with 18 terminals each on average, as in a small town; with three cells there are no controls far from the
change. eMBB has a low ceiling (RRMPolicyRatio, TS 28.541), which its throughput follows: raising it is an effective change.
Terminals differ by seed in place, path loss, traffic and walk.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from harness.verification.observation import WINDOWS_BEFORE
from policies.change import AttributeEdit, ChangeSet
from policies.intent import Condition, ExpectationObject, ExpectationTarget, Intent, IntentExpectation
from policies.kpi import KpiFrame
from policies.limits.loading import load_limits
from policies.proposal import Candidate
from policies.quality.reporter import Reporter
from policies.slices import Slice
from tools.context import ToolContext
from tools.contract import Boundary, ToolError
from tools.ran.candidate_tools import compare_candidates
from tools.telemetry.kpi_source import KpiSource
from tools.telemetry.reporting import reporter_of
from tools.telemetry.store import KpiStore
from tools.twinning.laboratory import Laboratory
from twins.network import KpiQuery
from twins.scratch_folder import ScratchFolder
from twins.system.scenario.scenario import CellSpec, SystemScenario, UeGroup
from twins.system.scenario.topology import hexagonal
from twins.system.scenario.traffic import Ftp3, Periodic
from twins.system.system_network import Snapshot, SystemNetwork

if TYPE_CHECKING:
    from tools.standards.index import StandardsIndex

WINDOW_S = 2.0
HISTORY = 60  # windows before the change
CELL = "S1C1"
CELLS = ("S1C1", "S1C2", "S1C3")
_TARGET = "DRB.UEThpDl.P05"
MIN_PROBABILITY = 0.8  # the gate's default: a change that the twin does not promise this surely is not applied
_WARM_UP = 8  # windows
_START = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
_CAP, _RAISED_CAP = 20, 60  # % of the PRBs
_GAIN = 1.3  # the operator asks for this many times the throughput measured before


@dataclass(frozen=True)
class Present:
    """The network in the state `state` at the time `now`, before any change; `store` has its KPI windows up to then."""

    network: SystemNetwork
    state: Snapshot
    store: KpiStore
    now: datetime

    def before(self) -> KpiFrame:
        """Return the windows before the change with which those after it are compared."""
        return self.store.query(KpiQuery(windows=WINDOWS_BEFORE))

    @property
    def reporter(self) -> Reporter:
        """What the checks of measurements know of the network."""
        return reporter_of(self.network.describe())


@dataclass(frozen=True)
class Situation:
    """A network before a change, the intent, and the change with its prediction."""

    present: Present
    intent: Intent
    candidate: Candidate


def du(cell: str) -> str:
    """Return the DN of a cell."""
    return f"ManagedElement=S1,GNBDUFunction=1,NRCellDU={cell}"


def present_of(seed: int, folder: Path) -> Present:
    """Return the network of a seed after its history, which is stored in `folder`."""
    network = SystemNetwork(scenario(), seed)
    network.apply(ChangeSet(edits=tuple(_most(cell, old=100, new=_CAP) for cell in CELLS)), "eMBB has a low ceiling")
    network.advance(_WARM_UP * WINDOW_S)
    since = network.describe().now
    network.advance(HISTORY * WINDOW_S)
    return stored(network, since, folder)


def stored(network: SystemNetwork, since: datetime | None, folder: Path) -> Present:
    """Return a network as it is now, with its KPI windows from `since` on in a store in `folder`."""
    store, card = KpiStore(folder / "kpi.sqlite"), network.describe()
    store.write(network.observe(KpiQuery(start=since)), reporter_of(card))
    return Present(network, network.snapshot(), store, card.now)


def situation_of(seed: int, present: Present, laboratory: Laboratory, *, effective: bool) -> Situation | None:
    """Return a situation with an effective change (target above what was measured) or a neutral one (target met already).

    None if the twin does not promise the targets surely enough for the gate, or cannot tell.
    """
    intent = _intent(present.before(), effective=effective)
    change_set = ChangeSet(edits=(_most(CELL, old=_CAP, new=_RAISED_CAP) if effective else _least(CELL, old=0, new=1),))
    candidate = _predicted(present, intent, change_set, laboratory, seed)
    if candidate is None or len(candidate.outlook) < len(intent.bounds()):
        return None  # a target of a slice that has no users in the cell
    if min(outlook.probability for outlook in candidate.outlook) < MIN_PROBABILITY:
        return None
    return Situation(present, intent, candidate)


def scenario() -> SystemScenario:
    """Return the scenario."""
    narrow = {"bandwidth_mhz": 10, "prbs": 24}
    return SystemScenario(
        name="verification bench",
        start=_START,
        granularity_s=WINDOW_S,
        cells=tuple(CellSpec.model_validate(cell.model_dump() | narrow) for cell in hexagonal(rings=0)),
        radius=120.0,
        groups=(
            UeGroup(name="phones", slice=Slice.EMBB, count=24, speed_mps=0.2, traffic=Ftp3(file_bytes=31_250, files_per_s=0.6)),
            UeGroup(name="robots", slice=Slice.URLLC, count=12, traffic=Periodic(packet_bytes=250, period_ms=10.0)),
            # Small buffers: overload shows as loss at once, instead of a loss that begins when large ones are full.
            UeGroup(
                name="cameras",
                slice=Slice.MMTC,
                count=18,
                buffer_kbit=500.0,
                traffic=Periodic(packet_bytes=3_500, period_ms=30.0),
            ),
        ),
    )


def _most(cell: str, *, old: int, new: int) -> AttributeEdit:
    return AttributeEdit(dn=f"{du(cell)},RRMPolicyRatio=eMBB", attribute="rRMPolicyMaxRatio", old=old, new=new)


def _least(cell: str, *, old: int, new: int) -> AttributeEdit:
    return AttributeEdit(dn=f"{du(cell)},RRMPolicyRatio=eMBB", attribute="rRMPolicyMinRatio", old=old, new=new)


def _intent(before: KpiFrame, *, effective: bool) -> Intent:
    measured = before.where(kpi=_TARGET, dn=du(CELL), slice=Slice.EMBB).mean() or 1.0
    bound = _GAIN * measured if effective else 0.5 * measured
    throughput = ExpectationTarget(kpi=_TARGET, condition=Condition.AT_LEAST, value=round(max(bound, 0.1), 2), unit="Mbit/s")
    delay = ExpectationTarget(kpi="DRB.PdcpSduDelayDl", condition=Condition.AT_MOST, value=10.0, unit="ms")
    pairs = ((Slice.EMBB, throughput), (Slice.URLLC, delay))
    expectations = tuple(
        IntentExpectation(object=ExpectationObject(cells=(CELL,), slice=slice), targets=(target,)) for slice, target in pairs
    )
    return Intent(text="raise the throughput of eMBB in S1C1 and keep URLLC below 10 ms", expectations=expectations)


def _predicted(present: Present, intent: Intent, change_set: ChangeSet, laboratory: Laboratory, seed: int) -> Candidate | None:
    """Return the change with the prediction that a run would have: of a twin built from the network's KPIs."""
    network = present.network
    with ScratchFolder() as folder:
        context = ToolContext(
            network=network, kpis=KpiSource(present.store), limits=load_limits(), standards=_no_standards, laboratory=laboratory,
            now=_now_of(network), work_dir=folder, seed=seed,
        )  # fmt: skip
        draft = {"name": "change", "edits": change_set.model_dump(mode="json")["edits"]}
        request = {"intent": intent.model_dump(mode="json"), "candidates": [draft]}
        try:
            candidates = compare_candidates.call(context, request).value.candidates
        except ToolError as error:
            if error.boundary is not Boundary.REFUSED:
                raise
            return None  # such as for suspect measurements: nothing is planned on these
    return next((candidate for candidate in candidates if candidate.change_set.digest == change_set.digest), None)


def _now_of(network: SystemNetwork) -> Callable[[], datetime]:
    return lambda: network.describe().now


def _no_standards() -> StandardsIndex:
    raise LookupError("the bench has no standards index")
