"""Evidence reaches planners as the tool's own types, validated once; malformed evidence is skipped."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from agents.heuristics.evidence_reader import answer_to, answers_of, latest, values_of
from policies.slices import Slice
from tools.calls.observation import Observation
from tools.calls.tool_call import ToolCall
from tools.ran.constraint_tools import retrieve_3gpp_constraint
from tools.ran.kpi_tool import query_kpi


def _row(value: float | None, **changed: Any) -> dict[str, Any]:
    row = {
        "kpi": "DRB.UEThpDl", "cell": "S1C1", "slice": "eMBB", "start": "2026-06-05T17:50:00+00:00",
        "end": "2026-06-05T17:55:00+00:00", "value": value, "unit": "Mbit/s", "count": 5,
    }  # fmt: skip
    return {**row, **changed}


def _observation(*rows: dict[str, Any], windows: int = 4, tool: str = "query_kpi") -> Observation:
    call = ToolCall(tool=tool, arguments={"kpis": ["DRB.UEThpDl"], "windows": windows})
    return Observation(call=call, evidence={"value": {"rows": list(rows), "means": []}})


FAILED = Observation(call=ToolCall(tool="query_kpi", arguments={}), error="no answer", boundary="unavailable")


def test_values_have_the_tools_type_oldest_first() -> None:
    tables = list(values_of((_observation(_row(1.0)), FAILED, _observation(_row(2.0), _row(None))), query_kpi))
    assert [[row.value for row in table.rows] for table in tables] == [[1.0], [2.0, None]]
    assert tables[0].rows[0].slice is Slice.EMBB


def test_another_tools_evidence_and_malformed_evidence_are_skipped() -> None:
    bad = [
        _observation(_row(1.0), tool="another"),
        _observation(_row(1.0, slice="gaming")),
        _observation(_row(1.0, extra="x")),
        _observation({"kpi": "DRB.UEThpDl"}),
        Observation(call=ToolCall(tool="query_kpi", arguments={}), evidence={"value": "all is well"}),
        Observation(call=ToolCall(tool="query_kpi", arguments={}), evidence={}),
    ]
    assert list(values_of(bad, query_kpi)) == []
    assert latest(bad, query_kpi) is None
    assert latest([_observation(_row(3.0)), *bad], query_kpi) is not None


def test_the_newest_answer_and_the_answer_to_a_call_are_found() -> None:
    observations = [_observation(_row(1.0), windows=1), _observation(_row(2.0), windows=2), _observation(_row(3.0), windows=1)]
    newest, first = latest(observations, query_kpi), answer_to(observations, query_kpi, observations[1].call)
    assert newest is not None and newest.rows[0].value == 3.0
    assert first is not None and first.rows[0].value == 2.0
    assert answer_to(observations, query_kpi, ToolCall(tool="query_kpi", arguments={})) is None


def test_a_request_is_typed_like_its_answer() -> None:
    from policies.limits.loading import load_limits

    limit = load_limits().limit("RRMPolicyRatio", "rRMPolicyMinRatio")
    value = {"limit": limit.model_dump(mode="json"), "allowed": limit.allowed, "source": limit.source, "joint_rules": []}
    arguments = {"class_name": "RRMPolicyRatio", "attribute": "rRMPolicyMinRatio"}
    observation = Observation(call=ToolCall(tool="retrieve_3gpp_constraint", arguments=arguments), evidence={"value": value})
    ((request, answer),) = answers_of([observation], retrieve_3gpp_constraint)
    assert (request.class_name, request.attribute) == ("RRMPolicyRatio", "rRMPolicyMinRatio")
    assert answer.limit == limit
    without_arguments = observation.model_copy(update={"call": ToolCall(tool="retrieve_3gpp_constraint", arguments={})})
    assert list(answers_of([without_arguments], retrieve_3gpp_constraint)) == []


def test_evidence_that_is_read_again_from_a_runs_files_is_not_validated_again() -> None:
    observation = _observation(_row(1.0), _row(2.0))
    again = Observation.model_validate_json(observation.model_dump_json())
    assert latest([observation], query_kpi) is latest([again], query_kpi)
    changed = json.loads(observation.model_dump_json().replace("2.0", "2.5"))
    (table,) = values_of([Observation.model_validate(changed)], query_kpi)
    assert [row.value for row in table.rows] == [1.0, 2.5]


def test_a_planner_is_imported_without_simulators_and_without_a_model() -> None:
    heavy = ("numba", "torch", "sionna", "langgraph", "duckdb", "pandas", "scipy", "statsmodels", "optuna")
    code = f"import sys, agents.rule_planner; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip() == "[]"
