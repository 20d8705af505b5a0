"""The intents of `twinpilot demo`; the first one is also what `twinpilot bench run` measures."""

from __future__ import annotations

PREPARE_EVENT = (
    "Prepare the stadium cells for tonight's event: keep URLLC delay below 10 ms, give every eMBB user at least 5 Mbps, "
    "and spend no more energy than needed."
)
SAVE_ENERGY = "Save energy in S5C1, S6C2 and S7C3 from 23:00 to midnight, but keep every eMBB user there at 5 Mbps or more."
