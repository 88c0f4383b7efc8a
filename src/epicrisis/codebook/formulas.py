"""The rules and derived variables of a codebook, made ready to compute."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .condition import same
from .derive import ANYTHING, Derivation, Row
from .expression import call, parse
from .meaning import Meaning, Problem, condition, conjunction, equals, in_unit, resolve, ungathered
from .rules import Rule
from .scope import Scope, Type, type_of
from .variable import BaseVariable, ClosedVariable, CountVariable, QuantityVariable
from .words import clipped, closest, listed

_LIMIT = re.compile(r"(?P<sign>>=|<=|>|<)\s*(?P<number>-?[0-9]+(?:\.[0-9]+)?)")
_SIGNS: Mapping[str, type[ast.cmpop]] = {"<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE}
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")


@dataclass(frozen=True, slots=True)
class Step:
    """A value and when it holds; always without a condition."""

    condition: Meaning | None
    value: Any


@dataclass(frozen=True, slots=True)
class Derived:
    """A derived variable: a formula, or the steps to go through in order."""

    variable: BaseVariable
    formula: Meaning | None
    steps: tuple[Step, ...]
    problems: tuple[Problem, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The variables it rests on, in order of mention."""
        meanings = [self.formula, *(step.condition for step in self.steps)]
        return tuple(dict.fromkeys(name for one in meanings if one is not None for name in one.names))


def rule_of(rule: Rule, scope: Scope) -> Meaning:
    """What a rule means; its problems say what makes no sense."""
    meaning = condition(parse(rule.rule).tree, scope)
    if meaning.names or meaning.problems:
        return meaning
    return Meaning(
        meaning.tree, meaning.type, (), (Problem("It names no variable", "For example: lesion_count > 0"),)
    )


def derived_of(variable: BaseVariable, scope: Scope) -> Derived:
    """What a derived variable means; its problems say what makes no sense."""
    assert isinstance(variable, Derivation)
    if variable.formula is not None:
        return _by_formula(variable, variable.formula, scope)
    problems: list[Problem] = []
    steps: list[Step] = []
    if variable.table is not None:
        problems += _columns(variable.table.columns, scope)
        rows = [] if problems else variable.table.rows
        for number, row in enumerate(rows, 1):
            tree = _row(variable.table.columns, row, scope)
            steps.append(_step(tree, row[-1], scope, variable, f"Row {number}: ", problems))
    for number, case in enumerate(variable.cases, 1):
        tree = None if case.when is None else parse(case.when).tree
        if tree is None and number < len(variable.cases):
            message = f"Case {number} has no condition, so the cases after it are never reached"
            problems.append(Problem(message, "Move it to the end."))
        steps.append(_step(tree, case.value, scope, variable, f"Case {number}: ", problems))
    return Derived(variable, None, tuple(steps), tuple(dict.fromkeys(problems)))


def in_order(derived: Sequence[Derived]) -> tuple[list[Derived], list[list[str]]]:
    """The derived variables, each after those it rests on; and the circles, whose members are left out."""
    by_name = {one.variable.name: one for one in derived}
    ordered: list[Derived] = []
    found: list[list[str]] = []
    done: set[str] = set()
    circular: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            circle = list(path[path.index(name) :])
            if not circular & set(circle):
                found.append(circle)
            circular.update(circle)
            return
        if name in done or name not in by_name:
            return
        for other in by_name[name].names:
            visit(other, (*path, name))
        done.add(name)
        if name not in circular:
            ordered.append(by_name[name])

    for name in by_name:
        visit(name, ())
    return ordered, found


def _by_formula(variable: BaseVariable, text: str, scope: Scope) -> Derived:
    meaning = resolve(parse(text).tree, scope)
    if isinstance(variable, QuantityVariable):
        meaning = in_unit(meaning, variable.unit)
    problems = [*meaning.problems, *ungathered(meaning)]
    if not problems:
        problems += _mismatch(variable, meaning.type)
        if not meaning.names and not problems:
            problems.append(Problem("It names no variable"))
    return Derived(variable, meaning, (), tuple(problems))


def _mismatch(variable: BaseVariable, found: Type) -> list[Problem]:
    wanted = type_of(variable)
    if found.sort in ("any", wanted.sort) or (
        isinstance(variable, ClosedVariable) and found.sort == "number"
    ):
        return []
    return [Problem(f"It gives {found.in_words}, and '{variable.name}' is {wanted.in_words}")]


def _step(
    tree: ast.expr | None,
    value: Any,
    scope: Scope,
    variable: BaseVariable,
    where: str,
    problems: list[Problem],
) -> Step:
    meaning = None if tree is None else condition(tree, scope)
    found = list(meaning.problems) if meaning is not None else []
    if (wrong := _impossible(variable, value)) is not None:
        found.append(wrong)
    problems += [Problem(f"{where}{one.message[:1].lower()}{one.message[1:]}", one.fix) for one in found]
    return Step(meaning, _as_option(variable, value))


def _as_option(variable: BaseVariable, value: Any) -> Any:
    if not isinstance(variable, ClosedVariable):
        return value
    return next((one for one in variable.values if same(one, value)), value)


def _impossible(variable: BaseVariable, value: Any) -> Problem | None:
    """Why a variable can never have this value."""
    if value is None:
        return None
    shown = f"'{clipped(value, 30)}'"
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(variable, ClosedVariable):
        if any(same(one, value) for one in variable.values):
            return None
        guess = closest(str(value), variable.values)
        fix = f"Did you mean '{guess}'?" if guess else f"The options are {listed(variable.values)}."
        return Problem(f"'{variable.name}' has no option {shown}", fix)
    if isinstance(variable, CountVariable):
        fits = number and float(value).is_integer()
    elif isinstance(variable, QuantityVariable):
        fits = number
    elif variable.kind == "boolean":  # type: ignore[attr-defined]
        fits = isinstance(value, bool)
    elif variable.kind == "date":  # type: ignore[attr-defined]
        fits = bool(_DATE.fullmatch(str(value)))
    else:
        fits = not isinstance(value, bool)
    wanted = type_of(variable).in_words
    return None if fits else Problem(f"the value {shown} is not {wanted}, as '{variable.name}' is")


def _columns(names: Iterable[str], scope: Scope) -> list[Problem]:
    problems = []
    for name in names:
        meaning = resolve(ast.Name(id=name), scope)
        problems += [*meaning.problems, *ungathered(meaning)]
        if meaning.type.sort == "list":
            problems.append(Problem(f"'{clipped(name)}' is a list, which no table can be looked up by"))
    return problems


def _row(columns: Sequence[str], row: Row, scope: Scope) -> ast.expr | None:
    """The condition that a row of a table puts on its columns; ``None`` for none."""
    parts = [_cell(name, cell, scope.get(name)) for name, cell in zip(columns, row, strict=False)]
    return conjunction([part for part in parts if part is not None])


def _cell(name: str, cell: Any, its_type: Type | None) -> ast.expr | None:
    if cell == ANYTHING:
        return None
    if cell is None:
        return call("missing", ast.Name(id=name))
    if isinstance(cell, list):
        return call("in", ast.Name(id=name), *(ast.Constant(value=one) for one in cell))
    limit = _LIMIT.fullmatch(cell.strip()) if isinstance(cell, str) else None
    if limit is not None and its_type is not None and its_type.sort == "number":
        number = ast.Constant(value=float(limit["number"]))
        return ast.Compare(left=ast.Name(id=name), ops=[_SIGNS[limit["sign"]]()], comparators=[number])
    return equals(name, cell)
