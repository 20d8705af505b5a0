"""Verify the tamper-evident journal, show its last records, or witness the journals of other machines."""

from __future__ import annotations

import json
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.commands.common import Config, DataDir, Json, one_line_errors, paths
from twins.screen.say import say, say_json

if TYPE_CHECKING:
    from harness.journal.record import JournalRecord
    from harness.journal.report import JournalReport

_LINE_LENGTH = 400

app = typer.Typer(help=__doc__, no_args_is_help=True, rich_markup_mode=None, add_completion=False)


@app.command()
def verify(
    *,
    records: Annotated[Path | None, typer.Option("--records", help="A journal file; default: the one in data_dir.")] = None,
    heads: Annotated[Path | None, typer.Option("--heads", help="The file of the journal's signed heads.")] = None,
    key: Annotated[Path | None, typer.Option("--key", help="The public key (PEM).")] = None,
    config: Config = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Verify the journal: edits, deletions, reordering, truncation, replacement. Exit status: 0 intact, 4 not intact.

    What this verification could not see is listed as "not checked".
    """
    with one_line_errors(as_json):
        from harness.journal.inspection import Inspection

        inspection = Inspection(paths(config, data_dir), records, heads, key)
        report, source = inspection.verify(), inspection.records
    if as_json:
        say_json({"intact": report.intact, **report.model_dump(mode="json")})
    else:
        _show(report, source)
    raise typer.Exit(0 if report.intact else 4)


def _show(report: JournalReport, source: Path) -> None:
    result = "NOT INTACT"
    if report.intact:
        result = "intact as far as it was checked" if report.not_checked else "intact"
    say(f"{result}: {report.records} records, {report.signed} of them signed, {report.heads} heads, {source}")
    say(f"  key {report.key_id}")
    for line in (*report.faults, *report.notes, *(f"not checked: {line}" for line in report.not_checked)):
        say(f"  {line}")


@app.command()
def witness(
    folder: Annotated[Path, typer.Argument(help="The folder of the heads that this witness keeps.")],
    *,
    host: Annotated[str, typer.Option("--host", help="The address on which it is served.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0: any free one.")] = 8720,
) -> None:
    """Serve a witness of the journals of other machines, which name it in journal.witness_url; Ctrl-C ends it."""
    with one_line_errors():
        from harness.journal.witness_server import WitnessServer

        with WitnessServer(folder, host, port) as server:
            say(f"witness at {server.url}, heads in {folder}")
            server.join()


@app.command()
def tail(
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=100_000, help="Number of records.")] = 20,
    *,
    run: Annotated[str, typer.Option("--run", help="Only the records of this run (complete id).")] = "",
    config: Config = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show the last records."""
    with one_line_errors(as_json):
        from harness.journal.journal import Journal

        journal = Journal.of(paths(config, data_dir))
        last = deque(journal.records(run or None), maxlen=count)
    if as_json:
        say_json({"records": [record.model_dump(mode="json") for record in last]})
        return
    for record in last:
        say(_line(record))


def _line(record: JournalRecord) -> str:
    body = json.dumps(record.body, ensure_ascii=False)
    line = f"{record.seq:6} {record.at:%Y-%m-%d %H:%M:%S} {record.run or '-':22} {record.kind:22} {body}"
    return line if len(line) <= _LINE_LENGTH else line[: _LINE_LENGTH - 1] + "…"
