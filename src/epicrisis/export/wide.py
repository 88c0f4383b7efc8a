"""The wide table: one row for each report, one column for each variable."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Literal, get_args

from ..codebook.codebook import Codebook
from ..codebook.variable import (
    BooleanVariable,
    ClosedVariable,
    CountVariable,
    GroupVariable,
    QuantityVariable,
    SpansVariable,
    Variable,
)
from ..errors import OptionError, OutputError
from ..extraction.answer import Answer
from ..extraction.record import Record
from .layout import Column, ColumnType, Layout, Values, answer_of, check_names, identity_columns

#: What can stand beside each variable, in a column ``variable__extra``.
Extra = Literal["status", "evidence", "grade", "confidence", "votes", "notes"]
EXTRAS: tuple[Extra, ...] = get_args(Extra)
_EXTRA_TYPES: Mapping[Extra, ColumnType] = {"confidence": "number", "votes": "number"}


def wide_layout(
    codebook: Codebook,
    identity: Mapping[str, str],
    carried: Sequence[str] = (),
    include: Collection[str] = (),
    *,
    complete: bool = False,
) -> Layout:
    """The columns of the wide table: identity, carried columns, variables with the extras asked for.

    ``complete`` says that ``carried`` should be all there are: a record with another one is an error.
    A quantity has its number in its own column and its unit in ``variable__unit``. Raises ``OptionError``
    for an unknown extra and ``OutputError`` where two columns would have one name.
    """
    extras = check_extras(include)
    id_columns, id_getters = identity_columns(identity)
    columns: list[Column] = []
    getters: list[tuple[str, list[Callable[[Answer], Any]]]] = []
    for variable in codebook.columns:
        own = [(Column(variable.name, type_of(variable)), _value_getter(variable, extras))]
        if isinstance(variable, QuantityVariable):
            own.append((Column(f"{variable.name}__unit"), unit_of))
        for extra in extras:
            kind = _EXTRA_TYPES.get(extra, "text")
            own.append((Column(f"{variable.name}__{extra}", kind), _EXTRA_GETTERS[extra]))
        columns += [column for column, _ in own]
        getters.append((variable.name, [getter for _, getter in own]))
    check_names([*id_columns, *columns], carried)
    known = set(carried)

    def rows(record: Record) -> Iterator[Values]:
        row: list[Any] = [getter(record) for getter in id_getters]
        if carried:
            row += [record.metadata.get(name) for name in carried]
        for name, parts in getters:
            answer = answer_of(record, name)
            row += [getter(answer) for getter in parts]
        yield row

    def checked(record: Record) -> Iterator[Values]:
        if not record.metadata.keys() <= known:
            raise _late_column(next(name for name in record.metadata if name not in known))
        yield from rows(record)

    return Layout(
        (*id_columns, *(Column(name, "any") for name in carried), *columns), checked if complete else rows
    )


def check_extras(include: Collection[str]) -> tuple[Extra, ...]:
    """The extras asked for, in their own order. Raises ``OptionError`` for an unknown one."""
    unknown = sorted(set(include) - set(EXTRAS))
    if unknown:
        raise OptionError(
            f"There is no {unknown[0]!r} to put beside the values.", hint=f"There are {', '.join(EXTRAS)}."
        )
    return tuple(extra for extra in EXTRAS if extra in include)


def type_of(variable: Variable) -> ColumnType:
    """What the column of a variable holds."""
    if isinstance(variable, BooleanVariable):
        return "boolean"
    if isinstance(variable, CountVariable):
        return "integer"
    if isinstance(variable, QuantityVariable):
        return "number"
    if isinstance(variable, SpansVariable):
        return "spans"
    if isinstance(variable, GroupVariable):
        return "group"
    if isinstance(variable, ClosedVariable):
        kinds = {type(value) for value in variable.values}
        if kinds == {int}:
            return "integer"
        if kinds <= {int, float}:
            return "number"
        return "text" if kinds == {str} else "any"
    return "text"


def value_of(answer: Answer) -> Any:
    """The value alone: of a quantity the number."""
    value = answer.value
    return value.get("value") if isinstance(value, Mapping) else value


def unit_of(answer: Answer) -> str | None:
    """The unit of a quantity's value."""
    return answer.value.get("unit") if isinstance(answer.value, Mapping) else None


_EXTRA_GETTERS: Mapping[Extra, Callable[[Answer], Any]] = {
    "status": lambda answer: answer.status.value,
    "evidence": lambda answer: None if answer.evidence is None else answer.evidence.quote,
    "grade": lambda answer: None if answer.evidence is None else answer.evidence.grade.value,
    "confidence": lambda answer: answer.confidence,
    "votes": lambda answer: answer.votes,
    "notes": lambda answer: "; ".join(answer.notes) or None,
}


def _value_getter(variable: Variable, extras: tuple[Extra, ...]) -> Callable[[Answer], Any]:
    if isinstance(variable, GroupVariable):
        return lambda answer: _items(answer.value, extras)
    return value_of


def _items(value: Any, extras: tuple[Extra, ...]) -> list[dict[str, Any]] | None:
    """A group's items as plain objects, with the keys a wide table would have for columns."""
    if value is None:
        return None
    items = []
    for item in value:
        plain: dict[str, Any] = {}
        for name, part in item.items():
            plain[name] = value_of(part)
            if isinstance(part.value, Mapping):
                plain[f"{name}__unit"] = unit_of(part)
            for extra in extras:
                plain[f"{name}__{extra}"] = _EXTRA_GETTERS[extra](part)
        items.append(plain)
    return items


def _late_column(name: str) -> OutputError:
    return OutputError(
        f"A report has a column {name!r} that the table does not have.",
        hint="Name all carried columns before the table is begun.",
    )
