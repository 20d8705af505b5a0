"""`twinpilot gym play`: play an episode in the terminal, or by a script through a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from training.gym.commands.common import (
    DomainChoice,
    FamilyChoice,
    Network,
    SeedChoice,
    TaskId,
    TierChoice,
    errors_reported,
    task_of,
)
from twins.screen.say import say

if TYPE_CHECKING:
    from policies.verdict import Verdict
    from training.gym.episodes.episode import ChangeJudge


def play(
    task_id: TaskId = None,
    domain: DomainChoice = None,
    tier: TierChoice = "L1",
    family: FamilyChoice = None,
    seed: SeedChoice = None,
    network: Network = "model",
    gate: Annotated[
        bool,
        typer.Option("--gate", help="The harness's gate before Configuration calls; it asks you where a human must decide."),
    ] = False,
) -> None:
    """Play an episode yourself: type tool calls, see what changes, be judged at the end."""
    with errors_reported("play"):
        from training.gym.networks import open_network
        from training.gym.play.playing import Game

        task, lines = task_of(task_id, domain, tier, family, seed), _lines()
        with open_network(network) as packets:
            game = Game(task, packets, _show, _asking_gate(lines) if gate else None)
            game.begin()
            for line in lines:
                game.read(line)
                if game.over:
                    return
            say("the input ended before `finish`: not judged")


def _show(text: str) -> None:
    """Print what the game says; the pieces that others wrote are on one line each already."""
    say(*text.split("\n"))


def _asking_gate(lines: Iterator[str]) -> ChangeJudge:
    """A gate that asks the player where a human must decide."""
    from training.gym.gate.gym_gate import GymGate

    return GymGate(approves=lambda verdict: _approved(verdict, lines))


def _approved(verdict: Verdict, lines: Iterator[str]) -> bool:
    """Show the warnings of a verdict, and read the answer from the next line."""
    from training.gym.views.state_text import plain

    for reason in verdict.reasons:
        if reason.outcome == "warn":
            say(f"  {plain(reason.rule)}: {plain(reason.message)}")
    say("  the gate asks: let it through? yes or no")
    return next(lines, "").strip().lower() in ("y", "yes")


def _lines() -> Iterator[str]:
    """Yield lines typed at a prompt, or those of a pipe, which are echoed."""
    if sys.stdin.isatty():
        import contextlib
        import readline  # noqa: F401 - gives input() a history

        with contextlib.suppress(EOFError):
            while True:
                yield input("> ")
        return
    for line in sys.stdin:
        say(f"> {line.rstrip()}")
        yield line
