"""`twinpilot gym replay`: repeat the calls of a rollout on ns-3 or the model, with both states side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from training.gym.commands.common import Network, errors_reported, task_of_rollout
from twins.screen.say import say

if TYPE_CHECKING:
    from training.gym.episodes.episode import Step
    from training.gym.episodes.rollout import Rollout


def replay(
    rollout: Annotated[Path, typer.Argument(help="A rollout, as `twinpilot gym run --out` writes it.")],
    network: Network = "ns3",
    out: Annotated[Path | None, typer.Option("--out", help="File for the rollout of the replay (JSON).")] = None,
) -> None:
    """Replay a rollout's calls, and show the state under both networks."""
    with errors_reported("replay"):
        from training.gym.episodes.replaying import read_rollout, replay_rollout
        from training.gym.networks import open_network

        recorded = read_rollout(rollout)
        task = task_of_rollout(recorded)
        with open_network(network) as packets:
            say(f"{recorded.task}: calls of {recorded.agent}; recorded on {recorded.network}, replayed on {packets.label}", "")
            table = _Table(recorded)
            again = replay_rollout(recorded, task, packets, table.show)
        if out is not None:
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_text(again.model_dump_json(indent=1) + "\n", encoding="utf-8")
    _compare(recorded, again)
    if again.infrastructure_error is not None:
        raise typer.Exit(1)


class _Table:
    """Prints a line for each replayed call, with every dimension as recorded and as replayed."""

    def __init__(self, recorded: Rollout) -> None:
        from training.gym.views.state_text import DIMENSIONS

        self._recorded, self._done = recorded, 0
        heads = "".join(f"{f'{dimension.name}, {dimension.unit}':>22s}" for dimension in DIMENSIONS)
        say(f"{'':4s}{'call':30s}{'slice':>15s}{heads}", f"{'':34s}{'recorded | replayed, each':>15s}")

    def show(self, step: Step) -> None:
        """Print the line of one replayed call."""
        from training.gym.views.state_text import DIMENSIONS, number, plain

        span = self._recorded.spans[self._done]
        self._done += 1
        old, new = span.state, step.after
        values = (f"{number(old, dimension)} | {number(new, dimension)}" for dimension in DIMENSIONS)
        pairs = [f"{old.slice.value} | {new.slice.value}", *values]
        widths = [15, *(22 for _ in DIMENSIONS)]
        cells = "".join(f"{pair:>{width}s}" for pair, width in zip(pairs, widths, strict=True))
        say(f"{self._done:3d} {plain(span.tool)[:29]:30s}{cells}")
        error = step.observation.error
        if error != span.error:
            say(f"    answers differ: recorded {plain(span.error or 'no error')}; replayed {plain(error or 'no error')}")


def _compare(recorded: Rollout, again: Rollout) -> None:
    from training.gym.views.outcome_text import outcome_lines

    say("")
    for name, rollout in (("recorded", recorded), ("replayed", again)):
        if rollout.outcome is None:
            say(f"{name}: the simulator failed, the episode is not judged: {rollout.infrastructure_error}")
            continue
        for index, line in enumerate(outcome_lines(rollout.outcome)):
            say(f"{name}: {line}" if index == 0 else line)
    same = bool(again.trace_hash) and recorded.trace_hash == again.trace_hash
    say("trace: the same, bit by bit" if same else "trace: not the same")
