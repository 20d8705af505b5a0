"""`twinpilot gym play`: a person plays an episode in the terminal, or a script through a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import typer

from training.gym.commands.common import DomainChoice, FamilyChoice, Network, SeedChoice, TaskId, TierChoice, task_of, told


def play(
    task_id: TaskId = None,
    domain: DomainChoice = None,
    tier: TierChoice = "L1",
    family: FamilyChoice = None,
    seed: SeedChoice = None,
    network: Network = "model",
) -> None:
    """Play an episode yourself: type tool calls, see what changes, be judged at the end."""
    with told("play"):
        from training.gym.networks import opened_network
        from training.gym.playing import Game

        task = task_of(task_id, domain, tier, family, seed)
        with opened_network(network) as packets:
            game = Game(task, packets, typer.echo)
            game.begin()
            for line in _lines():
                game.read(line)
                if game.over:
                    return
            typer.echo("the input ended before `finish`: not judged")


def _lines() -> Iterator[str]:
    """Lines typed at a prompt; or those of a pipe, shown as if they were."""
    if sys.stdin.isatty():
        import contextlib
        import readline  # noqa: F401 - gives input() a history

        with contextlib.suppress(EOFError):
            while True:
                yield input("> ")
        return
    for line in sys.stdin:
        typer.echo(f"> {line.rstrip()}")
        yield line
