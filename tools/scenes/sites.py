"""A network's cells as transmitters in a scene."""

from __future__ import annotations

from collections.abc import Iterable

from twins.network import Cell, Network
from twins.scenes.transmitter import TransmitterSpec


def transmitters_of(
    network: Network, cells: Iterable[Cell], origin: tuple[float, float], tilt_deg: float, elements: int
) -> list[TransmitterSpec]:
    """Return one sector per cell with position, height and azimuth of the network card, shifted by `origin` (x, y) in m.

    Power is NRSectorCarrier.configuredMaxTxPower. An operator's configuration does not describe antennas: `tilt_deg` below the
    horizon and `elements` are the same for all sectors.
    """
    return [
        TransmitterSpec(
            name=cell.id,
            x_m=cell.x + origin[0],
            y_m=cell.y + origin[1],
            height_m=cell.height,
            azimuth_deg=cell.azimuth,
            tilt_deg=tilt_deg,
            elements=elements,
            power_dbm=_power_dbm(network, cell),
        )
        for cell in cells
    ]


def _power_dbm(network: Network, cell: Cell) -> float:
    return float(network.read(cell.carrier_dn).attributes["configuredMaxTxPower"] or 0.0)
