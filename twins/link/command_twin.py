"""`twinpilot twin tabulate` makes the link table, `twinpilot twin table` says what is in the one that is shipped."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twins.command_errors import end_command
from twins.progress import show_progress

if TYPE_CHECKING:
    from twins.link.table.families import Family

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, add_completion=False, help="The link twin's table: make it, look at it."
)


@app.command()
def tabulate(
    families: Annotated[
        list[str] | None, typer.Option("--family", help="Only this family, such as ls+lmmse_1x2_1; may be repeated.")
    ] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, max=512, help="Processes; one a core.")] = 1,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of bits, channels and noise.")] = 1,
    work: Annotated[
        Path | None, typer.Option("--work", help="Folder of the finished pieces; default: in the user's cache folder.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Where to write (.npz); default: in place of the shipped one.")
    ] = None,
) -> None:
    """Simulate the grid in parallel processes and write the table with its card; run again after a kill, and it goes on."""
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
    typer.echo(f"{len(chosen)} families in {path} ({path.stat().st_size / 1e6:.1f} MB)")


@app.command()
def table(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")] = False) -> None:
    """Say what the shipped table covers, and where it comes from."""
    from dataclasses import asdict

    from twins.link.table.tables import LinkTables

    tables = LinkTables.load()
    if as_json:
        families = [asdict(one) for one in tables.families.values()]
        typer.echo(json.dumps({"record": tables.record.model_dump(mode="json"), "families": families}))
        return
    typer.echo(_shown(list(tables.families.values())))
    typer.echo(f"sha256 {tables.record.sha256}\nremake {tables.record.remake}\nmade on {tables.record.machine}")


def _families(names: list[str] | None) -> list[Family]:
    from twins.link.table.families import FAMILIES

    known = {one.name: one for one in FAMILIES}
    unknown = [name for name in names or () if name not in known]
    if unknown:
        end_command("twin tabulate", f"--family={unknown[0]!r} is none of {', '.join(known)}")
    return [known[name] for name in names or known]


def _shown(families: list[Family]) -> str:
    return "\n".join(
        f"{one.receiver_name} {one.tx_antennas}x{one.rx_antennas}, {one.layers} layer{'s' if one.layers > 1 else ''}:"
        f" {', '.join(one.profiles)}; {_span(one.delay_spreads_ns)} ns; {_span(one.speeds_mps)} m/s;"
        f" {_span(one.dmrs_symbols)} DMRS; {_span(one.prbs)} PRBs; {sum(1 for _ in one.places())} places of"
        f" {_span(one.slots)} slots"
        for one in families
    )


def _span(axis: Sequence[float]) -> str:
    return f"{min(axis):g} to {max(axis):g}"
