"""Fuzz of proposals: what a model may propose is read, judged by the gate, and, if the gate lets it pass, checked by a network.

Counted: exceptions that are no typed refusal, and changes that the gate let pass and that the network refuses as invalid. The
network is the system twin, whose own checks are the judge of what is a violation.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from pydantic import ValidationError

from harness.gate.case import Case
from harness.gate.gate import Gate
from harness.runtime.settings import GateSettings
from harness.trust.counting_network import CountingNetwork
from harness.trust.experiment import Count, Experiment
from harness.trust.scripted_run import KEPT, intent_of, promised
from harness.trust.trials import Result, Trials
from policies.change import ChangeSet
from policies.guardrails.loading import load_guardrails
from policies.limits.loading import load_limits
from policies.verdict import Ruling
from twins.network import InvalidChangeError, NetworkError

_BATCH = 100
_TRIALS, _QUICK_TRIALS = 5000, 300
_VALUES: tuple[Any, ...] = (
    0, 1, -1, 5, 40, 100, 101, 1e300, -1e300, float("nan"), float("inf"), 2**63, 10**40, 0.1 + 0.2, True, False, None, "", "40",
    "\ud800", "\x1b[31m", "\u202eevil", "a\nb", "x" * 5000, [], {}, [1], {"a": 1}, "UNLOCKED", "1e9",
)  # fmt: skip
_NAMES: tuple[Any, ...] = ("", "rRMPolicyMinRatio", "rRMPolicyMaxRatio", "nope", "__class__", "\ud800", "a b", "x" * 300, None, 5)
_POLICY_TYPES = ("ORAN_SliceSLATarget_2.0.0", "ORAN_TrafficSteeringPreference_2.0.0", "", "../../x", "\ud800", "nope")


class Fuzzer:
    """Makes proposals for `network` from true objects, attributes and values, and from what is none."""

    def __init__(self, network: CountingNetwork, random: Random) -> None:
        self._objects = list(network.configuration())
        self._random = random

    def proposal(self) -> dict[str, Any]:
        """Return a change set as the JSON of a model, valid or not."""
        edits = [self._edit() for _ in range(self._random.choice([1, 1, 1, 2, 3, 40]))]
        if self._chance(0.1):
            edits.append(edits[0])
        return {"edits": edits if not self._chance(0.02) else self._random.choice(_VALUES)}

    def _edit(self) -> Any:
        if self._chance(0.02):
            return self._random.choice(_VALUES)
        edit = self._policy_edit() if self._chance(0.2) else self._attribute_edit()
        if self._chance(0.05):
            edit[self._random.choice(["kind", "extra"])] = self._random.choice(_VALUES)
        return edit

    def _attribute_edit(self) -> dict[str, Any]:
        managed = self._random.choice(self._objects)
        name = self._random.choice(list(managed.attributes))
        old = managed.attributes[name]
        return {
            "kind": "attribute",
            "dn": managed.dn
            if not self._chance(0.1)
            else f"{managed.dn[:-1]}{self._random.choice(['9', ',', '=', chr(0xD800), ''])}",
            "attribute": name if not self._chance(0.15) else self._random.choice(_NAMES),
            "old": old if not self._chance(0.1) else self._random.choice(_VALUES),
            "new": self._near(old) if self._chance(0.6) else self._random.choice(_VALUES),
        }

    def _near(self, old: Any) -> Any:
        if isinstance(old, bool) or not isinstance(old, int | float):
            return old
        return old + self._random.choice([-1000, -10, -1, -0.5, 0, 0.5, 1, 5, 10, 60, 1000])

    def _policy_edit(self) -> dict[str, Any]:
        return {
            "kind": "policy",
            "policy_type": self._random.choice(_POLICY_TYPES),
            "policy_id": self._random.choice(["p1", "../x", "", "\ud800"]),
            "old": self._random.choice([None, {}, {"a": 1}]),
            "new": self._body(self._random.choice([1, 3, 60])),
        }

    def _body(self, depth: int) -> Any:
        body: Any = {"scope": {"sliceId": {"sst": self._random.choice(_VALUES)}}, "x": self._random.choice(_VALUES)}
        for _ in range(depth):
            body = {"sliceSlaObjectives": body}
        return body

    def _chance(self, probability: float) -> bool:
        return self._random.random() < probability


def judge(network: CountingNetwork, proposal: dict[str, Any]) -> dict[str, int | str]:
    """Return how a proposal ended: refused, passed, or what must not be (`exception`, `violation`)."""
    try:
        change_set = ChangeSet.model_validate(proposal)
    except ValidationError:
        return {"refused": 1}
    except Exception as error:  # counted: reading must refuse in a typed way
        return {"exception": 1, "what": f"reading: {type(error).__name__}: {error}"[:200]}
    try:
        ruling = Gate().judge(_case(network, change_set)).ruling
    except Exception as error:  # counted: the gate must not raise
        return {"exception": 1, "what": f"gate: {type(error).__name__}: {error}"[:200]}
    if ruling not in (Ruling.APPROVE, Ruling.NEEDS_HUMAN):
        return {"refused": 1}
    return _applied(network, change_set)


def _case(network: CountingNetwork, change_set: ChangeSet) -> Case:
    card = network.describe()
    intent = intent_of(KEPT)
    return Case(
        change_set=change_set, intent=intent, candidate=promised("fuzz", change_set, intent), network=network, card=card,
        expires_at=card.now + timedelta(hours=1), limits=load_limits(), guardrails=load_guardrails(), planner="fuzz",
        settings=GateSettings(autonomous=True), newest_window=card.now,
    )  # fmt: skip


def _applied(network: CountingNetwork, change_set: ChangeSet) -> dict[str, int | str]:
    """Check with the network what the gate let pass, and put the network back."""
    before = network.snapshot()
    try:
        network.apply(change_set, "fuzz")
    except InvalidChangeError as error:
        return {"violation": 1, "what": f"passed the gate, refused by the network: {error}"[:200]}
    except NetworkError:
        return {"refused": 1}
    except Exception as error:  # counted
        return {"exception": 1, "what": f"apply: {type(error).__name__}: {error}"[:200]}
    finally:
        network.restore(before)
    return {"passed": 1}


def fuzz(quick: bool, out: Path | None, *, seed: int = 1, show: bool = True) -> Experiment:
    """Judge 5000 proposals, or (quick) 300."""
    network = CountingNetwork()

    def batch(name: str) -> Result:
        fuzzer = Fuzzer(network, Random(f"{seed} {name}"))
        endings = [judge(network, fuzzer.proposal()) for _ in range(_BATCH)]
        totals = {
            key: sum(int(ending.get(key, 0)) for ending in endings) for key in ("refused", "passed", "exception", "violation")
        }
        return {**totals, "what": [ending["what"] for ending in endings if "what" in ending]}

    count = (_QUICK_TRIALS if quick else _TRIALS) // _BATCH
    results = Trials("fuzz", out, show=show).run([f"batch {number}" for number in range(count)], batch).values()
    total = {key: sum(int(result[key]) for result in results) for key in ("refused", "passed", "exception", "violation")}
    return Experiment(
        name="fuzz of proposals",
        trials=_BATCH * count,
        counts=(
            Count(name="exceptions", value=total["exception"], must_be="zero"),
            Count(name="violations that passed the gate", value=total["violation"], must_be="zero"),
            Count(name="refused", value=total["refused"]),
            Count(name="passed", value=total["passed"]),
        ),
        failures=tuple(
            dict.fromkeys(str(what).encode("ascii", "backslashreplace").decode() for result in results for what in result["what"])
        ),
    )
