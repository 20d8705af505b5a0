"""Which names may follow in a plan: only what can pass its checks.

Only tools that are offered and calls that are not settled; drafts, bounds and attributes that there are; a full comparison with
the draft that did best in the screening; conclusions that the evidence bears out. The checks of `planning` and `concluding` are
made of each complete plan all the same: they hold for whatever says a plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from agents.heuristics.evidence_reader import attempts
from agents.planning.call_check import check_call
from agents.planning.concluding import bears_out
from agents.planning.plan_names import CALLS, CONCLUSIONS, CONSULT, DEPTHS, END, REFERENCES, REFINED
from agents.planning.scene import Names, PlanError, Scene
from agents.readers.language_model.answer_names import ATTRIBUTES
from agents.understanding.result import NeedsMeasurement, Supposed, Understood
from agents.workflows.calls import is_settled
from policies.kpi import kpi_definitions

_MOST_KPIS: Final = 16
# Conclusions from what the specialists answered: they are asked first.
_OF_DRAFTING: Final = frozenset({("finish", "same"), ("finish", "invalid"), ("escalate", "invalid"), ("escalate", "refused")})
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
        claims = [(kind, why) for why in CONCLUSIONS[kind]]
        return tuple(
            claim[-1] for claim in claims if (self._drafted or claim not in _OF_DRAFTING) and bears_out(claim, self._scene)
        )

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
        return (*more, *self._end(kind, words)) if last else more

    def _comparison(self, kind: str, words: Names) -> Names:
        if not words:
            return ("full",) if isinstance(self._scene.reading, Supposed) else DEPTHS
        if words[-1] == END:
            return ()
        rest = tuple(name for name in self._drafts() if name not in words)
        return (*rest, *self._end(kind, words)) if len(words) > 1 or not self._drafts() else rest

    def _end(self, kind: str, words: Names) -> Names:
        """Return the end of a list of words if the call can be made as it stands."""
        try:
            check_call(self._scene.call_of((kind, *words)), self._scene)
        except PlanError:
            return ()
        return (END,)

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
