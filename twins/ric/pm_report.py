"""A granularity period as 3GPP PM reports: the perf3gpp event of VES 7 with the measDataCollection of TS 28.532 clause 11.3.

There is one report per managed element, and one for the network level. The format is that of real reports, including its
peculiarities: `p` counts from 1, `sValue` and `suspectFlag` are strings, a value that could not be measured is "NULL". Times are
in microseconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from policies.kpi import KpiSample
from policies.pm_measurement import SAMPLES_PREFIX, to_wire, wire_name
from twins.ric.pm_log import PmPeriod


def _entity(dn: str) -> str:
    return dn.split(",", 1)[0]


def _local(dn: str) -> str:
    return dn.split(",", 1)[1] if "," in dn else dn


def _measurements(sample: KpiSample) -> Iterable[tuple[str, str]]:
    name = wire_name(sample.kpi, sample.slice)
    yield name, "NULL" if sample.value is None else repr(to_wire(sample.kpi, sample.value))
    if sample.count != 1:
        yield SAMPLES_PREFIX + name, str(sample.count)


def _grouped(samples: Iterable[KpiSample], key: Any) -> dict[str, list[KpiSample]]:
    groups: dict[str, list[KpiSample]] = {}
    for sample in samples:
        groups.setdefault(key(sample.dn), []).append(sample)
    return groups


def _meas_info(samples: list[KpiSample]) -> list[dict[str, Any]]:
    """Return one measInfo per distinct list of measurement types, as real reports group them."""
    infos: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for dn, object_samples in _grouped(samples, str).items():
        pairs = [pair for sample in object_samples for pair in _measurements(sample)]
        results = [{"p": p, "sValue": value} for p, (_, value) in enumerate(pairs, start=1)]
        entry = {"measObjInstId": _local(dn), "suspectFlag": "false", "measResults": results}
        infos.setdefault(tuple(name for name, _ in pairs), []).append(entry)
    return [
        {
            "measInfoId": {"sMeasInfoId": f"PM=1,PmGroup={number}"},
            "measTypes": {"sMeasTypesList": list(names)},
            "measValuesList": values,
        }
        for number, (names, values) in enumerate(infos.items(), start=1)
    ]


def reports_of(period: PmPeriod) -> list[dict[str, Any]]:
    """Return the reports of `period`, one per managed element, each {"event": ...}."""
    return [_report(period, entity, samples) for entity, samples in _grouped(period.frame, _entity).items()]


def _report(period: PmPeriod, entity: str, samples: list[KpiSample]) -> dict[str, Any]:
    header = {
        "domain": "perf3gpp",
        "eventId": f"pm-{period.sequence}-{entity}",
        "eventName": "perf3gpp_gnb-TwinPilot_pmMeasResult",
        "sourceName": entity.partition("=")[2],
        "reportingEntityName": "twinpilot-embedded-ran",
        "sequence": period.sequence,
        "startEpochMicrosec": round(period.start.timestamp() * 1e6),
        "lastEpochMicrosec": round(period.end.timestamp() * 1e6),
        "timeZoneOffset": "+00:00",
        "version": "4.1",
        "vesEventListenerVersion": "7.2.1",
    }
    collection = {
        "granularityPeriod": (period.end - period.start).total_seconds(),
        "measuredEntityUserName": "",
        "measuredEntityDn": entity,
        "measuredEntitySoftwareVersion": "",
        "measInfoList": _meas_info(samples),
    }
    fields = {"perf3gppFieldsVersion": "1.0", "measDataCollection": collection}
    return {"event": {"commonEventHeader": header, "perf3gppFields": fields}}
