"""Managed objects of the NR network resource model, and the names that find them.

A distinguished name (DN) is a path of `Class=id` steps, written as in TS 32.300:
`ManagedElement=S1,GNBDUFunction=1,NRCellDU=S1C1,RRMPolicyRatio=URLLC`.
Classes and attributes are those of TS 28.541; where the model has none (scheduler weights, A3 parameters at O1)
the limits catalogue marks the attribute as vendor-specific.
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
    """Split a DN into (class, id) steps, outermost first; raises ValueError naming the step that is malformed."""
    return list(_steps(dn))


@lru_cache(maxsize=100_000)
def _steps(dn: str) -> tuple[tuple[str, str], ...]:
    """The steps of a DN, kept: a gate asks for the same names hundreds of times a change."""
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
    """Return the class of the object that `dn` names: that of its last step."""
    return _steps(dn)[-1][0]


def id_of(dn: str, class_name: str | None = None) -> str | None:
    """Return the id of the last step, or of the step of class `class_name` (None when the path has none)."""
    steps = parse_dn(dn)
    if class_name is None:
        return steps[-1][1]
    return next((identity for name, identity in steps if name == class_name), None)


def number_of(value: object) -> float | None:
    """Return `value` as a number, or None where it is none; a boolean is none."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def same_value(value: Scalar, other: Scalar) -> bool:
    """Whether two attribute values are the same; 25 and 25.0 are, True and 1 are not."""
    if isinstance(value, bool) or isinstance(other, bool):
        return value is other
    if isinstance(value, int | float) and isinstance(other, int | float):
        return math.isclose(value, other, rel_tol=1e-9, abs_tol=1e-12)
    return value == other


def short_name(name: str) -> str:
    """Return what a person calls an object: the id at the end of a DN, or the name itself where it is none."""
    return (id_of(name) or name) if "=" in name else name


def parent_of(dn: str) -> str:
    """Return the DN of the containing object, empty for a root."""
    return ",".join(dn.split(",")[:-1])


def is_within(dn: str, under: str) -> bool:
    """Whether `dn` is the object `under` or is contained in it; every object is within the empty DN."""
    return not under or dn == under or dn.startswith(under + ",")


def cell_of(dn: str) -> str | None:
    """Return the cell id (of NRCellDU or NRCellCU) that `dn` lies in, or None."""
    return id_of(dn, "NRCellDU") or id_of(dn, "NRCellCU")


class ManagedObject(Word):
    """One managed object with its attributes as they stand on the network."""

    dn: Dn
    attributes: dict[str, Scalar]

    @property
    def class_name(self) -> str:
        """The object's class in TS 28.541."""
        return class_of(self.dn)
