"""Words that make a text a trial: "simulate", "dry run", "play it through". A reading that would act on it is never meant."""

from __future__ import annotations

import re
from typing import Final

_TRIAL: Final = re.compile(
    r"""(?<!not\sa\s)(?<!no\s)(?<!the\s)\b(?:simulat(?:e|es|ing|ion)|simualte|simulte|sim(?=\s*[:,]))(?!\w)(?!\s*=\s*(?:no|off|false|0)|\s+of\s+\d)
    | \bdry[\s-]?run\b | \b(?:on|in)\s+(?:the|your|our)\s+(?:digital\s+)?twins?\b | \bon\s+paper\s+only\b | \bonly\s+on\s+paper\b
    | \bplay(?:ed)?\s+(?:(?:it|that|this|them)\s+)?through\b | \bhypothetical(?:ly)?\b | \bthought\s+experiment\b
    | \bwhat\s+would\s+happen\b | \bwhat\s+happens?\s+if\b | \bjust\s+(?:to\s+see|asking|curious)\b
    | \b(?:do\s*n[o'’]?t|never|without|not)\s+(?:actually\s+|really\s+)?
      (?:apply(?:ing)?|aply|execut(?:e|ing)|roll(?:ing)?\s+(?:it|this)\s+out)\b
    | \brun\s+(?:the|some|your|a\s+few)\s+(?:numbers|figures|calculations?)\b
    | \bnothing\s+(?:(?:is|has|needs)\s+)?to\s+be\s+(?:done|changed|switched|set)
      \s+(?:yet|so\s+far|(?:right\s+)?now|for\s+now|at\s+this\s+(?:stage|point))\b
    | \b(?:do\s*n[o'’]?t|no\s+need\s+to)\s+(?:actually\s+)?(?:do|change|touch|switch|set)
      \s+(?:it|anything|a\s+thing|this|that)\s+(?:yet|for\s+real)\b
    | (?:^|(?<=[.:;!\n]\s)|\b(?:please|pls|kindly|you|and|me)\s+)
      (?:predict|work\s+out|project|(?:forecast|estimate|calculate|compute)(?=\s+(?:the|what|how|which|blocking|delay|loss|load|throughput)\b))
      (?!\s*[:=]|\s+\d)\b
    | \b(?:in\s+theory|theoretically)\s*[,:] | \bas\s+a\s+what[\s-]if\b | \bfor\s+the\s+sake\s+of\s+argument\b
    | \bout\s+of\s+(?:pure\s+)?curiosity\b
    | \b(?:an?|the)\s+(?:estimate|forecast|prediction)\s+(?:suffices|is\s+enough|will\s+do)\b""",
    re.IGNORECASE | re.VERBOSE,
)


def trial_words(text: str) -> str:
    """Return the words that say that nothing is to be changed, only tried; empty if there are none."""
    match = _TRIAL.search(text)
    return match.group() if match else ""
