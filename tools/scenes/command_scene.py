"""Ray-trace a radio map of a built-in scene: table, picture and arrays.

`twinpilot scene munich --out DIR`, `twinpilot scene munich --tx 8.5,21,30,30,8 --area=-200,-200,300,200 --out DIR`,
`twinpilot scene --list`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from tools.scenes.scene_table import show_map, show_scenes
from twins.command_errors import end_command
from twins.progress import transient_bars
from twins.scenes.catalogue import SCENES, SceneInfo
from twins.screen.say import say_json

if TYPE_CHECKING:
    from twins.scenes.radio_map import RadioMap
    from twins.scenes.request import SceneRequest

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_TX_HELP = (
    "A transmitter as x,y,z[,azimuth[,tilt[,power]]] in m, degrees and dBm; repeatable. Without azimuth it is isotropic, with"
    " azimuth a column of 4 elements. Default: one position that suits the scene."
)
_TX_FIELDS = ("x_m", "y_m", "height_m", "azimuth_deg", "tilt_deg", "power_dbm")


@app.command()
def scene(
    name: Annotated[str, typer.Argument(help="Name of the scene; --list shows all.")] = "",
    tx: Annotated[list[str] | None, typer.Option("--tx", help=_TX_HELP)] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the picture (PNG), the arrays (npz) and the figures (JSON).")
    ] = None,
    carrier: Annotated[float, typer.Option("--carrier", help="GHz, 1..40.")] = 3.5,
    bandwidth: Annotated[float, typer.Option("--bandwidth", help="MHz, for the noise.")] = 40.0,
    cell: Annotated[float | None, typer.Option("--cell", help="Cell size, m.")] = None,
    area: Annotated[str, typer.Option("--area", help="x_min,y_min,x_max,y_max in m; default: the whole scene.")] = "",
    height: Annotated[float | None, typer.Option("--height", help="Receiver height, m.")] = None,
    rays: Annotated[float, typer.Option("--rays", help="Rays per transmitter, such as 4e6.")] = 4e6,
    depth: Annotated[int, typer.Option("--depth", help="Maximum number of interactions along a path.")] = 5,
    diffraction: Annotated[bool, typer.Option(help="Diffraction at edges.")] = True,
    refraction: Annotated[bool, typer.Option(help="Refraction through walls.")] = True,
    scattering: Annotated[float, typer.Option("--scattering", help="Scattering coefficient of all surfaces, 0..1.")] = 0.0,
    threshold: Annotated[float, typer.Option("--threshold", help="Minimum received power of a served cell, dBm.")] = -90.0,
    seed: Annotated[int, typer.Option("--seed")] = 1,
    threads: Annotated[int, typer.Option("--threads", help="1 is reproducible bit by bit.")] = 1,
    timeout: Annotated[float, typer.Option("--timeout", min=1, help="Time limit of tracing, s.")] = 1800.0,
    as_list: Annotated[bool, typer.Option("--list", help="List the scenes and exit.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")] = False,
) -> None:
    """Ray-trace a radio map of a built-in scene (needs the extra `rt` and LLVM)."""
    if as_list:
        if as_json:
            say_json(_scenes())
        else:
            show_scenes()
        return
    info = _info(name)
    if out is None:
        _fail("--out is missing: give a folder for picture, arrays and figures")
    request = _request(
        info,
        tx or [],
        {
            "carrier_ghz": carrier,
            "bandwidth_mhz": bandwidth,
            "cell_size_m": info.cell_size_m if cell is None else cell,
            "area": _numbers("--area", area, (4,)) if area else info.view,
            "receiver_height_m": info.receiver_height_m if height is None else height,
            "rays": rays,
            "depth": depth,
            "diffraction": diffraction,
            "refraction": refraction,
            "scattering": scattering,
            "threshold_dbm": threshold,
            "seed": seed,
            "threads": threads,
        },
    )
    radio_map = _trace(request, timeout)
    _report(radio_map, out, as_json)


def _info(name: str) -> SceneInfo:
    if name not in SCENES:
        _fail(f"NAME={name!r} is no built-in scene; there are: {', '.join(SCENES)}")
    return SCENES[name]


def _request(info: SceneInfo, tx: list[str], settings: dict[str, Any]) -> SceneRequest:
    from pydantic import ValidationError

    from policies.text.validation import validation_text
    from twins.scenes.request import SceneRequest

    values = [_numbers("--tx", text, (3, 4, 5, 6)) for text in tx] or [info.transmitter]
    transmitters = [_transmitter(number, numbers) for number, numbers in enumerate(values, start=1)]
    try:
        return SceneRequest(scene=info.name, transmitters=transmitters, **settings)
    except ValidationError as error:
        _fail(validation_text(error, "scene"))


def _transmitter(number: int, numbers: tuple[float, ...]) -> dict[str, Any]:
    fields: dict[str, Any] = dict(zip(_TX_FIELDS, numbers, strict=False))
    return {"name": f"T{number}", "elements": 4 if "azimuth_deg" in fields else 1, **fields}


def _numbers(option: str, text: str, lengths: tuple[int, ...]) -> tuple[float, ...]:
    try:
        numbers = tuple(float(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if len(numbers) not in lengths:
        _fail(f"{option}={text!r}: give {' or '.join(map(str, lengths))} numbers separated by commas")
    return numbers


def _trace(request: SceneRequest, timeout_s: float) -> RadioMap:
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn

    from twins.scenes.errors import SceneError
    from twins.scenes.tracing import trace

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.completed}/{task.total} transmitters"),
        TimeElapsedColumn(),
    )
    with transient_bars(*columns) as bars:
        task = bars.add_task(f"tracing {request.scene}", total=len(request.transmitters))
        try:
            return trace(
                request, timeout_s=timeout_s, progress=lambda done, total: bars.update(task, completed=done, total=total)
            )
        except SceneError as error:
            _fail(str(error))


def _report(radio_map: RadioMap, out: Path, as_json: bool) -> None:
    """Write the files and print the figures."""
    from twins.scenes.agreement import compare_with_38901
    from twins.scenes.coverage import summarize
    from twins.scenes.map_file import write_map
    from twins.scenes.picture import draw_map

    summary, agreement = summarize(radio_map), compare_with_38901(radio_map)
    stem = out / radio_map.request.scene
    files = {"picture": f"{stem}.png", "arrays": f"{stem}.npz", "figures": f"{stem}.json"}
    payload = {
        "map": summary.model_dump(mode="json"),
        "agreement": agreement.model_dump(mode="json"),
        "request": radio_map.request.model_dump(mode="json"),
        "provenance": radio_map.provenance.model_dump(mode="json"),
        "files": files,
    }
    try:
        write_map(radio_map, Path(files["arrays"]))
        draw_map(radio_map, Path(files["picture"]))
        Path(files["figures"]).write_text(json.dumps(payload, indent=2), encoding="utf-8")
    except OSError as error:
        _fail(f"--out={out}: cannot be written ({error.strerror})")
    if as_json:
        say_json(payload)
    else:
        show_map(summary, agreement, files)


def _scenes() -> list[dict[str, Any]]:
    return [{"name": info.name, "about": info.about, "size_m": info.size_m, "objects": info.objects} for info in SCENES.values()]


def _fail(message: str) -> NoReturn:
    end_command("scene", message)


if __name__ == "__main__":
    app()
