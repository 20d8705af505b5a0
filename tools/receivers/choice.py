"""Receivers by name.

`ls+lmmse`, `perfect+kbest`, ... name estimator and detector of the classical receiver; `deeprx`, `deeptx` and receivers of other
packages have their own names.
"""

from __future__ import annotations

from typing import get_args

from pydantic import ValidationError

from policies.text.validation import validation_text
from twins.link.configuration import Detector, Estimator, LinkConfiguration
from twins.link.receiver import ReceiverUnavailable, receiver_names

ESTIMATORS, DETECTORS = get_args(Estimator), get_args(Detector)


def all_receivers(configuration: LinkConfiguration) -> tuple[str, ...]:
    """Return the names of all receivers applicable to `configuration`; K-Best for two or more layers only."""
    detectors = DETECTORS if configuration.layers > 1 else DETECTORS[:1]
    classical = [f"{estimator}+{detector}" for detector in detectors for estimator in ESTIMATORS]
    return (*classical, *(name for name in receiver_names() if name != "classical"))


def with_receiver(configuration: LinkConfiguration, name: str) -> LinkConfiguration:
    """Return `configuration` with receiver `name`; raises ReceiverUnavailable for an unknown name or invalid combination.

    DeepTx is transmitter and receiver in one: its name selects both.
    """
    estimator, _, detector = name.partition("+")
    fields = {"receiver": name, "estimator": None, "detector": None}
    if estimator in ESTIMATORS and detector in DETECTORS:
        fields = {"receiver": "classical", "estimator": estimator, "detector": detector}
    elif name == "classical" or name not in receiver_names():
        raise ReceiverUnavailable(f"receiver={name!r} is none of {', '.join(all_receivers(configuration))}")
    fields["transmitter"] = "deeptx" if name == "deeptx" else "pusch"
    try:
        return LinkConfiguration.model_validate({**configuration.model_dump(), **fields})
    except ValidationError as error:
        raise ReceiverUnavailable(validation_text(error, "link")) from None
