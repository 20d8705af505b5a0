"""Records traces of ns-3: segments of every scenario, resumable, one file per segment until they are packed.

A segment is a fresh network with events, and `STEPS` tool calls (random or scripted), between which UAVs have time to fly.
Windows are one second long; only measured windows become rows.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policies.gym.split import SEEDS, Purpose
from tools.gym.catalogue import gym_registry
from training.gym.episodes.episode import Episode
from training.gym.networks import GymNetwork
from training.gym.traces.excitation import draw_events, random_call, scripted_call
from training.gym.traces.row import TraceRow, difference, write_rows
from twins.gym.packet_network import InfrastructureError, PacketNetwork
from twins.gym.scenario import Family, scenario
from twins.gym.world import World
from twins.progress import Advance
from twins.worker_process import worker_pool

STEPS = 9
POLICIES = ("random", "scripted", "random")
_FLIGHT_S = (0.0, 0.0, 5.0, 15.0)


@dataclass(frozen=True)
class Segment:
    """One segment of one scenario."""

    family: Family
    seed: int
    index: int
    purpose: Purpose

    @property
    def name(self) -> str:
        """Name of the segment, such as `swarm_007_1`."""
        return f"{self.family.value}_{self.seed:03d}_{self.index}"


def segments(purpose: Purpose, count: int, seeds: range | None = None) -> Iterator[Segment]:
    """Yield the first segments of all scenarios, then the second ones, and so on: early recordings cover every scenario."""
    for index in range(count):
        for seed in seeds or SEEDS[purpose]:
            for family in Family:
                yield Segment(family, seed, index, purpose)


def record_segment(segment: Segment, network: PacketNetwork) -> list[TraceRow]:
    """Record one segment on `network`; raises InfrastructureError."""
    rng = random.Random(f"trace {segment.name}")
    topology, policy = scenario(segment.family, segment.seed, segment.purpose), POLICIES[segment.index % len(POLICIES)]
    world = World(topology, network, draw_events(rng, topology))
    episode = Episode(world, gym_registry())
    world.begin()
    rows = [_row(segment, policy, world, 0, None, ())]
    for step in range(1, STEPS + 1):
        draw = scripted_call if policy == "scripted" else random_call
        happened = world.elapse(rng.choice(_FLIGHT_S))
        count = len(world.measurements)
        executed = episode.call(draw(rng, world))
        if len(world.measurements) > count:
            rows.append(_row(segment, policy, world, step, executed.call.model_dump(), (*happened, *executed.happened)))
    return rows


def _row(
    segment: Segment, policy: str, world: World, step: int, action: dict[str, Any] | None, happened: tuple[str, ...]
) -> TraceRow:
    measured, base = world.measured, world.scenario.layout
    return TraceRow(
        family=segment.family.value,
        seed=segment.seed,
        segment=segment.index,
        policy=policy,
        step=step,
        at_s=measured.at_s,
        action=action,
        happened=happened,
        events=tuple(event.model_dump(mode="json") for event in measured.events),
        state=measured.state.model_dump(mode="json"),
        server_loads={name: round(load, 4) for name, load in measured.server_loads.items()},
        layout=difference(base.model_dump(mode="json"), measured.layout.model_dump(mode="json")),
        window=_rounded(measured.window.model_dump(mode="json")),
    )


def _rounded(value: Any) -> Any:
    """Round all numbers to five significant digits: the file stays small, and no measurement is more precise."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return float(f"{value:.5g}") if isinstance(value, float) else value


_network: PacketNetwork | None = None


def _work(segment: Segment, network: GymNetwork, folder: Path) -> tuple[str, str]:
    """Record one segment into its file, retrying once if the simulator fails; returns its name and the error, if any."""
    global _network  # noqa: PLW0603 - one ns-3 worker per process, for all its segments
    failure = ""
    for _ in range(2):
        _network = _network or network.make()
        try:
            write_rows(folder / f"{segment.name}.jsonl.gz", record_segment(segment, _network))
        except InfrastructureError as error:
            failure, _network = str(error), None
            continue
        return segment.name, ""
    return segment.name, failure


def record(requested: list[Segment], network: GymNetwork, folder: Path, workers: int, progress: Advance) -> dict[str, str]:
    """Record on `network` those of `requested` that have no file yet; returns the names of failed segments with the reason."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = [segment for segment in requested if not (folder / f"{segment.name}.jsonl.gz").exists()]
    failures = {}
    with worker_pool(workers) as pool:
        futures = [pool.submit(_work, segment, network, folder) for segment in missing]
        for done, future in enumerate(as_completed(futures), start=1):
            name, reason = future.result()
            failures.update({name: reason} if reason else {})
            progress(len(requested) - len(missing) + done, len(requested))
    return failures
