"""A request to the ray tracer: scene, transmitters, grid of cells and effort.

Invalid requests are refused here, before a worker process is started.
"""

from __future__ import annotations

import math
from typing import Self

from pydantic import Field, model_validator

from policies.change import digest_of
from policies.word import Word
from twins.scenes.catalogue import SCENES, Rectangle, SceneInfo, SceneName
from twins.scenes.transmitter import TransmitterSpec

MAX_CELLS = 2_000_000
MAX_VALUES = 20_000_000  # cells times transmitters: 80 MB of gains
MAX_TOTAL_RAYS = 1_000_000_000
MARGIN_M = 50.0  # how far a transmitter or a map may extend beyond the scene


class SceneSettings(Word):
    """Scene, carrier, grid and effort of a radio map: everything except the transmitters.

    `area` (x_min, y_min, x_max, y_max) in m, by default the whole scene. `receiver_height_m` above z = 0, or above the ground in
    scenes with terrain. `scattering` is the scattering coefficient S of every surface (Lambertian), 0 for none. `threshold_dbm`:
    minimum received power over the whole carrier for a cell to count as served. `threads` 1 is reproducible bit by bit; more
    threads are faster and differ by about 1e-5 dB.
    """

    scene: SceneName
    carrier_ghz: float = Field(
        default=3.5, ge=1, le=40, description="ITU-R P.2040 table 3 has all materials of the scenes in this range"
    )
    bandwidth_mhz: float = Field(default=40.0, ge=0.1, le=2000)
    noise_figure_db: float = Field(default=7.0, ge=0, le=20)
    area: Rectangle | None = None
    cell_size_m: float = Field(default=5.0, ge=0.01, le=100)
    receiver_height_m: float = Field(default=1.5, ge=-100, le=500)
    rays: int = Field(default=4_000_000, ge=10_000, le=100_000_000, description="per transmitter")
    depth: int = Field(default=5, ge=0, le=20, description="interactions along a path")
    reflection: bool = True
    refraction: bool = True
    diffraction: bool = True
    scattering: float = Field(default=0.0, ge=0, le=1)
    threshold_dbm: float = Field(default=-90.0, ge=-200, le=50)
    seed: int = Field(default=1, ge=0, le=2**31 - 1)
    threads: int = Field(default=1, ge=1, le=256)

    @model_validator(mode="after")
    def _traceable(self) -> Self:
        if self.area is not None:
            _check_area(self.area, self.info)
        rows, columns = self.shape
        if rows * columns > MAX_CELLS:
            raise ValueError(
                f"cell_size_m={self.cell_size_m:g} makes {rows} x {columns} cells, more than {MAX_CELLS}:"
                " use larger cells or a smaller area"
            )
        return self

    @property
    def info(self) -> SceneInfo:
        """The scene's entry in the catalogue."""
        return SCENES[self.scene]

    @property
    def rectangle(self) -> Rectangle:
        """The map's x_min, y_min, x_max, y_max in m: whole cells, centred on the requested area."""
        x_min, y_min, x_max, y_max = self.area or self.info.bounds
        rows, columns = self.shape
        half_x, half_y = 0.5 * columns * self.cell_size_m, 0.5 * rows * self.cell_size_m
        x, y = 0.5 * (x_min + x_max), 0.5 * (y_min + y_max)
        return x - half_x, y - half_y, x + half_x, y + half_y

    @property
    def shape(self) -> tuple[int, int]:
        """Rows (along y, the first at y_min) and columns (along x) of the map."""
        x_min, y_min, x_max, y_max = self.area or self.info.bounds
        rows, columns = ((high - low) / self.cell_size_m for low, high in ((y_min, y_max), (x_min, x_max)))
        return max(1, math.ceil(rows - 1e-6)), max(1, math.ceil(columns - 1e-6))

    @property
    def noise_dbm(self) -> float:
        """Thermal noise at -174 dBm/Hz over the bandwidth plus the receiver's noise figure, dBm."""
        return -174.0 + 10.0 * math.log10(self.bandwidth_mhz * 1e6) + self.noise_figure_db


class SceneRequest(SceneSettings):
    """A complete request: settings and transmitters."""

    transmitters: tuple[TransmitterSpec, ...] = Field(min_length=1, max_length=64)

    @model_validator(mode="after")
    def _affordable(self) -> Self:
        names = [transmitter.name for transmitter in self.transmitters]
        if len(set(names)) < len(names):
            raise ValueError(f"transmitters={', '.join(names)}: two have the same name; give each a different name")
        for transmitter in self.transmitters:
            _check_position(transmitter, self.info)
        rows, columns = self.shape
        if rows * columns * len(names) > MAX_VALUES:
            raise ValueError(
                f"{rows} x {columns} cells times {len(names)} transmitters are more than {MAX_VALUES} values:"
                " use larger cells or a smaller area"
            )
        if self.rays * len(names) > MAX_TOTAL_RAYS:
            raise ValueError(
                f"rays={self.rays} times {len(names)} transmitters are more than {MAX_TOTAL_RAYS}: use fewer rays or transmitters"
            )
        return self

    @property
    def digest(self) -> str:
        """SHA-256 of the request's canonical JSON."""
        return digest_of(self.model_dump(mode="json"))


def _check_area(area: Rectangle, info: SceneInfo) -> None:
    x_min, y_min, x_max, y_max = area
    if not (x_min < x_max and y_min < y_max):
        raise ValueError(f"area={area}: give x_min, y_min, x_max, y_max with x_min < x_max and y_min < y_max, in m")
    for corner in ((x_min, y_min), (x_max, y_max)):
        if not _near(corner, info):
            raise ValueError(f"area={area} extends more than {MARGIN_M:g} m outside {info.name}, which spans {_span(info)}")


def _check_position(transmitter: TransmitterSpec, info: SceneInfo) -> None:
    if not _near((transmitter.x_m, transmitter.y_m), info):
        raise ValueError(
            f"transmitters: {transmitter.name} at ({transmitter.x_m:g}, {transmitter.y_m:g}) m is more than {MARGIN_M:g} m"
            f" outside {info.name}, which spans {_span(info)}: move it"
        )


def _near(point: tuple[float, float], info: SceneInfo) -> bool:
    x_min, y_min, x_max, y_max = info.bounds
    return x_min - MARGIN_M <= point[0] <= x_max + MARGIN_M and y_min - MARGIN_M <= point[1] <= y_max + MARGIN_M


def _span(info: SceneInfo) -> str:
    x_min, y_min, x_max, y_max = info.bounds
    return f"x {x_min:g}..{x_max:g} m, y {y_min:g}..{y_max:g} m"
