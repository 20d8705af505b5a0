"""Settings: TOML file < environment < command line; an invalid setting is reported in one line.

The file is that of --config or TWINPILOT_CONFIG, else `twinpilot.toml` in the working folder, else the one in the user's
configuration folder. Environment: TWINPILOT_SECTION__KEY (TWINPILOT_GATE__MIN_PROBABILITY=0.9). Durations are numbers of seconds
or carry a unit: "10 s", "5 min", "2 h". Seconds of commitments are network time.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from harness.runtime.duration import Seconds
from harness.runtime.errors import HarnessError
from policies.kpi import kpi_definition, kpi_definitions
from policies.text.base_url import BaseUrl
from policies.text.validation import problems_of
from policies.word import Word

MOST_LOOKS = 5
"""Times `windows` that a verification may take by default: three are too few for KPIs that scatter as much as is material."""
PREFIX = "TWINPILOT_"
FILE_NAME = "twinpilot.toml"
_NO_SETTINGS = frozenset(
    f"{PREFIX}{name}" for name in ("CONFIG", "API_KEY", "NETWORK_URL", "NETWORK_TOKEN", "NETWORK_LOGIN", "WITNESS_TOKEN")
)
NO_WITNESS = "none"  # journal.witness_dir: no second place
PlannerKind = Literal["rule", "6g-llm", "6g-planner", "llm"]
DEFAULT_PLANNER: PlannerKind = "6g-planner"
"""Who plans where nobody says it: the one place that decides this for all commands."""


class SettingsError(HarnessError):
    """A setting is unknown, or its value is not allowed."""


class NetworkSettings(Word):
    """The network: the URL of a running one, or an embedded scenario (stadium, small, or a scenario file).

    credentials_file: a TOML file of the peers' logins and tokens (`tools.oran.access.credentials`); never in a URL.
    """

    url: BaseUrl = ""
    credentials_file: str = ""
    scenario: str = "stadium"
    seed: int = Field(default=1, ge=0)
    port: int = Field(default=0, ge=0, le=65535)
    history_windows: int = Field(default=12, ge=1, le=1000, description="KPI windows that an embedded network runs first")


class PlannerSettings(Word):
    """The planner; `api_key_env` names the environment variable that holds the API key, never the key itself.

    kind: 6g-planner reads with the shipped language model and plans with the shipped planning model (where they are not
    installed, the rules do it, and the run says so); 6g-llm reads as 6g-planner and plans by rules; rule reads and plans by
    rules; llm asks an endpoint. ask_below: how sure the 6G-LLM must be of a reading, else it is asked about (0: whatever code
    can compute is acted on, 1: nothing); none: the shipped threshold. `twinpilot llm calibrate` prints and plots what a
    threshold costs.
    """

    kind: PlannerKind = DEFAULT_PLANNER
    ask_below: float | None = Field(default=None, ge=0, le=1)
    base_url: BaseUrl = "http://127.0.0.1:8000/v1"
    model: str = "6g-llm"
    api_key_env: str = "TWINPILOT_API_KEY"
    timeout: Seconds = Field(default=120.0, gt=0)
    structured: Literal["json_schema", "tool"] = Field(
        default="json_schema", description="how the endpoint is asked for a decision: by a response format, or a named tool"
    )
    prompt_tokens: int = Field(default=16_000, ge=500, description="the longest prompt, also where the model's window is longer")
    reply_tokens: int = Field(default=2048, ge=64, le=32_768, description="the longest reply")
    fallback: bool = Field(default=False, description="if no model answers, the rule planner decides and says so")


class GateSettings(Word):
    """Thresholds of the gate that the operator sets; its limits and guardrails are data in policies/."""

    min_probability: float = Field(default=0.8, ge=0, le=1)
    max_telemetry_windows: float = Field(default=3.0, gt=0, description="maximum age of the newest KPI window, in windows")
    max_rounds: int = Field(default=3, ge=1, le=10, description="how often a run may return to planning")
    autonomous: bool = Field(default=False, description="allow the changes that Cedar permits without a human")
    approver_roles: tuple[Literal["operator", "engineer"], ...] = Field(default=("operator",), min_length=1)
    guardrails: str = Field(default="", description="the operator's own guardrails file; empty: the shipped one")


class ApprovalSettings(Word):
    """How long a request for approval is valid (wall time), and who may approve: entries are `uid`, `uid:name` or a name.

    Without entries the local user, the owner of data_dir, has gate.approver_roles; with entries nobody else has a role.
    """

    ttl: Seconds = Field(default=900.0, gt=0)
    four_eyes: bool = Field(default=False, description="nobody approves what they requested; --approve counts as the requester")
    operators: tuple[str, ...] = ()
    engineers: tuple[str, ...] = ()


class CommitmentSettings(Word):
    """Verification: `settle_windows`, then `windows` KPI windows, in doubt again as many, up to `deadline` from the apply.

    A change for a later time window is applied `lead_windows` KPI windows before it.
    """

    settle_windows: int = Field(default=1, ge=0, le=100)
    windows: int = Field(default=6, ge=3, le=1000)
    lead_windows: int = Field(default=1, ge=0, le=100, description="KPI windows from the apply to the start of the time window")
    deadline: Seconds = Field(
        default=0.0, ge=0, description="network time for verification; 0: settling, then five times `windows`"
    )
    wall_deadline: Seconds = Field(
        default=0.0, ge=0, description="wall time after which the watchdog reverts; 0: as in network time"
    )
    significance: float = Field(default=0.05, gt=0, lt=0.5)
    on_inconclusive: Literal["roll_back", "ask"] = Field(
        default="roll_back",
        description="ask: a person keeps it, keeps watching or takes it back; without an answer it is taken back",
    )
    memory: dict[str, Annotated[Seconds, Field(ge=0)]] = Field(
        default_factory=dict, description="by KPI, for how long the peer's counter still contains what was before (network time)"
    )
    watchdog: bool = True

    @field_validator("memory")
    @classmethod
    def _known(cls, memory: dict[str, float]) -> dict[str, float]:
        for kpi in memory:
            kpi_definition(kpi)
        return memory

    def settling(self, granularity_s: float) -> float:
        """Return after which time KPIs in windows of this length (seconds) have settled: seconds of network time."""
        return max(self.settle_windows * granularity_s, self.longest_memory)

    def longest(self, granularity_s: float) -> float:
        """Return how long a verification may take: seconds of network time from the apply."""
        return self.deadline or self.settling(granularity_s) + MOST_LOOKS * self.windows * granularity_s

    @property
    def longest_memory(self) -> float:
        """The longest memory of a KPI's counter, by these settings or by the KPI catalogue; seconds of network time."""
        return max(self.memory.get(name, definition.memory_s) for name, definition in kpi_definitions().items())


class LimitSettings(Word):
    """Budgets of one run."""

    decisions: int = Field(default=40, ge=1, le=1000)
    tool_calls: int = Field(default=80, ge=1, le=10_000)


class JournalSettings(Word):
    """Where the signed heads go, beside the data and to witnesses that notice if data and heads are cut together.

    heads_dir: empty: below data_dir. witness_dir: the second place; empty: the user's state folder, "none": no second place.
    witness_url: an HTTP witness (`twinpilot journal witness`). witness_syslog: /dev/log or HOST:PORT.
    """

    heads_dir: str = ""
    witness_dir: str = ""
    witness_url: BaseUrl = ""
    witness_syslog: str = ""


class TelemetrySettings(Word):
    """OpenTelemetry over OTLP/HTTP; off if the endpoint is empty."""

    otlp_endpoint: BaseUrl = ""


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


class _Layer(PydanticBaseSettingsSource):
    """One layer of settings as a plain dict."""

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
    command_line = overrides or {}
    _check_environment()
    try:
        return _layered(command_line, from_file)()
    except ValidationError as error:
        raise SettingsError(_refusal(error, file, from_file, command_line)) from None


def _layered(command_line: dict[str, Any], from_file: dict[str, Any]) -> type[Settings]:
    """Return settings that read these two layers, with the environment between them."""

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
            return _Layer(settings_cls, command_line), env_settings, _Layer(settings_cls, from_file)

    return _Layered


def _find_file(config: Path | None) -> Path | None:
    named = config or (Path(os.environ[f"{PREFIX}CONFIG"]) if os.environ.get(f"{PREFIX}CONFIG") else None)
    if named is not None:
        if not named.is_file():
            raise SettingsError(f"--config {named}: there is no such file; give the path of a TOML file")
        return named
    default_paths = (Path.cwd() / FILE_NAME, platformdirs.user_config_path("twinpilot", appauthor=False) / FILE_NAME)
    return next((path for path in default_paths if path.is_file()), None)


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: {' '.join(str(error).split())}; correct the TOML") from None


def _check_environment() -> None:
    """Refuse unknown TWINPILOT_ variables; those in `_NO_SETTINGS` are none."""
    sections = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    for name in os.environ:
        is_setting = name.startswith(PREFIX) and name not in _NO_SETTINGS
        if is_setting and name.split("__", 1)[0] not in sections:
            allowed = ", ".join(sorted(sections))
            raise SettingsError(f"environment: {name} is not a setting; there are {allowed} (with __KEY); unset it")


def _refusal(error: ValidationError, file: Path | None, from_file: dict[str, Any], command_line: dict[str, Any]) -> str:
    problem = problems_of(error, "settings")[0]
    steps, key = problem.steps, ".".join(problem.steps)
    source = (
        "command line" if _has(command_line, steps) else _variable(steps) or (str(file) if _has(from_file, steps) else "settings")
    )
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
