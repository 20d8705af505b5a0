"""Tasks for Inspect AI (https://inspect.aisi.org.uk): a dataset, and a task file whose solver runs TwinPilot's own episodes.

1. The dataset holds each task's text and metadata, but not its path: the solver looks up the task by its id.
2. The task file queries Inspect's model through the ReAct planner, or runs one of TwinPilot's agents by name (`-T agent=expert`).
3. Only the task file needs `inspect_ai`: `pip install inspect_ai` in an environment with TwinPilot.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from agents.planner import Planner
from training.gym.agents.by_name import make_agent
from training.gym.agents.react import ReActAgent
from training.gym.agents.react_chat import Chat
from training.gym.episodes.rollout import Rollout
from training.gym.episodes.runner import Runner
from training.gym.networks import open_network
from training.gym.task_choice import choose_task
from training.gym.tasks.gym_task import GymTask

DATASET, TASK_FILE = "twinpilot_gym.jsonl", "twinpilot_gym.py"
SOLVED = "solved"
_TEMPLATE = Path(__file__).with_name("inspect_task.md")


def export(tasks: Iterable[GymTask], folder: Path) -> int:
    """Write dataset and task file into `folder`; returns the number of tasks."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [json.dumps(sample(task), ensure_ascii=False) for task in tasks]
    (folder / DATASET).write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    (folder / TASK_FILE).write_text(task_file(), encoding="utf-8")
    return len(rows)


def sample(task: GymTask) -> dict[str, Any]:
    """Return a task as an Inspect sample, whose target is that the episode's judge finds it solved."""
    metadata = {
        "domain": task.domain.value,
        "tier": task.tier.value,
        "family": task.family.value,
        "seed": task.seed,
        "purpose": task.purpose.value,
        "budget": task.budget,
        "shortest": task.steps,
    }
    return {"id": task.id, "input": task.brief, "target": SOLVED, "metadata": metadata}


def task_file() -> str:
    """Return the Python source of the task file."""
    return _TEMPLATE.read_text(encoding="utf-8").partition("```python\n")[2].partition("```")[0]


def run_episode(task_id: str, agent: str, chat: Chat, network: str) -> Rollout:
    """Run one episode of `agent`, or of the ReAct planner over `chat` if `agent` is empty; raises InfrastructureError."""
    from twins.gym.packet_network import InfrastructureError

    task = choose_task(task_id)
    planner: Planner = make_agent(agent, task) if agent else ReActAgent(chat, "react (inspect)")
    with open_network(network) as packets:
        rollout = Runner(lambda: packets).run(task, planner)
    if rollout.infrastructure_error is not None:
        raise InfrastructureError(rollout.infrastructure_error)
    return rollout
