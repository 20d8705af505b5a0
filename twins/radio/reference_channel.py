"""A drop of Sionna's own 38.901 channel on a hexagonal grid, used to compare the system twin with Sionna.

1. The topology is `sionna.sys.gen_hexgrid_topology`: UMa, sites with three sectors, terminals uniform in each sector,
   80 % indoors, distances wrapped around the edge of the grid. Positions alone do not give these distances: use `gain_db`.
2. The channel is `sionna.phy.channel.tr38901.UMa` at cluster and ray level: one drop whose ray phases evolve with the terminals'
   speed, sampled every `block_s`; the base station is a column of four elements with equal weights, tilted mechanically.
3. `power` is the gain on one tone per PRB; `gain_db` is its mean over time and frequency, as measured by RSRP.

Terminals are drawn sector by sector to limit memory, so shadowing is correlated only among terminals of the same sector.
Needs torch and sionna: import it for comparisons only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from twins.radio.propagation import Floats

if TYPE_CHECKING:
    import torch

COLUMN_ELEMENTS = 4
SECTORS_PER_SITE = 3


@dataclass(frozen=True)
class DropSettings:
    """Parameters of a drop: `rings` of sites around the first, `terminals_per_sector`, `prbs` of 12 x `subcarrier_khz`."""

    rings: int = 1
    terminals_per_sector: int = 10
    prbs: int = 24
    subcarrier_khz: float = 30.0
    carrier_ghz: float = 3.5
    speed_kmh: float = 3.0
    seconds: float = 1.0
    block_s: float = 0.01

    @property
    def blocks(self) -> int:
        """Number of channel samples."""
        return round(self.seconds / self.block_s)


@dataclass(frozen=True)
class Drop:
    """A drop of C cells, U terminals, T blocks and F PRBs.

    `cell_xy` float64[C, 2] m, `cell_height` float64[C] m, `azimuth` float64[C] and `downtilt` as in `Sector`,
    degrees; `terminal_xy` float64[U, 2] m, `indoor` bool[U], `los` bool[U, C], `gain_db` float64[U, C] large-scale gain
    with antenna, `power` float32[T, U, C, F] linear.
    """

    settings: DropSettings
    cell_xy: Floats
    cell_height: Floats
    azimuth: Floats
    downtilt: float
    terminal_xy: Floats
    indoor: NDArray[np.bool_]
    los: NDArray[np.bool_]
    gain_db: Floats
    power: NDArray[np.float32]

    @property
    def serving(self) -> NDArray[np.int64]:
        """Index of the cell with the highest large-scale gain for each terminal, int64[U]."""
        best: NDArray[np.int64] = np.argmax(self.gain_db, axis=1)
        return best


def draw_drop(settings: DropSettings, seed: int) -> Drop:
    """Draw a drop, reproducible by settings and seed; takes about 0.2 s per block at 21 cells and 210 terminals."""
    import torch
    from sionna.phy import config
    from sionna.sys import gen_hexgrid_topology

    torch.set_num_threads(1)
    config.seed = seed
    speed = settings.speed_kmh / 3.6
    topology = gen_hexgrid_topology(
        batch_size=1,
        num_rings=settings.rings,
        num_ut_per_sector=settings.terminals_per_sector,
        scenario="uma",
        min_ut_velocity=speed,
        max_ut_velocity=speed,
    )
    with torch.no_grad():
        parts = [
            _draw_group(settings, topology, slice(first, first + settings.terminals_per_sector))
            for first in range(0, topology[0].shape[1], settings.terminals_per_sector)
        ]
    power = np.concatenate([part[0] for part in parts], axis=1)
    cells, terminals = topology[1][0].double().numpy(), topology[0][0].double().numpy()
    orientation = topology[3][0].double().numpy()
    return Drop(
        settings=settings,
        cell_xy=cells[:, :2],
        cell_height=cells[:, 2],
        azimuth=np.degrees(orientation[:, 0]),
        downtilt=float(np.degrees(orientation[0, 1])),
        terminal_xy=terminals[:, :2],
        indoor=topology[5][0].numpy(),
        los=np.concatenate([part[1] for part in parts], axis=0),
        gain_db=10.0 * np.log10(power.mean(axis=(0, 3), dtype=np.float64)),
        power=power,
    )


def _draw_group(settings: DropSettings, topology: tuple[Any, ...], group: slice) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Power float32[T, group, C, F] and LOS states bool[group, C] of a group of terminals."""
    terminals, cells, terminal_turn, cell_turn, speed, indoor, _, virtual = topology
    channel = _channel(settings)
    channel.set_topology(
        terminals[:, group],
        cells,
        terminal_turn[:, group],
        cell_turn,
        speed[:, group],
        indoor[:, group],
        bs_virtual_loc=virtual[:, :, group],
    )
    taps, delays = channel(settings.blocks, 1.0 / settings.block_s)
    # Sionna exposes the LOS states only on the scenario inside the channel model.
    return _tone_power(settings, taps, delays), channel._scenario.los[0].T.numpy()


def _channel(settings: DropSettings) -> Any:
    from sionna.phy.channel.tr38901 import PanelArray, UMa

    carrier = settings.carrier_ghz * 1e9
    shared = {"num_cols_per_panel": 1, "polarization": "single", "polarization_type": "V", "carrier_frequency": carrier}
    base = PanelArray(num_rows_per_panel=COLUMN_ELEMENTS, antenna_pattern="38.901", **shared)
    terminal = PanelArray(num_rows_per_panel=1, antenna_pattern="omni", **shared)
    return UMa(carrier, "low", terminal, base, "downlink")


def _tone_power(settings: DropSettings, taps: torch.Tensor, delays: torch.Tensor) -> NDArray[np.float32]:
    """Power float32[T, U, C, F] with equal weights, one tone at the centre of each PRB."""
    import torch

    beam = taps[0, :, 0].sum(dim=2) / COLUMN_ELEMENTS**0.5  # [U, C, paths, T]
    spacing = 12.0 * settings.subcarrier_khz * 1e3
    tones = (torch.arange(settings.prbs) - 0.5 * (settings.prbs - 1)) * spacing
    steering = torch.exp(-2j * torch.pi * delays[0, ..., None] * tones).to(beam.dtype)  # [U, C, paths, F]
    response = torch.einsum("ucpt,ucpf->tucf", beam, steering)
    power: NDArray[np.float32] = response.abs().square().numpy()
    return power
