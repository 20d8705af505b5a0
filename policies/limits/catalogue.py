"""The limits catalogue: the bounds of every configurable attribute with their source, and the joint rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from policies.limits.joint_rule import JointRule
from policies.limits.limit import Limit


class UnknownAttributeError(ValueError):
    """The attribute is not in the catalogue; `nearest` names similar ones."""

    def __init__(self, class_name: str, attribute: str, nearest: tuple[str, ...]) -> None:
        self.nearest = nearest
        hint = f"; nearest: {', '.join(nearest)}" if nearest else ""
        super().__init__(f"{class_name}.{attribute} is not in the limits catalogue{hint}")


class LimitsCatalogue:
    """Limits by class and attribute, in the order of the data files, and the joint rules."""

    def __init__(self, limits: Iterable[Limit], rules: Iterable[JointRule] = ()) -> None:
        self._limits: dict[tuple[str, str], Limit] = {}
        for limit in limits:
            if (limit.class_name, limit.attribute) in self._limits:
                raise ValueError(f"{limit.name} is in the catalogue twice: keep one entry")
            self._limits[limit.class_name, limit.attribute] = limit
        self.rules = tuple(rules)
        self._check_rules()

    def _check_rules(self) -> None:
        names = [rule.name for rule in self.rules]
        for rule in self.rules:
            if names.count(rule.name) > 1:
                raise ValueError(f"rule {rule.name} is in the catalogue twice: keep one entry")
            for attribute in rule.attributes:
                if (rule.class_name, attribute) not in self._limits:
                    raise ValueError(f"rule {rule.name}: {rule.class_name}.{attribute} has no limit in the catalogue")

    def limit(self, class_name: str, attribute: str) -> Limit:
        """Return the limit of an attribute; raises UnknownAttributeError with the nearest names."""
        limit = self._limits.get((class_name, attribute))
        if limit is None:
            raise UnknownAttributeError(class_name, attribute, self.nearest(class_name, attribute))
        return limit

    def nearest(self, class_name: str, attribute: str, count: int = 3) -> tuple[str, ...]:
        """Return up to `count` names `Class.attribute` similar to the given one, best first."""
        by_folded: dict[str, list[str]] = {}
        same_class = [limit for limit in self if limit.class_name == class_name]
        for limit in same_class or self:
            by_folded.setdefault(limit.attribute.lower(), []).append(limit.name)
        close = get_close_matches(attribute.lower()[:200], by_folded, n=count, cutoff=0.5)
        names = [name for folded in close for name in by_folded[folded]]
        return tuple(names or [limit.name for limit in same_class])[:count]

    def search(self, words: str, count: int = 10) -> tuple[Limit, ...]:
        """Return up to `count` limits ranked by the number of words in their name, theme, effect or clause text, best first."""
        terms = {word for word in words.lower().replace(".", " ").split() if len(word) > 1}
        scored = [(_score(limit, terms), index, limit) for index, limit in enumerate(self)]
        return tuple(limit for score, _, limit in sorted(scored, key=lambda item: (-item[0], item[1])) if score > 0)[:count]

    def __iter__(self) -> Iterator[Limit]:
        """Iterate over the limits in the order of the data files."""
        return iter(self._limits.values())

    def __len__(self) -> int:
        """Number of limits."""
        return len(self._limits)

    def __contains__(self, name: object) -> bool:
        """Whether (class, attribute) has a limit."""
        return name in self._limits


def _score(limit: Limit, terms: set[str]) -> float:
    name = limit.name.lower()
    text = f"{limit.theme} {limit.effect} {limit.clause_text}".lower()
    return sum(3.0 * (word in name) + 1.0 * (word in text) for word in terms)
