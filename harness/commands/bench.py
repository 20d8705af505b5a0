"""Measure speed, quality and endurance: `twinpilot bench NAME [--quick] [--json] [--out DIR] [--workers N] [--seed N]`."""

from __future__ import annotations

import json
import os
import platform
import time
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, entry_points, version
from inspect import signature
from pathlib import Path
from typing import Annotated, Any

import typer

from policies.figure import BenchResult, SeedError
from twins.command_errors import end_command
from twins.screen.say import say_json

_GROUP = "twinpilot.benchmarks"
_VERSIONS = ("twinpilot", "torch", "sionna-no-rt", "numba", "numpy", "langgraph", "langchain-core", "pydantic")
_EXTRAS = ("sionna-rt", "ns3")  # reported if installed

app = typer.Typer(rich_markup_mode=None)


@app.command(epilog="Benchmarks: " + ", ".join(sorted(entry.name for entry in entry_points(group=_GROUP))))
def bench(
    name: Annotated[str, typer.Argument(help="Which benchmark; see the list below.")],
    quick: Annotated[bool, typer.Option("--quick", help="End within about a minute; the output is marked as quick.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the raw samples.")] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, max=256, help="Processes, if the benchmark can use several.")] = 1,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="First seed, if the benchmark draws one anew.")] = None,
) -> None:
    """Run one benchmark and print its figures beside their targets."""
    entries = {entry.name: entry for entry in entry_points(group=_GROUP)}
    if name not in entries:
        end_command("bench", f"NAME={name!r} is not a benchmark; there are: {', '.join(sorted(entries))}")
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
    run = entries[name].load()
    options = {"workers": workers} if workers > 1 else {}
    if options and "workers" not in signature(run).parameters:
        end_command("bench", f"--workers={workers}: benchmark {name} uses one process; leave the option out")
    if seed is not None and "seed" not in signature(run).parameters:
        end_command("bench", f"--seed={seed}: benchmark {name} always takes the same seeds; leave the option out")
    options |= {} if seed is None else {"seed": seed}
    started = time.perf_counter()
    try:
        result: BenchResult = run(quick, out, **options)
    except SeedError as error:
        end_command("bench", f"--{error}")
    report = describe(name, quick, result, time.perf_counter() - started)
    if out is not None:
        (out / f"{name}.json").write_text(json.dumps(report, indent=2), encoding="utf-8")
    if as_json:
        say_json(report)
    else:
        _show(report)


def describe(name: str, quick: bool, result: BenchResult, seconds: float) -> dict[str, Any]:
    """Return the report of a benchmark: its figures, with the machine, the versions and the seeds."""
    return {
        "bench": name,
        "quick": quick,
        "machine": machine(),
        "versions": _versions(),
        "seeds": list(result.seeds),
        "seconds": round(seconds, 2),
        "figures": [figure.model_dump() for figure in result.figures],
    }


def _versions() -> dict[str, str]:
    versions = {package: version(package) for package in _VERSIONS}
    for package in _EXTRAS:
        with suppress(PackageNotFoundError):
            versions[package] = version(package)
    return versions


def machine() -> dict[str, Any]:
    """Return CPU model, usable cores, memory in GiB and GPU of this machine."""
    import psutil
    import torch

    return {
        "cpu": _cpu_model(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "gpu": torch.cuda.get_device_name(0) if torch.cuda.is_available() else None,
        "python": platform.python_version(),
    }


def _cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.processor())


def _show(report: dict[str, Any]) -> None:
    from rich.table import Table

    from twins.screen.console import SafeConsole

    table = Table(title=f"bench {report['bench']}{' (quick)' if report['quick'] else ''}, {report['seconds']} s")
    for column in ("figure", "value", "unit", "target", "met", "note"):
        table.add_column(column, justify="right" if column == "value" else "left", overflow="fold")
    for figure in report["figures"]:
        met = {True: "yes", False: "NO", None: ""}[figure["met"]]
        value = "–" if figure["value"] is None else f"{figure['value']:.4g}"
        table.add_row(figure["name"], value, figure["unit"], figure["target"], met, figure["note"])
    console = SafeConsole()
    console.print(table)
    for name in ("machine", "versions", "seeds"):
        console.print(f"{name} {report[name]}")
