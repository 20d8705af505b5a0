"""Ingest your own specifications and search them together with the shipped clauses.

`twinpilot standards ingest PATH`, `twinpilot standards search "…"`, `twinpilot standards list`; `--json` prints one JSON value.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from tools.standards.errors import StandardsError
from tools.standards.index import MAX_HITS, StandardsIndex
from tools.standards.records import Progress
from twins.command_errors import one_line_errors
from twins.progress import transient_bars
from twins.screen.say import say_json

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, add_completion=False, help="Your specifications, searchable with their clauses."
)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")]
Folder = Annotated[
    Path | None, typer.Option("--index", envvar="TWINPILOT_STANDARDS", help="Folder of the index; default: your data folder.")
]


@app.command()
def ingest(
    path: Annotated[Path, typer.Argument(help="A file or folder: PDF, DOCX, HTML, Markdown or text.")],
    index: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Ingest a file or a folder of specifications; resumes an interrupted ingest."""
    with one_line_errors("standards", StandardsError), _progress() as progress:
        report = StandardsIndex(index, progress).ingest(path, progress)
    rows = [
        [outcome.path.name, outcome.status, outcome.document, outcome.release, outcome.passages or "", outcome.reason]
        for outcome in report.files
    ]
    if as_json:
        say_json(report)
    else:
        _table(f"{len(report.files)} files", ("file", "status", "document", "release", "passages", "reason"), rows)
    if report.of_status("failed"):
        raise typer.Exit(1)


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="What to look for, in plain words.")],
    k: Annotated[int, typer.Option("-k", min=1, max=MAX_HITS, help="How many passages.")] = 5,
    index: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Search the index; each hit quotes its passage with document, release and clause."""
    with one_line_errors("standards", StandardsError), _progress() as progress:
        hits = StandardsIndex(index, progress).search(query, k)
    if as_json:
        say_json([hit.model_dump() for hit in hits])
        return
    rows = [[hit.document, hit.release, hit.clause, hit.title, hit.quote, " + ".join(hit.found_by)] for hit in hits]
    _table(f"{len(hits)} passages", ("document", "release", "clause", "title", "quote", "found by"), rows)


@app.command("list")
def list_documents(index: Folder = None, as_json: AsJson = False) -> None:
    """List the documents of the index."""
    with one_line_errors("standards", StandardsError), _progress() as progress:
        documents = StandardsIndex(index, progress).documents()
    if as_json:
        say_json([entry.model_dump() for entry in documents])
        return
    rows = [[entry.document, entry.release, entry.passages, entry.path] for entry in documents]
    _table(f"{len(documents)} documents", ("document", "release", "passages", "path"), rows)


@contextmanager
def _progress() -> Iterator[Progress]:
    """Show progress on standard error if it is a terminal."""
    with transient_bars() as bars:
        tasks: dict[bool, Any] = {}

        def show(what: str, done: int, total: int) -> None:
            embedding = what.startswith("embedding ")
            if embedding not in tasks:
                tasks[embedding] = bars.add_task(what)
            bars.update(tasks[embedding], description=what, completed=done, total=total)

        yield show


def _table(title: str, columns: tuple[str, ...], rows: list[list[Any]]) -> None:
    from rich.table import Table

    from twins.screen.console import SafeConsole

    table = Table(title=title, show_lines="quote" in columns)
    for column in columns:
        table.add_column(column, overflow="fold", ratio=3 if column in ("quote", "reason", "path") else 1)
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    SafeConsole().print(table)
