"""The intents of `twinpilot demo`; the first one is also what `twinpilot bench run` measures."""

from __future__ import annotations

PREPARE_EVENT = (
    "Prepare the stadium cells for tonight's event: keep URLLC delay below 10 ms, give every eMBB user at least 5 Mbps, "
    "and keep energy as low as possible."
)
SAVE_ENERGY = "From 23:00 to midnight save energy in S5C1, S6C2 and S7C3 and keep every eMBB user there above 5 Mbps."
