"""Wording of the operator's request: a text from the situation, the SLA and the errands, in many variants."""

from __future__ import annotations

import random

from policies.gym.degradation import DegradationKind
from policies.gym.network_state import SlaSpec
from training.gym.tasks.gym_task import Domain

_OPENINGS: dict[Domain, tuple[str, ...]] = {
    Domain.SLICING: (
        "The video of our drones breaks up since the neighbours began to stream.",
        "Mission traffic shares its slice with too many others.",
        "Cell capacity is split badly for what the inspection team needs today.",
        "The drones' feed suffers in the slice it is in.",
        "We see the mission's packets queue behind best-effort users.",
        "Something crowds out the UAV service on the radio.",
    ),
    Domain.OFFLOADING: (
        "Analysis results come back too late from where the service runs.",
        "Computing for the mission sits in the wrong place.",
        "The mission's service needs a better home than it has now.",
    ),
    Domain.UAV_CONTROL: (
        "The survey goes on elsewhere.",
        "Next leg of the inspection flight.",
        "The ground crew asks for new positions.",
        "Time to rearrange the drones over the site.",
        "We continue the overflight as planned this morning.",
        "The pilot in command wants the fleet moved.",
    ),
    Domain.RECOVERY: (
        "Service quality has just collapsed; bring it back.",
        "Alarms came in a minute ago and the mission feels it.",
        "Something in the network degraded during the flight.",
        "The link budget of this mission went wrong all of a sudden.",
        "We lost quality without touching anything; recover it.",
        "An incident hits the drones' connection right now.",
    ),
    Domain.COORDINATION: (
        "The fleet works as a team today, with orders for several drones.",
        "Several UAVs need instructions, and the network has to hold meanwhile.",
        "A joint operation: everybody has something to do.",
        "Coordinate the drones for the incident commander.",
        "The swarm gets new orders, one by one.",
        "All units take part in this one.",
    ),
}
_OF_EVENT: dict[DegradationKind, tuple[str, ...]] = {
    DegradationKind.EDGE_OVERLOAD: (
        "The server behind the drones' video analysis cannot keep up.",
        "Frames wait at the server before anybody looks at them.",
    ),
    DegradationKind.BACKHAUL_DELAY: (
        "The path to the machine that serves the UAVs has become slow.",
        "Every answer of the service takes a detour.",
    ),
}
_SLA = {
    "max_latency_ms": (
        "latency no worse than {0:g} ms",
        "delay under {0:g} ms",
        "at most {0:g} ms of latency",
        "{0:g} ms end to end or better",
    ),
    "max_jitter_ms": ("jitter within {0:g} ms", "no more than {0:g} ms jitter"),
    "max_loss": ("loss of {0:.0%} at most", "no more than {0:.0%} of packets lost", "packet loss within {0:.0%}"),
    "min_throughput_mbps": ("at least {0:g} Mbit/s", "a throughput of {0:g} Mbit/s or more", "no less than {0:g} Mbit/s through"),
    "max_edge_load": (
        "server load at most {0:.0%}",
        "the serving machine loaded to {0:.0%} or less",
        "no more than {0:.0%} load on its server",
    ),
}
_TO_REACH = ("We need {}.", "Requirement for the mission: {}.", "Get the mission to {}.", "It has to be {}.", "Contract says {}.")
_TO_KEEP = ("Throughout, keep {}.", "The service must still offer {}.", "Meanwhile {}.", "And it stays at {}.")
_ORDERS = ("Orders: {}.", "Please: {}.", "To do: {}.", "Next: {}.", "{}, thank you.")
_CLOSINGS = (
    "",
    "",
    "Leave everything else as it is.",
    "Do not disturb other users.",
    "Confirm when it is done.",
    "Prove that it holds before you close.",
)


def request_text(
    rng: random.Random,
    domain: Domain,
    kinds: tuple[DegradationKind, ...],
    sla: SlaSpec | None,
    to_reach: bool,
    errands: list[str],
) -> str:
    """Return the text; it may complain about `kinds` of events; `to_reach`: the SLA is violated now, else it is to be kept."""
    sentences = [rng.choice((*_OPENINGS[domain], *(line for kind in kinds for line in _OF_EVENT.get(kind, ()))))]
    bounds = [] if sla is None else [_bound(rng, name, value) for name, value in sla.model_dump(exclude_none=True).items()]
    if bounds:
        sentences.append(rng.choice(_TO_REACH if to_reach else _TO_KEEP).format(" and ".join(bounds)))
    if errands:
        orders = rng.choice(_ORDERS).format("; ".join(errands))
        sentences.append(orders[0].upper() + orders[1:])
    sentences.append(rng.choice(_CLOSINGS))
    return " ".join(sentence for sentence in sentences if sentence)


def _bound(rng: random.Random, name: str, value: float) -> str:
    return rng.choice(_SLA[name]).format(value)
