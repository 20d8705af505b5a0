"""`twinpilot twin`: one line per family of the shipped table, and a family that does not exist."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from twins.link.command_twin import app
from twins.link.table.tables import LinkTables


def test_each_family_of_the_shipped_table_has_a_line_with_its_ranges() -> None:
    result = CliRunner().invoke(app, ["table"])
    assert result.exit_code == 0, result.output
    tables = LinkTables.load()
    lines = result.stdout.splitlines()
    for line, family in zip(lines, tables.families.values(), strict=False):
        assert line.startswith(f"{family.receiver_name} {family.tx_antennas}x{family.rx_antennas}, ")
        assert f"{min(family.prbs)} to {max(family.prbs)} PRBs" in line
    assert tables.record.sha256 in result.stdout
    assert f"remake {tables.record.remake}" in lines
    payload = json.loads(CliRunner().invoke(app, ["table", "--json"]).stdout)
    names = [family.receiver_name for family in tables.families.values()]
    assert [family["receiver_name"] for family in payload["families"]] == names


def test_a_family_that_does_not_exist_is_named_with_those_that_do() -> None:
    refused = CliRunner().invoke(app, ["tabulate", "--family", "oracle_1x2_1"])
    assert refused.exit_code == 2
    assert "--family='oracle_1x2_1' is none of" in refused.output
    assert "ls+lmmse_1x2_1" in refused.output
