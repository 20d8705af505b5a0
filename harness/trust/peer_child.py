"""The process of a trial with a misbehaving peer: works on the network through the proxy before, during and after the fault."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from harness.trust.fork_server import serve
from harness.trust.scripted_run import CHANGE, RATIO
from policies.word import Word
from twins.network import NetworkError

if TYPE_CHECKING:
    from tools.oran.oran_network import OranNetwork

# Each interface with the beginning of its paths.
PREFIXES = {
    "inventory": "/inventory",
    "A1": "/A1-P",
    "O1": "/3GPPManagement",
    "O1 change": "/3GPPManagement",
    "PM": "/pm",
}


class PeerOrder(Word):
    """An interface of the network at `url` and its fault; `result` is the file for what happened."""

    url: str
    interface: str
    fault: str
    folder: str
    result: str


def carry_out(line: str) -> None:
    """Carry out an order, and write what happened."""
    from tools.oran.oran_network import OranNetwork
    from tools.oran.peer import Peer, PeerSettings

    order = PeerOrder.model_validate_json(line)
    control = Peer("proxy", order.url, PeerSettings(timeout_s=60))
    settings = PeerSettings(timeout_s=2.0, attempts=2, max_body_bytes=16 << 20)
    with OranNetwork(order.url, ledger=Path(order.folder) / "ledger.sqlite", settings=settings) as network:
        network.pull()
        control.request("POST", "/embedded/v1/advance", body={"seconds": 2.0})
        work = work_on(network, order.interface)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        control.request("POST", f"/trust/fault/{quote(order.fault)}{PREFIXES[order.interface]}")
        started = time.monotonic()
        during = _attempt(work)
        seconds = time.monotonic() - started
        control.request("POST", "/trust/fault//none")
        result = {
            "during": during,
            "after": _attempt(work),
            "seconds": round(seconds, 1),
            "memory_mib": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10,
        }
    Path(order.result).write_text(json.dumps(result), encoding="utf-8")


def work_on(network: OranNetwork, interface: str) -> Callable[[], Any]:
    """Return what is done on an interface; its value tells whether the answer was believed."""
    return {
        "inventory": lambda: network.describe().name,
        "A1": lambda: sorted(network.a1.types()),
        "O1": lambda: network.read(RATIO).attributes.get("rRMPolicyMaxRatio"),
        "O1 change": lambda: network.apply(CHANGE, "trust").digest,
        "PM": network.pull,
    }[interface]


def _attempt(work: Callable[[], Any]) -> dict[str, Any]:
    try:
        return {"value": work()}
    except NetworkError as error:
        return {"refused": str(error)[:300]}
    except Exception as error:  # counted: every failure of a peer must be a NetworkError
        return {"untyped": f"{type(error).__name__}: {error}"[:300]}


if __name__ == "__main__":
    serve(carry_out)
