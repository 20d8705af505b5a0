"""The physical state of the twin: flat record arrays, which a snapshot copies and a restore copies back.

Each record type has one row per object. Times are in TTIs since the start; powers are linear milliwatts per PRB unless the name
ends in _dbm; shares are fractions 0..1 of the cell's PRBs.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Records: TypeAlias = Any  # numpy structured arrays; their fields are named below

NEVER = -(1 << 40)
SLICES = 3
PACKETS_PER_UE = 256
HARQ_PROCESSES = 8
DELAY_BINS = 112
DELAY_FIRST_MS, DELAY_RATIO = 0.25, 1.1
CQI_BINS = 16
SAMPLES_PER_UE = 8

UE = np.dtype(
    [
        ("slice", "i8"),
        ("full_buffer", "i8"),  # 1: always has data and no queue
        ("kind", "i8"),  # arrivals: 0 none, 1 Poisson, 2 periodic with jitter
        ("packet_bits", "f8"),
        ("jitter", "f8"),  # of the period, 0..1
        ("buffer_bits", "i8"),  # buffer limit of this UE at the gNB
        ("x", "f8"),
        ("y", "f8"),
        ("doppler", "f8"),  # fading samples per TTI
        ("external", "f8"),  # interference from outside the network
        ("rate", "f8"),  # current mean number of packets per TTI
        ("progress", "f8"),  # integral of the rate since the last arrival
        ("due", "f8"),  # progress at which the next packet arrives
        ("arrivals", "i8"),
        ("offered_bits", "f8"),  # total arrived for this UE, delivered or not
        ("blocked_bits", "f8"),  # of these, refused by the gNB for lack of a connection
        ("serving", "i8"),  # serving cell; -1: none
        ("connected", "i8"),
        ("free_at", "i8"),  # end of connection set-up or handover interruption
        ("barred_until", "i8"),
        ("data_at", "i8"),  # last arrival
        ("previous", "i8"),  # serving cell before the last handover
        ("changed_at", "i8"),
        ("lost_sync_at", "i8"),
        ("head", "i8"),  # packets by sequence number: head <= send <= tail
        ("send", "i8"),
        ("tail", "i8"),
        ("backlog", "i8"),  # bits not yet sent
        ("buffered", "i8"),  # bits not yet acknowledged
        ("pending", "i8"),  # HARQ processes waiting for a retransmission
        ("average", "f8"),  # bits per TTI while there was data
        ("served_at", "i8"),
        ("olla_db", "f8"),
        ("beta", "f8"),  # EESM parameter for the current SINR
        ("reported_beta", "f8"),  # EESM parameter for the reported SINR
        ("wide_db", "f8"),  # effective SINR over the band
        ("bits_per_prb", "f8"),  # expected by link adaptation, per PRB and TTI
        ("window_bits", "f8"),
        ("window_ttis", "i8"),  # TTIs of this window with data in the buffer
    ]
)
WALK = np.dtype(
    [
        ("speed", "f8"),  # m/s
        ("target_x", "f8"),
        ("target_y", "f8"),
        ("legs", "i8"),
        ("home_x", "f8"),
        ("home_y", "f8"),
        ("home_r", "f8"),
        ("venue_x", "f8"),
        ("venue_y", "f8"),
        ("venue_r", "f8"),
        ("arrives", "i8"),  # TTI of arrival at the event
        ("leaves", "i8"),  # TTI of departure from it
        ("away", "i8"),  # 1: at the event
        ("only_at_event", "i8"),
        ("measured_x", "f8"),  # position at which the gains were last computed
        ("measured_y", "f8"),
        ("base_rate", "f8"),  # packets per TTI
        ("factor", "f8"),  # activity of the hour times surges
        ("mean_on", "f8"),  # TTIs; 0: always on
        ("mean_off", "f8"),
        ("on", "i8"),
        ("switch_at", "f8"),
        ("switches", "i8"),
    ]
)
PACKET = np.dtype([("arrived", "i8"), ("bits", "i8"), ("unsent", "i8"), ("unacked", "i8"), ("lost", "i8")])
PROCESS = np.dtype(
    [
        ("attempts", "i8"),  # 0: free
        ("due", "i8"),
        ("mcs", "i8"),
        ("prbs", "i8"),
        ("bits", "i8"),
        ("sinr", "f8"),  # effective, summed over the attempts (chase combining)
        ("first", "i8"),
        ("last", "i8"),
        ("first_bits", "i8"),
        ("last_bits", "i8"),
    ]
)
LINK = np.dtype(
    [
        ("gain_db", "f8"),
        ("power", "f8"),  # received per PRB while the cell transmits on it
        ("power_dbm", "f8"),
        ("rsrp", "f8"),  # layer 3 filtered, dBm per PRB
        ("entered", "i8"),  # TTI since which the A3 entering condition holds
        ("trace", "i8"),
        ("offset", "f8"),
    ]
)
BAND = np.dtype(
    [
        ("decay", "f8"),  # exp(-SINR / beta)
        ("rate", "f8"),  # log2(1 + SINR)
        ("reported_decay", "f8"),  # decay and rate of the previous period, as known to the scheduler
        ("reported_rate", "f8"),
    ]
)
CELL = np.dtype(
    [
        ("on", "i8"),  # 1: radiates
        ("barred", "i8"),  # 1: admits no terminal and receives no handover
        ("carrier", "i8"),
        ("prbs", "i8"),
        ("scheduler", "i8"),  # 0 proportional fair, 1 weighted proportional fair, 2 round robin
        ("noise", "f8"),
        ("members", "i8"),
        ("turn", "i8"),
        ("earned_at", "i8"),  # TTI up to which its slices have earned credit
        ("activity", "f8"),  # share of PRBs in use, averaged over about 30 ms
        ("usage", "f8"),  # the same averaged over about 1 s, used by admission control
        ("a3_offset", "f8"),
        ("hysteresis", "f8"),
        ("time_to_trigger", "i8"),
        ("backhaul_ms", "f8"),
        ("idle_w", "f8"),
        ("load_w", "f8"),  # additional power at full load
        ("sleep_w", "f8"),
        ("transmissions", "f8"),
        ("failures", "f8"),
        ("handovers", "f8"),
        ("ping_pongs", "f8"),
        ("link_failures", "f8"),
        ("watt_ttis", "f8"),
    ]
)
SHARE = np.dtype(
    [
        ("minimum", "f8"),
        ("maximum", "f8"),
        ("dedicated", "f8"),
        ("weight", "f8"),
        ("steering_db", "f8"),
        ("admit_usage", "f8"),
        ("admit_ues", "i8"),
        ("connected", "i8"),
        ("minimum_credit", "f8"),  # PRBs that the slice may still use
        ("maximum_credit", "f8"),
        ("dedicated_credit", "f8"),
        ("served_bits", "f8"),  # since the last evaluation of the slice SLA function
        ("waiting_ttis", "f8"),
        ("raised", "f8"),  # minimum and maximum as adjusted by the slice SLA function
        ("ceiling", "f8"),
        ("used_prbs", "f8"),
        ("delivered_bits", "f8"),
        ("offered_bits", "f8"),
        ("offered_sdus", "f8"),
        ("lost_sdus", "f8"),
        ("delay_ms", "f8"),
        ("delivered_sdus", "f8"),
        ("active_ttis", "f8"),
        ("connected_ttis", "f8"),
        ("attempts", "f8"),
        ("rejections", "f8"),
        ("throughput_mbps", "f8"),
        ("throughput_ues", "f8"),
    ]
)
RELATION = np.dtype([("offset_db", "f8"), ("allowed", "i8"), ("handovers", "f8")])
SAMPLE = np.dtype([("cell", "i8"), ("slice", "i8"), ("mbps", "f8")])


class State(NamedTuple):
    """U terminals, C cells, S subbands; `clock` int64: TTI now, number of throughput samples, seed."""

    clock: NDArray[np.int64]
    ues: Records  # UE[U]
    walks: Records  # WALK[U]
    packets: Records  # PACKET[U, 256]
    processes: Records  # PROCESS[U, 8]
    links: Records  # LINK[U, C]
    bands: Records  # BAND[U, S]
    dominant: NDArray[np.int64]  # [U, 4] strongest interferers; -1: none
    cells: Records  # CELL[C]
    shares: Records  # SHARE[C, 3]
    relations: Records  # RELATION[C, C]
    members: NDArray[np.int64]  # [C, U] terminals connected to each cell
    places: NDArray[np.int64]  # [U] index of a terminal in its cell's list
    delays: NDArray[np.float64]  # [C, 3, 112] SDUs per delay bin
    cqis: NDArray[np.float64]  # [C, 3, 16] reports per CQI
    samples: Records  # SAMPLE[8 U] throughput per terminal and cell, recorded on leaving the cell or at the end of a window

    def copy(self) -> State:
        """Return an independent copy."""
        arrays: list[Any] = [array.copy() for array in self]
        return State(*arrays)

    def assign(self, other: State) -> None:
        """Overwrite every array in place with those of `other`."""
        for mine, theirs in zip(self, other, strict=True):
            mine[...] = theirs


def empty_state(ues: int, cells: int, subbands: int, dominant: int) -> State:
    """Return an initial state: zeros, with the markers for "none" and "never" set."""
    state = State(
        clock=np.zeros(3, np.int64),
        ues=np.zeros(ues, UE),
        walks=np.zeros(ues, WALK),
        packets=np.zeros((ues, PACKETS_PER_UE), PACKET),
        processes=np.zeros((ues, HARQ_PROCESSES), PROCESS),
        links=np.zeros((ues, cells), LINK),
        bands=np.zeros((ues, subbands), BAND),
        dominant=np.full((ues, dominant), -1, np.int64),
        cells=np.zeros(cells, CELL),
        shares=np.zeros((cells, SLICES), SHARE),
        relations=np.zeros((cells, cells), RELATION),
        members=np.zeros((cells, ues), np.int64),
        places=np.zeros(ues, np.int64),
        delays=np.zeros((cells, SLICES, DELAY_BINS)),
        cqis=np.zeros((cells, SLICES, CQI_BINS)),
        samples=np.zeros(SAMPLES_PER_UE * ues, SAMPLE),
    )
    for name in ("serving", "previous"):
        state.ues[name] = -1
    for name in ("changed_at", "lost_sync_at", "served_at"):
        state.ues[name] = NEVER
    state.links["entered"] = NEVER
    state.ues["average"] = 1.0
    state.walks["on"] = 1
    state.walks["factor"] = 1.0
    state.shares["ceiling"] = 1.0
    return state
