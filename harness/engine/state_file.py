"""The state of an embedded network in a file.

The state is a pickle of the twin's records and of our own data types, compressed. A pickle can name any function of Python; only
the types that a state is made of are admitted when it is read.
"""

from __future__ import annotations

import io
import pickle
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.runtime.errors import RunError
from harness.runtime.whole_file import write_whole

if TYPE_CHECKING:
    from twins.ric.snapshot import RanSnapshot

_FORMAT = b"twinpilot network state 1\n"
_OURS = ("policies.", "twins.system.physics.", "twins.system.scenario.")
_OTHERS = frozenset(
    {
        ("twins.ric.snapshot", "RanSnapshot"), ("twins.ric.policy_store", "Policy"), ("twins.system.system_network", "Snapshot"),
        ("datetime", "datetime"), ("datetime", "timedelta"), ("datetime", "timezone"), ("zoneinfo", "ZoneInfo._unpickle"),
        ("pydantic_core._pydantic_core", "TzInfo"), ("collections", "OrderedDict"), ("builtins", "frozenset"),
        ("numpy", "ndarray"), ("numpy", "dtype"), ("numpy._core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "scalar"), ("numpy._core.numeric", "_frombuffer"),
    }
)  # fmt: skip


def write_state(path: Path, state: RanSnapshot) -> None:
    """Write the state, completely or not at all; raises OSError."""
    write_whole(path, _FORMAT + zlib.compress(pickle.dumps(state, protocol=5), 1))


def read_state(path: Path) -> RanSnapshot:
    """Return the state that was written last; raises RunError if it is damaged or from another version."""
    from twins.ric.snapshot import RanSnapshot

    try:
        content = path.read_bytes()
        if not content.startswith(_FORMAT):
            raise ValueError("another format")
        state = _Reader(io.BytesIO(zlib.decompress(content[len(_FORMAT) :]))).load()
        if not isinstance(state, RanSnapshot):
            raise TypeError(f"a {type(state).__name__}")
    except (OSError, ValueError, TypeError, zlib.error, pickle.UnpicklingError, AttributeError, ImportError, EOFError) as error:
        raise RunError(f"{path}: not a state of an embedded network of this version ({error}); start a new run") from error
    return state


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """Return a type that a state is made of; raises UnpicklingError for any other."""
        if (module, name) in _OTHERS:
            return super().find_class(module, name)
        if module.startswith(_OURS):
            found = super().find_class(module, name)
            if isinstance(found, type):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} does not belong in a state")
