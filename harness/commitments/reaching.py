"""The way from the name under which a commitment is filed to its network, for a process that does not run its run."""

from __future__ import annotations

from harness.runtime.embedded_place import url_of
from harness.runtime.paths import Paths
from tools.oran.access.credentials import load_credentials
from tools.oran.oran_network import OranNetwork
from tools.oran.peer import PeerSettings
from twins.network import NetworkError


def reach(paths: Paths, name: str) -> OranNetwork:
    """Return the running network of this name; raises NetworkError, also for an embedded one that no process serves."""
    url = url_of(paths, name) or name
    if not url.startswith(("http://", "https://")):
        raise NetworkError(f"{name} stands still: it lives in the process of its run, and its change comes back with it")
    try:
        peers = PeerSettings(credentials=load_credentials(paths.credentials_file))
        return OranNetwork(url, ledger=paths.ledger, settings=peers)
    except ValueError as error:
        raise NetworkError(str(error)) from error
