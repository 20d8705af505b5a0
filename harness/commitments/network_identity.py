"""Which network a commitment is on: by the identity that the network itself tells, not by the text of its URL.

127.0.0.1, localhost, another port or a proxy in front of it: the same managed elements answer. A commitment of before identities
were stored is compared by its URL in canonical form.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from twins.network import Network, NetworkError

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104 - compared, not bound
_PORTS = {"http": 80, "https": 443}


ANOTHER_NETWORK: Final = "another network answers"


class OtherNetworkError(NetworkError):
    """Another network answers at `name` than the one that is meant; both identities, and what to do, are in the message."""

    def __init__(self, name: str, expected: str, found: str) -> None:
        super().__init__(
            f"{ANOTHER_NETWORK} at {name} now: {found}, not {expected}: nothing is sent to it; start the network again with its"
            " state, or at its own URL"
        )
        self.name, self.expected, self.found = name, expected, found


def require_network(network: Network, name: str, expected: str) -> None:
    """Raise OtherNetworkError unless the network that answers has this identity; of an empty one nothing is known.

    Raises NetworkError if it does not answer.
    """
    if expected and (found := network.identity()) != expected:
        raise OtherNetworkError(name, expected, found)


def canonical_name(name: str) -> str:
    """Return a network's name; of URLs that lead to the same place the same text."""
    parts = urlsplit(name)
    if parts.scheme not in _PORTS or not parts.hostname:
        return name
    host = "127.0.0.1" if parts.hostname in _LOOPBACK else parts.hostname.rstrip(".")
    try:
        port = parts.port or _PORTS[parts.scheme]
    except ValueError:
        return name
    return f"{parts.scheme}://{host}:{port}{parts.path.rstrip('/')}"


def is_same_network(name: str, identity: str, other_name: str, other_identity: str) -> bool:
    """Whether two names with their identities (empty: not known) are of the same network."""
    if identity and other_identity:
        return identity == other_identity
    return canonical_name(name) == canonical_name(other_name)
