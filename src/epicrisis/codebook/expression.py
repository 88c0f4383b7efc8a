"""The language of rules and formulas: a text, read into a tree of a few kinds of nodes.

::

    rule        condition [-> rule]              if the one holds, so must the other
    condition   comparisons joined by and, or, not, with parentheses
    comparison  a < b    a <= b < c    a == b    a != b    a in [x, y]    a not in [x, y]
                a is null    a is not null
    value       a variable, group.variable, 12.5, "text", true, false, a function of values,
                and + - * / between them

The tree is one of Python's ``ast``, made here and never from Python text: there are no attributes, no
subscripts, no powers, and no functions but those of ``FUNCTIONS``. ``kleene`` computes it.
"""

from __future__ import annotations

import ast
import functools
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from .words import clipped, did_you_mean, listed

#: The longest text of an expression, how deep parentheses may go, and the most words and signs.
MAX_LENGTH = 500
MAX_DEPTH = 20
_MAX_TOKENS = 200
#: The functions there are, with the least and the most values they take.
FUNCTIONS: dict[str, tuple[int, int]] = {
    "abs": (1, 1),
    "all": (1, 1),
    "any": (1, 1),
    "count": (1, 1),
    "days_between": (2, 2),
    "lower": (1, 1),
    "max": (1, 12),
    "mean": (1, 12),
    "min": (1, 12),
    "missing": (1, 1),
    "present": (1, 1),
    "round": (1, 2),
    "sum": (1, 12),
    "year": (1, 1),
    "years_between": (2, 2),
}
_WORDS = frozenset({"and", "or", "not", "in", "is", "null", "true", "false"})
_TOKEN = re.compile(
    r"\s*(?:"
    r"(?P<text>\"[^\"\n]*\"|'[^'\n]*')"
    r"|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![A-Za-z0-9_.]))"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)?)"
    r"|(?P<sign>->|→|==|!=|<=|>=|≤|≥|≠|<|>|=|[-+*/()\[\],])"
    r"|(?P<end>\Z)"
    r")"
)
_SIGNS = {"→": "->", "≤": "<=", "≥": ">=", "≠": "!=", "=": "=="}
_ADVICE = {
    "&": "Write 'and'.",
    "|": "Write 'or'.",
    "!": "Write 'not', or != between two values.",
    "^": "There are no powers: multiply.",
    "%": "Write numbers without %.",
    ".": "Write one variable, or group.variable.",
    ";": "Write a rule for each.",
}
_COMPARED: dict[str, type[ast.cmpop]] = {
    "==": ast.Eq,
    "!=": ast.NotEq,
    "<": ast.Lt,
    "<=": ast.LtE,
    ">": ast.Gt,
    ">=": ast.GtE,
}
#: Python's operators that stand for ours. None of them cuts evaluation short.
AND, OR, IMPLIES, NOT = ast.BitAnd, ast.BitOr, ast.RShift, ast.Invert


class ExpressionError(ValueError):
    """What is wrong with an expression, as a sentence that follows its place, and what to do."""

    def __init__(self, message: str, fix: str = "") -> None:
        self.message = message
        self.fix = fix
        super().__init__(f"{message}. {fix}".removesuffix(".") if fix else message)

    def of(self, place: str) -> ExpressionError:
        """The same, said of ``place``."""
        return ExpressionError(f"{place} {self.message}", self.fix)


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression as it was written, its tree, and the names in it (``group.variable`` as one name).

    A name may be a variable, or an option that it is compared with: only the codebook tells.
    """

    text: str
    tree: ast.expr
    names: tuple[str, ...]


@functools.lru_cache(maxsize=1024)
def parse(text: str, *, limit: int = MAX_LENGTH) -> Expression:
    """Read an expression. Raises ``ExpressionError``, and nothing else, for any text."""
    if len(text) > limit:
        raise ExpressionError(f"is longer than {limit} characters", "Split it in two.")
    parser = _Parser(_tokens(text))
    tree = parser.whole()
    return Expression(text, tree, tuple(dict.fromkeys(parser.names)))


def call(function: str, *arguments: ast.expr) -> ast.Call:
    """The tree of a function of some values."""
    return ast.Call(func=ast.Name(id=function), args=list(arguments), keywords=[])


def both(left: ast.expr, right: ast.expr) -> ast.expr:
    """The tree of ``left and right``."""
    return ast.BinOp(left=left, op=AND(), right=right)


class _Token(NamedTuple):
    kind: str
    text: str


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    place = 0
    while not found or found[-1].kind != "end":
        match = _TOKEN.match(text, place)
        if match is None:
            raise _unreadable(text[place:].lstrip())
        kind = str(match.lastgroup)
        word = match[kind]
        if kind == "sign":
            word = _SIGNS.get(word, word)
        elif kind == "name" and word.lower() in _WORDS:
            kind, word = "word", word.lower()
        found.append(_Token(kind, word))
        place = match.end()
        if len(found) > _MAX_TOKENS:
            raise ExpressionError(f"has more than {_MAX_TOKENS} words and signs", "Split it in two.")
    return found


def _unreadable(rest: str) -> ExpressionError:
    if rest[0] in "\"'":
        return ExpressionError("has a text without its closing quote", "Close it on the same line.")
    if rest[0].isdigit():
        word = clipped(rest.split()[0], 20)
        return ExpressionError(f"holds '{word}', which is no number", "Put text in quotes, leave units out.")
    return ExpressionError(f"cannot have '{clipped(rest[0])}' in it", _ADVICE.get(rest[0], ""))


class _Parser:
    """Reads tokens by descent, one method for each line of the grammar."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._place = 0
        self._depth = 0
        self.names: list[str] = []

    def whole(self) -> ast.expr:
        if self._next.kind == "end":
            raise ExpressionError("is empty", "Write a condition such as: lesion_count > 0 -> lesion_present")
        tree = self._rule()
        if self._next.kind != "end":
            raise self._unexpected()
        return tree

    @property
    def _next(self) -> _Token:
        return self._tokens[self._place]

    def _take(self, *texts: str) -> str | None:
        """The next token if it is one of these signs or words."""
        kind, text = self._next
        if kind in ("sign", "word") and text in texts:
            self._place += 1
            return text
        return None

    def _expect(self, text: str) -> None:
        if self._take(text) is None:
            raise self._unexpected(f"'{text}' is missing")

    def _unexpected(self, missing: str = "") -> ExpressionError:
        kind, text = self._next
        if kind == "end":
            return ExpressionError(f"ends too soon{missing and f': {missing}'}")
        after_number = self._place > 0 and self._tokens[self._place - 1].kind == "number"
        fix = ""
        if after_number and text == ",":
            fix = "Write a decimal point: 2.5."
        elif after_number and kind == "name":
            fix = "Leave units out: a number is in the variable's own unit."
        elif text == "*":
            fix = "There are no powers: multiply."
        return ExpressionError(f"cannot have '{clipped(text, 30)}' here{missing and f': {missing}'}", fix)

    def _nested(self, inner: Callable[[], ast.expr]) -> ast.expr:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExpressionError(f"is nested more than {MAX_DEPTH} deep", "Split it in two.")
        tree = inner()
        self._depth -= 1
        return tree

    def _rule(self) -> ast.expr:
        left = self._or()
        if self._take("->"):
            return ast.BinOp(left=left, op=IMPLIES(), right=self._nested(self._rule))
        return left

    def _or(self) -> ast.expr:
        tree = self._and()
        while self._take("or"):
            tree = ast.BinOp(left=tree, op=OR(), right=self._and())
        return tree

    def _and(self) -> ast.expr:
        tree = self._not()
        while self._take("and"):
            tree = both(tree, self._not())
        return tree

    def _not(self) -> ast.expr:
        if self._take("not"):
            return ast.UnaryOp(op=NOT(), operand=self._nested(self._not))
        return self._comparison()

    def _comparison(self) -> ast.expr:
        left = self._sum()
        if self._take("is"):
            function = "present" if self._take("not") else "missing"
            if not self._take("null"):
                raise ExpressionError("has an 'is' without null", "Write 'is null', 'is not null', or ==.")
            return call(function, left)
        if (inverted := self._take("not")) or self._next == ("word", "in"):
            self._expect("in")
            tree: ast.expr = call("in", left, *self._list())
            return ast.UnaryOp(op=NOT(), operand=tree) if inverted else tree
        parts: list[ast.expr] = []
        while operator := self._take(*_COMPARED):
            right = self._sum()
            parts.append(ast.Compare(left=left, ops=[_COMPARED[operator]()], comparators=[right]))
            left = right
        return functools.reduce(both, parts) if parts else left

    def _list(self) -> list[ast.expr]:
        self._expect("[")
        values = [self._sum()]
        while self._take(","):
            values.append(self._sum())
        self._expect("]")
        return values

    def _sum(self) -> ast.expr:
        tree = self._term()
        while sign := self._take("+", "-"):
            operator = ast.Add() if sign == "+" else ast.Sub()
            tree = ast.BinOp(left=tree, op=operator, right=self._term())
        return tree

    def _term(self) -> ast.expr:
        tree = self._signed()
        while sign := self._take("*", "/"):
            operator = ast.Mult() if sign == "*" else ast.Div()
            tree = ast.BinOp(left=tree, op=operator, right=self._signed())
        return tree

    def _signed(self) -> ast.expr:
        if self._take("-"):
            return ast.UnaryOp(op=ast.USub(), operand=self._nested(self._signed))
        return self._value()

    def _value(self) -> ast.expr:
        kind, text = self._next
        if kind == "number":
            self._place += 1
            number = float(text)
            if not math.isfinite(number):
                raise ExpressionError("holds a number that is too large")
            return ast.Constant(value=int(number) if number.is_integer() and abs(number) < 2**53 else number)
        if kind == "text":
            self._place += 1
            return ast.Constant(value=text[1:-1])
        if self._take("true"):
            return ast.Constant(value=True)
        if self._take("false"):
            return ast.Constant(value=False)
        if self._take("("):
            tree = self._nested(self._rule)
            self._expect(")")
            return tree
        if kind == "name":
            self._place += 1
            return self._function(text) if self._next == ("sign", "(") else self._name(text)
        if text == "null":
            raise ExpressionError("compares with null", "Write 'is null' or 'is not null'.")
        raise self._unexpected()

    def _name(self, name: str) -> ast.expr:
        self.names.append(name)
        return ast.Name(id=name)

    def _function(self, name: str) -> ast.expr:
        if name not in FUNCTIONS:
            fix = did_you_mean(name, FUNCTIONS) or f"The functions are {listed(FUNCTIONS, 20)}."
            raise ExpressionError(f"has no function '{clipped(name, 30)}'", fix)
        self._expect("(")
        arguments: list[ast.expr] = []
        while not self._take(")"):
            if arguments:
                self._expect(",")
            arguments.append(self._nested(self._rule))
        least, most = FUNCTIONS[name]
        if not least <= len(arguments) <= most:
            wanted = str(least) if least == most else f"{least} to {most}"
            raise ExpressionError(f"gives {name}() {len(arguments)} values; it takes {wanted}")
        return call(name, *arguments)
