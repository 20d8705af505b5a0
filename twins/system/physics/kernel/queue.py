"""The packet queue of each terminal: a FIFO ring of 256 packets with their unsent and unacknowledged bits.

A packet of at most one SDU (1500 bytes) counts as one SDU when its last bit is acknowledged; a larger packet (a file) counts
fractionally, as its bits are acknowledged. Data lost after the last HARQ attempt is not retransmitted: RLC unacknowledged mode.
"""

from __future__ import annotations

from twins.compiled import compiled
from twins.system.physics.kernel.meters import record_delay
from twins.system.physics.state import Records

SDU_BITS = 12_000


@compiled
def sdus_of(bits: float) -> float:
    """Return the number of SDUs in `bits` of data, at least 1."""
    return max(bits / SDU_BITS, 1.0)


@compiled
def push(ues: Records, packets: Records, u: int, tti: int, bits: int) -> bool:
    """Append a packet; False if the buffer or the ring is full."""
    ue = ues[u]
    ring = packets.shape[1]
    if ue.buffered + bits > ue.buffer_bits or ue.tail - ue.head >= ring:
        return False
    packet = packets[u, ue.tail % ring]
    packet.arrived, packet.bits, packet.unsent, packet.unacked, packet.lost = tti, bits, bits, bits, 0
    ue.tail += 1
    ue.backlog += bits
    ue.buffered += bits
    return True


@compiled
def take(ues: Records, packets: Records, processes: Records, u: int, h: int, limit: int) -> int:
    """Move up to `limit` bits from the queue into HARQ process `h`; returns the number of bits."""
    ue, process = ues[u], processes[u, h]
    ring = packets.shape[1]
    taken, sequence = 0, ue.send
    process.first, process.last, process.first_bits, process.last_bits = sequence, sequence, 0, 0
    while taken < limit and sequence < ue.tail:
        packet = packets[u, sequence % ring]
        part = min(packet.unsent, limit - taken)
        if sequence == process.first:
            process.first_bits = part
        process.last, process.last_bits = sequence, part
        packet.unsent -= part
        taken += part
        if packet.unsent > 0:
            break
        sequence += 1
    ue.send = sequence
    ue.backlog -= taken
    process.bits = taken
    return taken


@compiled
def part_of(process: Records, packet: Records, sequence: int) -> int:
    """Return the number of bits of a packet in a process; packets between the first and the last are in it entirely."""
    if sequence == process.first:
        return int(process.first_bits)
    if sequence == process.last:
        return int(process.last_bits)
    return int(packet.unacked - packet.unsent)


@compiled
def settle(
    ues: Records,
    packets: Records,
    processes: Records,
    shares: Records,
    delays: Records,
    u: int,
    h: int,
    delivered: bool,
    now: int,
    tti_ms: float,
    backhaul_ms: float,
) -> None:
    """Acknowledge the bits of a process at the start of TTI `now`, or count them as lost."""
    ue, process = ues[u], processes[u, h]
    ring = packets.shape[1]
    c, s = ue.serving, ue.slice
    for sequence in range(process.first, process.last + 1):
        packet = packets[u, sequence % ring]
        part = part_of(process, packet, sequence)
        if part == 0:
            continue
        packet.unacked -= part
        ue.buffered -= part
        if not delivered:
            packet.lost += part
        sdus = part / SDU_BITS
        if packet.bits <= SDU_BITS:
            if packet.unacked > 0:
                continue
            sdus = 1.0
        good = delivered if packet.bits > SDU_BITS else packet.lost == 0
        if good:
            record_delay(shares, delays, c, s, (now - packet.arrived) * tti_ms + backhaul_ms, sdus)
        else:
            shares[c, s].lost_sdus += sdus
    while ue.head < ue.send and packets[u, ue.head % ring].unacked == 0:
        ue.head += 1


@compiled
def give_back(ues: Records, packets: Records, processes: Records, u: int) -> None:
    """Return the data of all HARQ processes of a terminal to its queue, in order, after a handover or a link failure."""
    ue = ues[u]
    ring = packets.shape[1]
    for h in range(processes.shape[1]):
        process = processes[u, h]
        if process.attempts == 0:
            continue
        process.attempts = 0
        if ue.full_buffer:
            continue
        for sequence in range(process.first, process.last + 1):
            packet = packets[u, sequence % ring]
            part = part_of(process, packet, sequence)
            packet.unsent += part
            ue.backlog += part
        ue.send = min(ue.send, process.first)
    ue.pending = 0
