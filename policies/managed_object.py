"""Managed objects of the NR network resource model, and their distinguished names.

A distinguished name (DN) is a path of `Class=id` steps, written as in TS 32.300:
`ManagedElement=S1,GNBDUFunction=1,NRCellDU=S1C1,RRMPolicyRatio=URLLC`.
Classes and attributes follow TS 28.541; attributes that the model lacks (scheduler weights, A3 parameters at O1) are marked as
vendor-specific in the limits catalogue.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator

from policies.word import Word

Scalar = bool | int | float | str | None

# The classes whose attributes tools read as the present configuration, and which candidates may change, in reading order.
CONFIGURABLE = (
    "NRCellDU",
    "NRSectorCarrier",
    "RRMPolicyRatio",
    "SchedulerProfile",
    "AdmissionControl",
    "NRCellRelation",
    "MobilityProfile",
    "CESManagementFunction",
)

_STEP = re.compile(r"^[A-Z][A-Za-z0-9]*=[A-Za-z0-9_.:\-]+$")


def parse_dn(dn: str) -> list[tuple[str, str]]:
    """Split a DN into (class, id) steps, outermost first; raises ValueError naming the malformed step."""
    return list(_steps(dn))


@lru_cache(maxsize=100_000)
def _steps(dn: str) -> tuple[tuple[str, str], ...]:
    """Return the steps of a DN; cached, because the gate parses the same DNs hundreds of times per change."""
    steps = dn.split(",")
    for step in steps:
        if not _STEP.match(step):
            raise ValueError(f"dn={dn!r}: step {step!r} is not Class=id (TS 32.300 clause 7)")
    return tuple((step.split("=", 1)[0], step.split("=", 1)[1]) for step in steps)


def _valid_dn(dn: str) -> str:
    parse_dn(dn)
    return dn


Dn = Annotated[str, AfterValidator(_valid_dn)]


def class_of(dn: str) -> str:
    """Return the class of the object that `dn` names, that is of its last step."""
    return _steps(dn)[-1][0]


def id_of(dn: str, class_name: str | None = None) -> str | None:
    """Return the id of the last step, or of the step of class `class_name` (None if there is no such step)."""
    steps = parse_dn(dn)
    if class_name is None:
        return steps[-1][1]
    return next((identity for name, identity in steps if name == class_name), None)


def number_of(value: object) -> float | None:
    """Return `value` as a float, or None if it is not a number; booleans are not numbers."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def same_value(value: Scalar, other: Scalar) -> bool:
    """Whether two attribute values are equal; 25 equals 25.0, True does not equal 1."""
    if isinstance(value, bool) or isinstance(other, bool):
        return value is other
    if isinstance(value, int | float) and isinstance(other, int | float):
        return math.isclose(value, other, rel_tol=1e-9, abs_tol=1e-12)
    return value == other


def short_name(name: str) -> str:
    """Return the short name of an object: the id at the end of a DN, or `name` itself if it is not a DN."""
    return (id_of(name) or name) if "=" in name else name


def parent_of(dn: str) -> str:
    """Return the DN of the parent object, empty for a root object."""
    return ",".join(dn.split(",")[:-1])


def is_within(dn: str, under: str) -> bool:
    """Whether `dn` is the object `under` or contained in it; every object is within the empty DN."""
    return not under or dn == under or dn.startswith(under + ",")


def cell_of(dn: str) -> str | None:
    """Return the id of the cell (NRCellDU or NRCellCU) that contains `dn`, or None."""
    return id_of(dn, "NRCellDU") or id_of(dn, "NRCellCU")


class ManagedObject(Word):
    """A managed object with its current attributes."""

    dn: Dn
    attributes: dict[str, Scalar]

    @property
    def class_name(self) -> str:
        """The object's class in TS 28.541."""
        return class_of(self.dn)
