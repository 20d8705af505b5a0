"""A model that plans: given a transcript it says the next decision, name by name, and only what the grammar allows there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from agents.planning.plan_grammar import PlanGrammar
from agents.planning.plan_names import OTHER
from agents.planning.scene import Names, Scene
from agents.planning.transcript import Entry, has_drafted

WRONG: Final = "wrong"


@dataclass(frozen=True)
class PlanModel:
    """A causal language model, the id of each name, and the ids with which each of its texts begins."""

    model: Any
    ids: dict[str, int]
    begin: tuple[int, ...] = ()

    def plan(self, scene: Scene, entries: Sequence[Entry], refused: Collection[Names] = ()) -> Names:
        """Return the names of the next decision; refused: plans that failed their check, which are not made again."""
        context = [name for entry in entries for name in (*entry.said, *entry.result)]
        for names in refused:
            context += [*names, WRONG]
        grammar = PlanGrammar(scene, drafted=has_drafted(entries))
        said: list[str] = []
        while allowed := _without(refused, said, grammar):
            said.append(allowed[0] if len(allowed) == 1 else self._best([*context, *said], allowed))
        return tuple(said)

    def _best(self, context: Sequence[str], allowed: Names) -> str:
        import torch

        tokens = torch.tensor([[*self.begin, *(self.ids[name] for name in context)]])
        with torch.inference_mode():
            scores = self.model(input_ids=tokens).logits[0, -1]
        return max(allowed, key=lambda name: float(scores[self.ids[name]]))


def _without(refused: Collection[Names], said: Sequence[str], grammar: PlanGrammar) -> Names:
    """Return what may follow, without a name that would complete a refused plan."""
    allowed = grammar.allowed(said)
    rest = tuple(name for name in allowed if name != OTHER and not any((*said, name) == names for names in refused))
    if not said and len(rest) == len(allowed):
        # A plan of which nothing is left but what was refused is not begun.
        beginnings = [name for name in rest if not _is_exhausted(name, refused, grammar)]
        return tuple(beginnings)
    return rest


def _is_exhausted(name: str, refused: Collection[Names], grammar: PlanGrammar) -> bool:
    following = grammar.allowed((name,))
    return bool(following) and all((name, more) in refused and not grammar.allowed((name, more)) for more in following)
