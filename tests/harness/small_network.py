"""A real, small network that lives in one SQLite file, so that it outlives the processes that are killed in tests.

Three cells; the 5th-percentile eMBB throughput rises with the eMBB slice's minimum ratio (3 + 0.1 · ratio Mbit/s), the URLLC
delay too (5 + 0.05 · ratio ms). `disturb(kpi, factor, since)` makes a KPI worse from then on. Windows are 60 s of network time.
"""

import json
import math
import random
import sqlite3
from datetime import UTC, datetime, timedelta

from policies.change import ChangeSet, Receipt, canonical_json
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
from policies.managed_object import ManagedObject
from policies.slices import Slice
from twins.network import (
    Cell,
    KpiQuery,
    NetworkCard,
    NetworkUnavailableError,
    StaleEditError,
    UnknownObjectError,
    UnknownReceiptError,
)

GRANULARITY_S = 60.0
START = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
CELLS = ("S1C1", "S1C2", "S1C3")


def du(cell):
    return f"ManagedElement=S1,GNBDUFunction=1,NRCellDU={cell}"


def ratio(cell, slice="eMBB"):
    return f"{du(cell)},RRMPolicyRatio={slice}"


def _card_part(part):
    return part(**dict.fromkeys(part.model_fields, "test"))


DATA_CARD = DataCard(
    name="small network",
    task=_card_part(Task),
    configuration=_card_part(Configuration),
    provenance=_card_part(CardProvenance),
    environment=_card_part(Environment),
    protocol_layer=_card_part(ProtocolLayer),
    policy=_card_part(OperatorPolicy),
    evaluation=_card_part(Evaluation),
    validity={},
)


class SmallNetwork:
    """The Network contract over a file."""

    def __init__(self, path, die_at=""):
        self.path = path
        self.die_at = die_at
        self.db = sqlite3.connect(path, timeout=30, check_same_thread=False, isolation_level=None)
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.executescript(
            "CREATE TABLE IF NOT EXISTS objects(dn TEXT PRIMARY KEY, attributes TEXT);"
            "CREATE TABLE IF NOT EXISTS history(at REAL, dn TEXT, attribute TEXT, value TEXT);"
            "CREATE TABLE IF NOT EXISTS applied(key TEXT PRIMARY KEY, receipt TEXT, reverted INTEGER DEFAULT 0);"
            "CREATE TABLE IF NOT EXISTS clock(now REAL); CREATE TABLE IF NOT EXISTS disturbed(kpi TEXT, factor REAL, since REAL);"
        )
        if not self.db.execute("SELECT 1 FROM clock").fetchone():
            self.db.execute("INSERT INTO clock VALUES (?)", (START.timestamp() + 20 * GRANULARITY_S,))
            for cell in CELLS:
                for slice in Slice:
                    values = {
                        "resourceType": "PRB_DL",
                        "rRMPolicyMinRatio": 0,
                        "rRMPolicyMaxRatio": 100,
                        "rRMPolicyDedicatedRatio": 0,
                    }
                    self.db.execute("INSERT INTO objects VALUES (?, ?)", (ratio(cell, slice.value), json.dumps(values)))
                self.db.execute("INSERT INTO objects VALUES (?, ?)", (du(cell), json.dumps({"administrativeState": "UNLOCKED"})))

    def now(self):
        return datetime.fromtimestamp(self.db.execute("SELECT now FROM clock").fetchone()[0], UTC)

    def wait(self, seconds):
        self.db.execute("UPDATE clock SET now = now + ?", (seconds,))

    def describe(self):
        cells = tuple(
            Cell(
                id=cell, dn=du(cell), cu_dn=f"ManagedElement=S1,GNBCUCPFunction=1,NRCellCU={cell}",
                carrier_dn=f"ManagedElement=S1,GNBDUFunction=1,NRSectorCarrier={cell}", site="S1", x=0, y=0,
                azimuth=120.0 * number, height=25, carrier_ghz=3.5, bandwidth_mhz=20, prbs=51,
                subcarrier_spacing_khz=30, areas=("stadium",),
                neighbours=tuple(other for other in CELLS if other != cell),
            )
            for number, cell in enumerate(CELLS)
        )  # fmt: skip
        return NetworkCard(
            name="small", kind="test", version="1", now=self.now(), cells=cells, slices=tuple(Slice), capabilities=(),
            granularity_s=GRANULARITY_S, data_card=DATA_CARD,
        )  # fmt: skip

    def read(self, dn):
        row = self.db.execute("SELECT attributes FROM objects WHERE dn = ?", (dn,)).fetchone()
        if row is None:
            raise UnknownObjectError(f"dn={dn!r} does not exist")
        return ManagedObject(dn=dn, attributes=json.loads(row[0]))

    def find(self, class_name, under=""):
        rows = self.db.execute("SELECT dn FROM objects ORDER BY dn")
        return tuple(dn for (dn,) in rows if dn.split(",")[-1].startswith(class_name + "=") and dn.startswith(under))

    def configuration(self, under=""):
        rows = self.db.execute("SELECT dn FROM objects ORDER BY dn")
        return tuple(self.read(dn) for (dn,) in rows.fetchall() if dn.startswith(under))

    def apply(self, change_set, idempotency_key):
        applied = self.db.execute("SELECT receipt FROM applied WHERE key = ?", (idempotency_key,)).fetchone()
        if applied:
            return Receipt.model_validate_json(applied[0]).model_copy(update={"replayed": True})
        return self._make(change_set, idempotency_key)

    def _make(self, change_set, key):
        receipt = Receipt(digest=change_set.digest, idempotency_key=key, applied_at=self.now(), rollback=change_set.inverse())
        self.db.execute("BEGIN IMMEDIATE")
        try:
            for edit in change_set.attribute_edits():
                attributes = self.read(edit.dn).attributes
                if canonical_json(attributes.get(edit.attribute)) != canonical_json(edit.old):
                    raise StaleEditError(f"{edit.dn} {edit.attribute} is {attributes.get(edit.attribute)!r}, not {edit.old!r}")
                attributes[edit.attribute] = edit.new
                self.db.execute("UPDATE objects SET attributes = ? WHERE dn = ?", (json.dumps(attributes), edit.dn))
                self.db.execute(
                    "INSERT INTO history VALUES (?, ?, ?, ?)",
                    (self.now().timestamp(), edit.dn, edit.attribute, json.dumps(edit.new)),
                )
            self.db.execute("INSERT INTO applied(key, receipt) VALUES (?, ?)", (key, receipt.model_dump_json()))
            self.db.execute("COMMIT")
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        return receipt

    def revert(self, receipt):
        row = self.db.execute("SELECT reverted FROM applied WHERE key = ?", (receipt.idempotency_key,)).fetchone()
        if row is None or row[0]:
            raise UnknownReceiptError(f"receipt {receipt.idempotency_key!r} is unknown or reverted")
        done = self._make(receipt.rollback, f"revert:{receipt.idempotency_key}")
        self.db.execute("UPDATE applied SET reverted = 1 WHERE key = ?", (receipt.idempotency_key,))
        return done

    def disturb(self, kpi, factor, since):
        self.db.execute("INSERT INTO disturbed VALUES (?, ?, ?)", (kpi, factor, since.timestamp()))

    def changes_made(self, dn, attribute):
        """How often an attribute was written."""
        return self.db.execute("SELECT COUNT(*) FROM history WHERE dn = ? AND attribute = ?", (dn, attribute)).fetchone()[0]

    def observe(self, query):
        end = min(query.end or self.now(), self.now())
        last = int((end - START).total_seconds() // GRANULARITY_S)
        first = 0 if query.start is None else -int(-(query.start - START).total_seconds() // GRANULARITY_S)
        if query.windows:
            first = max(first, last - query.windows)
        samples = [sample for index in range(first, last) for cell in CELLS for sample in self._window(index, cell)]
        return KpiFrame(
            tuple(
                sample
                for sample in samples
                if (not query.kpis or sample.kpi in query.kpis)
                and (not query.dns or sample.dn in query.dns)
                and (not query.slices or sample.slice in query.slices)
            )
        )

    def _window(self, index, cell):
        start = START + timedelta(seconds=index * GRANULARITY_S)
        minimum = self._value_at(ratio(cell), "rRMPolicyMinRatio", start.timestamp(), 0)
        values = [
            ("DRB.UEThpDl.P05", Slice.EMBB, 3 + 0.1 * minimum),
            ("DRB.UEThpDl", Slice.EMBB, 20 + 0.1 * minimum),
            ("DRB.PdcpSduDelayDl", Slice.URLLC, 5 + 0.05 * minimum),
            ("DRB.PacketLossRateDl", Slice.URLLC, 0.1),
            ("DRB.PacketLossRateDl", Slice.MMTC, 0.2),
            ("DRB.PdcpSduVolumeDL", Slice.EMBB, 500.0),
            ("RRC.ConnMean", None, 30.0),
            ("PEE.Energy", None, 10.0),
        ]
        for kpi, slice, base in values:
            noise = random.Random(f"{kpi}{slice}{cell}{index}").gauss(1, 0.02)
            value = base * noise * self._factor(kpi, start.timestamp())
            end = start + timedelta(seconds=GRANULARITY_S)
            yield KpiSample(kpi, du(cell), slice, start, end, value, kpi_definition(kpi).unit)

    def _value_at(self, dn, attribute, moment, initial):
        row = self.db.execute(
            "SELECT value FROM history WHERE dn = ? AND attribute = ? AND at <= ? ORDER BY at DESC, rowid DESC LIMIT 1",
            (dn, attribute, moment),
        ).fetchone()
        return json.loads(row[0]) if row else initial

    def _factor(self, kpi, moment):
        rows = self.db.execute("SELECT factor FROM disturbed WHERE kpi = ? AND since <= ?", (kpi, moment))
        return math.prod(factor for (factor,) in rows)


class UnreachableNetwork:
    """What a client of a network that is down does."""

    def __getattr__(self, name):
        def refuse(*_, **__):
            raise NetworkUnavailableError("no answer from the peer; start it or correct its URL")

        return refuse


def embb_minimum(new, cells=("S1C1",), old=0):
    from policies.change import AttributeEdit

    return ChangeSet(
        edits=tuple(AttributeEdit(dn=ratio(cell), attribute="rRMPolicyMinRatio", old=old, new=new) for cell in cells)
    )


def newest(network, kpi, slice=None, windows=1):
    return network.observe(KpiQuery(kpis=(kpi,), windows=windows)).where(slice=slice).mean()
