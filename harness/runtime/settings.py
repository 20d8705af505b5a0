"""Settings: TOML file < environment < command line; every mistake is told in one line.

The file is the one given by --config or TWINPILOT_CONFIG, else `twinpilot.toml` in the working folder, else the one in the user's
configuration folder. Environment: TWINPILOT_SECTION__KEY (TWINPILOT_GATE__MIN_PROBABILITY=0.9). Durations are numbers of seconds
or carry a unit: "10 s", "5 min", "2 h". Seconds of commitments are network time.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from harness.runtime.duration import Seconds
from harness.runtime.errors import HarnessError
from policies.text.validation import problems_of
from policies.word import Word

PREFIX = "TWINPILOT_"
FILE_NAME = "twinpilot.toml"


class SettingsError(HarnessError):
    """A setting is unknown or has a value that is not allowed."""


class NetworkSettings(Word):
    """Which network: a URL of a live one, or an embedded scenario (stadium, small, or a scenario file)."""

    url: str = ""
    scenario: str = "stadium"
    seed: int = Field(default=1, ge=0)
    port: int = Field(default=0, ge=0, le=65535)
    history_windows: int = Field(default=12, ge=1, le=1000, description="KPI windows that an embedded network runs before")


class PlannerSettings(Word):
    """Who plans; `api_key_env` names the environment variable that holds the key, never the key itself."""

    kind: Literal["rule", "llm"] = "rule"
    base_url: str = "http://127.0.0.1:8000/v1"
    model: str = "6g-llm"
    api_key_env: str = "TWINPILOT_API_KEY"
    timeout: Seconds = Field(default=120.0, gt=0)
    fallback: bool = Field(default=False, description="where no model answers, let the rule planner decide, and say so")


class GateSettings(Word):
    """Thresholds of the gate that are the operator's own; the law itself is data in policies/."""

    min_probability: float = Field(default=0.8, ge=0, le=1)
    max_telemetry_windows: float = Field(default=3.0, gt=0, description="age of the newest KPI window, in windows")
    max_rounds: int = Field(default=3, ge=1, le=10, description="how often a run may come back to planning")
    autonomous: bool = Field(default=False, description="let Cedar's small changes pass without a human")
    approver_roles: tuple[Literal["operator", "engineer"], ...] = Field(default=("operator",), min_length=1)
    guardrails: str = Field(default="", description="a guardrails file of the operator's own; empty: the shipped one")


class ApprovalSettings(Word):
    """How long a request for approval stands (wall time)."""

    ttl: Seconds = Field(default=900.0, gt=0)


class CommitmentSettings(Word):
    """Verification: settle, then `windows` KPI windows; extended up to `deadline` after the observation began."""

    settle_windows: int = Field(default=1, ge=0, le=100)
    windows: int = Field(default=6, ge=3, le=1000)
    deadline: Seconds = Field(default=0.0, ge=0, description="network time for verification; 0: three times settle and windows")
    wall_deadline: Seconds = Field(
        default=0.0, ge=0, description="wall time after which the watchdog reverts; 0: as network time"
    )
    significance: float = Field(default=0.05, gt=0, lt=0.5)
    watchdog: bool = True


class LimitSettings(Word):
    """Bounds of one run."""

    decisions: int = Field(default=40, ge=1, le=1000)
    tool_calls: int = Field(default=80, ge=1, le=10_000)


class JournalSettings(Word):
    """Where the signed heads are kept; empty: below data_dir."""

    heads_dir: str = ""


class TelemetrySettings(Word):
    """OpenTelemetry over OTLP/HTTP; off while no endpoint is given."""

    otlp_endpoint: str = ""


class Settings(BaseSettings):
    """All settings."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, nested_model_default_partial_update=True
    )

    data_dir: Path = Field(default_factory=lambda: platformdirs.user_data_path("twinpilot", appauthor=False))
    network: NetworkSettings = NetworkSettings()
    planner: PlannerSettings = PlannerSettings()
    gate: GateSettings = GateSettings()
    approval: ApprovalSettings = ApprovalSettings()
    commitment: CommitmentSettings = CommitmentSettings()
    limits: LimitSettings = LimitSettings()
    journal: JournalSettings = JournalSettings()
    telemetry: TelemetrySettings = TelemetrySettings()


class _Given(PydanticBaseSettingsSource):
    """A layer whose values were read already."""

    def __init__(self, settings_cls: type[BaseSettings], values: dict[str, Any]) -> None:
        super().__init__(settings_cls)
        self._values = values

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        """Return the layer's value of a field."""
        return self._values.get(field_name), field_name, True

    def __call__(self) -> dict[str, Any]:
        return self._values


def load_settings(config: Path | None = None, overrides: dict[str, Any] | None = None) -> Settings:
    """Return the settings; `overrides` are those of the command line, nested by section. Raises SettingsError."""
    file = _find_file(config)
    from_file = _read_file(file) if file else {}
    given = overrides or {}
    _check_environment()

    class _Layered(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return _Given(settings_cls, given), env_settings, _Given(settings_cls, from_file)

    try:
        return _Layered()
    except ValidationError as error:
        raise SettingsError(_refusal(error, file, from_file, given)) from None


def _find_file(config: Path | None) -> Path | None:
    named = config or (Path(os.environ[f"{PREFIX}CONFIG"]) if os.environ.get(f"{PREFIX}CONFIG") else None)
    if named is not None:
        if not named.is_file():
            raise SettingsError(f"--config {named}: there is no such file; give the path of a TOML file")
        return named
    usual = (Path.cwd() / FILE_NAME, platformdirs.user_config_path("twinpilot", appauthor=False) / FILE_NAME)
    return next((path for path in usual if path.is_file()), None)


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: {' '.join(str(error).split())}; correct the TOML") from None


def _check_environment() -> None:
    """Refuse variables that look like settings and are none; TWINPILOT_API_KEY and TWINPILOT_CONFIG are no settings."""
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    for name in os.environ:
        if name.startswith(PREFIX) and name not in (f"{PREFIX}CONFIG", f"{PREFIX}API_KEY"):
            section = name.split("__", 1)[0]
            if section not in known:
                allowed = ", ".join(sorted(known))
                raise SettingsError(f"environment: {name} is not a setting; there are {allowed} (with __KEY); unset it")


def _refusal(error: ValidationError, file: Path | None, from_file: dict[str, Any], given: dict[str, Any]) -> str:
    problem = problems_of(error, "settings")[0]
    steps, key = problem.steps, ".".join(problem.steps)
    source = "command line" if _has(given, steps) else _variable(steps) or (str(file) if _has(from_file, steps) else "settings")
    if problem.kind == "extra_forbidden":
        return f"{source}: {key}: unknown key; allowed there: {', '.join(_siblings(steps))}; correct or remove it"
    return f"{source}: {problem.text}; correct it or remove it to take the default"


def _has(layer: Any, steps: tuple[str, ...]) -> bool:
    for step in steps:
        if not isinstance(layer, dict) or step not in layer:
            return False
        layer = layer[step]
    return True


def _variable(steps: tuple[str, ...]) -> str:
    name = PREFIX + "__".join(steps).upper()
    return f"environment {name}" if name in os.environ else ""


def _siblings(steps: tuple[str, ...]) -> list[str]:
    model: Any = Settings
    for step in steps[:-1]:
        field = model.model_fields.get(step)
        model = field.annotation if field else Settings
    return list(model.model_fields)
