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


def test_the_definition_of_the_snr_and_the_noise_power_are_printed(tmp_path: Path) -> None:
    process = _run("QPSK, r=1/2, 2 PRB, 10 dB Eb/N0", "--slots", "64", "--out", str(tmp_path))
    assert process.exit_code == 0, process.output
    assert "simulated at 10.00 dB SNR (N0 = 0.1); SNR is Es/N0, the mean received power per resource element" in process.output
    assert "10 dB Eb/N0 is 10.00 dB SNR" in " ".join(process.output.split())


def test_receivers_are_compared_by_the_interval_of_their_difference(tmp_path: Path) -> None:
    names = "ls+lmmse,lmmse+lmmse"
    process = _run(f"{LINK}, 20 dB", "--receivers", names, "--slots", "64", "--json", "--out", str(tmp_path))
    report = json.loads(process.stdout)
    assert [row["result"]["bler"]["value"] for row in report["rows"]] == [0.0, 0.0]
    assert report["findings"] == ["BLER of lmmse+lmmse minus ls+lmmse: +0.000 (-0.057 to +0.057), not distinguishable"]


def test_an_error_floor_is_named_and_more_pilots_come_before_power_and_receivers(tmp_path: Path) -> None:
    floor = "MCS 20, 2 PRB, 1 DMRS symbol, TDL-A 50 ns, 55 m/s, 25, 30 and 35 dB"
    process = _run(floor, "--slots", "64", "--json", "--out", str(tmp_path))
    assert process.exit_code == 0, process.output
    findings = "\n".join(json.loads(process.stdout)["findings"])
    assert "SNR-independent error floor of ls+lmmse with 1 DMRS symbol" in findings
    assert findings.index("More DMRS symbols were tried") < findings.index("Receivers against ls+lmmse")
    assert "do not raise the power, it cannot help" in findings


def test_a_sweep_that_falls_says_that_it_is_no_floor(tmp_path: Path) -> None:
    process = _run(LINK + ", 0 dB", "--sweep=-12:12:12", "--slots", "64", "--json", "--out", str(tmp_path))
    (finding,) = json.loads(process.stdout)["findings"]
    assert finding.startswith("ls+lmmse: falling with SNR")
