from policies.assessment import assess, assess_by_window, is_extensive
from policies.change import AttributeEdit, ChangeSet, Edit, PolicyEdit, Receipt, canonical_json, digest_of
from policies.data_card import DataCard
from policies.effect import Effect
from policies.evidence import Coverage, Evidence, Interval
from policies.figure import BenchResult, Figure
from policies.intent import Condition, ExpectationObject, ExpectationTarget, Intent, IntentExpectation, TimeWindow
from policies.kpi import KpiDefinition, KpiFrame, KpiSample, UnknownKpiError, kpi_definition, kpi_definitions
from policies.managed_object import ManagedObject, cell_of, class_of, id_of, parent_of, parse_dn, short_name
from policies.proposal import Candidate, KpiPrediction, Proposal, TargetOutlook
from policies.provenance import Provenance
from policies.slices import Slice
from policies.verdict import Reason, Ruling, Verdict
from policies.violation import Violation

__all__ = [
    "AttributeEdit",
    "BenchResult",
    "Candidate",
    "ChangeSet",
    "Condition",
    "Coverage",
    "DataCard",
    "Edit",
    "Effect",
    "Evidence",
    "ExpectationObject",
    "ExpectationTarget",
    "Figure",
    "Intent",
    "IntentExpectation",
    "Interval",
    "KpiDefinition",
    "KpiFrame",
    "KpiPrediction",
    "KpiSample",
    "ManagedObject",
    "PolicyEdit",
    "Proposal",
    "Provenance",
    "Reason",
    "Receipt",
    "Ruling",
    "Slice",
    "TargetOutlook",
    "TimeWindow",
    "UnknownKpiError",
    "Verdict",
    "Violation",
    "assess",
    "assess_by_window",
    "canonical_json",
    "cell_of",
    "class_of",
    "digest_of",
    "id_of",
    "is_extensive",
    "kpi_definition",
    "kpi_definitions",
    "parent_of",
    "parse_dn",
    "short_name",
]
