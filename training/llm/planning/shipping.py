"""The planning model as it is shipped: weights in bf16 with their record, and the lessons that it was trained on beside it."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from policies.artefact import write_record
from policies.data_card import (
    Bound,
    CardProvenance,
    Configuration,
    DataCard,
    Environment,
    Evaluation,
    OperatorPolicy,
    ProtocolLayer,
    Task,
)
from training.llm.planning.lesson import Lesson

_NONE: Final = "none: it plans, and code computes with sizes"
_TWIN: Final = "as in the system twin"


def ship_planner(network: Any, path: Path, lessons: Sequence[Lesson], seed: int, remake: str) -> Path:
    """Write the weights with their record and return the path."""
    import torch
    from safetensors.torch import save_model

    path.parent.mkdir(parents=True, exist_ok=True)
    save_model(network.to(torch.bfloat16), str(path))
    path.chmod(0o644)  # safetensors makes files readable by their owner only
    versions = {package: version(package) for package in ("torch", "transformers", "safetensors")}
    write_record(path, planner_card(lessons, seed), remake, f"{platform.machine()}, one CPU thread", versions)
    return path


def planner_card(lessons: Sequence[Lesson], seed: int) -> DataCard:
    """Return the card of a planning model that was trained on these lessons."""
    drills = sum(lesson.drill for lesson in lessons)
    networks = len({lesson.network for lesson in lessons})
    decisions = sum(lesson.decisions for lesson in lessons)
    return DataCard(
        name="6G-LLM, planning model (from scratch, names of plans only)",
        task=Task(
            prediction_target="the next decision of a run: a tool call with arguments by name, or a conclusion",
            action_space="observing and reasoning tools, proposals of candidates that the twin has tried",
            loss_function="cross-entropy of the planner's names",
            latency_budget="0.1 s for a decision on one core",
            safety_constraints="each plan is checked against the evidence; the gate and a human judge what it proposes",
        ),
        configuration=Configuration.model_validate(dict.fromkeys(Configuration.model_fields, _NONE)),
        provenance=CardProvenance(
            source=f"the rule planner: {decisions} decisions, {len(lessons) - drills} lessons from runs on which gate and twin"
            f" agreed, {drills} drills with drawn evidence",
            version="training/llm/planning",
            channel_model=_TWIN,
            geometry="one to three sites with two or three sectors, at times a capacity cell",
            mobility_model=_TWIN,
            traffic_model=_TWIN,
            impairments="tools that fail once or always, rejected proposals, wrong plans before right ones",
            seeds=str(seed),
        ),
        environment=Environment(
            setting="made networks and requests",
            topology=f"{networks} networks",
            blockage=_NONE,
            deployment_density=_TWIN,
            ue_distribution=_TWIN,
            mobility=_TWIN,
        ),
        protocol_layer=ProtocolLayer(layer="management", timescale="minutes"),
        policy=OperatorPolicy(objectives="plans as good as the rule planner's", constraints="no claim without evidence"),
        evaluation=Evaluation(
            baselines="the rule planner",
            distribution_shifts="networks and requests of other seeds",
            failure_criteria="a plan that fails its checks twice; a recommendation with a lower score in the twin",
            uncertainty_calibration="none",
            robustness_tests="twinpilot bench planning",
        ),
        validity={"workflow": Bound(choices=("configuration", "scheduler", "named edits", "supposition", "relative bound"))},
    )
