"""`compare_beam_selectors`: the learned beam predictor against classical selectors in the beam twin (seed 002, section 5)."""

from __future__ import annotations

from pydantic import Field, model_validator

from policies.artefact import ArtefactError
from policies.change import digest_of
from policies.effect import Effect
from policies.evidence import Evidence
from policies.provenance import Provenance
from tools.beams.checks import Check, checks_of
from tools.beams.comparison import ScenarioScores, compare
from tools.beams.predictor import TOP, BeamPredictor, load_predictor, predictor_card
from tools.context import ToolContext
from tools.contract import Boundary, ToolError, ToolRequest, ToolValue, tool
from tools.ran.scope import cells_named
from twins.beams.scenario import BeamArray, BeamScenario, Mobility
from twins.beams.typical import typical_scenario
from twins.network import Cell

VERSION = "1"


class CompareBeamSelectors(ToolRequest):
    """The cell and the mobility of its terminals. Carrier and height are the cell's; the rest is not reported by any network."""

    cell: str = Field(description="cell id")
    slowest_mps: float = Field(ge=0.0, le=100.0, allow_inf_nan=False, description="slowest terminals, m/s")
    fastest_mps: float = Field(ge=0.0, le=100.0, allow_inf_nan=False, description="fastest terminals, m/s")
    turn_deg_s: float = Field(
        default=5.0,
        ge=0.0,
        le=180.0,
        allow_inf_nan=False,
        description="standard deviation of the terminals' turning rate, degrees/s",
    )
    blockers: int = Field(default=4, ge=0, le=26, description="vans and lorries within 40 m of a terminal")
    terminals: int = Field(
        default=10, ge=1, le=500, description="connected terminals of the cell, each with its own measured beams"
    )
    top: int = Field(default=TOP, ge=0, le=3, description="likeliest beams that the learned predictor measures for each terminal")
    array: BeamArray = Field(default_factory=BeamArray, description="antenna array and codebook of the cell")
    trajectories: int = Field(default=128, ge=20, le=2000, description="simulated terminals per scenario")

    @model_validator(mode="after")
    def _ordered(self) -> CompareBeamSelectors:
        if self.fastest_mps < self.slowest_mps:
            raise ValueError(f"fastest_mps={self.fastest_mps} is below slowest_mps={self.slowest_mps}: exchange them")
        return self


class BeamComparison(ToolValue):
    """Scores in the matched scenario (first) and in nearby ones, the predictor's checks, and the recommendation.

    `recommended` is the learned predictor if every check passed, else the best classical selector.
    """

    cell: str
    reference_signal: str
    scenarios: tuple[ScenarioScores, ...]
    checks: tuple[Check, ...]
    recommended: str


@tool(effect=Effect.REASON, raises=(ValueError,), timeout_s=300)
def compare_beam_selectors(context: ToolContext, request: CompareBeamSelectors) -> Evidence[BeamComparison]:
    """Compare the learned beam predictor with sweep and tracking in the beam twin, for the given and nearby mobility.

    Returns accuracy, RSRP loss, measurement overhead, calibration and latency with intervals, and the recommended selector.
    """
    card = context.network.describe()
    (cell,) = cells_named(card, (request.cell,), context)[:1]
    scenario = scenario_of(cell, request)
    try:
        predictor, predictor_data = load_predictor().with_top(request.top), predictor_card()
    except ArtefactError as error:
        raise ToolError(Boundary.UNAVAILABLE, f"compare_beam_selectors: {error}") from error
    cases = compare(
        scenario, predictor, predictor_data,
        terminals=request.terminals, trajectories=request.trajectories, seed=context.seed, progress=context.progress,
    )  # fmt: skip
    checks = checks_of(cases)
    value = BeamComparison(
        cell=cell.id,
        reference_signal=scenario.reference_signal,
        scenarios=cases,
        checks=checks,
        recommended=BeamPredictor.name if all(check.passed for check in checks) else cases[0].best_classical,
    )
    return Evidence(
        summary=_summary(value), value=value, provenance=_provenance(context, scenario, request), coverage=cases[0].coverage,
        uncertainty=f"95 % intervals over {request.trajectories} trajectories in each of {len(cases)} scenarios",
        warnings=_assumptions(request),
    )  # fmt: skip


def scenario_of(cell: Cell, request: CompareBeamSelectors) -> BeamScenario:
    """Return the cell's sector with the request's mobility; raises ValueError if beams cannot be swept on its carrier."""
    mobility = Mobility(low_mps=request.slowest_mps, high_mps=request.fastest_mps, turn_deg_s=request.turn_deg_s)
    return typical_scenario(
        cell.carrier_ghz,
        "UMi" if cell.height < 20.0 else "UMa",
        base_height_m=cell.height,
        array=request.array,
        mobility=mobility,
        blockers=request.blockers,
    )


def _summary(value: BeamComparison) -> str:
    case = value.scenarios[0]
    scores = [
        f"{score.selector}: {score.loss_mean_db.value:.2f} dB RSRP loss, {100 * score.overhead:.2f} % overhead,"
        f" {100 * score.efficiency.value:.1f} % of the genie's spectral efficiency"
        for score in case.scores
    ]
    failed = [check.name for check in value.checks if not check.passed]
    return f"{value.cell}: {'; '.join(scores)}; recommended: {value.recommended}" + (
        f" (not passed: {', '.join(failed)})" if failed else ""
    )


def _provenance(context: ToolContext, scenario: BeamScenario, request: CompareBeamSelectors) -> Provenance:
    mobility = scenario.mobility
    return Provenance(
        source="beam twin",
        kind="simulation",
        version=VERSION,
        observed_at=context.now(),
        scenario=f"{scenario.propagation} {scenario.carrier_ghz:g} GHz, {mobility.low_mps:g}..{mobility.high_mps:g} m/s",
        channel_model=f"TR 38.901 {scenario.propagation} clusters (Sionna) on the ground, blockage model B",
        configuration_digest=digest_of(request.model_dump(mode="json")),
        seeds=tuple(context.seed + number for number in range(5)),
    )


def _assumptions(request: CompareBeamSelectors) -> tuple[str, ...]:
    notes = []
    if "array" not in request.model_fields_set:
        notes.append(f"the network reports no antenna array and beam codebook: {request.array.codebook} is assumed")
    if "blockers" not in request.model_fields_set:
        notes.append(f"the network reports no blockage: {request.blockers} vans or lorries within 40 m are assumed")
    if "terminals" not in request.model_fields_set:
        notes.append(f"{request.terminals} connected terminals are assumed")
    return tuple(notes)
