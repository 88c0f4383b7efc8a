"""Checks on rules and derived variables: names that are there, values that can be compared, units that go
together, no circles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pydantic import ValidationError

from .derive import DERIVED_MODELS, Derivation
from .finding import Finding
from .formulas import Derived, derived_of, in_order, rule_of
from .meaning import Problem
from .rules import Rule
from .scope import Scope
from .source import Marked
from .structure import Entry
from .words import clipped

#: Keys of a variable that say how it is asked: of no use where nothing is asked.
_OF_ASKING = ("when", "statuses", "include", "exclude", "synonyms", "merge", "reduce", "units")


def check(root: Marked, entries: Sequence[Entry], derived: Sequence[Entry]) -> Iterator[Finding]:
    """All findings of this module. What is not valid by itself is reported with the structure."""
    scope = _scope([*entries, *derived])
    found: list[tuple[Entry, Derived]] = []
    for entry in derived:
        yield from _useless_keys(entry)
        variable = entry.variable
        if not isinstance(variable, Derivation):
            continue
        meaning = derived_of(variable, scope)
        found.append((entry, meaning))
        key = next(name for name in Derivation.model_fields if getattr(variable, name))
        where = f"{entry.label[:1].upper()}{entry.label[1:]}"
        yield from _findings(meaning.problems, where, entry.line(key))
    yield from _circles(found)
    rules = root.get("rules")
    for node in rules.items() if rules is not None else []:
        try:
            rule = Rule.model_validate(node.plain())
        except ValidationError:
            continue
        where = f"The rule '{clipped(rule.name or rule.rule)}'"
        yield from _findings(rule_of(rule, scope).problems, where, node.line_of(("rule",)))


def _scope(entries: Iterable[Entry]) -> Scope:
    """What is valid, and the names of what is not."""
    valid, invalid = [], []
    for entry in entries:
        if entry.variable is not None:
            valid.append(entry.variable)
        elif entry.name is not None:
            invalid.append(entry.name)
    return Scope(valid, invalid)


def _findings(problems: Iterable[Problem], where: str, line: int) -> Iterator[Finding]:
    for problem in problems:
        yield Finding("error", line, f"{where}: {problem.message}.", problem.fix)


def _useless_keys(entry: Entry) -> Iterator[Finding]:
    model = DERIVED_MODELS.get(entry.kind or "")
    for key in _OF_ASKING:
        given = entry.node.get(key)
        info = model.model_fields.get(key) if model is not None else None
        # A codebook made in Python has all keys.
        if given is not None and info and given.plain() != info.get_default(call_default_factory=True):
            message = f"'{key}' has no effect: {entry.label} is derived, and never asked."
            yield Finding("warning", entry.line(key), message, "Remove it.")


def _circles(found: Sequence[tuple[Entry, Derived]]) -> Iterator[Finding]:
    entries = {meaning.variable.name: entry for entry, meaning in found}
    for circle in in_order([meaning for _, meaning in found])[1]:
        way = " -> ".join(clipped(name, 30) for name in [*circle, circle[0]][:12])
        entry = entries[circle[0]]
        yield Finding(
            "error", entry.line("name"), f"'derive' goes in a circle: {way}.", "Compute one without."
        )
