from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tools.receivers.command_link import app

LINK = "QPSK, 2 PRB, TDL-A 30 ns, 3 m/s"


def _run(*arguments: str):
    return CliRunner().invoke(app, arguments)


def test_a_link_is_printed_plotted_and_stored(tmp_path: Path) -> None:
    process = _run(f"{LINK}, 4 dB", "--receivers", "ls+lmmse,perfect+lmmse", "--slots", "64", "--out", str(tmp_path))
    assert process.exit_code == 0, process.output
    for word in ("ls+lmmse", "perfect+lmmse", "BLER", "Mbit/s", "NMSE", "delay", "middle one of QPSK", "receivers.png"):
        assert word in process.output
    assert (tmp_path / "receivers.png").read_bytes().startswith(b"\x89PNG")
    rows = json.loads((tmp_path / "results.json").read_text())["rows"]
    assert [row["receiver"] for row in rows] == ["ls+lmmse", "perfect+lmmse"]
    assert rows[1]["result"]["uncoded_ber"]["value"] < rows[0]["result"]["uncoded_ber"]["value"]


def test_json_is_one_object_and_a_seed_repeats(tmp_path: Path) -> None:
    first, second = (_run(f"{LINK}, 4 dB", "--slots", "64", "--seed", "7", "--json", "--out", str(tmp_path)) for _ in range(2))
    results = [json.loads(process.stdout)["rows"][0]["result"] for process in (first, second)]
    for result in results:
        result["provenance"].pop("observed_at")
    assert results[0] == results[1]
    assert results[0]["provenance"]["seeds"] == [7]


def test_the_bler_of_a_sweep_falls_with_snr(tmp_path: Path) -> None:
    process = _run(LINK + ", 0 dB", "--sweep=-12:12:24", "--slots", "64", "--json", "--out", str(tmp_path))
    assert process.exit_code == 0, process.output
    report = json.loads(process.stdout)
    low, high = (row["result"] for row in report["rows"])
    assert (low["snr_db"], high["snr_db"]) == (-12.0, 12.0)
    assert low["bler"]["value"] > high["bler"]["value"]
    assert Path(report["plot"]).read_bytes().startswith(b"\x89PNG")


def test_a_receiver_that_cannot_receive_the_link_has_a_row_with_its_reason(tmp_path: Path) -> None:
    process = _run(
        "QPSK, 2 PRB, 2x2, 2 layers, 10 dB", "--receivers", "ls+lmmse,deeprx", "--slots", "64", "--json", "--out", str(tmp_path)
    )
    assert process.exit_code == 0, process.output
    rows = {row["receiver"]: row for row in json.loads(process.stdout)["rows"]}
    assert rows["deeprx"]["result"] is None
    assert "one layer" in rows["deeprx"]["reason"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["16QAM"], "no SNR"),
        (["3 dB", "--receivers", "oracle"], "give all, or some of ls+lmmse"),
        (["3 dB", "--sweep", "5"], "FROM:TO:STEP"),
        (["3 dB", "--sweep", "0:10:0"], "FROM:TO:STEP"),
        (["3 dB", "--sweep", "0:90:10"], "exceeds the range"),
        (["2 layers, 2x2, 3 dB", "--receivers", "deeprx"], "one layer"),
    ],
)
def test_an_invalid_command_ends_in_one_line(arguments: list[str], words: str, tmp_path: Path) -> None:
    process = _run(*arguments, "--out", str(tmp_path))
    assert process.exit_code == 2
    assert words in process.stderr
    assert len(process.stderr.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir())
