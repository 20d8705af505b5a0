"""Sionna's slot-level downlink chain with full buffers: the reference for the fidelity of the system twin.

1. `run_reference` simulates a `Drop` slot by slot: proportional-fair scheduling per PRB (`PFSchedulerSUMIMO`), outer-loop link
   adaptation (`OuterLoopLinkAdaptation`), effective SINR and block errors (`PHYAbstraction`), all from `sionna.sys`, batched over
   cells. Every cell transmits on every PRB, so interference is the power of all other cells.
2. The scheduler knows each terminal's rate on each PRB in the slot; the link adaptation knows the effective SINR of the
   terminal's last transmission. There is no HARQ combining: a lost block is lost.
3. The first `warmup_s`, in which averages and offsets settle, are excluded from the results.

Needs torch and sionna: import it only to run the comparison.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twins.radio.propagation import Floats
from twins.radio.reference_channel import Drop

if TYPE_CHECKING:
    import torch

PDSCH = 1  # Sionna's table category
BOLTZMANN = 1.380649e-23
TEMPERATURE_K = 290.0


@dataclass(frozen=True)
class ReferenceSettings:
    """Parameters of the chain: transmit power of a cell in dBm, terminal noise figure in dB, data symbols per slot, error target,
    MCS table, averaging time of the proportional-fair scheduler in s, outer-loop step after a lost block in dB, warm-up in s.
    """

    power_dbm: float = 46.0
    noise_figure_db: float = 7.0
    data_symbols: int = 11
    bler_target: float = 0.1
    mcs_table: int = 1
    averaging_s: float = 0.1
    olla_step_db: float = 0.5
    warmup_s: float = 0.25


@dataclass(frozen=True)
class ReferenceResult:
    """Results after the warm-up: `user_mbps` float64[U], `cell_mbps` float64[C], block error rate (0..1), simulated and wall
    time in s."""

    user_mbps: Floats
    cell_mbps: Floats
    bler: float
    simulated_s: float
    wall_s: float


def noise_w(bandwidth_hz: float, noise_figure_db: float) -> float:
    """Return the thermal noise power at 290 K in W over `bandwidth_hz` of a receiver with `noise_figure_db`."""
    noise: float = BOLTZMANN * TEMPERATURE_K * bandwidth_hz * 10.0 ** (noise_figure_db / 10.0)
    return noise


def run_reference(drop: Drop, settings: ReferenceSettings, seed: int) -> ReferenceResult:
    """Simulate the drop with Sionna's chain; deterministic for a seed. Raises ValueError if it is not longer than the warm-up."""
    if drop.settings.seconds <= settings.warmup_s:
        raise ValueError(f"seconds={drop.settings.seconds} is not above warmup_s={settings.warmup_s}: draw a longer drop")
    import torch
    from sionna.phy import config

    torch.set_num_threads(1)
    config.seed = seed
    chain = _Chain(drop, settings)
    slots_per_block = round(drop.settings.block_s / chain.slot_s)
    first = round(settings.warmup_s / drop.settings.block_s)
    started = time.perf_counter()
    with torch.no_grad():
        for block in range(drop.settings.blocks):
            if block == first:
                started = time.perf_counter()
            sinr = chain.sinr(block)
            for _ in range(slots_per_block):
                chain.slot(sinr, measured=block >= first)
    return chain.result(time.perf_counter() - started)


class _Chain:
    """The state of the chain; tensors are [cells, K], with K the terminals of the fullest cell and padding for the others."""

    def __init__(self, drop: Drop, settings: ReferenceSettings) -> None:
        import torch
        from sionna.sys import EESM, OuterLoopLinkAdaptation, PFSchedulerSUMIMO, PHYAbstraction

        self.drop, self.settings = drop, settings
        self.slot_s = 1e-3 * 15.0 / drop.settings.subcarrier_khz
        self.members, self.valid = _members(drop)
        cells, width = self.members.shape
        prbs, symbols = drop.settings.prbs, settings.data_symbols
        self.abstraction, self.mapping = PHYAbstraction(), EESM()
        self.adaptation = OuterLoopLinkAdaptation(self.abstraction, width, settings.bler_target, settings.olla_step_db, [cells])
        beta = 1.0 - self.slot_s / settings.averaging_s
        self.scheduler = PFSchedulerSUMIMO(width, prbs, symbols, batch_size=[cells], beta=beta)
        self.feedback = torch.full((cells, width), -1, dtype=torch.int32)
        self.last_sinr = torch.ones(cells, width)
        self.last_bits = torch.zeros(cells, width)
        self.bits = torch.zeros(cells, width, dtype=torch.float64)
        self.blocks = self.errors = self.slots = 0

    def sinr(self, block: int) -> torch.Tensor:
        """Return the SINR of each terminal on each PRB, linear, [cells, K, F]; 0 for padding."""
        import torch

        prbs = self.drop.settings.prbs
        power = torch.from_numpy(self.drop.power[block]) * (10.0 ** ((self.settings.power_dbm - 30.0) / 10.0) / prbs)
        prb_hz = 12e3 * self.drop.settings.subcarrier_khz
        received = power.sum(dim=1)[self.members]
        signal = power[self.members, torch.arange(len(self.members))[:, None]]
        sinr = signal / (received - signal + noise_w(prb_hz, self.settings.noise_figure_db))
        return torch.as_tensor(sinr * self.valid[..., None])

    def slot(self, sinr: torch.Tensor, measured: bool) -> None:
        """Simulate one slot: scheduling, link adaptation, transmission; counted in the results if `measured`."""
        import torch

        symbols, table = self.settings.data_symbols, self.settings.mcs_table
        rate = torch.log2(1.0 + sinr).permute(0, 2, 1)[:, None].expand(-1, symbols, -1, -1)
        scheduled = self.scheduler(self.last_bits, rate) & self.valid[:, None, None, :, None]
        elements = scheduled[..., 0].sum(dim=(1, 2)).int() * 12
        reported = torch.where(elements > 0, self.last_sinr, torch.zeros_like(self.last_sinr))
        mcs = self.adaptation(elements, self.feedback, reported, table, PDSCH)
        on_air = sinr.permute(0, 2, 1)[:, None, :, :, None] * scheduled
        effective = self.mapping(on_air, mcs, table)
        bits, self.feedback, *_ = self.abstraction(
            mcs, sinr_eff=effective, num_allocated_re=elements, mcs_table_index=table, mcs_category=PDSCH
        )
        self.last_sinr = torch.where(self.feedback >= 0, effective, self.last_sinr)
        self.last_bits = bits.float()
        if measured:
            self.bits += self.last_bits
            self.blocks += int((self.feedback >= 0).sum())
            self.errors += int((self.feedback == 0).sum())
            self.slots += 1

    def result(self, wall_s: float) -> ReferenceResult:
        """Return the results over the measured slots."""
        mbps = (self.bits / (self.slots * self.slot_s) / 1e6).numpy()
        users = np.zeros(len(self.drop.terminal_xy))
        valid = self.valid.numpy()
        users[self.members.numpy()[valid]] = mbps[valid]
        return ReferenceResult(users, mbps.sum(axis=1), self.errors / max(self.blocks, 1), self.slots * self.slot_s, wall_s)


def _members(drop: Drop) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the terminals of each cell, padded with 0, and which entries are real, [cells, K] each."""
    import torch

    lists = [np.flatnonzero(drop.serving == cell) for cell in range(drop.gain_db.shape[1])]
    width = max(len(members) for members in lists)
    members, valid = np.zeros((len(lists), width), dtype=np.int64), np.zeros((len(lists), width), dtype=np.bool_)
    for cell, listed in enumerate(lists):
        members[cell, : len(listed)], valid[cell, : len(listed)] = listed, True
    return torch.from_numpy(members), torch.from_numpy(valid)
