"""`twinpilot export`: models that anyone's runtime can load, with their records."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from policies.artefact import read_artefact
from tools.receivers.command_export import app
from tools.receivers.deeprx.receiver import WEIGHTS


def test_every_modulation_becomes_a_model_that_decides_as_the_network_does(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["deeprx", "--out", str(tmp_path / "models"), "--json"])
    assert result.exit_code == 0, result.output
    models = json.loads(result.stdout)["models"]
    assert [one["bits_per_symbol"] for one in models] == [2, 4, 6]
    for one in models:
        assert one["largest_difference"] < 1e-4 * one["largest_llr"]
        record = read_artefact(Path(one["file"]))
        assert record.versions["weights"] == read_artefact(WEIGHTS).sha256
        assert record.card == read_artefact(WEIGHTS).card


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("taken")
    result = CliRunner().invoke(app, ["--out", str(tmp_path / "file" / "models")])
    assert result.exit_code == 2
    assert str(tmp_path / "file") in result.output
