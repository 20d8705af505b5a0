"""A1 policies and their effect on the twin (O-RAN.WG2.A1TD: slice SLA target, traffic steering preference).

1. Slice SLA target: an xApp function evaluates each listed cell (all cells if none is listed) every 500 ms. While the slice has
   data waiting and gets less than guaDlThptPerSlice (kbit/s), its effective PRB minimum is raised by 5 percentage points, up to
   the share that the other slices' minima leave. If it gets more than 1.2 times the guarantee, or has no data waiting, the
   minimum is lowered by 1 point towards the configured one. maxDlThptPerSlice adjusts the effective maximum likewise.
   maxNumberOfUes limits admission per cell.
2. Traffic steering preference: PREFER adds +6 dB and AVOID -6 dB to the cell in cell selection and handover of the slice; FORBID
   excludes the cell; SHALL excludes all other cells.
Objectives that have no effect in the twin are refused, so that no policy is reported as enforced without an effect.
"""

from __future__ import annotations

from typing import Any

from policies.slices import Slice
from policies.violation import Violation
from twins.system.configuration import nr_cell_identities
from twins.system.physics.state import State
from twins.system.scenario.scenario import SystemScenario

SLA_TYPE = "ORAN_SliceSLATarget_1.0.0"
STEERING_TYPE = "ORAN_TrafficSteeringPreference_1.0.0"
POLICY_TYPES = (SLA_TYPE, STEERING_TYPE)
SLA_PERIOD_MS = 500.0
PREFERENCE_DB = {"PREFER": 6.0, "AVOID": -6.0, "FORBID": -1000.0, "SHALL": 0.0}
OBJECTIVES = ("guaDlThptPerSlice", "maxDlThptPerSlice", "maxNumberOfUes")
_UP, _DOWN, _ENOUGH = 0.05, 0.01, 1.2
_SOURCE = "O-RAN.WG2.A1TD"

Policies = dict[str, tuple[str, dict[str, Any]]]


def objections(scenario: SystemScenario, policy_type: str, body: dict[str, Any]) -> list[Violation]:
    """Return the violations that prevent the policy from being enforced by the twin; empty if it can be enforced."""
    if policy_type not in POLICY_TYPES:
        return [_violation("policy_type", policy_type, ", ".join(POLICY_TYPES), "choose one of these types")]
    try:
        return _sla_objections(scenario, body) if policy_type == SLA_TYPE else _steering_objections(scenario, body)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return [
            _violation("policy", f"{type(error).__name__}: {error}", f"the schema of {policy_type}", "follow the type's schema")
        ]


def _sla_objections(scenario: SystemScenario, body: dict[str, Any]) -> list[Violation]:
    objectives = body["sliceSlaObjectives"]
    violations = _slice_objections(body["scope"])
    violations += [
        _violation(
            f"sliceSlaObjectives/{name}", str(value), f"objectives {', '.join(OBJECTIVES)}, numbers from 0", "leave it out"
        )
        for name, value in objectives.items()
        if name not in OBJECTIVES or isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0
    ]
    resources = body.get("sliceSlaResources", {})
    if "taIList" in resources:
        violations.append(_violation("sliceSlaResources/taIList", "given", "cellIdList", "name the cells"))
    return violations + _cell_objections(scenario, resources.get("cellIdList", []))


def _steering_objections(scenario: SystemScenario, body: dict[str, Any]) -> list[Violation]:
    scope = body["scope"]
    violations = _slice_objections(scope)
    violations += [
        _violation(f"scope/{name}", str(value), "sliceId alone", "scope the policy by slice")
        for name, value in scope.items()
        if name != "sliceId"
    ]
    for resource in body["tspResources"]:
        if resource["preference"] not in PREFERENCE_DB:
            violations.append(_violation("preference", resource["preference"], ", ".join(PREFERENCE_DB), "choose one of these"))
        violations += _cell_objections(scenario, resource["cellIdList"])
    return violations


def _slice_objections(scope: dict[str, Any]) -> list[Violation]:
    sst = scope["sliceId"]["sst"]
    try:
        Slice.from_sst(int(sst))
    except ValueError as error:
        return [_violation("scope/sliceId/sst", str(sst), str(error), "name a slice of this network")]
    return []


def _cell_objections(scenario: SystemScenario, cells: list[dict[str, Any]]) -> list[Violation]:
    ids = nr_cell_identities(scenario)
    return [
        _violation(
            "cId/ncI", str(cell["cId"].get("ncI")), f"NR cell identities {min(ids)}..{max(ids)} of this network", "correct it"
        )
        for cell in cells
        if cell["cId"].get("ncI") not in ids
    ]


def _violation(field: str, value: str, allowed: str, remedy: str) -> Violation:
    return Violation(field=field, value=value, allowed=allowed, source=_SOURCE, remedy=remedy)


def _rows(scenario: SystemScenario, cells: list[dict[str, Any]]) -> list[int]:
    names = nr_cell_identities(scenario)
    index = {cell.id: number for number, cell in enumerate(scenario.cells)}
    return [index[names[cell["cId"]["ncI"]]] for cell in cells]


def _slice_row(body: dict[str, Any]) -> int:
    return list(Slice).index(Slice.from_sst(int(body["scope"]["sliceId"]["sst"])))


def _sla_rows(scenario: SystemScenario, body: dict[str, Any]) -> list[int]:
    listed = body.get("sliceSlaResources", {}).get("cellIdList")
    return list(range(len(scenario.cells))) if listed is None else _rows(scenario, listed)


def mirror_policies(scenario: SystemScenario, policies: Policies, state: State) -> None:
    """Write steering offsets and admission limits into the state; slices without an SLA policy return to their configuration."""
    state.shares["steering_db"] = 0.0
    guaranteed: set[tuple[int, int]] = set()
    capped: set[tuple[int, int]] = set()
    for kind, body in policies.values():
        s = _slice_row(body)
        if kind == STEERING_TYPE:
            _steer(scenario, body, state, s)
            continue
        objectives = body["sliceSlaObjectives"]
        for c in _sla_rows(scenario, body):
            guaranteed |= {(c, s)} if "guaDlThptPerSlice" in objectives else set()
            capped |= {(c, s)} if "maxDlThptPerSlice" in objectives else set()
            share = state.shares[c, s]
            share["admit_ues"] = min(share["admit_ues"], int(objectives.get("maxNumberOfUes", share["admit_ues"])))
    for c in range(state.shares.shape[0]):
        for s in range(state.shares.shape[1]):
            if (c, s) not in guaranteed:
                state.shares[c, s]["raised"] = 0.0
            if (c, s) not in capped:
                state.shares[c, s]["ceiling"] = 1.0


def _steer(scenario: SystemScenario, body: dict[str, Any], state: State, s: int) -> None:
    shall: set[int] = set()
    for resource in body["tspResources"]:
        rows = _rows(scenario, resource["cellIdList"])
        state.shares["steering_db"][rows, s] += PREFERENCE_DB[resource["preference"]]
        shall |= set(rows) if resource["preference"] == "SHALL" else set()
    if shall:
        excluded = [c for c in range(state.shares.shape[0]) if c not in shall]
        state.shares["steering_db"][excluded, s] += PREFERENCE_DB["FORBID"]


def pursue_slas(scenario: SystemScenario, policies: Policies, state: State) -> None:
    """Run one evaluation of the slice SLA function; call it every 500 ms of simulated time."""
    for kind, body in policies.values():
        if kind != SLA_TYPE:
            continue
        s, objectives = _slice_row(body), body["sliceSlaObjectives"]
        for c in _sla_rows(scenario, body):
            _pursue(state, c, s, objectives.get("guaDlThptPerSlice"), objectives.get("maxDlThptPerSlice"))
    state.shares["served_bits"] = 0.0
    state.shares["waiting_ttis"] = 0.0


def _pursue(state: State, c: int, s: int, min_kbps: float | None, max_kbps: float | None) -> None:
    share = state.shares[c, s]
    kbps = float(share["served_bits"]) / SLA_PERIOD_MS
    if min_kbps is not None:
        base = max(float(share["raised"]), float(share["minimum"]))
        other_minima = sum(max(float(o["raised"]), float(o["minimum"])) for i, o in enumerate(state.shares[c]) if i != s)
        if share["waiting_ttis"] > 0 and kbps < min_kbps:
            share["raised"] = max(min(base + _UP, 1.0 - other_minima, float(share["maximum"])), float(share["minimum"]))
        elif share["waiting_ttis"] == 0 or kbps > _ENOUGH * min_kbps:
            share["raised"] = max(float(share["raised"]) - _DOWN, 0.0)
    if max_kbps is not None:
        if kbps > max_kbps:
            now = min(float(share["ceiling"]), float(share["maximum"]))
            share["ceiling"] = max(now * max(max_kbps / kbps, 0.5), 0.005)
        elif kbps < 0.9 * max_kbps:
            share["ceiling"] = min(float(share["ceiling"]) * 1.05, 1.0)
