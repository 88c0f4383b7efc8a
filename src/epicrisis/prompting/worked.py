"""Worked examples made from the codebook itself.

A small model that is only told "null if not stated" fills every cell, or none. Shown two invented
mini-reports that each state half of the variables, it sees both cases in the answer's own form.
They say nothing about any real report, are the same for all reports of a run (so they cost nothing after
the first, DESIGN 4.4), and use each variable's own label so that they work in any language.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any, NamedTuple

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.variable import (
    BooleanVariable,
    ClosedVariable,
    CountVariable,
    DateVariable,
    GroupVariable,
    Option,
    QuantityVariable,
    Range,
    SpansVariable,
    TextVariable,
    Variable,
    localised,
)

_YES_NO = {"nl": ("ja", "nee"), "en": ("yes", "no"), "de": ("ja", "nein"), "fr": ("oui", "non")}


class Cell(NamedTuple):
    """What a worked example says of one variable: the answer's value and the words it rests on."""

    value: Any
    quote: str | None


class WorkedExample(NamedTuple):
    """A report and its answers, by variable name; a variable it does not state is missing.

    ``report_id`` says which report it is, for examples that were not invented here.
    """

    text: str
    cells: dict[str, Cell]
    report_id: str | None = None


def worked_examples(codebook: Codebook, count: int) -> list[WorkedExample]:
    """``count`` examples that share the variables out among them; one example alone states
    about half. Seeded by the codebook: the same codebook gives the same examples."""
    if count < 1:
        return []
    rng = random.Random(codebook.digest)
    parts = max(count, 2)
    roots = [variable.name for variable in codebook.variables if variable.when is None]
    rng.shuffle(roots)
    # A variable that depends on another belongs to the example that states the other one.
    part_of = {name: place % parts for place, name in enumerate(roots)}
    for variable in codebook.variables:
        if variable.when is not None:
            part_of[variable.name] = part_of.get(variable.when.variable, 0)
    return [
        _example([v for v in codebook.variables if part_of[v.name] == number], codebook, rng)
        for number in range(count)
    ]


def _example(stated: Sequence[Variable], codebook: Codebook, rng: random.Random) -> WorkedExample:
    cells: dict[str, Cell] = {}
    sentences: list[str] = []
    names = {variable.name for variable in stated}
    for variable in codebook.variables:
        if variable.name not in names and variable.allows("not_mentioned"):
            continue
        if variable.when is not None:
            parent = cells.get(variable.when.variable)
            if parent is None or not variable.when.holds(parent.value):
                continue
        cell = _state(variable, codebook.languages, rng, sentences)
        cells[variable.name] = cell
        sentences.append(cell.quote or "")
    # Shuffled, so that the model learns to look for a variable rather than to walk down the report.
    rng.shuffle(sentences)
    return WorkedExample(" ".join(filter(None, sentences)), cells)


def _state(variable: Variable, languages: list[str], rng: random.Random, said_before: Sequence[str]) -> Cell:
    label = _label(variable, languages)
    if isinstance(variable, TextVariable) and said_before:
        # A text sums up what was said. One that says its own label gets the label copied.
        content = said_before[-1].rstrip(".")[: variable.max_length].strip()
        return Cell(content, f"{label}: {content}.")
    if isinstance(variable, SpansVariable):
        item = {"text": label} | ({"type": rng.choice(variable.values)} if variable.options else {})
        return Cell([item], f"{label}.")
    if isinstance(variable, GroupVariable):
        said = {part.name: _simple(part, languages, rng) for part in variable.variables}
        words = ", ".join(
            f"{_label(part, languages).lower()} {said[part.name][1]}" for part in variable.variables
        )
        quote = f"{label}: {words}."
        return Cell([{"quote": quote} | {name: value for name, (value, _) in said.items()}], quote)
    value, written = _simple(variable, languages, rng)
    return Cell(value, f"{label}: {written}.")


def _simple(variable: Variable, languages: list[str], rng: random.Random) -> tuple[Any, str]:
    match variable:
        case BooleanVariable():
            yes, no = next((_YES_NO[tag] for tag in languages if tag in _YES_NO), _YES_NO["en"])
            value = rng.random() < 0.5
            return value, yes if value else no
        case ClosedVariable():
            option = rng.choice(variable.options)
            return option.value, _written(option, languages)
        case CountVariable():
            number = _whole_number(variable.range, rng)
            return number, str(number)
        case QuantityVariable():
            amount = f"{_number(variable.range or Range(), rng):.10g} {variable.unit}"
            return amount, amount
        case DateVariable():
            date = f"{rng.randint(2001, 2019)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
            return date, date
        case TextVariable():
            words = _label(variable, languages).lower()[: variable.max_length].strip()
            return words, words
        case _:
            raise TypeError(f"a {variable.kind} has no single value")


def _whole_number(bounds: Range, rng: random.Random) -> int:
    least = math.ceil(bounds.min or 0)
    most = least + 8 if bounds.max is None else max(least, math.floor(bounds.max))
    low = max(1, least) if most >= 1 else least
    return rng.randint(low, min(most, low + 8))


def _number(bounds: Range, rng: random.Random) -> float:
    low, high = bounds.min, bounds.max
    if low is None:
        low = 1.0 if high is None or high > 1 else min(0.0, high - 1)
    if high is None:
        high = low + 40
    exact = low + (high - low) * rng.uniform(0.2, 0.8)
    # As many decimals as it takes to stay within a narrow range, four at most: the schema takes no more.
    rounded = (round(exact, digits) for digits in range(1, 5))
    return next((number for number in rounded if low <= number <= high), low)


def _label(variable: Variable, languages: list[str]) -> str:
    label = localised(variable.label, languages) or variable.name.replace("_", " ")
    return label[:1].upper() + label[1:]


def _written(option: Option, languages: list[str]) -> str:
    return localised(option.label, languages) or str(option.value).replace("_", " ")
