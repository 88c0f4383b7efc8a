"""What an expression comes to. Three-valued, as in SQL: what rests on a missing value is unknown.

``null`` and unknown truth are ``None``. Kleene's strong logic (S. C. Kleene, Introduction to
Metamathematics, 1952, section 64): ``false and unknown`` is false, ``true or unknown`` is true, everything
else with an unknown is unknown; ``a -> b`` is ``not a or b``.

Values are numbers, texts, booleans, ISO dates, and ``Items``: one value for each item of a group. The tree is
walked by simpleeval with the operators and functions of this module and no others.
"""

from __future__ import annotations

import ast
import calendar
import datetime
import functools
import math
import re
import statistics
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

from .condition import same

_DATE = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?")


class Unknown:
    """A value that is not known. ``present``: whether there is one, if that much is known."""

    __slots__ = ("present",)

    def __init__(self, present: bool | None) -> None:
        self.present = present


#: Nothing is known: the answer failed, or nobody asked.
UNKNOWN: Final = Unknown(None)
#: There is a value, but none to compute with: an amount in a unit that no factor joins to the table's.
UNREADABLE: Final = Unknown(True)


class Items(tuple[Any, ...]):
    """One value for each item of a group."""

    __slots__ = ()


def evaluate(tree: ast.expr, values: Mapping[str, Any]) -> Any:
    """The value of a tree made by ``expression`` and ``meaning``; names not in ``values`` are unknown.

    Never raises for any values: what cannot be computed (a division by zero, text in a sum) is ``None``.
    """
    evaluator = _evaluator()
    with _LOCK:
        evaluator.names = _Names(values)
        try:
            found = evaluator.eval("", previously_parsed=tree)
        except (ArithmeticError, ValueError, TypeError):
            return None
        finally:
            evaluator.names = {}
    if isinstance(found, float) and not math.isfinite(found):
        return None
    return None if isinstance(found, Unknown) else found


_LOCK = threading.Lock()


class _Names(dict[str, Any]):
    def __missing__(self, name: str) -> Any:
        return UNKNOWN


@functools.cache
def _evaluator() -> Any:
    """The one evaluator: making one changes the interpreter's warning filters for a moment, which several
    threads must not do at a time."""
    from simpleeval import SimpleEval

    return SimpleEval(operators=_OPERATORS, functions=_FUNCTIONS, names={})


def _each(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of single values, for items too: one by one."""

    @functools.wraps(function)
    def lifted(*arguments: Any) -> Any:
        several = [one for one in arguments if isinstance(one, Items)]
        if not several:
            return function(*arguments)
        length = min(len(one) for one in several)
        return Items(
            function(*(one[place] if isinstance(one, Items) else one for one in arguments))
            for place in range(length)
        )

    return lifted


def _known(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that gives null as soon as one of its values is null or unknown."""

    @functools.wraps(function)
    def careful(*arguments: Any) -> Any:
        if any(one is None or isinstance(one, Unknown) for one in arguments):
            return None
        return function(*arguments)

    return careful


def _truth(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _and(left: Any, right: Any) -> bool | None:
    left, right = _truth(left), _truth(right)
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def _not(value: Any) -> bool | None:
    value = _truth(value)
    return None if value is None else not value


def _or(left: Any, right: Any) -> bool | None:
    return _not(_and(_not(left), _not(right)))


def _implies(left: Any, right: Any) -> bool | None:
    return _or(_not(left), right)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _arithmetic(function: Callable[..., Any]) -> Callable[..., Any]:
    def computed(*arguments: Any) -> Any:
        return function(*arguments) if all(map(_is_number, arguments)) else None

    return _each(_known(computed))


def _divide(left: float, right: float) -> float | None:
    return None if right == 0 else left / right


def _ordered(function: Callable[[Any, Any], bool]) -> Callable[..., Any]:
    """A comparison of two numbers. Binary noise is no difference: 0.1 + 0.2 is not more than 0.3."""

    def compared(left: Any, right: Any) -> bool | None:
        if not (_is_number(left) and _is_number(right)):
            return None
        return function(0.0, 0.0) if math.isclose(left, right, rel_tol=1e-9) else function(left, right)

    return _each(_known(compared))


def _equal(left: Any, right: Any) -> bool:
    if _is_number(left) and _is_number(right):
        return math.isclose(left, right, rel_tol=1e-9)
    return same(left, right)


def _among(value: Any, *allowed: Any) -> bool | None:
    found: bool | None = False
    for one in allowed:
        found = _or(found, _known(_equal)(value, one))
    return found


def _missing(value: Any) -> bool | None:
    if isinstance(value, Unknown):
        return None if value.present is None else not value.present
    return value is None


def _place(value: Any, options: tuple[Any, ...]) -> int | None:
    """Where an option stands in its list, lowest first."""
    return next((place for place, option in enumerate(options) if same(value, option)), None)


def _round(value: float, digits: float = 0) -> float:
    return round(value, max(-15, min(15, int(digits)))) if digits else float(round(value))


def _several(function: Callable[[list[Any]], Any]) -> Callable[..., Any]:
    """A function over the items of a group, passing over those without a value (as SQL's aggregates do), or
    over several values, of which none may be missing."""

    def reduced(*arguments: Any) -> Any:
        if len(arguments) == 1:
            (values,) = arguments
            if not isinstance(values, Items):
                return None if not _is_number(values) else function([values])
            known = [one for one in values if one is not None and not isinstance(one, Unknown)]
            return function(known) if known else None
        return _each(_known(lambda *found: function(list(found))))(*arguments)

    return reduced


def _all(values: Any) -> bool | None:
    if not isinstance(values, Items):
        return _truth(values)
    found: bool | None = True
    for value in values:
        found = _and(found, value)
    return found


def _any(values: Any) -> bool | None:
    if not isinstance(values, Items):
        return _truth(values)
    found: bool | None = False
    for value in values:
        found = _or(found, value)
    return found


def _count(values: Any) -> int | None:
    """How many items it holds for; the number of a group's items is a number already."""
    if isinstance(values, Items):
        return sum(value is True for value in values)
    return values if _is_number(values) else None


def _dates(operator: str, left: Any, right: Any) -> bool | None:
    """A comparison of two dates, unknown where the less precise of them does not decide it. The same text
    is the same date."""
    one, other = _days(left), _days(right)
    if one is None or other is None:
        return None
    if left == right:
        return operator in ("==", "<=", ">=")
    if operator in (">", ">="):
        one, other, operator = other, one, operator.replace(">", "<")
    if operator == "<":
        return True if one[1] < other[0] else False if one[0] >= other[1] else None
    if operator == "<=":
        return True if one[1] <= other[0] else False if one[0] > other[1] else None
    apart = one[1] < other[0] or other[1] < one[0]
    return (operator == "!=") if apart else None


def _days(text: Any) -> tuple[datetime.date, datetime.date] | None:
    """The first and the last day that a date of any precision may be."""
    match = _DATE.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    year, month, day = int(match["year"]), int(match["month"] or 1), int(match["day"] or 1)
    try:
        first = datetime.date(year, month, day)
    except ValueError:
        return None
    if match["day"]:
        return first, first
    last_month = month if match["month"] else 12
    return first, datetime.date(year, last_month, calendar.monthrange(year, last_month)[1])


def _days_between(left: Any, right: Any) -> int | None:
    one, other = _days(left), _days(right)
    if one is None or other is None or one[0] != one[1] or other[0] != other[1]:
        return None
    return (other[0] - one[0]).days


def _years_between(left: Any, right: Any) -> int | None:
    """Whole years from the one to the other, as ages are counted; unknown where precision does not tell."""
    one, other = _days(left), _days(right)
    if one is None or other is None:
        return None
    fewest, most = _years(one[1], other[0]), _years(one[0], other[1])
    return fewest if fewest == most else None


def _years(one: datetime.date, other: datetime.date) -> int:
    if other < one:
        return -_years(other, one)
    return other.year - one.year - ((other.month, other.day) < (one.month, one.day))


def _year(value: Any) -> int | None:
    days = _days(value)
    return None if days is None else days[0].year


_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.BitAnd: _each(_and),
    ast.BitOr: _each(_or),
    ast.RShift: _each(_implies),
    ast.Invert: _each(_not),
    ast.USub: _arithmetic(lambda value: -value),
    ast.Add: _arithmetic(lambda left, right: left + right),
    ast.Sub: _arithmetic(lambda left, right: left - right),
    ast.Mult: _arithmetic(lambda left, right: left * right),
    ast.Div: _arithmetic(_divide),
    ast.Eq: _each(_known(_equal)),
    ast.NotEq: _each(_known(lambda left, right: not _equal(left, right))),
    ast.Lt: _ordered(lambda left, right: left < right),
    ast.LtE: _ordered(lambda left, right: left <= right),
    ast.Gt: _ordered(lambda left, right: left > right),
    ast.GtE: _ordered(lambda left, right: left >= right),
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": _arithmetic(abs),
    "all": _all,
    "any": _any,
    "count": _count,
    "dates": _each(_known(_dates)),
    "days_between": _each(_known(_days_between)),
    "in": _each(_among),
    "lower": _each(_known(lambda value: value.lower() if isinstance(value, str) else None)),
    "max": _several(max),
    "mean": _several(statistics.fmean),
    "min": _several(min),
    "missing": _each(_missing),
    "place": lambda value, options: _each(_known(lambda one: _place(one, options)))(value),
    "present": _each(lambda value: _not(_missing(value))),
    "round": _arithmetic(_round),
    "sum": _several(math.fsum),
    "year": _each(_known(_year)),
    "years_between": _each(_known(_years_between)),
}
