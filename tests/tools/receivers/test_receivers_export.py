"""`twinpilot export`: models for any ONNX runtime, with their records."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from policies.artefact import read_artefact
from tools.receivers.command_export import app
from tools.receivers.deeprx.receiver import WEIGHTS


def test_every_modulation_becomes_a_model_with_the_networks_llrs(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["deeprx", "--out", str(tmp_path / "models"), "--json"])
    assert result.exit_code == 0, result.output
    models = json.loads(result.stdout)["models"]
    assert [model["bits_per_symbol"] for model in models] == [2, 4, 6]
    for model in models:
        assert model["largest_difference"] < 1e-4 * model["largest_llr"]
        record = read_artefact(Path(model["file"]))
        assert record.versions["weights"] == read_artefact(WEIGHTS).sha256
        assert record.card == read_artefact(WEIGHTS).card


def test_a_folder_that_cannot_be_created_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("occupied")
    result = CliRunner().invoke(app, ["--out", str(tmp_path / "file" / "models")])
    assert result.exit_code == 2
    assert str(tmp_path / "file") in result.output
