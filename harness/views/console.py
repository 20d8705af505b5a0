"""The live view of a run: each event as it occurs; plain text without a terminal."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import RenderableType
from rich.panel import Panel
from rich.rule import Rule
from rich.status import Status

from agents.planner import Tell
from harness.records.events import Event, EventKind
from harness.records.outcome import RunOutcome
from harness.records.status import TONE, Tone
from harness.runtime.command_line import twinpilot
from harness.views.tables import answer_table, candidates_table, intent_table, verdict_table, verification_table
from policies.text.foreign import safe
from tools.calls.observation import Observation
from twins.progress import PULSE_S, Pulse
from twins.screen.console import SafeConsole, pasteable, plain

_COLOUR: dict[Tone, str] = {"good": "green", "care": "yellow", "bad": "red", "neutral": "cyan"}

# Events in the midst of work that goes on; every other one ends it.
_DURING_WORK: frozenset[EventKind] = frozenset({"tool.progress", "network.behind", "time.passed"})
_PROMISE = {"apply": "approved and scheduled", "restore": "confirmed, in force until the end of its time"}


class RunConsole:
    """A listener that shows events on a rich console.

    Long work has a spinner on a terminal; without one it has a line on standard error every `pulse_s` seconds.
    """

    def __init__(self, console: SafeConsole, pulse_s: float = PULSE_S) -> None:
        self.console = console
        self._spinner: Status | None = None
        self._pulse = Pulse(SafeConsole(stderr=True), pulse_s)
        self._tool = ""
        self._views: dict[EventKind, Callable[[Event], None]] = {
            "run.started": self._run_started,
            "step.started": self._step_started,
            "model.called": self._model_called,
            "restrictions.standing": self._restrictions_standing,
            "intent.understood": self._intent_understood,
            "planner.noted": self._planner_noted,
            "question.told": self._question_told,
            "specialist.said": self._specialist_said,
            "tool.started": self._tool_started,
            "tool.progress": self._tool_progress,
            "tool.ended": self._tool_ended,
            "proposal.made": self._proposal_made,
            "verdict.given": self._verdict_given,
            "approval.needed": self._approval_needed,
            "approval.given": self._approval_given,
            "approval.conflict": self._approval_conflict,
            "approval.decided": self._approval_decided,
            "approval.withdrawn": self._approval_withdrawn,
            "approval.outdated": self._approval_outdated,
            "plan.outdated": self._plan_outdated,
            "change.applied": self._change_applied,
            "network.starting": self._network_starting,
            "network.connecting": self._network_connecting,
            "network.behind": self._network_behind,
            "time.passed": self._time_passed,
            "change.verified": self._change_verified,
            "change.reverted": self._change_reverted,
            "change.alarm": self._change_alarm,
            "change.still_applied": self._change_still_applied,
            "change.scheduled": self._change_scheduled,
            "change.restored": self._change_restored,
            "run.ended": self._run_ended,
        }

    def __call__(self, event: Event) -> None:
        """Show one event; kinds without a view are ignored."""
        if event.kind not in _DURING_WORK:
            self._pulse.end()
        view = self._views.get(event.kind)
        if view is not None:
            view(event)

    def pause(self) -> None:
        """Stop the spinner, so that the user can be prompted."""
        self._pulse.end()
        if self._spinner is not None:
            self._spinner.stop()
            self._spinner = None

    def _spin(self, text: str) -> None:
        if not self.console.is_terminal:
            return
        if self._spinner is None:
            self._spinner = self.console.status(plain(text))
            self._spinner.start()
        else:
            self._spinner.update(plain(text))

    def _work(self, text: str) -> None:
        """Show that work has begun that may last and says nothing itself."""
        self._spin(f"{text} …")
        if not self.console.is_terminal:
            self._pulse.begin(text)

    def _print(self, *renderables: RenderableType) -> None:
        for renderable in renderables:
            self.console.print(renderable)

    def _run_started(self, event: Event) -> None:
        title = f"Run {event.data['run_id']}{' (shadow)' if event.data['mode'] == 'shadow' else ''}"
        self._print(Panel(plain(event.data["text"]), title=title, title_align="left"))

    def _restrictions_standing(self, event: Event) -> None:
        count = len(event.data["restrictions"])
        text = f"{count} standing restriction{'s' if count > 1 else ''}, in force or to come"
        self._print(pasteable(f"{text}; list with: {twinpilot('restrictions')}", "yellow"))

    def _network_starting(self, event: Event) -> None:
        from twins.compiled import cache_folder

        self._print(plain(f"starting network {event.data['name']}, with near-RT RIC and O1 on loopback …", "dim"))
        if not cache_folder().exists():
            self._print(plain("first start: compiling the simulator's kernels, once, up to a minute …", "dim"))
        self._work(f"starting network {event.data['name']}")

    def _network_connecting(self, event: Event) -> None:
        self._print(plain(f"connecting to {event.data['url']} …", "dim"))
        self._work(f"connecting to {event.data['url']}, reading its PM reports")

    def _network_behind(self, event: Event) -> None:
        self._print(plain(f"  {event.data['message']}", "dim"))

    def _step_started(self, event: Event) -> None:
        self._spin(f"{event.step} …")

    def _model_called(self, event: Event) -> None:
        self._work(f"{event.data['planner']} decides")

    def _intent_understood(self, event: Event) -> None:
        intent = event.data["intent"]
        self._print(intent_table(intent), plain(f"read back: {event.data['read_back']}", "bold"))
        if intent.window:
            self._print(
                plain(f"time: {intent.window.start:%Y-%m-%d %H:%M} – {intent.window.end:%H:%M %Z}  {intent.event}".rstrip())
            )
        for use in event.data["events"]:
            self._print(plain(f"event: {use.describe()}", "" if use.included else "yellow"))
        for assumption in intent.assumptions:
            self._print(plain(f"assumed: {assumption}", "yellow"))
        if event.data["plan"]:
            self._print(
                plain("Plan", "bold"), *(plain(f"  {number}. {step}") for number, step in enumerate(event.data["plan"], 1))
            )

    def _planner_noted(self, event: Event) -> None:
        self._print(plain(event.data["note"], "yellow"))

    def _specialist_said(self, event: Event) -> None:
        self._print(plain(f"  {event.data['by']}: {_short(event.data['said'])}", "dim"))

    def _question_told(self, event: Event) -> None:
        self._print(*map(plain, told_lines(event.data["told"])))

    def _tool_started(self, event: Event) -> None:
        self._tool = event.data["call"].tool
        self._work(self._tool)

    def _tool_progress(self, event: Event) -> None:
        runs = f"twin runs {event.data['done']}/{event.data['total']}"
        self._spin(f"{runs} …")
        self._pulse.update(f"{self._tool}: {runs}")

    def _tool_ended(self, event: Event) -> None:
        observation, seconds = event.data["observation"], event.data["seconds"]
        text = plain("  ✓ " if observation.evidence else "  ✗ ", "green" if observation.evidence else "red")
        text.append_text(plain(f"{observation.call.tool} ", "bold"))
        text.append_text(plain(_short(_result(observation))))
        text.append_text(plain(f"  {seconds:.1f} s", "dim"))
        self._print(text)
        for warning in (observation.evidence or {}).get("warnings", ()):
            self._print(plain(f"    warning: {_short(warning)}", "yellow"))

    def _proposal_made(self, event: Event) -> None:
        proposal = event.data["proposal"]
        self._print(candidates_table(proposal.candidates, proposal.best.change_set.digest))
        if proposal.best.rationale:
            self._print(plain(f"why: {proposal.best.rationale}"))
        for risk in proposal.best.risks:
            self._print(plain(f"risk: {risk}", "yellow"))

    def _verdict_given(self, event: Event) -> None:
        tried = event.data["tried"]
        if tried.objection:
            self._print(plain(f"twin: {tried.objection}", "red"))
        self._print(verdict_table(event.data["verdict"]))

    def _approval_needed(self, event: Event) -> None:
        self.pause()
        approval = event.data["approval"]
        self._print(plain(f"Request {approval.digest[:12]}", "bold"))
        self._print(*(plain(f"  {line}") for line in approval.subject.describe()))
        self._print(pasteable(f"  or decide elsewhere: {approval.command()}", "dim"))

    def _approval_outdated(self, event: Event) -> None:
        self._print(plain("the same change is tried and judged again", "yellow"))

    def _approval_decided(self, event: Event) -> None:
        approval = event.data["approval"]
        self._print(plain(f"request {approval.digest[:12]} is {approval.standing()}", "bold"))

    def _approval_withdrawn(self, event: Event) -> None:
        approval = event.data["approval"]
        self._print(
            plain(f"the approval of request {approval.digest[:12]} by {approval.decided_by} is withdrawn, since", "yellow")
        )
        self._print(*(plain(f"  {reason}", "yellow") for reason in event.data["reasons"]))

    def _plan_outdated(self, event: Event) -> None:
        self._print(plain("the network is no longer as it was read, so it is read again and planned on that:", "yellow"))
        self._print(*(plain(f"  {reason}", "yellow") for reason in event.data["reasons"]))

    def _approval_conflict(self, event: Event) -> None:
        self._print(plain(event.data["message"], "yellow"))

    def _approval_given(self, event: Event) -> None:
        answer = event.data["answer"]
        verb = "edited" if answer.edited is not None else "approved" if answer.approved else "rejected"
        self._print(plain(f"{verb} by {answer.who} ({answer.how})", "bold"))

    def _change_applied(self, event: Event) -> None:
        receipt = event.data["receipt"]
        policies = len(event.data["change_set"].policy_edits())
        attributes = len(event.data["change_set"].edits) - policies
        at = f"{receipt.applied_at:%Y-%m-%d %H:%M:%S} network time"
        self._print(
            plain(f"applied at {at}: {attributes} attribute(s) over O1, {policies} policy(ies) over A1; read back", "green")
        )

    def _time_passed(self, event: Event) -> None:
        until, purpose = event.data.get("until"), event.data.get("purpose", "verifying until")
        self._spin(f"network time {event.data['now']:%H:%M:%S}{f', {purpose} {until:%H:%M:%S}' if until else ''} …")

    def _change_verified(self, event: Event) -> None:
        self._print(verification_table(event.data["verification"]))

    def _change_reverted(self, event: Event) -> None:
        self._print(plain(f"rolled back: {event.data['note']}", "bold red"))

    def _change_scheduled(self, event: Event) -> None:
        self._print(plain(f"{_PROMISE[event.data['to']]}: {event.data['timetable'].describe()}", "bold"))

    def _change_restored(self, event: Event) -> None:
        self._print(plain(f"restored at the end of its time and read back: {event.data['note']}", "green"))

    def _change_alarm(self, event: Event) -> None:
        lines = [standing.describe() for standing in event.data["standings"] if not standing.in_effect]
        self._print(*(plain(f"ALARM: not in effect any more: {line}", "bold red") for line in lines))

    def _change_still_applied(self, event: Event) -> None:
        self._print(plain(f"STILL ON THE NETWORK: taking the change back failed: {event.data['why']}", "bold red"))

    def _run_ended(self, event: Event) -> None:
        self.pause()
        show_outcome(self.console, event.data["outcome"])


def _result(observation: Observation) -> str:
    """Return what a tool call returned, or why it failed, without the tool's name, which stands before it."""
    if observation.evidence:
        return str(observation.evidence["summary"])
    return str(observation.error).removeprefix(observation.call.tool).lstrip(": ")


def _short(text: object, length: int = 240) -> str:
    return safe(str(text), length)


def _show_commands(console: SafeConsole, outcome: RunOutcome) -> None:
    """Show what was asked for and the exact commands that decide on it."""
    digest = outcome.approval.digest[:12] if outcome.approval else "DIGEST"
    for verb in ("approve", "reject"):
        console.print(pasteable(f"{verb} with: {twinpilot(verb, outcome.run_id, digest)}"))


def _show_answer(console: SafeConsole, outcome: RunOutcome) -> None:
    """Show what was answered beside the rest, the tables that an answer rests on with their notes, and who decided how."""
    for line in (line for told in outcome.told for line in told_lines(told)):
        console.print(plain(line))
    for note in outcome.notes:
        console.print(plain(f"note: {note}", "yellow"))
    for answer in outcome.tables:
        console.print(answer_table(answer))
        for note in answer.notes:
            console.print(plain(f"  {note}", "dim"))


def told_lines(told: Tell) -> list[str]:
    """Return the lines that answer a question beside what was to be done."""
    advice = [f"  recommended: {told.recommendation}"] if told.recommendation else []
    return [f"asked beside it: {told.question}", f"  answer: {told.summary}", *advice]


def _show_standing(console: SafeConsole, outcome: RunOutcome) -> None:
    """Show what is on the network though the run ended otherwise, or what was found not to be in effect."""
    standing = outcome.standing
    if standing is None or (outcome.status != "still applied" and all(edit.in_effect for edit in standing.edits)):
        return
    console.print(plain(f"read back at {standing.at:%Y-%m-%d %H:%M:%S} network time, before the change was taken back:"))
    for edit in standing.edits:
        console.print(plain(f"  {edit.describe()}"))


def _show_restrictions(console: SafeConsole, outcome: RunOutcome) -> None:
    """Show the restrictions that the run made or that are named in how it ended, and the commands that remove them."""
    for restriction in outcome.restrictions:
        if restriction.run_id == outcome.run_id or restriction.id in f"{outcome.message} {outcome.nearest}":
            console.print(plain(restriction.describe()))
            console.print(pasteable(f"  remove with: {twinpilot('restrictions', 'remove', restriction.id)}"))


def show_outcome(console: SafeConsole, outcome: RunOutcome) -> None:
    """Show how a run ended, and where its files are."""
    style = _COLOUR[TONE[outcome.status]]
    console.print(Rule(plain(outcome.status.upper(), f"bold {style}"), style=style))
    console.print(plain(f"result: {outcome.message}"))
    _show_answer(console, outcome)
    _show_standing(console, outcome)
    if outcome.nearest:
        console.print(plain(f"nearest reachable: {outcome.nearest}"))
    if outcome.choices:
        console.print(plain(f"choices: {' | '.join(outcome.choices)}"))
    if outcome.status == "asked":
        console.print(pasteable(f"answer with: {twinpilot('run', '--resume', outcome.run_id, '--answer', 'your answer')}"))
    if outcome.status == "scheduled":
        console.print(pasteable(f"continue with: {twinpilot('run', '--resume', outcome.run_id)}"))
        console.print(pasteable(f"cancel with: {twinpilot('cancel', outcome.run_id)}"))
    if outcome.status == "still applied":
        console.print(pasteable(f"settle with: {twinpilot('settle', outcome.run_id)}"))
    if outcome.status == "awaiting approval":
        _show_commands(console, outcome)
    _show_restrictions(console, outcome)
    if outcome.timetable is not None and outcome.chosen is not None:
        console.print(plain(f"timetable: {outcome.timetable.describe()}"))
    durations = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in outcome.durations.items())
    console.print(plain(f"time: {durations}", "dim"))
    if outcome.report:
        console.print(plain(f"report: {outcome.report}"))
