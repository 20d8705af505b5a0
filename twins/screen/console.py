"""The one kind of console that commands print on: nothing that is printed on it can act on the terminal or pass for two lines.

1. Strings are never interpreted: no markup, no emoji codes, no highlighting. `render_str` makes them safe wherever rich meets
   one, also in the cells and titles of tables.
2. Whatever rich renders is checked once more, so that a `Text` or a renderable of another package is covered, too.
3. A printed line that wraps goes on indented: at the left edge of the screen only our own lines begin. Without a terminal no line
   is wrapped, nor is a command of ours (`pasteable`), which could not be pasted otherwise.
4. A reader that went away (`| head`) does not end the work: the output is dropped.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.text import Text

from policies.text.foreign import safe, visible
from policies.text.redaction import redacted
from twins.screen.output import drop_output
from twins.screen.typed_line import wait_for_typed_line

_INDENT = 4
_LEAST_WIDTH = 20
_PIPE_WIDTH = 160  # of tables, without a terminal and without COLUMNS


def plain(text: object, style: str = "") -> Text:
    """Return text that is shown literally on one line: without markup and secrets, control characters made visible."""
    return Text(safe(redacted(str(text))), style=style)


def pasteable(text: object, style: str = "") -> Text:
    """Return text as `plain` does that the console does not wrap; only for a command that we wrote, without foreign text."""
    line = plain(text, style)
    line.no_wrap = True
    return line


class SafeConsole(Console):
    """A rich console that prints text literally; see the module's docstring."""

    def __init__(self, *, stderr: bool = False, width: int | None = None, **options: Any) -> None:
        super().__init__(stderr=stderr, width=width, markup=False, emoji=False, highlight=False, **options)
        if width is None and not self.is_terminal and not os.environ.get("COLUMNS"):
            self.width = _PIPE_WIDTH

    def print(self, *objects: Any, **options: Any) -> None:
        """Print as rich does; strings and texts become lines that wrap with an indentation."""
        if set(options) <= {"style"}:
            style = options.get("style") or ""
            objects = tuple(_Line(_text(item, style)) if isinstance(item, str | Text) else item for item in objects)
            whole = any(isinstance(item, _Line) and item.is_whole for item in objects)
            super().print(*objects, sep="", crop=self.is_terminal and not whole, **options)
        else:
            super().print(*objects, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """Return a string as text on one line; only style, justification and overflow of the options count."""
        kept = {name: value for name, value in options.items() if name in ("style", "justify", "overflow")}
        return super().render_str(safe(redacted(text)), markup=False, emoji=False, highlight=False, **kept)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render; in what comes out no text acts on the terminal."""
        for segment in super().render(renderable, options):
            if segment.control or segment.text.isprintable():
                yield segment
            else:
                lines = segment.text.split("\n")
                yield Segment("\n".join(map(visible, lines)), segment.style)

    def input(self, prompt: str | Text = "", **options: Any) -> str:
        """Print the prompt and return the line that is typed after it; Ctrl-C ends the wait whenever it comes."""
        if prompt:
            self.print(prompt, end="")
        wait_for_typed_line()
        return super().input(**options)

    def on_broken_pipe(self) -> None:
        """Go on without output: what is being done does not depend on whether somebody reads about it."""
        self.quiet = True
        drop_output(self.file.fileno())


class _Line:
    """One logical line: wrapped with an indentation on a terminal, else as it is."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self.is_whole = bool(text.no_wrap)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = max(options.max_width - _INDENT, _LEAST_WIDTH)
        lines = self._text.wrap(console, width) if console.is_terminal and not self.is_whole else [self._text]
        for number, line in enumerate(lines):
            if number:
                yield Segment(" " * _INDENT)
            yield from line.render(console)
            yield Segment.line()


def _text(item: str | Text, style: str) -> Text:
    if isinstance(item, str):
        return plain(item, style)
    item.stylize_before(style)
    return item
