"""The forms of plain sentences; `phrase.py` says how a pattern is written. {p}: a place with its preposition, {P}: without."""

from __future__ import annotations

from typing import Final

# Bounds whose words hold no verb of their own: "below 5 ms".
BOUNDS: Final = (
    *("keep[ {s}] {k} {a}[ {p}]", "[{s} ]{k}[ {p}] {a}", "[{P}: ][{s} ]{k} {a}", "[{p} ]the[ {s}] {k} should be {a}"),
    *("the {k}[ of {s}][ {p}] must stay {a}", "make sure the[ {s}] {k}[ {p}] is {a}", "I want[ {s}] {k} {a}[ {p}]"),
    *("get[ {s}] {k}[ {p}] {a}", "{k}[ {s}] {a}[ {p}]", "we need[ {s}] {k} {a}[ {p}]", "hold[ {s}] {k} {a}[ {p}]"),
    *("[{P} ]{k}[ {s}] {a}", "[{p}, ]keep[ {s}] {k} {a}", "bring[ the {s}] {k}[ {p}] {a}", "ensure {k}[ for {s}] {a}[ {p}]"),
    *("can you get {k}[ for {s}] {a}[ {p}]?", "target:[ {s}] {k} {a}[ {p}]", "[{P} | ]{k}[ | {s}] | {a}", "[{P}/][{s}/]{k}: {a}"),
    *("the[ {s}] {k}[ {p}] has to be {a}", "keep the {k}[ of {s}][ {p}] {a}", "I need[ the {s}] {k}[ {p}] {a}"),
)
# Bounds with a verb of their own: "must not exceed 5 ms".
VERBAL_BOUNDS: Final = (
    *(
        "[{s} ]{k}[ {p}] {a}",
        "the {k}[ of {s}][ {p}] {a}",
        "[{P}: ][{s} ]{k} {a}",
        "[{p} ]the[ {s}] {k} {a}",
        "[{p}, ]{k}[ of {s}] {a}",
    ),
    "ensure that the {k}[ of {s}][ {p}] {a}",
)
LOWERING: Final = (
    "reduce",
    "minimise",
    "minimize",
    "cut",
    "lower",
    "bring down",
    "get down",
    "shrink",
    "less",
    "lowest possible",
)
RAISING: Final = (
    "maximise",
    "maximize",
    "increase",
    "improve",
    "boost",
    "raise",
    "push up",
    "more",
    "highest possible",
    "best possible",
)
SAVING: Final = ("save", "save", "reduce", "cut", "minimise", "lower", "less", "spare", "use as little", "bring down")
GOALS: Final = (
    "{a}[ {s}] {k}[ {p}]",
    "{a} the {k}[ of {s}][ {p}]",
    "please {a}[ the {s}] {k}[ {p}]",
    "[{p} ]{a}[ {s}] {k}",
    "[{P}: ]{a}[ {s}] {k}",
)
EXTREMES: Final = (
    *("keep the {k}[ of {s}][ {p}] {a}", "[{P}: ][{s} ]{k} {a}", "[{s} ]{k}[ {p}] {a}", "I want the[ {s}] {k}[ {p}] {a}"),
    "the[ {s}] {k}[ {p}] should be {a}",
)
LEAST: Final = (
    "as low as possible",
    "as low as you can",
    "minimal",
    "at its minimum",
    "as small as possible",
    "to a minimum",
    "min",
)
MOST: Final = ("as high as possible", "as high as you can", "at its maximum", "maximal", "as good as possible", "max")
# Relative goals: {v} is the verb, {a} how much; both are words of the amount.
RELATIVES: Final = (
    *(
        "{v} the[ {s}] {k}[ {p}] {a}",
        "{v}[ {s}] {k}[ {p}] {a}",
        "{v} {k}[ of {s}] {a}[ {p}]",
        "[{p} ]{v} the[ {s}] {k} {a}",
        "[{P}: ]{v}[ {s}] {k} {a}",
    ),
    "please {v}[ {s}] {k} {a}[ {p}]",
)
RELATIVE_STATES: Final = (
    *("[{s} ]{k}[ {p}] {a}", "the {k}[ of {s}][ {p}] should be {a}", "[{P}: ][{s} ]{k} {a}", "I want[ {s}] {k}[ {p}] {a}"),
    "get the[ {s}] {k}[ {p}] {a}",
)
TOLERANCES: Final = ("[{s} ]{k}[ {p}] {a}", "the {k}[ of {s}][ {p}] {a}", "[{P}: ]{k}[ {s}] {a}", "{k}[ for {s}] {a}[ {p}]")
DOWN: Final = ("lower", "reduce", "cut", "decrease", "bring down", "drop", "shrink", "take down", "get down")
UP: Final = ("raise", "increase", "boost", "lift", "push up", "bring up", "bump", "improve")
LESS: Final = ("{} less", "{} lower", "down {}", "{} down")
MORE: Final = ("{} more", "{} higher", "up {}", "{} up")
MAY_RISE: Final = (
    *("may rise by at most {}", "may go up by no more than {}", "must not rise by more than {}", "can be up to {} higher"),
    "not more than {} worse",
)
MAY_FALL: Final = (
    *("may fall by at most {}", "may drop by no more than {}", "must not fall by more than {}", "can be up to {} lower"),
    "not more than {} worse",
)
NO_HIGHER: Final = (
    *("must not get worse than {}", "not higher than {}", "must not be above that of {}", "no worse than {}"),
    "must not rise above {}'s level",
)
NO_LOWER: Final = (
    *("must not get worse than {}", "not lower than {}", "must not be below that of {}", "no worse than {}"),
    "must not fall below {}'s level",
)
FRACTIONS: Final = (("a third", 100 / 3), ("a quarter", 25.0), ("a fifth", 20.0), ("a tenth", 10.0), ("half", 50.0))
REFERENCES: Final = {
    "now": ("", "", "", " from now", " compared with now", " against what it is now", " vs now", " relative to now"),
    "yesterday": (
        " compared with yesterday",
        " vs yesterday",
        " against yesterday",
        " from yesterday's level",
        " relative to yesterday",
    ),
    "last week": (
        " compared with last week",
        " vs last week",
        " against last week",
        " relative to last week",
        " from last week's level",
    ),
}
SETTINGS: Final = (
    *(
        "set[ the] {k}[ of {s}] {p} to {a}",
        "set {P} {k}[ {s}] to {a}",
        "{P} {k}[ {s}] {a}",
        "{P}: {k}[ {s}] = {a}",
        "put the {k}[ of {s}] {p} at {a}",
    ),
    *(
        "change {k}[ of {s}] {p} to {a}",
        "{k}[ {s}] {p} to {a}",
        "{k}[ for {s}] {a} {p}",
        "please set {k}[ {s}] {p} to {a}",
        "{p} set {k}[ {s}] to {a}",
    ),
    *(
        "I want {k}[ for {s}] {p} at {a}",
        "{P} | {k}[ | {s}] | {a}",
        "set the {k} {p}[ for {s}] to {a}",
        "can you put {k}[ {s}] {p} to {a}?",
    ),
)
STEPS: Final = (
    *(
        "{v} the {k}[ of {s}] {p} {a}",
        "{v} {P} {k}[ {s}] {a}",
        "{v} {k}[ {s}] {p} {a}",
        "{P}: {v} {k}[ {s}] {a}",
        "please {v} {k}[ of {s}] {a} {p}",
    ),
    "{p} {v} the {k}[ of {s}] {a}",
)
STEP_STATES: Final = ("{P} {k}[ {s}] {a}", "{k}[ of {s}] {p} {a}", "{P}: {k}[ {s}] {a}", "{k}[ {s}] {a} {p}")
STEP_DOWN: Final = ("lower", "reduce", "decrease", "drop", "cut")
STEP_UP: Final = ("raise", "increase", "bump", "lift")
SMALLER: Final = ("down {}", "down by {}", "{} less", "-{}", "minus {}", "{} lower")
LARGER: Final = ("up {}", "up by {}", "{} more", "+{}", "plus {}", "{} higher")
STATES: Final = {
    "toBeEnergySaving": ("switch off", "turn off", "shut down", "put to sleep", "sleep", "power down", "send to sleep", "off"),
    "toBeNotEnergySaving": ("switch on", "turn on", "wake", "wake up", "power up", "bring back from sleep", "awake", "activate"),
    "LOCKED": ("lock", "block", "take out of service", "administratively lock", "bar"),
    "UNLOCKED": ("unlock", "unblock", "put back in service", "return to service"),
}
STATE_ORDERS: Final = ("{v} {P}", "please {v} {P}", "{v} {P} please", "can you {v} {P}?", "I want you to {v} {P}", "{v} {P} now")
STATE_SETTINGS: Final = ("{P}: {v}", "{P} {v}", "{P} -> {v}")
FORBIDDEN_STATES: Final = {
    "sleep": ("switch off", "turn off", "shut down", "put to sleep", "power down", "sleep"),
    "energySavingControl": ("wake", "wake up", "switch on"),
    "administrativeState": ("lock", "block", "unlock"),
}
PROHIBITIONS: Final = (
    "never",
    "do not",
    "don't",
    "dont",
    "please do not",
    "nobody may",
    "under no circumstances",
    "we must not",
    "you must not",
    "pls don't",
)
HANDS_OFF: Final = (
    *(
        "{r:do not touch} {P}",
        "{r:don't touch} {P}",
        "{r:leave} {P} {r:alone}",
        "{r:hands off} {P}",
        "{P} {r:is off limits}",
        "{r:no changes} {p}",
    ),
    *(
        "{r:leave} {P} {r:as it is}",
        "{P} {r:stays as it is}",
        "{r:do not change anything} {p}",
        "{r:keep your hands off} {P}",
        "{P} {r:must not be touched}",
    ),
    *(
        "{P}: {r:no changes}",
        "{r:never touch} {P}",
        "{r:nothing is to be changed} {p}",
        "{P} {r:not to be touched}",
        "{r:keep} {P} {r:out of it}",
    ),
)
STAYING_ON: Final = (
    *(
        "{r:keep} {P} {r:on air}",
        "{P} {r:stays on air}",
        "{P} {r:must not sleep}",
        "{P} {r:must stay on}",
        "{r:leave} {P} {r:on}",
        "{P} {r:has to stay awake}",
    ),
    *("{r:keep} {P} {r:awake}", "{P} {r:may not go to sleep}", "{r:no sleeping} {p}", "{P} {r:must never be switched off}"),
)
FORBIDDEN_NAMES: Final = (
    *(
        "{r:don't change} the {k}[ of {s}] {p}",
        "{r:do not touch} {k}[ of {s}] {p}",
        "{r:never change} {k}[ {s}] {p}",
        "{P} {k}[ {s}] {r:is frozen}",
    ),
    *(
        "{r:leave} the {k}[ of {s}] {p} {r:alone}",
        "{k}[ of {s}] {p} {r:stays as it is}",
        "{r:keep} the {k}[ of {s}] {p} {r:as it is}",
        "{r:hands off} the {k} {p}[ for {s}]",
    ),
)
SUPPOSITIONS: Final = (
    *(
        "what if we {}?",
        "what happens if I {}?",
        "what would happen if we {}",
        "simulate: {}",
        "suppose we {} - what then?",
        "would it help to {}?",
    ),
    *(
        "just a thought experiment: {}",
        "dry run: {}",
        "what would change if we {}?",
        "how would the cells react if we {}?",
        "try in the twin only: {}",
    ),
)
CONDITIONS: Final = (
    *(
        "unless {} goes above {}",
        "only if {} is below {}",
        "as long as {} stays under {}",
        "provided that {} stays below {}",
        "if {} is above {}",
    ),
    *("but only while {} is under {}", "unless {} exceeds {}", "when {} drops below {}", "so long as {} does not exceed {}"),
)
QUESTIONS: Final = (
    *(
        "what is the {k}[ of {s}] {p}?",
        "which cells have {k} above {x}?",
        "how is {k} {p} right now?",
        "how high is the[ {s}] {k} {p}?",
        "is {k} {p} below {x}?",
    ),
    *(
        "show me {k}[ of {s}] {p}",
        "what was the {k} {p} yesterday?",
        "{k}[ {s}] {p}?",
        "are there cells with {k} over {x}?",
        "list cells where {k} is above {x}",
    ),
    *(
        "is {P} asleep?",
        "which cells are asleep?",
        "what is the {k} {p} at the moment?",
        "which cells are overloaded?",
        "was {P} locked yesterday?",
    ),
)
EDIT_QUESTIONS: Final = (
    "what is the {k} {p} now?",
    "is {k} {p} at {x}?",
    "which {k} does {P} have?",
    "how is {k} set {p}?",
    "is {P} at {x}?",
)
WITHOUT_AMOUNT: Final = (
    *(
        "set {P} {k}",
        "change the {k} {p}",
        "adjust {k} {p}",
        "lower the {k} {p}",
        "raise {k} {p} a bit",
        "{v} {k} {p} a little",
        "tune {k} {p}",
    ),
    *(
        "{v} {k} {p} slightly",
        "{v} the {k} {p} a notch",
        "optimise {P}",
        "improve {P}",
        "make {P} better",
        "fix {P}",
        "{P} please",
        "do something about {P}",
    ),
    *("reduce {p}", "{P} is bad, check", "set {P} to {x}", "do the usual {p}", "make it faster {p}", "customers complain {p}"),
)
JOINTS: Final = (" and ", ", ", "; ", " and ", ", and ", ". ", " - ", " + ", "\n", ", plus ", "; also ")
OPPOSING: Final = (", but ", " but ", "; ", ", and ", ". ", " while ", ", though ", " - ")
