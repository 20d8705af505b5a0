"""Typical sectors: a street-level UMi cell and a rooftop UMa cell, at FR1 and FR2 carriers."""

from __future__ import annotations

from twins.beams.scenario import FR1_GHZ, BeamScenario, Propagation


def typical_scenario(carrier_ghz: float, propagation: Propagation, /, **changes: object) -> BeamScenario:
    """Return a UMi cell at 10 m or a UMa cell at 25 m height (TR 38.901 table 7.2-1).

    The carrier has 40 MHz at 30 kHz in FR1 or 100 MHz at 120 kHz in FR2. `changes` replace fields of the scenario; raises
    ValueError (pydantic) if the scenario refuses them.
    """
    fr1, roof = carrier_ghz <= FR1_GHZ[1], propagation == "UMa"
    return BeamScenario.model_validate(
        {
            "carrier_ghz": carrier_ghz,
            "propagation": propagation,
            "subcarrier_khz": 30 if fr1 else 120,
            "prbs": 106 if fr1 else 66,
            "base_height_m": 25.0 if roof else 10.0,
            "tx_power_dbm": (46.0 if roof else 40.0) if fr1 else (40.0 if roof else 35.0),
            "noise_figure_db": 7.0 if fr1 else 9.0,
            "farthest_m": 250.0 if roof else 150.0,
            **changes,
        }
    )
