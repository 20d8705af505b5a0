"""Which networks a restriction covers: the one that it was made on, by what that tells of itself.

An embedded network is made anew for each run. A restriction that was made on one covers all of its scenario: to the operator they
are one network, and a restriction that ended with its run would be none.
"""

from __future__ import annotations

from typing import Final

from harness.runtime.embedded_place import is_embedded
from twins.network import INSTANCE

_ANY: Final = "embedded:"


def covered_network(identity: str) -> str:
    """Return the name under which restrictions of the network with this identity are filed."""
    name = identity.removeprefix(INSTANCE)
    return name.rpartition("/")[0] if name.startswith(_ANY) and is_embedded(name) else identity
