"""`twinpilot gym tools`: the tools of a catalogue with their effects, and their schemas as JSON."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from training.gym.commands.common import errors_reported
from twins.screen.say import say, say_json


def tools(
    catalogue_name: Annotated[
        Literal["6gagentgym", "radio"] | None, typer.Option("--catalogue", help="Only one catalogue; default: both.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON value: with schemas of input and output.")] = False,
) -> None:
    """List the gym's tools: effect, catalogue, and other effects on the mission."""
    with errors_reported("tools"):
        from tools.gym.catalogue import PAPER, RADIO_CATALOGUE, catalogue

        names = (PAPER, RADIO_CATALOGUE) if catalogue_name is None else (catalogue_name,)
        rows = [{"catalogue": name, **schema} for name in names for schema in catalogue(name).schemas()]
    if as_json:
        say_json(rows)
        return
    say(f"{'tool':29s}{'effect':11s}{'catalogue':12s}also changes")
    for row in rows:
        say(f"{row['name']:29s}{row['effect']:11s}{row['catalogue']:12s}{', '.join(row['also_changes'])}".rstrip())
    say(f"{len(rows)} tools; `twinpilot gym tools --json` prints their schemas")
