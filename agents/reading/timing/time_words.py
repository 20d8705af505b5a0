"""Words of time besides numbers: parts of the day, what ends and starts, units."""

from __future__ import annotations

from typing import Final

from policies.text.number_words import NUMBER_WORDS


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
UNITS: Final = {
    **dict.fromkeys(("s", "sec", "second"), 1 / 60),
    **dict.fromkeys(("m", "min", "mins", "minute", "minuet"), 1.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour"), 60.0),
    **dict.fromkeys(("d", "day"), 1440.0),
}
AM: Final = (0, 12)
PM: Final = (12, 24)
MORNING: Final = (1, 12)  # "12 am" is midnight, twelve in the morning can be noon
EVENING: Final = (17, 24)  # "12 pm" is noon, twelve in the evening is midnight
# Hours between which a time of day is, by the word beside it; beyond 24 is the small hours.
PART_OF_DAY: Final = {
    **{"morning": MORNING, "mornign": MORNING, "am": AM, "afternoon": (12, 18), "afternon": (12, 18), "evening": EVENING},
    **{"pm": PM, "tonight": (18, 30), "tonite": (18, 30), "night": (18, 30)},
}
NIGHT: Final = _words("tonight tonite night")
# Hours of a window that is one word.
WHOLE: Final = {
    **{"tonight": (18, 24), "tonite": (18, 24), "overnight": (22, 30), "overnite": (22, 30), "today": (0, 24)},
}
WHOLE_PART: Final = {"morning": (6, 12), "afternoon": (12, 18), "evening": (18, 23), "night": (18, 24)}
UNTIL: Final = _words("until untill till til unitl till' til' fino bis jusqu'à")
TO: Final = _words("to - – and .. → / through thru … \n , alle bis too")
BY: Final = _words("before by") | UNTIL
DENYING: Final = _words("outside except excluding excepting never without besides unless")
RECURRING: Final = _words(
    "daily nightly weekly weekdays workdays weekday days nights mornings evenings afternoons weekends matchdays gamedays holidays"
)
# Words of other languages that shift a time: without a rule for them nothing is certain.
UNTRANSLATED: Final = _words(
    "nach danach nachher vor davor vorher stunde stunden beginn dopo prima ora ore después despues antes"
    " hora horas p depois après apres avant heure heures uur voor daarna efter før innan"
)
ENDING: Final = _words("ending ends end:")
FROM: Final = _words("from starting commencing beginning since as when once start")
ENDS: Final = _words(
    "conclusion finish end ends ended over finishes finished done gone through closes close closed closing shuts shut concluded"
    " settles stops last ending"
)
STARTS: Final = _words("start starts begin begins beginning opens opening kick kickoff commences commencement first starting")
BEFORE: Final = _words("before ahead prior early earlier minus")
AFTER: Final = _words("after following follow follows past later on plus")
BACK: Final = _words("it its it's them then")
# Words that name no event by themselves.
NO_EVENT: Final = _words("noon midnight night morning evening afternoon day week last first hour early late")
# Words beside a day or an event that change nothing.
PLAIN: Final = UNTIL | _words(
    "the a an of in on at for from by during while through throughout whole all day today tonight overnight overnite night nights"
    " morning afternoon evening this that is only just over when it its and or as well both to now before after same teh tonite z"
    " limited each time window runs run lasts last long has be been are on going happens takes place will next coming one"
    " duration entire entirety full complete"
)
# Right as they are: not taken for a misspelled word of the calendar.
KNOWN: Final = _words(
    "from form until till before after while during between through throughout tonight tomorrow today overnight overnite"
    " midnight midnite noon midday morning afternoon evening night half past quarter hour minute hours minutes next first last"
    " start starts begin begins end ends over gone when then that this with runs lasts week day days day's shift late early"
    " tonight's conclusion commencement opening closing beginning ending finish side either being there starting commencing"
    " interval minus plus small mins"
) | {*MONTHS, *WEEKDAYS, *NUMBER_WORDS}
SHORT: Final = {
    "form": "from",
    "thre": "3",
    "three": "3",
    "nxt": "next",
    "midnite": "midnight",
    "strats": "starts",
    "beigns": "begins",
}
SPANS: Final = tuple(
    (tuple(words.split()), minutes)
    for words, minutes in (
        ("half an hour", 30.0),
        ("the half hour", 30.0),
        ("half hour", 30.0),
        ("3 quarters of an hour", 45.0),
        ("a quarter of an hour", 15.0),
        ("the quarter of an hour", 15.0),
        ("the quarter hour", 15.0),
        ("a quarter hour", 15.0),
        ("quarter of an hour", 15.0),
        ("hour and a half", 90.0),
        ("an hour and a half", 90.0),
        ("hour and a quarter", 75.0),
        ("an hour and a quarter", 75.0),
        ("1 and a half hours", 90.0),
        ("an hour", 60.0),
        ("a couple of hours", 120.0),
        ("couple of hours", 120.0),
    )
)
