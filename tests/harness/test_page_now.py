"""A run's page tells what holds now, whenever it is shown, and can be read on a phone of 390 pixels."""

import re
import threading
import time
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import pytest
from small_network import SmallNetwork
from small_world import service
from terminal_session import piped
from trap_server import Proxy, send

from harness.approvals.approver import approve_by_flag
from harness.commitments.page_now import restate
from harness.commitments.store import CommitmentStore
from harness.commitments.watchdog import Watchdog
from harness.views.html import STYLE
from tools.oran.oran_network import OranNetwork
from tools.oran.peer import PeerSettings
from twins.ric.server import EmbeddedRan
from twins.system.scenario.disturbance import BackhaulDelay

QUICK = PeerSettings(timeout_s=20, attempts=2, backoff_s=0.01)
TEXT = "give every eMBB user at least 5 Mbps"
PHONE_PX, REM_PX, PADDING_PX, LEAST_FONT_PX = 390, 16, 16, 12


@pytest.fixture
def left_standing(tmp_path):
    """A run whose change did harm and cannot be taken back until the event is set: (service, outcome, network, event)."""
    twin, broken = SmallNetwork(), threading.Event()

    def interfere(handler, method, path):
        is_refused = method == "PATCH" and broken.is_set()
        if is_refused:
            send(handler, 500)
        return is_refused

    def harm(event):
        if event.kind == "change.applied":
            twin.inject(BackhaulDelay(cell="S1C1", milliseconds=30.0))
            broken.set()

    with EmbeddedRan(twin) as ran, Proxy(ran.url, interfere) as proxy, OranNetwork(proxy.url, settings=QUICK) as network:
        runs = service(tmp_path, listener=harm, network=network)
        outcome = runs.start(TEXT, approver=approve_by_flag)
        assert outcome.status == "still applied"
        yield runs, outcome, network, broken


def sweep(runs, network, restating):
    page = partial(restate, runs.paths, runs.commitments.state) if restating else lambda run_id: None
    commitments = CommitmentStore(runs.commitments.state, lambda: time.time() + 600)  # the lease of the run has expired by then
    Watchdog(commitments, lambda name: network, runs.journal, restate=page).sweep()


def standing_in(page):
    return page.partition("<!-- now -->")[2].partition("<!-- /now -->")[0]


def test_the_page_is_rewritten_when_the_watchdog_takes_the_change_back(left_standing):
    runs, outcome, network, broken = left_standing
    page = Path(outcome.report)
    before = page.read_text(encoding="utf-8")
    assert "STILL ON THE NETWORK" in standing_in(before)
    broken.clear()
    sweep(runs, network, restating=True)
    after = page.read_text(encoding="utf-8")
    assert ">rolled back</span>" in standing_in(after) and "STILL ON THE NETWORK" not in after
    assert "the change was taken back, which was read back from the network: by the watchdog" in standing_in(after)
    assert after.partition("<!-- /now -->")[2] == before.partition("<!-- /now -->")[2], "the rest is history"
    assert page.stat().st_mode & 0o777 == 0o600


def test_a_change_that_a_person_settled_as_it_is_is_not_said_to_be_taken_back(left_standing):
    runs, outcome, _, _ = left_standing
    (commitment,) = runs.commitments.of_run(outcome.run_id)
    runs.commitments.settle(commitment.key, "ann", "kept as it is")
    restate(runs.paths, runs.commitments.state, outcome.run_id)
    now = standing_in(Path(outcome.report).read_text(encoding="utf-8"))
    assert ">settled</span>" in now and "a person ended it with the network as it is: settled by ann" in now
    assert "read back from the network" not in now


def test_the_page_that_is_shown_is_the_page_as_of_now_whoever_changed_the_commitment(left_standing):
    runs, outcome, network, broken = left_standing
    broken.clear()
    sweep(runs, network, restating=False)
    page = Path(outcome.report)
    assert "STILL ON THE NETWORK" in page.read_text(encoding="utf-8")
    shown = piped("show", outcome.run_id, "--html", "--data-dir", runs.paths.root)
    assert shown.returncode == 0 and shown.stdout.strip() == str(page), shown.stderr
    assert "the change was taken back" in standing_in(page.read_text(encoding="utf-8"))


def test_a_page_of_an_earlier_version_gets_the_section_too(left_standing):
    runs, outcome, _, _ = left_standing
    page = Path(outcome.report)
    page.write_text("<!doctype html><html><body><h1>confirmed</h1></body></html>", encoding="utf-8")
    restate(runs.paths, runs.commitments.state, outcome.run_id)
    restate(runs.paths, runs.commitments.state, outcome.run_id)
    text = page.read_text(encoding="utf-8")
    assert text.count("<!-- now -->") == 1 and "STILL ON THE NETWORK" in standing_in(text) and text.endswith("</html>")


def test_a_page_that_cannot_be_written_keeps_nothing_from_being_taken_back(left_standing):
    runs, outcome, network, broken = left_standing
    Path(outcome.report).unlink()
    Path(outcome.report).mkdir()
    broken.clear()
    sweep(runs, network, restating=True)
    assert [one.state for one in CommitmentStore(runs.commitments.state).of_run(outcome.run_id)] == ["reverted"]
    assert "report.failed" in [record.kind for record in runs.journal.records(outcome.run_id)]


class Boxes(HTMLParser):
    """The tables that are not in a box that scrolls, and the font sizes of the figures in pixels on a phone."""

    def __init__(self):
        super().__init__()
        self.path, self.loose, self.fonts, self.widths, self.viewport = [], 0, [], [], ""

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "meta" and attributes.get("name") == "viewport":
            self.viewport = attributes["content"]
        if tag == "table" and not any("scroll" in (outer.get("class") or "").split() for _, outer in self.path):
            self.loose += 1
        if tag == "svg":
            units = float(attributes["viewbox"].split()[2])
            self.scale = (PHONE_PX - 2 * PADDING_PX) / units
        style = attributes.get("style") or ""
        glyphs = re.findall(r"scale\((\d*\.?\d+) -", attributes.get("transform") or "")  # drawn at a hundredth of their size
        self.fonts += [100 * float(size) * self.scale for size in glyphs]
        self.widths += re.findall(r"(?<![-\w])(?:min-)?width:[^;]*", style)
        if tag not in ("meta", "br", "path", "use", "line"):
            self.path.append((tag, attributes))

    def handle_endtag(self, tag):
        while self.path and self.path.pop()[0] != tag:
            pass


def test_the_page_can_be_read_on_a_phone(tmp_path):
    outcome = service(tmp_path).start(TEXT, approver=approve_by_flag)
    boxes = Boxes()
    boxes.feed(Path(outcome.report).read_text(encoding="utf-8"))
    assert boxes.viewport == "width=device-width,initial-scale=1"
    assert boxes.loose == 0, "a table that is too wide scrolls in its own box, not the page"
    assert boxes.fonts and min(boxes.fonts) >= LEAST_FONT_PX
    assert boxes.widths == []


def test_the_style_fixes_no_width_beyond_a_phones_screen_and_no_small_font():
    pixels = {"px": 1.0, "rem": REM_PX}
    widths = re.findall(r"(?<!max-)(?<![-\w])(?:min-)?width:(\d*\.?\d+)(px|rem)", STYLE)
    assert all(float(size) * pixels[unit] <= PHONE_PX - 2 * PADDING_PX for size, unit in widths)
    fonts = re.findall(r"font(?:-size)?:(\d*\.?\d+)(px|rem)", STYLE)
    assert fonts and min(float(size) * pixels[unit] for size, unit in fonts) >= LEAST_FONT_PX
    assert "overflow-wrap:anywhere" in STYLE and ".scroll{overflow-x:auto}" in STYLE
