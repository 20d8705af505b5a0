"""`compare_candidates` and `refine_candidate`: candidates are tried in the synchronized twin before approval is requested."""

from __future__ import annotations

from pydantic import Field

from policies.assessment import per_window
from policies.change import ChangeSet, Edit
from policies.effect import Effect
from policies.evidence import Coverage, Evidence
from policies.intent import ExpectationObject, ExpectationTarget, Intent, TimeWindow
from policies.kpi import KpiFrame
from policies.proposal import Candidate
from policies.provenance import Provenance
from policies.quality.flaw import invalid
from policies.text.times import span_text
from tools.context import ToolContext
from tools.contract import Boundary, ToolError, ToolRequest, ToolValue, tool
from tools.telemetry.forecast.planned_events import EventUse
from tools.telemetry.validity import recent_flaws
from tools.twinning.demand import SynchronizationError
from tools.twinning.effects import effects_of
from tools.twinning.laboratory import Depth, Recipe
from tools.twinning.outlook import outlook_of, unmeasured, watched_predictions
from tools.twinning.pool import TwinPoolError
from tools.twinning.refinement import Knob, refine
from tools.twinning.scoring import feasible, score
from tools.twinning.world import world_of
from twins.network import NetworkCard, NetworkError

NO_CHANGE = "no change"
_RAISES = (SynchronizationError, TwinPoolError, NetworkError)


class Draft(ToolRequest):
    """A candidate to be tried: a name, a rationale, and its edits with the current values as old values."""

    name: str = Field(min_length=1, max_length=200)
    rationale: str = ""
    edits: tuple[Edit, ...] = ()


class CompareCandidates(ToolRequest):
    """The candidates to compare, the intent, the number of seeds, and the depth (length of the twin runs)."""

    intent: Intent
    candidates: tuple[Draft, ...] = Field(max_length=64)
    seeds: int = Field(default=3, ge=1, le=32)
    depth: Depth = "full"


class Comparison(ToolValue):
    """Candidates, best first, always including "no change".

    `refused` gives the twin's reason by candidate name; `unmeasured` the reason by bounded target that the twin could not
    measure, so that no candidate is feasible. window: the intent's. part: the part of it that the twin showed, the busiest one.
    events: planned events, counted in or not.
    """

    candidates: tuple[Candidate, ...]
    seeds: tuple[int, ...]
    twin_gap: dict[str, float]
    window: TimeWindow | None
    refused: dict[str, str] = Field(default_factory=dict)
    unmeasured: dict[str, str] = Field(default_factory=dict)
    part: TimeWindow | None = None
    events: tuple[EventUse, ...] = ()


class RefineCandidate(ToolRequest):
    """The candidate to start from, the knobs that the search may set, and the number of trials."""

    intent: Intent
    start: Draft
    knobs: tuple[Knob, ...] = Field(min_length=1, max_length=64)
    trials: int = Field(default=12, ge=1, le=200)
    seeds: int = Field(default=1, ge=1, le=8)


class Trial(ToolValue):
    """One trial of the search; `score` is None if the twin refused the edits."""

    edits: tuple[Edit, ...]
    score: float | None
    feasible: bool


class Refinement(ToolValue):
    """The best candidate and all trials."""

    best: Candidate
    trials: tuple[Trial, ...]


@tool(effect=Effect.REASON, raises=_RAISES, timeout_s=900)
def compare_candidates(context: ToolContext, request: CompareCandidates) -> Evidence[Comparison]:
    """Try candidate change sets in the synchronized twin under the same seeds and rank them, always including "no change"."""
    bench = _Bench(context, request.intent, _seeds(context, request.seeds), request.depth)
    drafts = {NO_CHANGE: Draft(name=NO_CHANGE, rationale="leave everything as it is")}
    digests = {ChangeSet().digest}
    for draft in request.candidates:
        change_set = ChangeSet(edits=draft.edits)
        if change_set.digest not in digests and draft.name not in drafts:
            digests.add(change_set.digest)
            drafts[draft.name] = draft
    candidates, refused = bench.judge(list(drafts.values()))
    value = Comparison(
        candidates=tuple(candidates),
        seeds=bench.seeds,
        twin_gap=bench.recipe.gap,
        window=request.intent.window,
        refused=refused,
        unmeasured=bench.unmeasured,
        part=bench.recipe.part,
        events=bench.world.events,
    )
    best = candidates[0]
    warnings = bench.recipe.warnings + tuple(f"{name}: {reason}" for name, reason in (refused | bench.unmeasured).items())
    return Evidence(
        summary=f"{len(candidates)} candidates under {len(bench.seeds)} seeds; best: {best.name}"
        f" ({'meets' if best.feasible else 'misses'} the targets, score {best.score:.3f})",
        value=value,
        provenance=bench.provenance(),
        coverage=bench.coverage(),
        uncertainty=f"95 % Student-t intervals over {len(bench.seeds)} seeds",
        warnings=warnings,
    )


@tool(effect=Effect.REASON, raises=_RAISES, timeout_s=900)
def refine_candidate(context: ToolContext, request: RefineCandidate) -> Evidence[Refinement]:
    """Search around a candidate with an optimizer (TPE) in the synchronized twin; the start is always among the trials."""
    bench = _Bench(context, request.intent, _seeds(context, request.seeds), "screen")
    by_digest: dict[str, Candidate] = {}
    baseline = ChangeSet()

    def judge(change_sets: list[ChangeSet]) -> list[float]:
        distinct = {change_set.digest: change_set for change_set in change_sets}
        drafts = [Draft(name=digest[:8], edits=change_set.edits) for digest, change_set in distinct.items() if change_set.edits]
        candidates, _ = bench.judge([Draft(name=NO_CHANGE), *drafts])
        by_digest.update({candidate.change_set.digest: candidate for candidate in candidates})
        return [by_digest[item.digest].score if item.digest in by_digest else _REFUSED_SCORE for item in change_sets]

    start = ChangeSet(edits=request.start.edits)
    tried = refine(start, request.knobs, request.trials, context.seed, max(1, context.laboratory.pool.workers), judge)
    candidates = [by_digest[change_set.digest] for change_set, _ in tried if change_set.digest in by_digest]
    if not candidates:
        raise ToolError(
            Boundary.REFUSED, f"the twin refused all {len(tried)} settings of {request.start.name!r}: check the knobs' ranges"
        )
    best = max(candidates, key=lambda candidate: candidate.score)
    name = request.start.name if best.change_set.digest in (start.digest, baseline.digest) else f"{request.start.name}, refined"
    best = best.model_copy(update={"name": name, "rationale": request.start.rationale})
    trials = tuple(_trial(change_set, by_digest.get(change_set.digest)) for change_set, _ in tried)
    return Evidence(
        summary=f"{len(trials)} trials; best score {best.score:.3f} ({'meets' if best.feasible else 'misses'} the targets)",
        value=Refinement(best=best, trials=trials),
        provenance=bench.provenance(),
        coverage=bench.coverage(),
        uncertainty=f"{len(bench.seeds)} seed(s), screening runs",
        warnings=bench.recipe.warnings,
    )


_REFUSED_SCORE = -1e6


def _trial(change_set: ChangeSet, candidate: Candidate | None) -> Trial:
    if candidate is None:
        return Trial(edits=change_set.edits, score=None, feasible=False)
    return Trial(edits=change_set.edits, score=candidate.score, feasible=candidate.feasible)


def _seeds(context: ToolContext, count: int) -> tuple[int, ...]:
    return tuple(1000 * context.seed + index for index in range(1, count + 1))


class _Bench:
    """One comparison: a recipe, seeds, a depth; judges drafts against the same "no change" runs."""

    def __init__(self, context: ToolContext, intent: Intent, seeds: tuple[int, ...], depth: Depth) -> None:
        self._laboratory = context.laboratory
        self._intent = intent
        self._depth = depth
        self.seeds = seeds
        self.card: NetworkCard = context.network.describe()
        self._kpis = context.kpis.snapshot()
        if flaws := recent_flaws(self._kpis, self.card, intent):
            raise SynchronizationError(f"{invalid(flaws)}; wait until these measurements are good again")
        self.world = world_of(self.card, intent)
        self.recipe: Recipe = self._laboratory.recipe(context.network, self._kpis, self.world)
        self._progress = context.progress
        self.unmeasured: dict[str, str] = {}

    def judge(self, drafts: list[Draft]) -> tuple[list[Candidate], dict[str, str]]:
        """Return the candidates, best first, and the twin's refusals by name; the first draft must be "no change"."""
        change_sets = [ChangeSet(edits=draft.edits) for draft in drafts]
        runs = self._laboratory.run(self.recipe, change_sets, self.seeds, self._depth, self._progress)
        frames = [[per_window(frame, self.card.granularity_s) for frame in run if isinstance(frame, KpiFrame)] for run in runs]
        self.unmeasured = self._unmeasured(frames[0])
        refused = {draft.name: str(run[0]) for draft, run in zip(drafts, runs, strict=True) if isinstance(run[0], str)}
        candidates = [
            self._candidate(draft, change_set, own_frames, frames[0])
            for draft, change_set, own_frames in zip(drafts, change_sets, frames, strict=True)
            if draft.name not in refused
        ]
        return sorted(candidates, key=lambda candidate: (candidate.feasible, candidate.score), reverse=True), refused

    def _candidate(self, draft: Draft, change_set: ChangeSet, frames: list[KpiFrame], baseline: list[KpiFrame]) -> Candidate:
        outlooks, contexts = (
            [
                outlook
                for scope, target in pairs
                if (outlook := outlook_of(frames, baseline, self.card, scope, target)) is not None
            ]
            for pairs in (self._targets(), self._intent.lasting())
        )
        predictions = watched_predictions(frames, baseline, self.card, self._cells(), self.recipe.gap)
        return Candidate(
            name=draft.name,
            rationale=draft.rationale,
            change_set=change_set,
            predictions=tuple(predictions),
            outlook=tuple(outlooks),
            contexts=tuple(contexts),
            effects=effects_of(frames, baseline, self.card, change_set),
            score=score([*outlooks, *contexts], predictions, change_set),
            # A condition that the twin cannot see with these edits is not known to hold.
            feasible=feasible([*outlooks, *contexts]) and len(contexts) == len(self._intent.lasting()) and not self.unmeasured,
        )

    def _unmeasured(self, baseline: list[KpiFrame]) -> dict[str, str]:
        """Return the reason by bounded target that no seed of the baseline measured; an unmeasured bound is not a met one."""
        every = KpiFrame(tuple(sample for frame in baseline for sample in frame))
        pairs = self._intent.bounds() + self._intent.lasting()
        reasons = ((target.describe(), unmeasured(every, self.card, scope, target.kpi)) for scope, target in pairs)
        return {name: reason for name, reason in reasons if reason}

    def _targets(self) -> list[tuple[ExpectationObject, ExpectationTarget]]:
        return self._intent.bounds() + self._intent.objectives()

    def _cells(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(cell for expectation in self._intent.expectations for cell in expectation.object.cells))

    def provenance(self) -> Provenance:
        """Return the provenance: the twin with its digest and seeds, and the newest KPI window that it was synchronized from."""
        return Provenance(
            source="system twin, synchronized from telemetry",
            kind="simulation",
            version=self.card.version,
            observed_at=self._kpis.newest or self.card.now,
            scenario=f"twin of {self.card.name}, {self._shown()}",
            channel_model="TR 38.901 UMa, UMi",
            configuration_digest=self.recipe.digest,
            seeds=self.seeds,
        )

    def _shown(self) -> str:
        """Return the time that the twin shows, with the planned events that are counted in."""
        part = self.recipe.part
        names = [
            event.name for event in self.world.events if event.included and event.start < part.end and event.end > part.start
        ]
        return f"{part.start:%Y}, {span_text(part.start, part.end)}" + (f", with {', '.join(names)}" if names else "")

    def coverage(self) -> Coverage:
        """Return whether the twin's data card covers the managed network's configuration."""
        from twins.system.data_card import configuration_of_card, system_twin_card

        return system_twin_card().covers(configuration_of_card(self.card))
