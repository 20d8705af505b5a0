"""`twinpilot twin tabulate` builds the link table, `twinpilot twin table` describes the shipped one."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twins.command_errors import end_command
from twins.progress import show_progress
from twins.screen.say import say, say_json

if TYPE_CHECKING:
    from twins.link.table.families import Family

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, add_completion=False, help="Build or inspect the link twin's table."
)


@app.command()
def tabulate(
    families: Annotated[
        list[str] | None, typer.Option("--family", help="Only this family, such as ls+lmmse_1x2_1; repeatable.")
    ] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, max=512, help="Worker processes, at most one per core.")] = 1,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of bits, channels and noise.")] = 1,
    work: Annotated[
        Path | None, typer.Option("--work", help="Folder for finished pieces; default: in the user's cache folder.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Output file (.npz); default: replace the shipped table.")] = None,
) -> None:
    """Simulate the grid in parallel processes and write the table with its card; resumes when run again after an interruption."""
    from platformdirs import user_cache_path

    from twins.link.table.tables import TABLE_PATH
    from twins.link.table.tabulation import pieces, tabulate, write_table

    chosen = _families(families)
    folder = work or user_cache_path("twinpilot") / "link_table"
    with show_progress("link table", "pieces") as advance:
        tabulate(pieces(chosen, seed), folder, workers, advance)
    path = out or TABLE_PATH
    remake = " ".join(["twinpilot twin tabulate", f"--seed {seed}", *(f"--family {name}" for name in families or ())])
    write_table(path, chosen, seed, folder, remake, f"{platform.machine()}, {workers} single-threaded processes")
    say(f"{len(chosen)} families in {path} ({path.stat().st_size / 1e6:.1f} MB)")


@app.command()
def table(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")] = False) -> None:
    """Print what the shipped table covers and where it comes from."""
    from dataclasses import asdict

    from twins.link.table.tables import LinkTables

    tables = LinkTables.load()
    if as_json:
        families = [asdict(family) for family in tables.families.values()]
        say_json({"record": tables.record.model_dump(mode="json"), "families": families})
        return
    say(*(_describe(family) for family in tables.families.values()))
    say(f"sha256 {tables.record.sha256}", f"remake {tables.record.remake}", f"made on {tables.record.machine}")


def _families(names: list[str] | None) -> list[Family]:
    from twins.link.table.families import FAMILIES

    by_name = {family.name: family for family in FAMILIES}
    unknown = [name for name in names or () if name not in by_name]
    if unknown:
        end_command("twin tabulate", f"--family={unknown[0]!r} is none of {', '.join(by_name)}")
    return [by_name[name] for name in names or by_name]


def _describe(family: Family) -> str:
    layers = f"{family.layers} layer{'s' if family.layers > 1 else ''}"
    return (
        f"{family.receiver_name} {family.tx_antennas}x{family.rx_antennas}, {layers}: {', '.join(family.profiles)};"
        f" {_span(family.delay_spreads_ns)} ns; {_span(family.speeds_mps)} m/s; {_span(family.dmrs_symbols)} DMRS;"
        f" {_span(family.prbs)} PRBs; {sum(1 for _ in family.points())} points of {_span(family.slots)} slots"
    )


def _span(axis: Sequence[float]) -> str:
    return f"{min(axis):g} to {max(axis):g}"
