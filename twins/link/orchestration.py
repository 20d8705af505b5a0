"""An orchestration: the typed workflow that a language model writes, compiled to a link configuration (seed 000, section II).

1. It has four steps, each a module and its arguments: `transmitter`, `channel_coding`, `receiver`, `resources`. A model is shown
   `Orchestration.model_json_schema()`, with field names, units and ranges; `read_orchestration` parses its answer.
2. `compile_orchestration(orchestration, device)` returns the `LinkConfiguration`, with all antennas of the base station.
3. An orchestration that cannot be parsed, cannot be transmitted or exceeds the device raises `OrchestrationRefused`, which lists
   every broken rule.
"""

from __future__ import annotations

from typing import Any, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError

from policies.text.validation import problems_of
from policies.word import Word
from twins.link.columns import configuration_columns
from twins.link.configuration import LdpcAlgorithm, LinkConfiguration
from twins.link.device import DeviceState, device_violations

Model = TypeVar("Model", bound=BaseModel)


class OrchestrationRefused(ValueError):  # noqa: N818 - a refusal is an answer, not an error of the program
    """The orchestration cannot be used; `reasons` has one sentence per broken rule."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class Transmitter(Word):
    """How bits are mapped to the transmitted slot."""

    module: Literal["pusch", "deeptx"] = Field(
        description="pusch: QAM and DMRS of TS 38.211; deeptx: learned constellation and pilots, needs receiver deeptx"
    )
    mcs_table: Literal[1, 2] = Field(description="MCS table, TS 38.214 table 5.1.3.1-1 (up to 64QAM) or 5.1.3.1-2 (up to 256QAM)")
    mcs_index: int = Field(ge=0, le=27, description="MCS index 0..27 in that table")
    layers: int = Field(ge=1, le=4, description="spatial layers, at most the antenna ports")
    antenna_ports: Literal[1, 2, 4] = Field(description="transmit antenna ports to use, at most those of the device")
    power_dbm: float = Field(ge=-40.0, le=26.0, description="transmit power in dBm, at most that of the device")


class ChannelCoding(Word):
    """Channel coding and retransmission."""

    module: Literal["ldpc"] = Field(description="LDPC of TS 38.212")
    algorithm: LdpcAlgorithm = Field(description="check node update of the decoder; boxplus-phi is exact and the most expensive")
    iterations: int = Field(ge=1, le=50, description="decoder iterations, 1..50")
    harq_retransmissions: int = Field(
        ge=0, le=3, description="retransmissions that HARQ may add, 0..3; each costs a round trip of delay"
    )


class Receiver(Word):
    """How the received slot becomes soft bits."""

    module: str = Field(
        min_length=1, description="classical (then set estimator and detector), or a neural receiver: deeprx, deeptx"
    )
    estimator: Literal["ls", "lmmse"] | None = Field(default=None, description="channel estimator of the classical receiver")
    detector: Literal["lmmse", "kbest"] | None = Field(
        default=None, description="detector of the classical receiver; kbest for 2+ layers"
    )


class Resources(Word):
    """Time and frequency resources of the transmission."""

    prbs: int = Field(ge=1, le=273, description="physical resource blocks, 12 subcarriers each")
    subcarrier_khz: Literal[15, 30, 60, 120] = Field(description="subcarrier spacing in kHz")
    dmrs_symbols: int = Field(ge=1, le=4, description="DMRS (pilot) symbols in the slot of 14, 1..4")


class Orchestration(Word):
    """The workflow of one link: a module and its arguments for each step."""

    transmitter: Transmitter
    channel_coding: ChannelCoding
    receiver: Receiver
    resources: Resources

    @classmethod
    def of(cls, configuration: LinkConfiguration) -> Orchestration:
        """Return the orchestration that compiles to `configuration`; raises OrchestrationRefused for perfect CSI."""
        values: dict[str, dict[str, Any]] = {"channel_coding": {"module": "ldpc"}}
        for (step, argument), field in _FIELDS.items():
            values.setdefault(step, {})[argument] = getattr(configuration, field)
        if configuration.receiver == "classical":
            values["receiver"] |= {"estimator": configuration.channel_estimator, "detector": configuration.mimo_detector}
        return _validated(cls, values)


# (step, argument) of the orchestration → field of the link configuration.
_FIELDS = {
    ("transmitter", "module"): "transmitter",
    ("transmitter", "mcs_table"): "mcs_table",
    ("transmitter", "mcs_index"): "mcs_index",
    ("transmitter", "layers"): "layers",
    ("transmitter", "antenna_ports"): "tx_antennas",
    ("transmitter", "power_dbm"): "transmit_power_dbm",
    ("channel_coding", "algorithm"): "ldpc_algorithm",
    ("channel_coding", "iterations"): "ldpc_iterations",
    ("channel_coding", "harq_retransmissions"): "harq_retransmissions",
    ("receiver", "module"): "receiver",
    ("receiver", "estimator"): "estimator",
    ("receiver", "detector"): "detector",
    ("resources", "prbs"): "prbs",
    ("resources", "subcarrier_khz"): "subcarrier_khz",
    ("resources", "dmrs_symbols"): "dmrs_symbols",
}


def read_orchestration(text: str) -> Orchestration:
    """Parse the JSON of a model; raises OrchestrationRefused naming each field that is missing, unknown or out of range."""
    try:
        return Orchestration.model_validate_json(text)
    except ValidationError as error:
        raise OrchestrationRefused(_reasons(error)) from None


def compile_orchestration(orchestration: Orchestration, device: DeviceState) -> LinkConfiguration:
    """Return the link configuration of `orchestration` on `device`; raises OrchestrationRefused if a rule is broken."""
    fields = {field: getattr(getattr(orchestration, step), argument) for (step, argument), field in _FIELDS.items()}
    configuration = _validated(LinkConfiguration, {**fields, "rx_antennas": device.rx_antennas})
    violations = device_violations(device, configuration_columns([configuration]))
    if violations:
        raise OrchestrationRefused(tuple(str(violation) for violation in violations))
    return configuration


def _validated(model: type[Model], values: dict[str, Any]) -> Model:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise OrchestrationRefused(_reasons(error)) from None


def _reasons(error: ValidationError) -> tuple[str, ...]:
    return tuple(problem.text for problem in problems_of(error, "the orchestration"))
