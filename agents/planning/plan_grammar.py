"""Which names may follow in a plan: only tools that are offered, and only drafts, bounds and attributes that there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from agents.planning.plan_names import CALLS, CONCLUSIONS, CONSULT, DEPTHS, END, REFERENCES, REFINED
from agents.planning.scene import Names, Scene
from agents.readers.language_model.answer_names import ATTRIBUTES
from agents.understanding.result import NeedsMeasurement, Supposed, Understood
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
_PLACED: Final = ("read_configuration", "read_topology", "detect_degradation")


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
        if kind in _PLACED:
            return () if words else self._places()
        return {"query_kpi": self._query, "compare_candidates": self._comparison}.get(kind, self._single)(kind, words)

    def _beginnings(self) -> Names:
        measuring = isinstance(self._scene.reading, NeedsMeasurement)
        calls = ["query_kpi"] if measuring else list(CALLS)
        if not self._drafted:
            calls = [tool for tool in calls if tool not in ("compare_candidates", "refine_candidate", "retrieve_3gpp_constraint")]
        if not self._scene.attributes_if(self._drafted):
            calls = [tool for tool in calls if tool != "retrieve_3gpp_constraint"]
        if not self._tunable():
            calls = [tool for tool in calls if tool != "refine_candidate"]
        consult = [CONSULT] if not measuring and not self._drafted else []
        ends = [kind for kind in CONCLUSIONS if kind != "propose" and self._conclusion(kind, ())]
        proposes = ["propose"] if self._compared() else []
        return (*(tool for tool in calls if tool in self._offered), *consult, *proposes, *ends)

    def _drafts(self) -> Names:
        if not self._drafted:
            return ()
        refined = (REFINED,) if self._scene.refined is not None else ()
        return (*REFERENCES[: len(self._scene.drafts)], *refined)

    def _compared(self) -> Names:
        """Return the drafts that the newest comparison with confidence intervals has tried."""
        if not isinstance(self._scene.reading, Understood):
            return ()
        for request, comparison in self._scene.comparisons():
            if request.depth == "full":
                tried = {self._scene.reference_of(one.change_set.digest) for one in comparison.candidates}
                return tuple(name for name in self._drafts() if name in tried)
        return ()

    def _tunable(self) -> Names:
        if not self._drafted or not isinstance(self._scene.reading, Understood):
            return ()
        drafts, trial = self._scene.drafts, self._scene.trial
        return tuple(REFERENCES[at] for at, draft in enumerate(drafts) if trial.refinement_of(draft) is not None)

    def _places(self) -> Names:
        return ("edited", "around", "cells", "everywhere") if isinstance(self._scene.reading, Supposed) else (
            "around", "cells", "everywhere")  # fmt: skip

    def _conclusion(self, kind: str, words: Names) -> Names:
        if words:
            return ()
        if kind == "propose":
            return self._compared()
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

    def _single(self, kind: str, words: Names) -> Names:
        if words or kind in ("forecast_traffic", CONSULT):
            return ()
        if kind == "refine_candidate":
            return self._tunable()
        return tuple(name for name in self._scene.attributes if name in ATTRIBUTES)
