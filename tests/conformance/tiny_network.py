"""A network of one site and two cells with a linear KPI model: the smallest real implementation of the Twin contract."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta

from policies.change import AttributeEdit, ChangeSet, Receipt
from policies.data_card import (
    CardProvenance,
    Configuration,
    DataCard,
    Environment,
    Evaluation,
    OperatorPolicy,
    ProtocolLayer,
    Task,
)
from policies.kpi import KpiFrame, KpiSample, kpi_definition
from policies.managed_object import ManagedObject, class_of
from policies.slices import Slice
from policies.violation import Violation
from twins.network import (
    Cell,
    InvalidChangeError,
    KpiQuery,
    NetworkCard,
    StaleEditError,
    UnknownObjectError,
    UnknownReceiptError,
)


def _card() -> DataCard:
    sections = (Task, Configuration, CardProvenance, Environment, ProtocolLayer, OperatorPolicy, Evaluation)
    names = ("task", "configuration", "provenance", "environment", "protocol_layer", "policy", "evaluation")
    filled = {name: section(**dict.fromkeys(section.model_fields, "tiny")) for name, section in zip(names, sections, strict=True)}
    return DataCard(name="tiny", validity={}, **filled)


def _objects() -> dict[str, dict]:
    objects: dict[str, dict] = {}
    for cell in ("S1C1", "S1C2"):
        du = f"ManagedElement=S1,GNBDUFunction=1,NRCellDU={cell}"
        objects[du] = {"administrativeState": "UNLOCKED", "nRPCI": 7}
        objects[f"ManagedElement=S1,GNBDUFunction=1,NRSectorCarrier={cell}"] = {"configuredMaxTxPower": 43}
        for one in Slice:
            objects[f"{du},RRMPolicyRatio={one.value}"] = {
                "rRMPolicyMinRatio": 30,
                "rRMPolicyMaxRatio": 100,
                "rRMPolicyDedicatedRatio": 0,
            }
    return objects


class TinyNetwork:
    """Power raises throughput; minimum ratio of URLLC lowers its delay."""

    def __init__(self) -> None:
        self.now = datetime(2026, 5, 1, 12, tzinfo=UTC)
        self.objects = _objects()
        self.policies: dict[tuple[str, str], dict] = {}
        self.samples: list[KpiSample] = []
        self.receipts: dict[str, Receipt] = {}
        self.advance(20)

    def describe(self) -> NetworkCard:
        cells = tuple(
            Cell(
                id=cell,
                dn=f"ManagedElement=S1,GNBDUFunction=1,NRCellDU={cell}",
                cu_dn=f"ManagedElement=S1,GNBCUCPFunction=1,NRCellCU={cell}",
                carrier_dn=f"ManagedElement=S1,GNBDUFunction=1,NRSectorCarrier={cell}",
                site="S1",
                x=0,
                y=0,
                azimuth=0,
                height=25,
                carrier_ghz=3.5,
                bandwidth_mhz=20,
                prbs=51,
                subcarrier_spacing_khz=30,
            )
            for cell in ("S1C1", "S1C2")
        )
        types = ("ORAN_SliceSLATarget_1.0.0", "ORAN_TrafficSteeringPreference_1.0.0")
        return NetworkCard(
            name="tiny",
            kind="test",
            version="1",
            now=self.now,
            cells=cells,
            slices=tuple(Slice),
            capabilities=(),
            granularity_s=10,
            policy_types=types,
            data_card=_card(),
        )

    def observe(self, query: KpiQuery) -> KpiFrame:
        starts = sorted({one.start for one in self.samples})[-(query.windows or 10**6) :]
        return KpiFrame(
            tuple(
                one
                for one in self.samples
                if (not query.kpis or one.kpi in query.kpis)
                and (not query.dns or one.dn in query.dns)
                and (query.start is None or one.start >= query.start)
                and one.start in starts
            )
        )

    def read(self, dn: str) -> ManagedObject:
        if dn not in self.objects:
            raise UnknownObjectError(f"dn={dn!r} does not exist")
        return ManagedObject(dn=dn, attributes=dict(self.objects[dn]))

    def find(self, class_name: str, under: str = "") -> tuple[str, ...]:
        return tuple(dn for dn in self.objects if class_of(dn) == class_name and (not under or dn.startswith(under + ",")))

    def configuration(self, under: str = "") -> tuple[ManagedObject, ...]:
        return tuple(self.read(dn) for dn in self.objects if not under or dn == under or dn.startswith(under + ","))

    def apply(self, change_set: ChangeSet, idempotency_key: str) -> Receipt:
        if idempotency_key in self.receipts:
            return self.receipts[idempotency_key].model_copy(update={"replayed": True})
        objects, policies = copy.deepcopy(self.objects), dict(self.policies)
        for edit in change_set.edits:
            if isinstance(edit, AttributeEdit):
                self._edit(objects, edit)
            else:
                self._put(policies, edit)
        self.objects, self.policies = objects, policies
        receipt = Receipt(
            digest=change_set.digest, idempotency_key=idempotency_key, applied_at=self.now, rollback=change_set.inverse()
        )
        self.receipts[idempotency_key] = receipt
        return receipt

    def _edit(self, objects: dict[str, dict], edit: AttributeEdit) -> None:
        if edit.dn not in objects:
            raise UnknownObjectError(f"dn={edit.dn!r} does not exist")
        if objects[edit.dn][edit.attribute] != edit.old:
            raise StaleEditError(f"{edit.dn} {edit.attribute} is {objects[edit.dn][edit.attribute]!r}")
        if edit.attribute.endswith("Ratio") and not (isinstance(edit.new, int | float) and 0 <= edit.new <= 100):
            raise InvalidChangeError([_violation(edit.attribute, edit.new, "0..100 %")])
        objects[edit.dn][edit.attribute] = edit.new
        total = sum(
            found["rRMPolicyMinRatio"]
            for dn, found in objects.items()
            if edit.attribute == "rRMPolicyMinRatio" and dn.rpartition(",")[0] == edit.dn.rpartition(",")[0]
        )
        if total > 100:
            raise InvalidChangeError([_violation("Σ rRMPolicyMinRatio", total, "≤ 100 %")])

    def _put(self, policies: dict, edit) -> None:
        at = (edit.policy_type, edit.policy_id)
        if policies.get(at) != edit.old:
            raise StaleEditError(f"policy {edit.policy_id} is {policies.get(at)}")
        if edit.new is not None and edit.new.get("scope", {}).get("sliceId", {}).get("sst") not in (1, 2, 3):
            raise UnknownObjectError("no such slice")
        policies.pop(at, None)
        if edit.new is not None:
            policies[at] = edit.new

    def revert(self, receipt: Receipt) -> Receipt:
        if self.receipts.pop(receipt.idempotency_key, None) is None:
            raise UnknownReceiptError("unknown")
        return self.apply(receipt.rollback, "revert:" + receipt.idempotency_key)

    def advance(self, seconds: float) -> None:
        if not 0 <= seconds < float("inf"):
            raise ValueError(f"seconds={seconds}")
        end = self.now + timedelta(seconds=seconds)
        while self.now + timedelta(seconds=10) <= end:
            self._measure(self.now, self.now + timedelta(seconds=10))
            self.now += timedelta(seconds=10)

    def _measure(self, start: datetime, end: datetime) -> None:
        for cell in self.describe().cells:
            power = self.objects[cell.carrier_dn]["configuredMaxTxPower"]
            urllc = self.objects[f"{cell.dn},RRMPolicyRatio=URLLC"]["rRMPolicyMinRatio"]
            boost = 2 * len(self.policies)
            for kpi, one, value in (
                ("DRB.UEThpDl", Slice.EMBB, power / 4 + boost),
                ("DRB.PdcpSduDelayDl", Slice.URLLC, 300 / (urllc + 1)),
                ("DRB.PacketLossRateDl", Slice.EMBB, None),
                ("RRU.PrbTotDl", None, 55.5),
                ("PEE.Energy", None, power * 0.1),
                ("CARR.WBCQIDist.7", None, 120.0),
            ):
                unit = kpi_definition(kpi).unit
                self.samples.append(KpiSample(kpi, cell.dn, one, start, end, value, unit, 5))
        self.samples.append(KpiSample("PEE.Energy", "SubNetwork=RAN", None, start, end, 8.6, "Wh", 1))

    def snapshot(self):
        return copy.deepcopy(self.__dict__)

    def restore(self, state) -> None:
        self.__dict__ = copy.deepcopy(state)

    def reseed(self, seed: int) -> None:
        pass


def _violation(field: str, value: object, allowed: str) -> Violation:
    return Violation(field=field, value=str(value), allowed=allowed, source="tiny", remedy="choose another value")
