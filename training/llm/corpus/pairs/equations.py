"""Equations and comparisons in a reasoning, in square brackets: `[40 + 35 + 30 = 105]`, `[105 > 100]`. Each of them is computed.

A sign stands between two expressions of numbers, + - * / **, parentheses, `log10`, `max` and `min`. What stands behind "=" may
be rounded to the digits that it shows.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

_BRACKETS: Final = re.compile(r"\[([^\]]*)\]")
_SIGN: Final = re.compile(r"\s(<=|>=|=|<|>)\s")
_OPERATORS: Final[dict[type[Any], Callable[[float, float], float]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_FUNCTIONS: Final[dict[str, Callable[..., float]]] = {"log10": math.log10, "max": max, "min": min}
_COMPARISONS: Final[dict[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_SLACK: Final = 1e-9
_PLACES: Final = 12


def shown(value: float, digits: int = 10) -> str:
    """Return a number as it is written, with at most so many significant digits and no exponent where none is needed."""
    text = f"{value:.{digits}g}"
    return f"{value:.{_PLACES}f}".rstrip("0").rstrip(".") if "e-" in text and abs(value) >= 10**-_PLACES else text


def equation(expression: str, digits: int = 10) -> str:
    """Return an expression with its value: "[2 * 3 = 6]"; raises ValueError for what is no expression."""
    return f"[{expression} = {shown(value_of(expression), digits)}]"


def comparison(left: float, right: float) -> str:
    """Return how two numbers compare: "[3 > 2]"."""
    sign = "=" if left == right else "<" if left < right else ">"
    return f"[{shown(left)} {sign} {shown(right)}]"


def untrue_equations(text: str) -> Iterator[str]:
    """Yield what stands in brackets and is not true."""
    for inside in _BRACKETS.findall(text):
        try:
            if not _is_true(inside):
                yield inside
        except (ValueError, ZeroDivisionError, OverflowError):
            yield inside


def value_of(expression: str) -> float:
    """Return the value of an expression; raises ValueError for anything else."""
    try:
        return _value(ast.parse(expression.strip(), mode="eval").body)
    except (SyntaxError, TypeError) as error:
        raise ValueError(f"{expression!r} is no expression of numbers") from error


def _is_true(inside: str) -> bool:
    parts = _SIGN.split(inside)
    if len(parts) != 3:
        raise ValueError(f"{inside!r} is neither an equation nor a comparison")
    left, right = value_of(parts[0]), value_of(parts[2])
    if parts[1] != "=":
        return _COMPARISONS[parts[1]](left, right)
    return abs(left - right) <= _rounding(parts[2]) + _SLACK * max(1.0, abs(left))


def _rounding(written: str) -> float:
    """Return by how much a written number may differ from what it is rounded from: half of its last digit."""
    match = re.fullmatch(r"-?\d+(?:\.(\d+))?(?:e([+-]\d+))?", written.strip())
    if match is None or (match[1] is None and match[2] is None):
        return 0.0
    return float(0.5 * 10.0 ** (int(match[2] or 0) - len(match[1] or "")))


def _value(node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return float(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return float(_OPERATORS[type(node.op)](_value(node.left), _value(node.right)))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS and not node.keywords:
        return float(_FUNCTIONS[node.func.id](*map(_value, node.args)))
    raise ValueError(f"{ast.unparse(node)!r} is no expression of numbers")
