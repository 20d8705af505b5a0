"""Peers × faults: every interface of the network misbehaves in every way, and then behaves again.

Counted: failures that are no typed error of the network, answers that were believed though they were wrong, calls that did not
come back or took more memory than the limit, interfaces that did not recover, and changes that were made twice.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from harness.trust.counting_network import CountingNetwork
from harness.trust.experiment import Count, Experiment
from harness.trust.faulty_proxy import FAULTS, FaultyProxy
from harness.trust.fork_server import ForkServer
from harness.trust.peer_child import PREFIXES, PeerOrder, work_on
from harness.trust.scripted_run import CHANGE
from harness.trust.trials import Result, Trials
from tools.oran.oran_network import OranNetwork
from twins.ric.server import EmbeddedRan
from twins.scratch_folder import ScratchFolder

_LIMIT_S = 60.0
_ATTEMPTS = 3
_MEMORY_MIB = 96  # six times the 16 MiB to which the trial limits an answer
_QUICK = ("garbage", "wrong types")
_COUNTS = {
    "untyped": "failures without a type",
    "believed": "wrong answers that were believed",
    "hung": f"calls that did not come back within {_LIMIT_S:g} s",
    "fat": f"calls that took more than {_MEMORY_MIB} MiB",
    "broken": "interfaces that did not recover",
    "twice": "changes made twice",
}


def peers(quick: bool, out: Path | None, *, show: bool = True) -> Experiment:
    """Let each interface show each fault, or (quick) two of the faults."""
    faults = _QUICK if quick else tuple(FAULTS)
    names = [f"{interface}: {fault}" for interface in PREFIXES for fault in faults]
    with ScratchFolder() as folder, ForkServer("harness.trust.peer_child", _LIMIT_S) as server:
        results = Trials("peers", out, show=show).run(names, lambda name: _trial(folder, server, name))
    failures = [
        f"{name}: {', '.join(key for key in _COUNTS if result[key])}: {result['what']}"
        for name, result in results.items()
        if any(result[key] for key in _COUNTS)
    ]
    totals = {key: sum(int(result[key]) for result in results.values()) for key in _COUNTS}
    counts = tuple(Count(name=text, value=totals[key], must_be="zero") for key, text in _COUNTS.items())
    note = f"{len(PREFIXES)} interfaces × {len(faults)} faults"
    return Experiment(name="misbehaving peers", trials=len(results), counts=counts, failures=tuple(failures), note=note)


def _trial(root: Path, server: ForkServer, name: str) -> Result:
    """Carry out a trial, again if its process did not get as far as the fault (a machine that is too busy)."""
    for attempt in range(_ATTEMPTS):
        folder = root / f"{name.replace(': ', '-').replace(' ', '-')}-{attempt}"
        folder.mkdir()
        result, is_complete = _attempt(folder, server, name)
        if is_complete:
            break
    return result


def _attempt(folder: Path, server: ForkServer, name: str) -> tuple[Result, bool]:
    """Return the result, and whether the trial's process came to its end or had to be ended."""
    interface, _, fault = name.partition(": ")
    network = CountingNetwork()
    with EmbeddedRan(network) as ran, FaultyProxy(ran.url) as proxy:
        truth = _truth(proxy.url, interface)
        path = folder / "result"
        order = PeerOrder(url=proxy.url, interface=interface, fault=fault, folder=str(folder), result=str(path))
        ending = server.carry_out(order)
    happened = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    hung = ending.why == "time was up"
    return _judged(happened, truth, hung=hung, applied=network.applied), hung or bool(happened)


def _truth(url: str, interface: str) -> Any:
    """Return what the interface answers without a fault; None for PM, which must deliver something."""
    if interface == "O1 change":
        return CHANGE.digest
    if interface == "PM":
        return None
    with OranNetwork(url) as network:
        return work_on(network, interface)()


def _judged(happened: dict[str, Any], truth: Any, *, hung: bool, applied: int) -> Result:
    during, after = happened.get("during", {}), happened.get("after", {})
    answer = during.get("value")
    # An attribute that is absent is no wrong value; a pull that brings nothing hides that there was something.
    is_wrong = answer == 0 if truth is None else answer not in (None, truth)
    return {
        "untyped": int("untyped" in during),
        "believed": int(is_wrong),
        "hung": int(hung),
        "fat": int(happened.get("memory_mib", 0) > _MEMORY_MIB),
        "broken": int(not hung and "value" not in after),
        "twice": max(0, applied - 1),
        "what": f"{during} then {after}"[:400],
    }
