"""Verify the tamper-evident journal, or show its last records."""

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
    from harness.journal.verify import JournalReport

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
    """Verify the journal offline: edits, deletions, reordering, truncation. Exit status: 0 intact, 4 not intact."""
    with one_line_errors(as_json):
        from harness.journal.journal import HEADS_NAME, RECORDS_NAME
        from harness.journal.key import PUBLIC_NAME, verify_key
        from harness.journal.verify import verify_journal
        from harness.runtime.errors import JournalError

        place = paths(config, data_dir)
        source = records or place.journal / RECORDS_NAME
        if not source.exists():
            raise JournalError(f"journal {source}: the file does not exist; give --data-dir or --records")
        report = verify_journal(source, heads or place.heads / HEADS_NAME, verify_key(key or place.keys / PUBLIC_NAME))
    if as_json:
        say_json({"intact": report.intact, **report.model_dump(mode="json")})
    else:
        _show(report, source)
    raise typer.Exit(0 if report.intact else 4)


def _show(report: JournalReport, source: Path) -> None:
    result = "intact" if report.intact else "NOT INTACT"
    say(f"{result}: {report.records} records, {report.heads} signed heads, {source}")
    for line in (*report.faults, *report.notes):
        say(f"  {line}")


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
