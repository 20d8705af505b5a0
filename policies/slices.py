"""Network slices by their standardized Slice/Service Type.

Source: 3GPP TS 23.501 clause 5.15.2.2, table 5.15.2.2-1 (SST 1 eMBB, 2 URLLC, 3 MIoT).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Slice(StrEnum):
    """A slice by its common name; `sst` is the number used on interfaces."""

    EMBB = "eMBB"
    URLLC = "URLLC"
    MMTC = "mMTC"

    @property
    def sst(self) -> int:
        """Slice/Service Type of the S-NSSAI: 1, 2 or 3."""
        return SST[self]

    @classmethod
    def from_sst(cls, sst: int) -> Slice:
        """Return the slice whose SST is `sst`; raises ValueError for any other number."""
        for slice_, number in SST.items():
            if number == sst:
                return slice_
        raise ValueError(f"sst={sst}: must be 1 (eMBB), 2 (URLLC) or 3 (mMTC), TS 23.501 table 5.15.2.2-1")


SST: Final[dict[Slice, int]] = {Slice.EMBB: 1, Slice.URLLC: 2, Slice.MMTC: 3}
