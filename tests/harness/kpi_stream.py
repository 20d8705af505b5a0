"""KPI streams of the small network's three cells, made by hand: constant levels with noise, bent by place and time."""

import itertools
import random
from datetime import timedelta

from small_network import CELLS, GRANULARITY_S, START, du, embb_minimum
from small_world import candidate, intent, predicted

from harness.verification.comparison import Comparison
from harness.verification.verify import verify
from policies.kpi import KpiFrame, KpiSample, kpi_definition
from policies.slices import Slice

USERS = {Slice.EMBB: 9.0, Slice.URLLC: 6.0, Slice.MMTC: 9.0}
BEFORE, AFTER = range(12), range(13, 19)
APPLIED_AT = START + timedelta(seconds=12 * GRANULARITY_S)


def levels(minimum):
    throughput, delay = predicted(embb_minimum(minimum))
    return {
        ("DRB.UEThpDl.P05", Slice.EMBB): throughput,
        ("DRB.UEThpDl", Slice.EMBB): 2.0 + throughput,
        ("DRB.PdcpSduDelayDl", Slice.URLLC): delay,
        ("DRB.PacketLossRateDl", Slice.URLLC): 0.1,
        ("DRB.PacketLossRateDl", Slice.MMTC): 0.2,
        ("MM.RlfRate", None): 0.2,
        ("PEE.Energy", None): 10.0,
        **{("DRB.PdcpSduVolumeDL", slice): 500.0 for slice in (None, *Slice)},
        **{("RRC.ConnMean", slice): users for slice, users in USERS.items()},
        ("RRC.ConnMean", None): sum(USERS.values()),
    }


def stream(windows, minimum=0, bend=lambda sample, cell, number: sample):
    """The samples of some windows; `bend` gets each with its cell and window number, and returns it, another one, or None."""
    samples = []
    places = [(cell, key, level) for cell in CELLS for key, level in levels(minimum if cell == CELLS[0] else 0).items()]
    for number, (cell, (kpi, slice), level) in itertools.product(windows, places):
        start = START + timedelta(seconds=number * GRANULARITY_S)
        noise = 1.0 if kpi == "RRC.ConnMean" else random.Random(f"{kpi}{slice}{cell}{number}").gauss(1, 0.02)
        end = start + timedelta(seconds=GRANULARITY_S)
        sample = KpiSample(kpi, du(cell), slice, start, end, level * noise, kpi_definition(kpi).unit)
        samples.append(bend(sample, cell, number))
    return KpiFrame(tuple(sample for sample in samples if sample is not None))


def judged(card, after=None, before=None, bend=None, minimum=40, promised=None, **comparison):
    """The verdict on a change of eMBB's minimum ratio to `minimum` (`promised` to the twin); `bend` bends what is after it."""
    goal = comparison.pop("goal", intent())
    tried = comparison.pop("candidate", candidate("change", embb_minimum(promised or minimum or 1), goal))
    after = after or stream(comparison.pop("windows", AFTER), minimum, bend or (lambda sample, cell, number: sample))
    return verify(Comparison(before or stream(BEFORE), after, card, goal, tried, **comparison))
