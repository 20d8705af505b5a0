from datetime import UTC, datetime

import pytest

from agents.reading.names import Names
from agents.reading.site_card import NamedCell, NamedEvent, SiteCard


def _at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2031, 5, day, hour, minute, tzinfo=UTC)


@pytest.fixture(scope="session")
def card() -> SiteCard:
    """A fictitious network: Q01 to Q12 with three sectors each, words as ids, sites of one cell. It is Tuesday, 13:00."""
    cells = [NamedCell(id=f"Q{site:02}-{sector}", site=f"Q{site:02}") for site in range(1, 13) for sector in (1, 2, 3)]
    cells += [NamedCell(id=f"vat.{part}", site="vat", asleep=part == "c") for part in "abc"]
    cells += [NamedCell(id=name, site="Brewhouse", asleep=name == "BrewCellar") for name in ("BrewKettle", "BrewCellar")]
    return SiteCard(
        name="Hopfields Brewery",
        now=_at(6, 13),
        cells=tuple(cells),
        areas={
            "cooper's yard": ("Q01-1", "Q01-2", "Q02-1"),
            "malt store": ("Q03-1", "Q03-2", "Q04-1", "Q04-2"),
            "rest house": ("Q05-1", "Q06-1"),
            "lower terrace": ("Q02-1", "Q07-2", "Q07-3"),
        },
        events=(
            NamedEvent(name="beer tasting", area="lower terrace", start=_at(6, 18), end=_at(6, 21, 30)),
            NamedEvent(name="barrel race", area="cooper's yard", start=_at(7, 10), end=_at(7, 12)),
            NamedEvent(name="boiler test", start=_at(8, 2), end=_at(8, 4)),
        ),
    )


@pytest.fixture(scope="session")
def names(card: SiteCard) -> Names:
    return Names(card)
