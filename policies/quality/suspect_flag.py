"""The suspect flag of a PM result (TS 28.532 clause 11.3, TS 32.435 clause 4.1), which vendors spell in many ways."""

from __future__ import annotations

_NOT_SUSPECT = frozenset({"", "false", "0", "0.0", "no", "none", "null", "nil"})


def is_suspect(flag: object) -> bool:
    """Whether a result is suspect: not if the flag is absent, empty or one of false, 0, no; with anything else it is.

    >>> [is_suspect(flag) for flag in (None, False, "", " False ", 0, "1", "yes", " true ", "TRUE", "maybe", [])]
    [False, False, False, False, False, True, True, True, True, True, True]
    """
    if flag is None or isinstance(flag, bool | int | float | str):
        return str("" if flag is None else flag).strip().casefold() not in _NOT_SUSPECT
    return True
