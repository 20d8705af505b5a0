"""The network of the harness's tests: the system twin at small size, where eMBB's throughput follows its minimum ratio.

Three cells of 10 MHz. mMTC always has data and eMBB's scheduler weight is low, so that eMBB gets its minimum ratio and little
more: files arrive with about 0.25 Mbit/s per percent (2 Mbit/s at 0 %), while URLLC's delay is 1.6 ms whatever the ratio is.
Windows are of 2 s, and twelve have passed at the start.
"""

from datetime import UTC, datetime
from functools import cache

from policies.change import AttributeEdit, ChangeSet
from policies.slices import Slice
from twins.system.scenario.presets import hexagonal
from twins.system.scenario.scenario import CellSpec, SystemScenario, UeGroup
from twins.system.scenario.traffic import Ftp3, FullBuffer, Periodic
from twins.system.system_network import SystemNetwork

GRANULARITY_S = 2.0
START = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
CELLS = ("S1C1", "S1C2", "S1C3")
SEED = 2  # with it, every cell serves cameras


def du(cell):
    return f"ManagedElement=S1,GNBDUFunction=1,NRCellDU={cell}"


def ratio(cell, slice="eMBB"):
    return f"{du(cell)},RRMPolicyRatio={slice}"


def minimum(network, cell="S1C1"):
    """The minimum ratio of eMBB in a cell, as the network has it."""
    return network.read(ratio(cell)).attributes["rRMPolicyMinRatio"]


def embb_minimum(new, cells=("S1C1",), old=0):
    return ChangeSet(
        edits=tuple(AttributeEdit(dn=ratio(cell), attribute="rRMPolicyMinRatio", old=old, new=new) for cell in cells)
    )


def scenario(configuration=None):
    narrow = {"bandwidth_mhz": 10, "prbs": 24}
    return SystemScenario(
        name="small and contended",
        configuration=configuration or {},
        start=START,
        granularity_s=GRANULARITY_S,
        cells=tuple(CellSpec.model_validate(cell.model_dump() | narrow) for cell in hexagonal(rings=0)),
        radius=120.0,
        groups=(
            UeGroup(name="phones", slice=Slice.EMBB, count=9, traffic=Ftp3(file_bytes=30_000, files_per_s=1.0)),
            UeGroup(name="robots", slice=Slice.URLLC, count=6, traffic=Periodic(packet_bytes=250, period_ms=10.0)),
            UeGroup(name="cameras", slice=Slice.MMTC, count=9, traffic=FullBuffer()),
        ),
    )


def contended():
    """The scenario with the low weight of eMBB from its start, as a network of its own begins with."""
    return scenario({f"{du(cell)},SchedulerProfile=eMBB": {"schedulerWeight": 0.1} for cell in CELLS})


@cache
def _after_twelve_windows(disturbance):
    """The state that a network starts in, so that a test does not wait for the windows before it."""
    twin = SystemNetwork(scenario(), SEED)
    low = tuple(
        AttributeEdit(dn=f"{du(cell)},SchedulerProfile=eMBB", attribute="schedulerWeight", old=1.0, new=0.1) for cell in CELLS
    )
    twin.apply(ChangeSet(edits=low), "eMBB has a low weight")
    if disturbance is not None:
        twin.inject(disturbance)
    twin.advance(12 * GRANULARITY_S)
    return twin.snapshot()


class SmallNetwork(SystemNetwork):
    """The twin, which also remembers every change set that was applied; `disturbance` has acted from its first window on."""

    def __init__(self, disturbance=None):
        super().__init__(scenario(), SEED)
        self.restore(_after_twelve_windows(disturbance))
        self.applied = []

    def now(self):
        return self.describe().now

    def apply(self, change_set, idempotency_key):
        receipt = super().apply(change_set, idempotency_key)
        self.applied += [] if receipt.replayed else [change_set]
        return receipt

    def changes_made(self, dn, attribute):
        """How often an attribute was written by `apply`."""
        edits = (edit for change_set in self.applied for edit in change_set.attribute_edits())
        return sum((edit.dn, edit.attribute) == (dn, attribute) for edit in edits)
