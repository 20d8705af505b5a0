"""Shared by the gym's commands: the options that choose a task and a network, and error reports in one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from twins.command_errors import one_line_errors

if TYPE_CHECKING:
    from training.gym.episodes.rollout import Rollout
    from training.gym.tasks.gym_task import GymTask

NetworkName = Literal["model", "ns3"]
PurposeName = Literal["training", "benchmark"]
Network = Annotated[NetworkName, typer.Option("--network", help="model, the Experiment Model, or ns3, the ground truth.")]
Gate = Annotated[
    Literal["none", "unattended", "attended"],
    typer.Option("--gate", help="The harness's gate before each Configuration call; attended: a human approves where one must."),
]
TaskId = Annotated[str | None, typer.Option("--task", help="A task by its id; the other choices are then ignored.")]
DomainChoice = Annotated[
    Literal["slicing", "offloading", "uav-control", "recovery", "coordination"] | None,
    typer.Option("--domain", help="What the task is about; default: any."),
]
TierChoice = Annotated[
    Literal["L1", "L2", "L3"] | None, typer.Option("--tier", help="How long its shortest path is; default: any.")
]
FamilyChoice = Annotated[Literal["slicing", "swarm", "emergency"] | None, typer.Option("--family", help="Scenario family.")]
SeedChoice = Annotated[int | None, typer.Option("--seed", help="Topology: 1 to 50 are for training, 51 to 80 for the benchmark.")]


def task_of(task_id: str | None, domain: str | None, tier: str | None, family: str | None, seed: int | None) -> GymTask:
    """Return the task that the options select; raises GymInputError."""
    from training.gym.task_choice import choose_task
    from training.gym.tasks.gym_task import Domain, Tier
    from twins.gym.scenario import Family

    return choose_task(
        task_id,
        domain=Domain[domain.upper().replace("-", "_")] if domain else None,
        tier=Tier(tier) if tier else None,
        family=Family(family) if family else None,
        seed=seed,
    )


def task_of_rollout(rollout: Rollout) -> GymTask:
    """Return the task of a rollout; raises GymInputError."""
    from training.gym.task_choice import choose_task

    return choose_task(rollout.task)


@contextmanager
def errors_reported(command: str) -> Iterator[None]:
    """Print errors in one line and exit: with status 2 for invalid input, with status 1 if the simulator failed."""
    from training.gym.input_error import GymInputError
    from twins.gym.packet_network import InfrastructureError

    name = f"gym {command}"
    with one_line_errors(name, InfrastructureError, status=1), one_line_errors(name, GymInputError, ValueError, OSError):
        yield
