"""Gain of a receiver at a UAV: the SNR that it saves at 10 % BLER, from the link table.

Link: QPSK 0.37 (MCS 5), four PRBs, one DMRS symbol, TDL-D (line of sight), delay spread 100 ns, 20 m/s. Packet networks do not
model channel estimation: the gain is applied as a lower noise figure, which helps against noise but not against interference.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from twins.link.columns import channel_columns, configuration_columns
from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.table.rows import rows_of
from twins.link.table.tables import LinkTables

RECEIVERS = ("ls", "lmmse", "deeprx")
LINK = "MCS 5, 4 PRBs, 1 DMRS symbol, TDL-D 100 ns, 20 m/s, 1x2"
_SNR_DB = np.arange(-8.0, 20.0, 0.25)


@cache
def receiver_gain_db(receiver: str) -> tuple[float, str]:
    """Return the gain over LS at 10 % BLER, dB, and the link for which it holds."""
    return round(_needed_snr_db("ls") - _needed_snr_db(receiver), 2), LINK


def _needed_snr_db(receiver: str) -> float:
    selection = {"receiver": "deeprx"} if receiver == "deeprx" else {"estimator": receiver, "detector": "lmmse"}
    link = LinkConfiguration.model_validate(
        {**selection, "mcs_table": 1, "mcs_index": 5, "prbs": 4, "subcarrier_khz": 30, "rx_antennas": 2, "dmrs_symbols": 1}
    )
    channels = [
        ChannelConfiguration(profile="TDL-D", delay_spread_ns=100.0, speed_mps=20.0, carrier_ghz=3.5, snr_db=float(snr))
        for snr in _SNR_DB
    ]
    rows = rows_of(configuration_columns([link] * len(channels)), channel_columns(channels))
    bler = LinkTables.load().rates(rows).first_bler
    falling = np.maximum.accumulate(bler[::-1])[::-1]
    return float(np.interp(-0.1, -falling, _SNR_DB))
