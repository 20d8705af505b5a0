"""Which names may follow in a plan: only tools that are offered, and only drafts, bounds and attributes that there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from agents.heuristics.evidence_reader import attempts
from agents.planning.plan_names import CALLS, CONCLUSIONS, CONSULT, DEPTHS, END, REFERENCES, REFINED
from agents.planning.scene import Names, Scene
from agents.readers.language_model.answer_names import ATTRIBUTES
from agents.understanding.result import NeedsMeasurement, Supposed, Understood
from agents.workflows.calls import is_settled
from policies.kpi import kpi_definitions

_MOST_KPIS: Final = 16
_FAILED: Final = ("escalate", "failed")
_OF: Final[dict[type, frozenset[Names]]] = {
    Understood: frozenset(
        {("ask", "crowd"), _FAILED, *(("finish", why) for why in ("holds", "same", "no better", "noise"))}
        | {("escalate", why) for why in ("inactive", "refused", "unreachable", "invalid", "nowhere")}
    ),
    Supposed: frozenset({("ask", "crowd"), _FAILED, *(("finish", why) for why in ("same", "differences", "invalid"))}),
    NeedsMeasurement: frozenset({_FAILED, ("escalate", "unknown")}),
}
_CLOSABLE: Final = ("read_configuration", "read_topology", "detect_degradation", "retrieve_3gpp_constraint", "refine_candidate")


class PlanGrammar:
    """The grammar of one decision on a scene. drafted: the specialists have answered, so that their drafts can be named."""

    def __init__(self, scene: Scene, *, drafted: bool) -> None:
        self._scene = scene
        self._drafted = drafted
        self._offered = {offer.name for offer in scene.view.tools}

    def allowed(self, said: Sequence[str]) -> Names:
        """Return the names that may follow; none if the decision is complete."""
        if not said:
            return self._beginnings()
        kind, words = said[0], tuple(said[1:])
        if kind in CONCLUSIONS:
            return self._conclusion(kind, words)
        if kind in _CLOSABLE:
            return () if words else self._following(kind)
        return {"query_kpi": self._query, "compare_candidates": self._comparison}.get(kind, self._single)(kind, words)

    def _beginnings(self) -> Names:
        measuring = isinstance(self._scene.reading, NeedsMeasurement)
        calls = ["query_kpi"] if measuring else list(CALLS)
        if not self._drafted:
            calls = [tool for tool in calls if tool not in ("compare_candidates", "refine_candidate", "retrieve_3gpp_constraint")]
        calls = [tool for tool in calls if tool not in _CLOSABLE or self._following(tool)]
        if not measuring and not self._open([("forecast_traffic",)]):
            calls = [tool for tool in calls if tool != "forecast_traffic"]
        consult = [CONSULT] if not measuring and not self._drafted else []
        ends = [kind for kind in CONCLUSIONS if kind != "propose" and self._conclusion(kind, ())]
        proposes = ["propose"] if self._proposable() else []
        return (*(tool for tool in calls if tool in self._offered), *consult, *proposes, *ends)

    def _drafts(self) -> Names:
        if not self._drafted:
            return ()
        refined = (REFINED,) if self._scene.refined is not None else ()
        return (*REFERENCES[: len(self._scene.drafts)], *refined)

    def _proposable(self) -> Names:
        """Return the draft that does best in the newest comparison with confidence intervals, nothing if that is no change."""
        if not isinstance(self._scene.reading, Understood):
            return ()
        for request, comparison in self._scene.comparisons():
            if request.depth == "full":
                best = self._scene.trial.proposable(comparison)[:1]
                return tuple(name for one in best if (name := self._scene.reference_of(one.change_set.digest)) in self._drafts())
        return ()

    def _open(self, names: Sequence[Names]) -> Names:
        """Return the last name of each call that is not settled: neither answered, nor failed as often as it may be tried."""
        observations = self._scene.view.observations
        return tuple(one[-1] for one in names if not is_settled(attempts(observations, self._scene.call_of(one))))

    def _tunable(self) -> Names:
        if not self._drafted or not isinstance(self._scene.reading, Understood):
            return ()
        drafts, trial = self._scene.drafts, self._scene.trial
        tunable = [REFERENCES[at] for at, draft in enumerate(drafts) if trial.refinement_of(draft) is not None]
        return self._open([("refine_candidate", name) for name in tunable])

    def _places(self) -> Names:
        return ("edited", "around", "cells", "everywhere") if isinstance(self._scene.reading, Supposed) else (
            "around", "cells", "everywhere")  # fmt: skip

    def _conclusion(self, kind: str, words: Names) -> Names:
        if words:
            return ()
        if kind == "propose":
            return self._proposable()
        return tuple(why for why in CONCLUSIONS[kind] if (kind, why) in _OF[type(self._scene.reading)])

    def _query(self, kind: str, words: Names) -> Names:
        reading = self._scene.reading
        if isinstance(reading, NeedsMeasurement):
            return (("present",), REFERENCES[: len(reading.relative)], ())[min(len(words), 2)]
        if len(words) < 2:
            return self._places() if words else ("by cell", "by slice")
        if words[-1] == END:
            return ()
        level = "slice" if words[0] == "by slice" else "cell"
        last = words[-1] if len(words) > 2 else ""
        # In the order of the alphabet, so that one query has one form.
        kpis = tuple(name for name, kpi in sorted(kpi_definitions().items()) if level in kpi.levels and name > last)
        more = kpis if len(words) - 2 < _MOST_KPIS else ()
        return (*more, END) if last else more

    def _comparison(self, kind: str, words: Names) -> Names:
        if not words:
            return ("full",) if isinstance(self._scene.reading, Supposed) else DEPTHS
        if words[-1] == END:
            return ()
        rest = tuple(name for name in self._drafts() if name not in words)
        return (*rest, END) if len(words) > 1 or not self._drafts() else rest

    def _following(self, tool: str) -> Names:
        """Return the words with which a call of one word is not settled."""
        if tool == "refine_candidate":
            return self._tunable()
        if tool == "retrieve_3gpp_constraint":
            names = [name for name in self._scene.attributes if name in ATTRIBUTES] if self._drafted else []
            return self._open([(tool, name) for name in names])
        if isinstance(self._scene.reading, NeedsMeasurement):
            return ()
        return self._open([(tool, place) for place in self._places()])

    def _single(self, kind: str, words: Names) -> Names:
        return ()
