"""`SystemNetwork`: the system twin behind the Network contract.

This class holds A1 policies and disturbances, `TreeNetwork` the managed object tree and receipts, `Simulation` the physics. A
lock makes each operation atomic; a snapshot contains all mutable state and nothing else.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass, field
from datetime import datetime

from policies.change import A1Policy, AttributeEdit, ChangeSet, Edit, PolicyEdit, Receipt
from policies.kpi import KpiFrame
from policies.limits.checking import check_change_set
from policies.limits.loading import load_limits
from policies.managed_object import class_of, same_value
from policies.violation import Violation
from twins.network import (
    InvalidChangeError,
    KpiQuery,
    NetworkCard,
    StaleEditError,
    UnknownObjectError,
)
from twins.radio.large_scale import GainMap
from twins.system.a1_policies import SLA_PERIOD_MS, Policies, mirror_policies, objections, pursue_slas
from twins.system.card import card_of
from twins.system.configuration import WRITABLE, Tree, cu_dn, default_tree, du_dn
from twins.system.observation import Observer
from twins.system.physics.forces import exert
from twins.system.physics.metering import WindowRecord
from twins.system.physics.simulation import Simulation
from twins.system.physics.state import State
from twins.system.physics.steering import is_awake, mirror, mirror_powers
from twins.system.scenario.disturbance import AnyDisturbance, Disturbance, named_by
from twins.system.scenario.scenario import SystemScenario
from twins.tree_network import TreeNetwork


@dataclass(frozen=True)
class Snapshot:
    """The mutable state of a SystemNetwork; can be pickled."""

    state: State
    elapsed_us: int
    tree: Tree
    policies: Policies
    receipts: dict[str, Receipt]
    reverted: dict[str, Receipt]
    disturbances: tuple[AnyDisturbance, ...]
    history: tuple[WindowRecord, ...]
    versions: dict[str, int] = field(default_factory=dict)


class SystemNetwork(TreeNetwork):
    """A system-level NR downlink twin of `scenario`; all random draws derive from `seed`.

    `gains` replaces the default TR 38.901 gain map by measured or ray-traced gains, or by those of a reference simulator.
    """

    def __init__(self, scenario: SystemScenario, seed: int = 1, gains: GainMap | None = None) -> None:
        super().__init__(default_tree(scenario))
        self.scenario = scenario
        self._card: NetworkCard = card_of(scenario, scenario.start)
        self._observer = Observer(scenario)
        self._simulation = Simulation(scenario, seed, gains)
        self._policies: Policies = {name: (policy.policy_type, dict(policy.body)) for name, policy in scenario.policies.items()}
        self._disturbances: list[AnyDisturbance] = list(scenario.disturbances)
        self._elapsed_us = 0
        self._steer()

    # ---- observation ---------------------------------------------------------------------------------------------------

    def describe(self) -> NetworkCard:
        """Return the network card, including the current network time."""
        with self._lock:
            now = self._simulation.time_of(self._elapsed_us // self.scenario.tti_us)
        return self._card.model_copy(update={"now": now})

    def observe(self, query: KpiQuery) -> KpiFrame:
        """Return the samples of finished windows that match the query; raises UnknownKpiError, UnknownObjectError."""
        with self._lock:
            history = tuple(self._simulation.history)
        return self._observer.observe(history, query)

    def standing_policies(self) -> tuple[A1Policy, ...]:
        """Return all A1 policies that exist."""
        return tuple(
            A1Policy(policy_type=kind, policy_id=policy_id, body=body) for policy_id, (kind, body) in self.policies().items()
        )

    def policies(self) -> dict[str, tuple[str, dict[str, object]]]:
        """Return the enforced A1 policies: (type, body) by policy id."""
        with self._lock:
            return copy.deepcopy(self._policies)

    def _policy(self, policy_type: str, policy_id: str) -> dict[str, object] | None:
        kind, body = self._policies.get(policy_id, ("", None))
        return body if kind == policy_type else None

    # ---- changes -------------------------------------------------------------------------------------------------------

    def _commit(self, change_set: ChangeSet) -> datetime:
        for edit in change_set.edits:
            self._write(edit)
        self._steer()
        return self._simulation.time_of(self._elapsed_us // self.scenario.tti_us)

    def _validate(self, change_set: ChangeSet) -> None:
        for edit in change_set.attribute_edits():
            if edit.dn not in self._tree:
                raise UnknownObjectError(f"dn={edit.dn!r} does not exist; nothing was applied")
        violations = [violation for edit in change_set.edits for violation in self._objections(edit)]
        violations = violations or check_change_set(load_limits(), change_set, self.read, self.find)
        if violations:
            raise InvalidChangeError(violations)
        self._check_rollback(change_set)

    def _check_rollback(self, change_set: ChangeSet) -> None:
        for edit in _first_edits(change_set):
            self._check_old(edit)

    def _objections(self, edit: Edit) -> list[Violation]:
        if isinstance(edit, PolicyEdit):
            return [] if edit.new is None else objections(self.scenario, edit.policy_type, edit.new)
        writable = WRITABLE.get(class_of(edit.dn), ())
        if edit.attribute in writable:
            return []
        return [
            Violation(
                field=f"{edit.dn} {edit.attribute}",
                value=str(edit.new),
                allowed=f"attributes {', '.join(writable) or 'none'} of {class_of(edit.dn)}",
                source="this network: the attribute is absent, read-only or fixed at run time",
                remedy="change one of these attributes",
            )
        ]

    def _check_old(self, edit: Edit) -> None:
        if isinstance(edit, AttributeEdit):
            current: object = self._tree[edit.dn][edit.attribute]
            is_current = same_value(self._tree[edit.dn][edit.attribute], edit.old)
        else:
            kind, body = self._policies.get(edit.policy_id, ("", None))
            current = body if kind in ("", edit.policy_type) else f"a policy of type {kind}"
            is_current = current == edit.old
        if not is_current:
            raise StaleEditError(f"{edit.describe()}: the current value is {current!r}; read again and propose again")

    def _write(self, edit: Edit) -> None:
        if isinstance(edit, AttributeEdit):
            self._tree[edit.dn][edit.attribute] = edit.new
        elif edit.new is None:
            self._policies.pop(edit.policy_id)
        else:
            self._policies[edit.policy_id] = (edit.policy_type, dict(edit.new))

    def _steer(self) -> None:
        """Copy configuration, policies and disturbances into the physics."""
        simulation = self._simulation
        for cell in self.scenario.cells:
            saving = self._tree[f"{cu_dn(cell)},CESManagementFunction=1"]
            is_saving = saving["energySavingControl"] == "toBeEnergySaving"
            saving["energySavingState"] = "isEnergySaving" if is_saving else "isNotEnergySaving"
        mirror(self.scenario, self._tree, simulation.state)
        mirror_policies(self.scenario, self._policies, simulation.state)
        simulation.prb_dbm = mirror_powers(self.scenario, self._tree, simulation.state)
        self._exert()

    def _exert(self) -> None:
        now = self._simulation.time_of(self._simulation.tti)
        exert(self._simulation, self._tree, self._disturbances, now)
        for number, cell in enumerate(self.scenario.cells):
            in_outage = is_awake(self._tree, cell) and not self._simulation.state.cells[number]["on"]
            self._tree[du_dn(cell)]["operationalState"] = "DISABLED" if in_outage else "ENABLED"

    # ---- time ----------------------------------------------------------------------------------------------------------

    def advance(self, seconds: float) -> None:
        """Let `seconds` of network time pass; raises ValueError unless 0 <= seconds and finite."""
        if not (math.isfinite(seconds) and seconds >= 0):
            raise ValueError(f"seconds={seconds} must be finite and not negative: network time only moves forward")
        with self._lock:
            self._elapsed_us += round(seconds * 1e6)
            self._simulation.advance_to(self._elapsed_us // self.scenario.tti_us, self._control)

    def _control(self, _now: object) -> None:
        self._exert()
        if self._policies and self._simulation.tti % round(SLA_PERIOD_MS / self.scenario.tti_ms) == 0:
            pursue_slas(self.scenario, self._policies, self._simulation.state)

    def inject(self, disturbance: Disturbance | AnyDisturbance) -> None:
        """Add a disturbance; without a start it begins now. Raises UnknownObjectError for an unknown cell or area."""
        added = disturbance.root if isinstance(disturbance, Disturbance) else disturbance
        cells, areas = named_by(added)
        ids = {cell.id for cell in self.scenario.cells}
        if unknown := (cells - ids) | (areas - {area.name for area in self.scenario.areas}):
            raise UnknownObjectError(f"{added.kind}: {', '.join(sorted(unknown))} does not exist in {self.scenario.name}")
        with self._lock:
            if added.start is None:
                added = added.model_copy(update={"start": self._simulation.time_of(self._simulation.tti)})
            self._disturbances.append(added)
            self._exert()

    def snapshot(self) -> Snapshot:
        """Return the full state; later changes of the twin do not affect it."""
        with self._lock:
            return Snapshot(
                state=self._simulation.state.copy(),
                elapsed_us=self._elapsed_us,
                tree={dn: dict(attributes) for dn, attributes in self._tree.items()},
                policies=copy.deepcopy(self._policies),
                receipts=dict(self._receipts),
                reverted=dict(self._reverted),
                disturbances=tuple(self._disturbances),
                history=tuple(self._simulation.history),
                versions=dict(self._versions),
            )

    def restore(self, state: Snapshot) -> None:
        """Restore `state` bit-identically: the twin then evolves exactly as it did after the snapshot."""
        with self._lock:
            self._simulation.state.assign(state.state)
            self._elapsed_us = state.elapsed_us
            self._tree = {dn: dict(attributes) for dn, attributes in state.tree.items()}
            self._policies = copy.deepcopy(state.policies)
            self._receipts, self._reverted = dict(state.receipts), dict(state.reverted)
            self._disturbances = list(state.disturbances)
            self._versions = dict(state.versions)
            self._simulation.history.clear()
            self._simulation.history.extend(state.history)
            self._simulation.prb_dbm = mirror_powers(self.scenario, self._tree, self._simulation.state)

    def reseed(self, seed: int) -> None:
        """Use `seed` for traffic, walks, measurements and HARQ from now on; positions, shadowing and fading stay unchanged."""
        with self._lock:
            self._simulation.state.clock[2] = seed


def _first_edits(change_set: ChangeSet) -> list[Edit]:
    """Return the first edit of each attribute or policy: later ones build on it, not on the network's current value."""
    first: dict[tuple[str, str], Edit] = {}
    for edit in change_set.edits:
        key = (edit.dn, edit.attribute) if isinstance(edit, AttributeEdit) else ("", edit.policy_id)
        first.setdefault(key, edit)
    return list(first.values())
