"""What an expression means in a codebook: names resolved, options told from variables, units made to agree,
and everything that makes no sense."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from .condition import same
from .expression import AND, IMPLIES, NOT, OR, both, call
from .scope import Scope, Type
from .units import Measure, factor, measure, over, times
from .words import capital, clipped, closest, did_you_mean, listed

Typed = tuple[ast.expr, Type]
_LOGIC = (AND, OR, IMPLIES)
_SIGNS: dict[type[ast.AST], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    AND: "and",
    OR: "or",
    IMPLIES: "->",
    NOT: "not",
}
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
_ANY = Type("any")


@dataclass(frozen=True, slots=True)
class Problem:
    """What makes no sense, as a sentence, and what to do."""

    message: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A tree to compute, what it gives, the variables it rests on (the group, for what its items have), and
    what is wrong with it. It can be computed even so: what has no meaning is unknown."""

    tree: ast.expr
    type: Type
    names: tuple[str, ...]
    problems: tuple[Problem, ...]


def resolve(tree: ast.expr, scope: Scope) -> Meaning:
    """The meaning of a tree that ``expression.parse`` made. Never raises."""
    resolver = _Resolver(scope)
    found, its_type = resolver.value(tree)
    names = tuple(dict.fromkeys(resolver.names))
    return Meaning(found, its_type, names, tuple(dict.fromkeys(resolver.problems)))


def condition(tree: ast.expr, scope: Scope) -> Meaning:
    """The meaning of a tree that is to be true or false for a report as a whole."""
    found = resolve(tree, scope)
    problems = list(found.problems)
    if found.type.sort not in ("boolean", "any") and not problems:
        problems.append(_no_condition(found.type))
    return replace(found, problems=(*problems, *ungathered(found)))


def ungathered(meaning: Meaning) -> list[Problem]:
    """The problem of a value for each item where one is needed for the report."""
    group = meaning.type.group
    if group is None:
        return []
    return [
        Problem(
            f"It has a value for each item of '{clipped(group)}'",
            "Put it in all(...), any(...), count(...), sum(...), min(...) or max(...).",
        )
    ]


def _no_condition(found: Type) -> Problem:
    name = found.label or "x"
    example = {"number": f"{name} > 0", "list": f"count({name}) > 0"}
    fix = example.get(found.sort, f"{name} is not null")
    return Problem(f"{capital(found.described)}, not a condition", f"For example: {fix}")


class _Resolver:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self.problems: list[Problem] = []
        self.names: list[str] = []

    def problem(self, message: str, fix: str = "") -> Type:
        self.problems.append(Problem(message, fix))
        return _ANY

    def value(self, node: ast.expr) -> Typed:
        """The node, resolved; a name that is no variable is a problem here."""
        found, its_type = self._visit(node)
        return found, self._unknown(its_type) if its_type.sort == "word" else its_type

    def _visit(self, node: ast.expr) -> Typed:
        match node:
            case ast.Constant():
                return node, _type_of_literal(node.value)
            case ast.Name():
                return self._name(node)
            case ast.UnaryOp(op=NOT()):
                inner, found = self._condition(node.operand)
                return ast.UnaryOp(op=node.op, operand=inner), found
            case ast.UnaryOp():
                inner, found = self._number(node.operand, "-")
                return ast.UnaryOp(op=node.op, operand=inner), replace(found, options=())
            case ast.BinOp() if isinstance(node.op, _LOGIC):
                return self._logic(node)
            case ast.BinOp():
                return self._arithmetic(node)
            case ast.Compare():
                return self._compare(node)
            case ast.Call(func=ast.Name()):
                return self._call(node)
            case _:
                return node, _ANY

    def _name(self, node: ast.Name) -> Typed:
        found = self._scope.get(node.id)
        if found is None:
            return node, Type("word", label=node.id)
        self.names.append(node.id.partition(".")[0])
        return node, found

    def _unknown(self, word: Type) -> Type:
        names = self._scope.names
        fix = did_you_mean(word.label, names) or f"The variables are {listed(names)}; text goes in quotes."
        return self.problem(f"'{clipped(word.label)}' is not a variable", fix)

    def _condition(self, node: ast.expr) -> Typed:
        found, its_type = self.value(node)
        if its_type.sort not in ("boolean", "any"):
            wrong = _no_condition(its_type)
            self.problem(wrong.message, wrong.fix)
        return found, Type("boolean", group=its_type.group)

    def _number(self, node: ast.expr, where: str) -> Typed:
        found, its_type = self.value(node)
        if its_type.sort not in ("number", "any"):
            fix = f"count({its_type.label}) is the number of its items." if its_type.sort == "list" else ""
            self.problem(f"{its_type.described}, and '{where}' takes numbers", fix)
            its_type = _ANY
        return found, its_type

    def _logic(self, node: ast.BinOp) -> Typed:
        left, one = self._condition(node.left)
        right, other = self._condition(node.right)
        sign = _SIGNS[type(node.op)]
        return ast.BinOp(left=left, op=node.op, right=right), Type(
            "boolean", group=self._group(one, other, sign)
        )

    def _arithmetic(self, node: ast.BinOp) -> Typed:
        sign = _SIGNS[type(node.op)]
        left, one = self._number(node.left, sign)
        right, other = self._number(node.right, sign)
        group = self._group(one, other, sign)
        opaque = one.opaque or other.opaque
        if isinstance(node.op, ast.Mult | ast.Div):
            combine = times if isinstance(node.op, ast.Mult) else over
            unit = None if opaque else _combined(one.unit, other.unit, combine)
        else:
            right, unit = self._agreed(right, one, other, sign)
        found = ast.BinOp(left=left, op=node.op, right=right)
        return found, Type("number", unit=unit, opaque=opaque, group=group)

    def _agreed(self, right: ast.expr, one: Type, other: Type, sign: str) -> tuple[ast.expr, Measure | None]:
        """The right side in the unit of the left, and that unit."""
        if one.unit is None or other.unit is None or one.opaque or other.opaque:
            return right, one.unit or other.unit
        found = factor(other.unit, one.unit)
        if found is None:
            pair = f"{one.name} is in {one.unit} and {other.name} in {other.unit}"
            self.problem(f"{pair}, which do not go with '{sign}'")
            return right, None
        return _multiplied(right, found), one.unit

    def _group(self, one: Type, other: Type, sign: str) -> str | None:
        if one.group and other.group and one.group != other.group:
            pair = f"'{clipped(one.group)}' and '{clipped(other.group)}'"
            self.problem(
                f"'{sign}' is between items of two groups, {pair}", "Put each in min(...), sum(...) or so."
            )
        return one.group or other.group

    def _compare(self, node: ast.Compare) -> Typed:
        operator = node.ops[0]
        sign = _SIGNS[type(operator)]
        left, one = self._visit(node.left)
        right, other = self._visit(node.comparators[0])
        ordering = not isinstance(operator, ast.Eq | ast.NotEq)
        left, one = self._option(left, one, other, ordering)
        right, other = self._option(right, other, one, ordering)
        group = self._group(one, other, sign)
        found = self._compared(left, one, right, other, operator, sign)
        return found, Type("boolean", group=group)

    def _option(self, node: ast.expr, found: Type, other: Type, ordering: bool = False) -> Typed:
        """A bare word, or a literal, that is compared with a closed variable: one of its options."""
        literal = isinstance(node, ast.Constant)
        if not (literal or found.sort == "word"):
            return node, found
        written: Any = node.value if isinstance(node, ast.Constant) else found.label
        if other.sort == "any":
            return ast.Constant(value=written), other
        if not other.options:
            return node, found if literal else self._unknown(found)
        option = next((one for one in other.options if same(one, written)), None)
        if option is not None:
            return ast.Constant(value=option), replace(other, label="", group=None)
        if ordering and other.sort == "number" and found.sort == "number":
            return node, found  # a limit between two options, as in mta > 1.5
        guess = closest(str(written), other.options)
        fix = f"Did you mean '{guess}'?" if guess else f"The options are {listed(other.options)}."
        return node, self.problem(f"{other.name} has no option '{clipped(written)}'", fix)

    def _compared(
        self, left: ast.expr, one: Type, right: ast.expr, other: Type, operator: ast.cmpop, sign: str
    ) -> ast.expr:
        plain = ast.Compare(left=left, ops=[operator], comparators=[right])
        if "any" in (one.sort, other.sort):
            return plain
        equality = isinstance(operator, ast.Eq | ast.NotEq)
        if "date" in (one.sort, other.sort):
            for node, its_type in ((left, one), (right, other)):
                self._date(node, its_type, one if its_type is other else other)
            return call("dates", ast.Constant(value=sign), left, right)
        if "list" in (one.sort, other.sort):
            several = one if one.sort == "list" else other
            fix = f"count({several.label}) is the number of its items."
            self.problem(f"{several.described}, which '{sign}' cannot compare", fix)
            return plain
        if one.sort != other.sort and not (equality and one.options and other.options):
            self.problem(f"{one.described} and {other.described.replace('a part of it', 'the other')}", "")
            return plain
        if one.sort == "number":
            right, _ = self._agreed(right, one, other, sign)
            return ast.Compare(left=left, ops=[operator], comparators=[right])
        if equality:
            return plain
        if one.ordered and other.ordered and one.options == other.options:
            options = ast.Constant(value=one.options)  # type: ignore[arg-type]
            places = [call("place", node, options) for node in (left, right)]
            return ast.Compare(left=places[0], ops=[operator], comparators=[places[1]])
        self.problem(f"{one.described}, without an order for '{sign}'", "Use == or 'in'.")
        return plain

    def _date(self, node: ast.expr, found: Type, other: Type) -> None:
        if isinstance(node, ast.Constant):
            if not (isinstance(node.value, str) and _DATE.fullmatch(node.value)):
                message = f"'{clipped(node.value)}' is not a date as {other.name} has them"
                self.problem(message, 'Write "YYYY-MM-DD", "YYYY-MM" or "YYYY", in quotes.')
        elif found.sort != "date":
            self.problem(f"{other.described} and {found.described}")

    def _call(self, node: ast.Call) -> Typed:
        function = node.func.id if isinstance(node.func, ast.Name) else ""
        if function == "in":
            return self._among(node)
        if function in ("present", "missing"):
            inner, found = self.value(node.args[0])
            return call(function, inner), Type("boolean", group=found.group)
        if function in ("all", "any"):
            inner, _ = self._condition(node.args[0])
            return call(function, inner), Type("boolean")
        if function == "count":
            return self._count(node)
        if function in ("days_between", "years_between", "year"):
            return self._calendar(function, node)
        if function == "lower":
            inner, found = self.value(node.args[0])
            if found.sort not in ("text", "any"):
                self.problem(f"{found.described}, and lower() takes text")
            return call(function, inner), Type("text", group=found.group)
        return self._numeric(function, node)

    def _among(self, node: ast.Call) -> Typed:
        first, found = self.value(node.args[0])
        if found.sort in ("boolean", "list"):
            self.problem(f"{found.described}, which 'in' cannot look up")
            found = _ANY
        allowed: list[ast.expr] = []
        for one in node.args[1:]:
            item, its_type = self._visit(one)
            item, its_type = self._option(item, its_type, found)
            if found.sort == "date":
                self._date(item, its_type, found)
            elif (
                its_type.sort != found.sort and "any" not in (its_type.sort, found.sort) and not found.options
            ):
                self.problem(f"{found.described}, and the list has {its_type.in_words}")
            allowed.append(item)
        return call("in", first, *allowed), Type("boolean", group=found.group)

    def _count(self, node: ast.Call) -> Typed:
        inner, found = self.value(node.args[0])
        if found.sort == "list":
            return inner, Type("number")
        if found.sort != "any" and not (found.sort == "boolean" and found.group):
            self.problem(
                f"{found.described}, and count() takes a group or a condition on its items",
                "For example: count(lesions) or count(lesions.size > 10)",
            )
        return call("count", inner), Type("number")

    def _calendar(self, function: str, node: ast.Call) -> Typed:
        inner, group = [], None
        for one in node.args:
            found, its_type = self.value(one)
            is_text = (
                isinstance(one, ast.Constant) and isinstance(one.value, str) and _DATE.fullmatch(one.value)
            )
            if its_type.sort not in ("date", "any") and not is_text:
                self.problem(f"{its_type.described}, and {function}() takes dates")
            group = group or its_type.group
            inner.append(found)
        unit = {"days_between": "day", "years_between": "year"}.get(function)
        return call(function, *inner), Type("number", unit=measure(unit) if unit else None, group=group)

    def _numeric(self, function: str, node: ast.Call) -> Typed:
        inner, first = self._number(node.args[0], f"{function}()")
        parts, group, unit = [inner], first.group, first.unit
        for one in node.args[1:]:
            found, its_type = self._number(one, f"{function}()")
            group = self._group(replace(first, group=group), its_type, f"{function}()")
            if function != "round":
                found, unit = self._agreed(found, replace(first, unit=unit), its_type, f"{function}()")
            parts.append(found)
        gathered = function in ("sum", "min", "max", "mean") and len(parts) == 1
        result = Type("number", unit=unit, opaque=first.opaque, group=None if gathered else group)
        return call(function, *parts), result


def _type_of_literal(value: Any) -> Type:
    if isinstance(value, bool):
        return Type("boolean", label=str(value).lower())
    if isinstance(value, int | float):
        return Type("number", label=str(value))
    return Type("text", label=f'"{value}"')


def _combined(
    one: Measure | None, other: Measure | None, combine: Callable[[Measure, Measure], Measure]
) -> Measure | None:
    if one is None and other is None:
        return None
    bare = measure("1")
    assert bare is not None
    return combine(one or bare, other or bare)


def _multiplied(node: ast.expr, by: float) -> ast.expr:
    if by == 1:
        return node
    return ast.BinOp(left=node, op=ast.Mult(), right=ast.Constant(value=by))


def in_unit(meaning: Meaning, unit: str) -> Meaning:
    """The same number in a unit; with a problem if it cannot be."""
    target, found = measure(unit), meaning.type
    if found.unit is None or found.opaque or target is None:
        return meaning
    by = factor(found.unit, target)
    if by is None:
        wrong = Problem(
            f"It is in {found.unit}, which cannot be {clipped(unit, 30)}", "Correct one of the two."
        )
        return replace(meaning, problems=(*meaning.problems, wrong))
    return replace(meaning, tree=_multiplied(meaning.tree, by))


def equals(name: str, value: Any) -> ast.expr:
    """The tree of ``name == value``."""
    return ast.Compare(left=ast.Name(id=name), ops=[ast.Eq()], comparators=[ast.Constant(value=value)])


def conjunction(parts: list[ast.expr]) -> ast.expr | None:
    """The tree of all of them together; ``None`` for none."""
    tree: ast.expr | None = None
    for part in parts:
        tree = part if tree is None else both(tree, part)
    return tree
