"""The managed objects of each slice in a cell, with their initial attributes."""

from __future__ import annotations

from policies.managed_object import Scalar
from policies.slices import Slice


def slice_objects(du_dn: str) -> dict[str, dict[str, Scalar]]:
    """Return attributes by DN for the NRCellDU `du_dn`: no guaranteed share, no maximum, equal weights, no admission limit."""
    objects: dict[str, dict[str, Scalar]] = {}
    for slice_ in Slice:
        objects[f"{du_dn},RRMPolicyRatio={slice_.value}"] = {
            "resourceType": "PRB_DL",
            "rRMPolicyMinRatio": 0,
            "rRMPolicyMaxRatio": 100,
            "rRMPolicyDedicatedRatio": 0,
        }
        objects[f"{du_dn},SchedulerProfile={slice_.value}"] = {"schedulerWeight": 1.0}
        objects[f"{du_dn},AdmissionControl={slice_.value}"] = {"maxPrbUsage": 100, "maxConnectedUes": 10_000}
    return objects
