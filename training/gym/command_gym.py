"""6GAgentGym: list its tools, play, run agents, score them, record ns-3 traces, replay and view episodes.

`twinpilot gym tools`, `gym play`, `gym run --agent expert`, `gym bench`, `gym ground`, `gym replay ROLLOUT.json`,
`gym view ROLLOUT.json`, `gym trace`, `gym make-tasks`, `gym export-inspect`.
"""

from __future__ import annotations

import typer

from training.gym.commands.bench import bench
from training.gym.commands.export_inspect import export_inspect
from training.gym.commands.ground import ground
from training.gym.commands.make_tasks import make_tasks
from training.gym.commands.play import play
from training.gym.commands.replay import replay
from training.gym.commands.run import run
from training.gym.commands.tools import tools
from training.gym.commands.trace import trace
from training.gym.commands.view import view

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    help="6GAgentGym: tools, episodes, agents, traces and the trajectory view.",
)
app.command()(tools)
app.command()(play)
app.command()(run)
app.command()(replay)
app.command()(view)
app.command()(trace)
app.command()(bench)
app.command()(ground)
app.command("make-tasks")(make_tasks)
app.command("export-inspect")(export_inspect)
