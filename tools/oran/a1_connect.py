"""Selection of the A1 dialect of a near-RT RIC, by configuration or by probing.

The prefix is not sufficient (the OSC mediator also uses the standard prefix), but the policy type ids are: they are strings in
A1-P v2 and numbers in the OSC dialect.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from tools.oran.a1_base import A1Base
from tools.oran.a1_client import A1Client
from tools.oran.a1_management_client import ManagementA1Client
from tools.oran.a1_osc_client import OscA1Client
from tools.oran.peer import Peer, PeerError, PeerSettings
from twins.network import InvalidChangeError, UnknownObjectError

Dialect = Literal["auto", "a1", "osc", "management"]

_CLIENTS: dict[str, Callable[[str, PeerSettings | None], A1Base]] = {
    "a1": A1Client,
    "osc": OscA1Client,
    "management": ManagementA1Client,
}


def connect_a1(url: str, dialect: Dialect = "auto", settings: PeerSettings | None = None) -> A1Base:
    """Return the client for the near-RT RIC (or policy management service) at `url`.

    Raises PeerError if nothing answers, or if the dialect cannot be determined and has to be configured.
    """
    if dialect != "auto":
        return _CLIENTS[dialect](url, settings)
    peer = Peer("A1", url, settings)
    try:
        client = _by_types(peer, "/A1-P/v2", settings) or _by_types(peer, "/a1-p", settings)
        if client is None and isinstance(_probe(peer, "/a1-policy-management/v1/rics"), dict):
            client = ManagementA1Client(url, settings)
    finally:
        peer.close()
    if client is None:
        raise PeerError(
            f"A1 at {url}: no known A1 interface, or no policy types to identify it by; set the dialect (a1, osc, management)"
        )
    return client


def _probe(peer: Peer, path: str) -> object:
    try:
        return peer.request("GET", path).json()
    except (UnknownObjectError, InvalidChangeError):
        return None


def _by_types(peer: Peer, prefix: str, settings: PeerSettings | None) -> A1Base | None:
    ids = _probe(peer, prefix + "/policytypes")
    if not isinstance(ids, list) or not ids:
        return None
    if all(isinstance(type_id, int) for type_id in ids):
        return OscA1Client(peer.url, settings, prefix=prefix)
    return A1Client(peer.url, settings, prefix=prefix) if all(isinstance(type_id, str) for type_id in ids) else None
