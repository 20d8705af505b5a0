"""The kinds of trials: what happens to the network, or to what it reports, when the change is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from harness.verification.bench.distortion import Distortion, emptied, remembered, scaled, silenced
from harness.verification.bench.world import CELL
from twins.system.scenario.disturbance import AnyDisturbance, BackhaulDelay, CellOutage, Interferer, Surge

THROUGHPUT, MEAN_THROUGHPUT, DELAY, LOSS = "DRB.UEThpDl.P05", "DRB.UEThpDl", "DRB.PdcpSduDelayDl", "DRB.PacketLossRateDl"
Truth = Literal["harmless", "marginal", "harmful", "false report"]


@dataclass(frozen=True)
class Kind:
    """A kind of trial.

    expected: harmless, harmful (the true KPIs of each trial tell whether it is), or a false report, which no verdict can rest on.
    effective: the change is the one that raises throughput, otherwise a neutral one. carried_out: the network does what it
    acknowledges. power_db: change of the edited cell's transmit power that nobody asked for. faults: are the change's work.
    demand: would have come without the change as well. distortion: of what is reported.
    """

    name: str
    expected: Truth
    effective: bool = True
    carried_out: bool = True
    power_db: float = 0.0
    faults: tuple[AnyDisturbance, ...] = ()
    demand: tuple[AnyDisturbance, ...] = ()
    distortion: Distortion | None = None


def _elsewhere(power_dbm: float) -> Interferer:
    return Interferer(x=60.0, y=35.0, power_dbm=power_dbm)


KINDS: tuple[Kind, ...] = (
    Kind("effective", "harmless"),
    Kind("neutral", "harmless", effective=False),
    Kind("effective, demand + 30 %", "harmless", demand=(Surge(factor=1.3, cells=("S1C1", "S1C2", "S1C3")),)),
    Kind("effective, demand - 40 %", "harmless", demand=(Surge(factor=0.6, cells=("S1C1", "S1C2", "S1C3")),)),
    Kind("effective, demand - 70 % (night)", "harmless", demand=(Surge(factor=0.3, cells=("S1C1", "S1C2", "S1C3")),)),
    Kind("power - 20 dB", "harmful", power_db=-20.0),
    Kind("interferer 25 dBm", "harmful", faults=(_elsewhere(25.0),)),
    Kind("interferer 40 dBm", "harmful", faults=(_elsewhere(40.0),)),
    Kind("backhaul + 8 ms", "harmful", faults=(BackhaulDelay(cell=CELL, milliseconds=8.0),)),
    Kind("backhaul + 30 ms", "harmful", faults=(BackhaulDelay(cell=CELL, milliseconds=30.0),)),
    Kind("neutral change, backhaul + 30 ms", "harmful", effective=False, faults=(BackhaulDelay(cell=CELL, milliseconds=30.0),)),
    Kind("a neighbour cell fails", "harmful", faults=(CellOutage(cell="S1C2"),)),
    Kind("users fall silent", "harmful", faults=(Surge(factor=0.0, cells=(CELL,), slices=("eMBB", "URLLC")),)),
    Kind("no effect", "harmful", carried_out=False),
    Kind("all users gone", "false report", effective=False, distortion=emptied(1.0)),
    Kind("half of the users gone", "false report", effective=False, distortion=emptied(0.5)),
    Kind("throughput no longer reported", "false report", effective=False, distortion=silenced(MEAN_THROUGHPUT)),
    Kind("no effect, throughput × 1000", "false report", carried_out=False, distortion=scaled(THROUGHPUT, 1000.0)),
    Kind("throughput × 1000", "false report", distortion=scaled(THROUGHPUT, 1000.0)),
    Kind("throughput × 2", "false report", distortion=scaled(THROUGHPUT, 2.0)),
    Kind(
        "backhaul + 30 ms, counters remember 30 s",
        "harmful",
        effective=False,
        faults=(BackhaulDelay(cell=CELL, milliseconds=30.0),),
        distortion=remembered(30.0, (THROUGHPUT, MEAN_THROUGHPUT, DELAY, LOSS)),
    ),
    Kind(
        "interferer 40 dBm, counters remember 30 s",
        "harmful",
        effective=False,
        faults=(_elsewhere(40.0),),
        distortion=remembered(30.0, (THROUGHPUT, MEAN_THROUGHPUT, DELAY, LOSS)),
    ),
)
