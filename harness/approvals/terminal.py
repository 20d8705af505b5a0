"""The approval prompt at the terminal: y, n, or edit; an edited change set is judged by the gate again.

Only what is typed after the question is an answer to it.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import termios
from contextlib import suppress

from pydantic import ValidationError
from rich.prompt import Prompt

from harness.approvals.approver import ApprovalAnswer, ApprovalQuestion, Approver
from harness.records.person import current_person
from policies.change import AttributeEdit, ChangeSet, PolicyEdit
from twins.scratch_folder import ScratchFolder
from twins.screen.console import SafeConsole, plain


def ask_at_terminal(console: SafeConsole) -> Approver:
    """Return an approver that prompts on `console` until it has an answer."""

    def ask(question: ApprovalQuestion) -> ApprovalAnswer | None:
        who = str(current_person())
        while True:
            discard_typed_ahead()
            reply = Prompt.ask("Apply this change?", choices=["y", "n", "edit"], default="n", console=console)
            if reply == "y":
                return ApprovalAnswer(True, who, "terminal")
            if reply == "n":
                note = Prompt.ask("Why not? (empty: end the run; else plan again)", default="", console=console)
                return ApprovalAnswer(False, who, "terminal", note=note)
            edited = edit_change_set(console, question.approval.change_set)
            if edited is not None and edited.digest != question.approval.change_set.digest:
                return ApprovalAnswer(False, who, "terminal", edited=edited)
            console.print(plain("nothing was changed", "yellow"))

    return ask


def discard_typed_ahead() -> None:
    """Discard what was typed before the question: it is not an answer to it. Does nothing without a terminal."""
    with suppress(OSError, ValueError, termios.error):
        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


def edit_change_set(console: SafeConsole, change_set: ChangeSet) -> ChangeSet | None:
    """Let the user edit the new values, in $VISUAL or $EDITOR, else one by one; None if the result is not a change set."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    try:
        return _in_editor(editor, change_set) if editor else _one_by_one(console, change_set)
    except (ValidationError, ValueError, OSError, subprocess.SubprocessError) as error:
        console.print(plain(f"cannot use that: {' '.join(str(error).split())[:300]}", "red"))
        return None


def _in_editor(editor: str, change_set: ChangeSet) -> ChangeSet:
    with ScratchFolder("twinpilot-edit-") as folder:
        path = folder / "change_set.json"
        path.write_text(json.dumps(change_set.model_dump(mode="json"), indent=2), encoding="utf-8")
        subprocess.run([*shlex.split(editor), str(path)], check=True)  # noqa: S603 - the user's own editor
        return ChangeSet.model_validate_json(path.read_text(encoding="utf-8"))


def _one_by_one(console: SafeConsole, change_set: ChangeSet) -> ChangeSet:
    edits: list[AttributeEdit | PolicyEdit] = []
    for edit in change_set.edits:
        if isinstance(edit, AttributeEdit):
            console.print(plain(edit.describe()))
            reply = Prompt.ask("new value (empty: keep, '-': leave this edit out)", default="", console=console)
            if reply == "-":
                continue
            edits.append(edit if not reply else edit.model_copy(update={"new": parse_value(reply, edit.old)}))
        else:
            edits.append(edit)
    return ChangeSet(edits=tuple(edits))


def parse_value(text: str, like: object) -> bool | int | float | str:
    """Return `text` as a value of the type of `like`; raises ValueError."""
    if isinstance(like, bool):
        if text.lower() not in ("true", "false"):
            raise ValueError(f"{text!r}: true or false is required")
        return text.lower() == "true"
    if isinstance(like, int | float):
        value = float(text)
        return int(value) if value.is_integer() else value
    return text
