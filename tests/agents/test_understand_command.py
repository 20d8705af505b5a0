"""`twinpilot understand` with the shipped readers: what it prints, what it asks, and what it refuses to take."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from agents.readers.command_understand import app

RUNNER = CliRunner()
GOAL = "URLLC latency at S3C1 shouldn't ever be more than 15 ms"


def understand(*arguments: str) -> Result:
    return RUNNER.invoke(app, arguments)


@pytest.fixture(scope="module")
def readings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """Readings of texts about the stadium, by text."""
    texts = [
        GOAL,
        "Never switch off S4C2",
        "put S4C2 to sleep from midnight to five",
        "Raise the tilt of S9C1 by 2 degrees",
        "keep p99 delay of URLLC below 10 ms in S1C1",
        "set the hysteresis of S1C1 to 40 dB",
        "who won the cup final in 1966?",
        "",
        "load " * 400,
        "delay \ud800 below 8 ms",
    ]
    file = tmp_path_factory.mktemp("lines") / "texts.jsonl"
    file.write_text("".join(json.dumps({"text": text, "note": 1}) + "\n" for text in texts), encoding="utf-8")
    result = understand("--lines", str(file), "--json")
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(lines) == len(texts)
    return dict(zip(texts, lines, strict=True))


def test_a_goal_is_read_with_kpi_slice_cell_and_bound(readings: dict[str, dict[str, object]]):
    (target,) = readings[GOAL]["targets"]
    expected = {
        "kpi": "DRB.PdcpSduDelayDl",
        "slice": "URLLC",
        "cells": ["S3C1"],
        "condition": "<=",
        "value": 15.0,
        "relative": None,
    }
    assert target == expected
    assert readings[GOAL]["act"] == "change" and readings[GOAL]["question"] == ""
    assert "at most 15 ms" in readings[GOAL]["read_back"]
    assert {"amount of target 1", "place of target 1"} <= {one["slot"] for one in readings[GOAL]["accounted"]}


def test_a_negation_never_becomes_the_act_that_it_forbids(readings: dict[str, dict[str, object]]):
    never = readings["Never switch off S4C2"]
    assert never["edits"] == []
    assert never["act"] in ("forbid", "ask")


def test_clock_times_are_a_window_and_no_bound(readings: dict[str, dict[str, object]]):
    night = readings["put S4C2 to sleep from midnight to five"]
    assert night["targets"] == []
    assert night["act"] == "ask" or night["window"] == ["2026-06-07T00:00:00Z", "2026-06-07T05:00:00Z"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Raise the tilt of S9C1 by 2 degrees", "S9C1"),
        ("keep p99 delay of URLLC below 10 ms in S1C1", "p99"),
        ("", "no word"),
        ("load " * 400, "pieces"),
        ("delay \ud800 below 8 ms", "surrogate"),
    ],
)
def test_what_nobody_can_know_is_asked_about_with_the_words(readings: dict[str, dict[str, object]], text: str, said: str):
    assert readings[text]["act"] == "ask"
    assert said in readings[text]["question"] or readings[text]["because"]
    assert readings[text]["edits"] == readings[text]["targets"] == []


def test_the_impossible_and_the_foreign_are_never_acted_on(readings: dict[str, dict[str, object]]):
    assert readings["set the hysteresis of S1C1 to 40 dB"]["act"] in ("cannot", "ask")
    assert readings["who won the cup final in 1966?"]["act"] in ("off_topic", "ask", "question")


def test_the_same_text_alone_is_read_the_same(readings: dict[str, dict[str, object]]):
    result = understand(GOAL, "--json")
    alone = json.loads(result.stdout)
    assert {name: alone[name] for name in ("act", "targets", "edits")} == {
        name: readings[GOAL][name] for name in ("act", "targets", "edits")
    }


def test_another_networks_names_come_from_its_card(tmp_path: Path):
    card = {
        "name": "mine",
        "now": "2030-01-01T10:00:00Z",
        "cells": [{"id": "pit-a", "site": "pit"}, {"id": "pit-b", "site": "pit"}],
    }
    path = tmp_path / "card.json"
    path.write_text(json.dumps(card), encoding="utf-8")
    result = understand("packet loss in pit-b below 1 %", "--card", str(path), "--json")
    reading = json.loads(result.stdout)
    assert reading["act"] == "ask" or reading["targets"][0]["cells"] == ["pit-b"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "either a text or --lines"),
        ((GOAL, "--card", "{bad}"), "cells"),
        (("--lines", "{bad}"), "line 1"),
        ((GOAL, "--card", "{missing}"), "missing"),
    ],
)
def test_bad_input_is_named(tmp_path: Path, arguments: tuple[str, ...], said: str):
    bad = tmp_path / "bad.json"
    bad.write_text('{"name": "x", "now": "2030-01-01T10:00:00Z", "cells": []}\n', encoding="utf-8")
    places = {"bad": str(bad), "missing": str(tmp_path / "missing.json")}
    result = understand(*(argument.format(**places) for argument in arguments))
    assert result.exit_code == 2
    assert said in result.output
