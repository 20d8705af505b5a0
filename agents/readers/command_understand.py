"""`twinpilot understand TEXT`: how an operator's text is read, without a network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from twins.command_errors import end_command, one_line_errors
from twins.screen.exit_status import USAGE
from twins.screen.say import say, say_json

if TYPE_CHECKING:
    from agents.readers.heard import Heard
    from agents.reading.site_card import SiteCard

app = typer.Typer(rich_markup_mode=None, add_completion=False)
STADIUM: Final = Path(__file__).parent / "data" / "stadium.json"
_LONGEST: Final = 4000  # characters of a text


@app.command()
def understand(
    text: Annotated[str | None, typer.Argument(help="What an operator says.")] = None,
    card: Annotated[Path | None, typer.Option("--card", help="Names of the network (JSON); default: the stadium's.")] = None,
    lines: Annotated[
        Path | None, typer.Option("--lines", help="File of JSON lines with a `text` each: one reading a line, in order.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show how a text is read: act, targets, edits, restrictions, window and condition, or the question that it leaves."""
    from agents.readers.language_model.loading import ReaderError

    with one_line_errors("understand", ReaderError, ValueError, OSError):
        if (text is None) == (lines is None):
            end_command("understand", "give either a text or --lines FILE", USAGE)
        names = card_from(card or STADIUM)
        texts = [text] if text is not None else list(_texts(lines)) if lines else []
        _print(texts, names, as_json=as_json or lines is not None)


def card_from(path: Path) -> SiteCard:
    """Read the names of a network; raises ValueError that names the file and the field."""
    from pydantic import ValidationError

    from agents.reading.site_card import SiteCard

    try:
        return SiteCard.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "the file"
        raise ValueError(f"{path}: {field}: {first['msg']}; see training/llm/hands/*/card.json for the form") from error


def _texts(path: Path) -> Iterator[str]:
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if not line.strip():
            continue
        try:
            text = json.loads(line)["text"]
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path}, line {number}: must be a JSON object with a `text`") from error
        if not isinstance(text, str):
            raise ValueError(f"{path}, line {number}: text must be a string")
        yield text


def _print(texts: list[str], card: SiteCard, *, as_json: bool) -> None:
    from agents.readers.listener import Listener
    from agents.reading.names import Names

    for heard in Listener.load().listen(texts, Names(card)):
        if as_json:
            say_json(as_object(heard))
        else:
            _show(heard)


def as_object(heard: Heard) -> dict[str, Any]:
    """Return the reading with what was heard beside it, as one object."""
    values = heard.model_dump(mode="json")
    return {**values.pop("reading"), **values}


def _show(heard: Heard) -> None:
    say(heard.read_back)
    if heard.question:
        say(heard.question)
        for number, choice in enumerate(heard.choices, 1):
            say(f"  {number}. {choice}")
    for one in heard.accounted:
        say(f"  {one.slot:22} {one.words}")
