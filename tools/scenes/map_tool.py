"""`ray_traced_map`: a radio map of a built-in scene, with its coverage and its agreement with TR 38.901."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, ValidationError, model_validator

from policies.effect import Effect
from policies.evidence import Evidence
from policies.text.validation import validation_text
from tools.context import ToolContext
from tools.contract import Boundary, ToolError, ToolValue, tool
from tools.ran.scope import cells_named
from tools.scenes.sites import transmitters_of
from twins.scenes.agreement import Agreement, compare_with_38901
from twins.scenes.coverage import MapSummary, summarize
from twins.scenes.data_card import scene_card
from twins.scenes.errors import Cause, SceneError
from twins.scenes.map_file import write_map
from twins.scenes.picture import draw_map
from twins.scenes.radio_map import RadioMap
from twins.scenes.request import SceneRequest, SceneSettings
from twins.scenes.tracing import trace
from twins.scenes.transmitter import TransmitterSpec

TIMEOUT_S = 900.0
_BOUNDARIES: dict[Cause, Boundary] = {"request": Boundary.REFUSED, "timeout": Boundary.TIMEOUT}


class RayTracedMapRequest(SceneSettings):
    """Scene, grid and effort, and either `transmitters` by position or `cells` of the network (ids or area names).

    The network's (0, 0) is placed at (`origin_x_m`, `origin_y_m`) of the scene; its antennas are modelled as columns of
    `elements`, tilted `tilt_deg` below the horizon. `propagation`: the TR 38.901 scenario to compare with, by default chosen by
    each transmitter's height.
    """

    transmitters: tuple[TransmitterSpec, ...] = Field(default=(), max_length=64)
    cells: tuple[str, ...] = ()
    origin_x_m: float = 0.0
    origin_y_m: float = 0.0
    tilt_deg: float = Field(default=8.0, gt=-90, lt=90)
    elements: int = Field(default=4, ge=1, le=64)
    propagation: Literal["UMa", "UMi"] | None = None

    @model_validator(mode="after")
    def _one_source(self) -> RayTracedMapRequest:
        if bool(self.transmitters) == bool(self.cells):
            raise ValueError(
                "transmitters and cells: give exactly one of them, transmitters by position or cells of the network by name"
            )
        return self


class RayTracedMap(ToolValue):
    """The map in figures, its agreement with TR 38.901, and the paths of the map (npz) and its picture (PNG)."""

    map: MapSummary
    agreement: Agreement
    transmitters: tuple[TransmitterSpec, ...]
    map_file: str
    picture: str


@tool(effect=Effect.REASON, timeout_s=TIMEOUT_S, data_card=scene_card())
def ray_traced_map(context: ToolContext, request: RayTracedMapRequest) -> Evidence[RayTracedMap]:
    """Ray-trace path gain, best server, received power and SINR of transmitters in a built-in scene, with coverage figures."""
    scene_request = _scene_request(context, request)
    try:
        # Shorter than the tool's own timeout, so that the worker is ended and not left behind.
        radio_map = trace(scene_request, timeout_s=TIMEOUT_S - 20, progress=context.progress)
    except SceneError as error:
        raise ToolError(_BOUNDARIES.get(error.cause, Boundary.UNAVAILABLE), f"ray_traced_map: {error}") from error
    summary, agreement = summarize(radio_map), compare_with_38901(radio_map, request.propagation)
    map_file, picture = _write_files(context, radio_map)
    value = RayTracedMap(
        map=summary, agreement=agreement, transmitters=scene_request.transmitters, map_file=map_file, picture=picture
    )
    return Evidence(
        summary=f"{summary.covered:.1%} of {summary.scene} covered, {agreement.summary}"
        + ("" if summary.trusted else "; DO NOT TRUST THIS MAP"),
        value=value,
        provenance=radio_map.provenance,
        coverage=summary.coverage,
        uncertainty="no interval: generic materials and facades, not calibrated against measurements",
        warnings=summary.warnings,
    )


def _scene_request(context: ToolContext, request: RayTracedMapRequest) -> SceneRequest:
    """Return the request to trace; raises ToolError("arguments") for transmitters that do not fit the scene."""
    transmitters = request.transmitters
    settings = {name: getattr(request, name) for name in SceneSettings.model_fields}
    try:
        if request.cells:
            cells = cells_named(context.network.describe(), request.cells, context)
            origin = (request.origin_x_m, request.origin_y_m)
            transmitters = tuple(transmitters_of(context.network, cells, origin, request.tilt_deg, request.elements))
        return SceneRequest(**settings, transmitters=transmitters)
    except ValidationError as error:
        raise ToolError(Boundary.ARGUMENTS, f"ray_traced_map: {validation_text(error, 'arguments')}") from None


def _write_files(context: ToolContext, radio_map: RadioMap) -> tuple[str, str]:
    """Write map and picture into the work folder; returns their paths."""
    stem = f"{radio_map.request.scene}-{radio_map.request.digest[:12]}"
    map_file, picture = (context.work_dir / "scenes" / f"{stem}.{extension}" for extension in ("npz", "png"))
    write_map(radio_map, map_file)
    draw_map(radio_map, picture)
    return str(map_file), str(picture)
