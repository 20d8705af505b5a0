"""`twinpilot twin`: what the shipped table covers in a line a family, and a family that does not exist."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from twins.link.command_twin import app
from twins.link.table.tables import LinkTables


def test_each_family_of_the_shipped_table_has_a_line_with_its_ranges() -> None:
    shown = CliRunner().invoke(app, ["table"])
    assert shown.exit_code == 0, shown.output
    tables = LinkTables.load()
    lines = shown.stdout.splitlines()
    for line, family in zip(lines, tables.families.values(), strict=False):
        assert line.startswith(f"{family.receiver_name} {family.tx_antennas}x{family.rx_antennas}, ")
        assert f"{min(family.prbs)} to {max(family.prbs)} PRBs" in line
    assert tables.record.sha256 in shown.stdout
    assert f"remake {tables.record.remake}" in lines
    answered = json.loads(CliRunner().invoke(app, ["table", "--json"]).stdout)
    assert [one["receiver_name"] for one in answered["families"]] == [one.receiver_name for one in tables.families.values()]


def test_a_family_that_does_not_exist_is_named_with_those_that_do() -> None:
    refused = CliRunner().invoke(app, ["tabulate", "--family", "oracle_1x2_1"])
    assert refused.exit_code == 2
    assert "--family='oracle_1x2_1' is none of" in refused.output
    assert "ls+lmmse_1x2_1" in refused.output
