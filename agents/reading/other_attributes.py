"""Attributes of the limits catalogue for which readers have no word: named in a text, they are asked about.

A reader knows the attributes that operators usually edit. One that is not among them must never be taken for one that is: the
power of the SSB is not that of the cell.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from typing import Final

from policies.limits.loading import load_limits

_SHORTEST: Final = 5
_NEVER: Final = ("targetBler",)  # "target BLER 5 %" is a goal
_ALIASES: Final = r"""
    P0 | p[\s-]?zero(?:\s+nominal)? | T3\d\d(?!\w) | N31[01](?!\w) | [aA][245][\s-]?(?:threshold|thr|thresh)\w*
    | (?:SSB|PBCH|reference\s+signal)[\s-]*(?:block\s+)?(?:tx\s+)?(?:power|pwr|period(?:icity)?|offset|duration)
    | PRACH(?:\s+power)?\s+(?:ramp\w*|power)(?:\s+step)? | (?:power\s+)?ramping\s+step | preamble\s+\w+
    | (?:long\s+)?DRX(?:\s+(?:long\s+)?(?:cycle|inactivity|on[\s-]?duration|timer))* | (?:inactivity|on[\s-]?duration)\s+timer
    | (?:CSI|measurement)[\s-]?(?:report|rpt)\w*(?:\s+(?:interval|period\w*))? | report(?:ing)?\s+interval
    | (?:max(?:imum)?\s+)?MIMO\s+(?:layers?|lyrs?) | MCS\s+table | CQI\s+table | HARQ\s+processes | aggregation\s+factor
    | (?:channel|carrier|DL|downlink)\s+(?:bandwidth|BW) | (?:bandwidth|BW)\s+(?:to\s+)?\d+\s*MHz | sub-?carrier\s+spacing
    | scheduler\s+(?:type|algorithm) | round[\s-]robin | (?:weighted\s+)?proportional\s+fair | (?-i:WPF)
    | scheduler(?=\W+(?:\w+\W+){0,3}?(?-i:RR|PF|W-?PF)\b)
    | barring\s+(?:factor|time) | equali[sz]er | LDPC\s+iter\w* | DMRS\s+(?:positions?|symbols?|type)
    | (?:cell\s+)?reselection\s+priority | q-?rx-?lev-?min | L3\s+filter\w* | filter\s+coefficient"""


def other_attributes_in(text: str, known: Collection[str]) -> list[tuple[int, int]]:
    """Return where a text names an attribute of the catalogue that is not among the `known` ones."""
    return [match.span() for match in _pattern(frozenset(known)).finditer(text)]


@cache
def _pattern(known: frozenset[str]) -> re.Pattern[str]:
    names = {limit.attribute.rpartition(".")[2] for limit in load_limits()} - known - set(_NEVER)
    written = sorted(name for name in names if len(name) >= _SHORTEST and name.lower() != name)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, written))}|{_ALIASES})(?![\w-])", re.IGNORECASE | re.VERBOSE)
