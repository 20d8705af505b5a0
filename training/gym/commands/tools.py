"""`twinpilot gym tools`: the tools of a catalogue with their effects, and their schemas as JSON."""

from __future__ import annotations

import json
from typing import Annotated, Literal

import typer

from training.gym.commands.common import told


def tools(
    catalogue_name: Annotated[
        Literal["6gagentgym", "radio"] | None, typer.Option("--catalogue", help="Only one catalogue; default: both.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON value: with schemas of input and output.")] = False,
) -> None:
    """List the gym's tools: effect, catalogue, and what else a tool changes."""
    with told("tools"):
        from tools.gym.catalogue import PAPER, RADIO_CATALOGUE, catalogue

        names = (PAPER, RADIO_CATALOGUE) if catalogue_name is None else (catalogue_name,)
        found = [{"catalogue": name, **one} for name in names for one in catalogue(name).schemas()]
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    typer.echo(f"{'tool':29s}{'effect':11s}{'catalogue':12s}also changes")
    for one in found:
        typer.echo(f"{one['name']:29s}{one['effect']:11s}{one['catalogue']:12s}{', '.join(one['also_changes'])}".rstrip())
    typer.echo(f"{len(found)} tools; `twinpilot gym tools --json` prints their schemas")
