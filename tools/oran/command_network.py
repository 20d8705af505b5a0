"""Run, inspect, advance and disturb the embedded radio network."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from policies.kpi import kpi_definition
from tools.oran.oran_network import OranNetwork
from tools.oran.peer import Peer, PeerSettings, UnreachableError
from twins.command_errors import end_command
from twins.network import InvalidChangeError, KpiQuery, NetworkError
from twins.screen.console import SafeConsole
from twins.screen.say import say_json

DEFAULT_PORT = 8710
REAL_TIME = 1.0
"""Speed of a served network: a run beside it plans, asks and reads in wall time, with the deadlines of a real network."""
DEFAULT_URL = f"http://127.0.0.1:{DEFAULT_PORT}"

app = typer.Typer(help=__doc__, no_args_is_help=True, rich_markup_mode=None, add_completion=False)
inject = typer.Typer(help="Disturb the embedded network.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(inject, name="inject")

Url = Annotated[str, typer.Option("--url", help="where the network is served", envvar="TWINPILOT_NETWORK_URL")]
Json = Annotated[bool, typer.Option("--json", help="print one JSON object instead of tables")]
For = Annotated[float | None, typer.Option("--for", help="seconds of network time; until further notice without")]


def _line(error: Exception, url: str) -> str:
    """Return what went wrong and what to do."""
    if isinstance(error, UnreachableError):
        return f"no network answers at {url}; start one with: twinpilot network serve, or give its --url"
    if isinstance(error, InvalidChangeError):
        return "; ".join(f"refused: {one.value}" for one in error.violations)
    return str(error)


@contextmanager
def _one_line_errors(url: str = "") -> Iterator[None]:
    try:
        yield
    except (NetworkError, ValueError, OSError) as error:
        end_command("error", _line(error, url), status=1)


def _print(value: Any, as_json: bool, show: Callable[[SafeConsole], None]) -> None:
    if as_json:
        say_json(value)
    else:
        show(SafeConsole())


@app.command()
def serve(
    *,
    scenario: Annotated[str, typer.Option(help="stadium, small, or a scenario FILE.json")] = "stadium",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 for any free one")] = DEFAULT_PORT,
    seed: Annotated[int, typer.Option(min=0, help="of everything random")] = 1,
    speed: Annotated[
        float, typer.Option(min=0.01, max=1e5, help="network seconds per wall second; 1 as a real network")
    ] = REAL_TIME,
    seconds: Annotated[float | None, typer.Option("--for", min=0, help="stop after so many network seconds")] = None,
    as_json: Json = False,
) -> None:
    """Serve an embedded network with near-RT RIC, O1 and PM on loopback, and let its time run."""
    from tools.oran.network_serving import load_scenario, serve_network

    with _one_line_errors():
        serve_network(load_scenario(scenario), port, seed, speed=speed, seconds=seconds, as_json=as_json)


@app.command()
def show(url: Url = DEFAULT_URL, as_json: Json = False) -> None:
    """Show cells, areas, slices and how they are configured."""
    from tools.oran.tables.network_tables import configuration_rows, configuration_table

    with _one_line_errors(url), OranNetwork(url) as network:
        card = network.describe()
        rows = configuration_rows(network, card)
        policies = {type_id: list(network.a1.ids(type_id)) for type_id in network.a1.types()}
        value = {
            "name": card.name,
            "kind": card.kind,
            "now": card.now.isoformat(),
            "slices": [slice_.value for slice_ in card.slices],
            "areas": card.areas(),
            "events": [event.model_dump(mode="json") for event in card.events],
            "cells": rows,
            "policies": policies,
        }
        _print(value, as_json, lambda console: configuration_table(console, card, rows, policies))


@app.command()
def kpi(
    url: Url = DEFAULT_URL,
    kpis: Annotated[list[str] | None, typer.Option("--kpi", help="3GPP name; repeatable; all but distributions without")] = None,
    cells: Annotated[list[str] | None, typer.Option("--cell", help="cell id; repeatable; all without")] = None,
    windows: Annotated[int, typer.Option(min=1, max=1000, help="how many of the last windows")] = 1,
    as_json: Json = False,
) -> None:
    """Show the KPIs of the last windows."""
    from tools.oran.tables.network_tables import kpi_report

    with _one_line_errors(url), OranNetwork(url) as network:
        card = network.describe()
        dns = tuple(card.cell(cell).dn for cell in cells or ())
        network.pm.skip_all_but(windows)
        frame = network.observe(KpiQuery(kpis=tuple(kpis or ()), dns=dns, windows=windows))
        if not kpis:
            frame = frame.keep(lambda sample: not kpi_definition(sample.kpi).binned)
        flaws = network.kpis.snapshot().flaws(KpiQuery(kpis=tuple(kpis or ()), dns=dns, windows=windows))
        losses = network.kpis.losses()
        value = {
            "now": card.now.isoformat(),
            "samples": frame.to_records(),
            "invalid": [flaw.model_dump(mode="json") for flaw in flaws],
            "losses": losses.model_dump(exclude={"source"}),
        }
        _print(value, as_json, lambda console: kpi_report(console, frame, flaws, losses))


@app.command("pm-files")
def pm_files(
    files: Annotated[list[Path], typer.Argument(help="measCollec XML files (TS 32.435), oldest first; also .gz")],
    *,
    store: Annotated[Path | None, typer.Option(help="KPI store file to write to; a temporary one without")] = None,
    cumulative: Annotated[list[str] | None, typer.Option(help="3GPP name of a counter that is not reset; repeatable")] = None,
    as_json: Json = False,
) -> None:
    """Read 3GPP PM FILES with all checks, and show their KPIs and what is not used and why."""
    from tools.oran.tables.pm_files import report_files

    with _one_line_errors():
        value, show = report_files(files, store, tuple(cumulative or ()))
        _print(value, as_json, show)
        if any(file["reason"] for file in value["files"]):
            raise typer.Exit(1)


@app.command()
def advance(seconds: float, url: Url = DEFAULT_URL, as_json: Json = False) -> None:
    """Let SECONDS of network time pass (embedded networks only)."""
    with _one_line_errors(url):
        answer = _control(url, "/embedded/v1/advance", {"seconds": seconds}, timeout_s=3600)
        _print(answer, as_json, lambda console: console.print(f"network time is now {answer.get('now')}"))


@inject.command()
def surge(
    factor: Annotated[float, typer.Argument(help="times the traffic")],
    *,
    area: Annotated[str, typer.Option(help="only terminals in this area")] = "",
    cell: Annotated[list[str] | None, typer.Option(help="only terminals at home in this cell; repeatable")] = None,
    slice_: Annotated[list[str] | None, typer.Option("--slice", help="eMBB, URLLC, mMTC; repeatable")] = None,
    seconds: For = None,
    url: Url = DEFAULT_URL,
    as_json: Json = False,
) -> None:
    """Multiply the traffic by FACTOR."""
    body = {"kind": "surge", "factor": factor, "area": area, "cells": cell or [], "slices": slice_ or []}
    _disturb(body, seconds, url, as_json)


@inject.command()
def interferer(
    *,
    x: Annotated[float, typer.Option(help="m")],
    y: Annotated[float, typer.Option(help="m")],
    power_dbm: Annotated[float, typer.Option(help="dBm, -30..60")] = 30.0,
    seconds: For = None,
    url: Url = DEFAULT_URL,
    as_json: Json = False,
) -> None:
    """Set up a foreign transmitter at (x, y)."""
    _disturb({"kind": "interferer", "x": x, "y": y, "power_dbm": power_dbm}, seconds, url, as_json)


@inject.command()
def outage(cell: str, seconds: For = None, url: Url = DEFAULT_URL, as_json: Json = False) -> None:
    """Let CELL stop radiating."""
    _disturb({"kind": "cell_outage", "cell": cell}, seconds, url, as_json)


@inject.command()
def backhaul(cell: str, milliseconds: float, seconds: For = None, url: Url = DEFAULT_URL, as_json: Json = False) -> None:
    """Delay the packets of CELL by MILLISECONDS before they reach its gNB-DU."""
    _disturb({"kind": "backhaul_delay", "cell": cell, "milliseconds": milliseconds}, seconds, url, as_json)


def _disturb(body: dict[str, Any], seconds: float | None, url: str, as_json: bool) -> None:
    with _one_line_errors(url):
        if seconds is not None:
            body["end"] = _end(url, seconds)
        answer = _control(url, "/embedded/v1/disturbances", body, timeout_s=60)
        _print(answer, as_json, lambda console: console.print(f"injected: {json.dumps(answer)}"))


def _end(url: str, seconds: float) -> str:
    if not 0 < seconds < 1e9:
        raise ValueError(f"--for={seconds}: a positive number of seconds is required")
    now = str(_control(url, "/embedded/v1/clock", None, timeout_s=60).get("now"))
    return (datetime.fromisoformat(now) + timedelta(seconds=seconds)).isoformat()


def _control(url: str, path: str, body: dict[str, Any] | None, timeout_s: float) -> dict[str, Any]:
    """Send a request to the embedded control API, without retries."""
    peer = Peer("embedded control", url, PeerSettings(timeout_s=timeout_s, attempts=1))
    try:
        method = "GET" if body is None else "POST"
        return peer.request(method, path, body=body, accept=(200, 201), repeatable=body is None).object()
    finally:
        peer.close()
