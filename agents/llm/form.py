"""How much of a view a model is told, from the long form to what fits into the smallest window.

The reply's schema names every cell, KPI, tool and argument by itself (`agents.llm.schema`), so that a short form takes nothing
away that a model may say.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from pydantic import Field

from policies.word import Word


class Form(Word):
    """Tools by JSON schema, signature or name; at most so many items of a list, characters and newest results of tools.

    items, results: None for all of them.
    """

    tools: Literal["schema", "signature", "name"] = "schema"
    items: int | None = Field(default=None, ge=1)
    characters: int = Field(default=6000, ge=100)
    results: int | None = Field(default=None, ge=0)

    @property
    def is_shortest(self) -> bool:
        """Whether candidates are told by name alone."""
        return self.items is not None and self.items < 4

    def left_out(self, results: int) -> list[str]:
        """Return what a view with so many results of tools lacks in this form, in words that are part of it."""
        said = []
        if self.tools == "name":
            said.append("types and meaning of the tools' arguments")
        if self.items is not None and results:
            said.append(f"of each list under evidence and candidates, all but the first {self.items} items")
        if self.is_shortest and results:
            said.append("the candidates' edits and predictions")
        if self.results is not None and self.results < results:
            said.append(f"the oldest {results - self.results} of {results} results of tools")
        return said


_BY_TOOLS: Final = (
    Form(),
    Form(tools="signature"),
    Form(tools="signature", items=24, characters=3000),
    Form(tools="signature", items=8, characters=1500),
    Form(tools="name", items=8, characters=800),
    Form(tools="name", items=3, characters=400),
    Form(tools="name", items=2, characters=200),
)


def forms(results: int) -> Iterator[Form]:
    """Yield the forms of a view with so many results of tools, the longest first; the last has no result at all."""
    yield from _BY_TOOLS
    shortest = _BY_TOOLS[-1]
    while results:
        results //= 2
        yield shortest.model_copy(update={"results": results})
