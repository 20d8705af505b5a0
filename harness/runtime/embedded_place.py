"""The folder of an embedded network: what it is made from, its saved state, its KPIs, and where it is served while it is.

An embedded network lives in the process of a run. Its name, `embedded:SCENARIO/ID`, says nothing about a port: the network stands
still while no process serves it, and goes on, wherever it is served next, from the state that was saved last.
"""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.runtime.errors import RunError, StoreError
from harness.runtime.file_lock import FileLock, is_locked
from harness.runtime.paths import Paths
from harness.runtime.private import private_parents
from harness.runtime.whole_file import write_whole
from twins.scratch_folder import remove_folder

_NAME = re.compile(r"embedded:(?P<scenario>[^/]*)/(?P<id>[0-9a-f]{8})")


@dataclass(frozen=True)
class EmbeddedPlace:
    """The folder of the network `name`."""

    name: str
    folder: Path

    @classmethod
    def create(cls, paths: Paths, scenario: dict[str, Any], seed: int, history_windows: int) -> EmbeddedPlace:
        """Return the place of a new network, with its definition written; raises StoreError."""
        place = cls.of(paths, f"embedded:{str(scenario['name']).replace('/', '-')}/{secrets.token_hex(4)}")
        definition = {"scenario": scenario, "seed": seed, "history_windows": history_windows}
        try:
            private_parents(place.folder)
            write_whole(place.folder / "definition.json", json.dumps(definition).encode())
        except OSError as error:
            raise StoreError(f"{place.folder}: {error}; choose a writable data_dir with free space") from error
        return place

    @classmethod
    def of(cls, paths: Paths, name: str) -> EmbeddedPlace:
        """Return the place of a network by its name; raises RunError if the name is not one of an embedded network."""
        match = _NAME.fullmatch(name)
        if match is None:
            raise RunError(f"network {name!r} is not the name of an embedded network (embedded:SCENARIO/ID)")
        return cls(name, paths.networks / match["id"])

    def definition(self) -> dict[str, Any]:
        """Return scenario, seed and number of history windows; raises RunError if the network is gone."""
        try:
            definition: dict[str, Any] = json.loads((self.folder / "definition.json").read_bytes())
        except (OSError, ValueError) as error:
            raise RunError(f"network {self.name}: its state is gone or damaged ({error}); start a new run") from error
        return definition

    @property
    def state(self) -> Path:
        """The saved state; it exists once network time has passed."""
        return self.folder / "state.bin"

    @property
    def kpis(self) -> Path:
        """The KPI store."""
        return self.folder / "kpi.sqlite"

    def lock(self) -> FileLock:
        """Return the lock that the process holds that serves the network."""
        return FileLock(self.folder / "lock")

    def announce(self, url: str) -> None:
        """Record where the network is served; the caller holds the lock."""
        write_whole(self.folder / "url", url.encode())

    def url(self) -> str | None:
        """Return where the network is served, None while it stands still."""
        path = self.folder / "url"
        return path.read_text(encoding="utf-8") if path.exists() and is_locked(self.folder / "lock") else None

    def remove(self) -> None:
        """Delete the folder: nothing goes on with this network."""
        remove_folder(self.folder)


def is_embedded(name: str) -> bool:
    """Whether this is the name of an embedded network, not the URL of a running one."""
    return _NAME.fullmatch(name) is not None


def url_of(paths: Paths, name: str) -> str | None:
    """Return the URL of the network of this name; None for an embedded one that stands still."""
    return EmbeddedPlace.of(paths, name).url() if is_embedded(name) else name


def stands_still(paths: Paths, name: str) -> bool:
    """Whether this is an embedded network that no process serves: nothing happens on it, and nobody can reach it."""
    return url_of(paths, name) is None
