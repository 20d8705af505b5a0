"""The artifacts of a run: JSON files in the run's folder. The graph's state holds only their names."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter

from harness.runtime.errors import StoreError
from harness.runtime.private import private_folder, write_private
from policies.text.redaction import redacted

Model = TypeVar("Model")


class Artifacts:
    """The artifacts of one run; a file is written completely or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            private_folder(folder)
        except OSError as error:
            raise StoreError(f"run folder {folder}: {error}; choose a writable data_dir with free space") from error

    def path(self, name: str) -> Path:
        """Return the path of an artifact."""
        return self.folder / f"{name}.json"

    @property
    def page(self) -> Path:
        """The path of the run's HTML page; it exists once the run has ended."""
        return self.folder / "report.html"

    def save(self, name: str, value: BaseModel | dict[str, Any] | list[Any]) -> str:
        """Write a value, without secrets, under `name` and return the name; raises StoreError."""
        text = value.model_dump_json() if isinstance(value, BaseModel) else TypeAdapter(Any).dump_json(value).decode()
        draft = self.path(name).with_suffix(".draft")
        try:
            write_private(draft, redacted(text).encode())
            draft.replace(self.path(name))
        except OSError as error:
            raise StoreError(f"{self.path(name)}: {error}; free space or choose another data_dir") from error
        return name

    def has(self, name: str) -> bool:
        """Whether an artifact of this name exists."""
        return self.path(name).exists()

    def load(self, name: str, kind: type[Model]) -> Model:
        """Return the artifact as `kind`; raises StoreError if it is missing or malformed."""
        try:
            return TypeAdapter(kind).validate_json(self.path(name).read_bytes())
        except (OSError, ValueError) as error:
            reason = " ".join(str(error).split())[:200]
            raise StoreError(f"{self.path(name)}: {reason}; the run's folder is damaged, start a new run") from error

    def load_optional(self, name: str | None, kind: type[Model]) -> Model | None:
        """Return the artifact as `kind`, None if `name` is empty or None; raises StoreError."""
        return self.load(name, kind) if name else None
