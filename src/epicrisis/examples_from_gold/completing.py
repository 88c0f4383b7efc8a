"""A report and its gold into an example: every value in the form in which the model is to write it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, Protocol

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.variable import (
    CountVariable,
    GroupVariable,
    QuantityVariable,
    SpansVariable,
    TextVariable,
    Variable,
)
from epicrisis.examples.example import Example
from epicrisis.extraction.answer import Status
from epicrisis.extraction.candidate import Candidate
from epicrisis.extraction.checking import InvalidValueError, check
from epicrisis.extraction.dependencies import all_ruled_out
from epicrisis.extraction.grounding import Grounds
from epicrisis.extraction.measurements import measurements, same_measurement
from epicrisis.prompting import Form
from epicrisis.prompting.schema import answer_schema, value_schema
from epicrisis.prompting.worked import Cell, WorkedExample
from epicrisis.report import Report

from .quoting import Place, marked_words, quote_for, quote_for_item, statements


class Known(Protocol):
    """What a human says of one variable; ``evaluation.gold.GoldCell`` is one."""

    @property
    def status(self) -> Status: ...
    @property
    def value(self) -> Any: ...
    @property
    def quote(self) -> str | None: ...


class UnfitError(ValueError):
    """A report that cannot be an example; the message says why, in words that follow "they"."""


def complete(codebook: Codebook, report: Report, cells: Mapping[str, Known]) -> Example:
    """The report with its gold as an example.

    A variable that gold finds silent, or ruled out, is left out of the answer; the others have their value
    and, where it can be told, their quote. Raises ``UnfitError`` where gold leaves a variable open (nobody
    looked: to show it as silent would be a lie), and where the model could not write what gold says.
    """
    return _Completing(codebook, report, cells).example()


class _Completing:
    """One example, in the making."""

    def __init__(self, codebook: Codebook, report: Report, cells: Mapping[str, Known]) -> None:
        self._codebook = codebook
        self._report = report
        self._cells = cells
        self._grounds = Grounds(report.text)
        self._near = 0
        self._values = 0
        self._quotes = 0

    def example(self) -> Example:
        known = {name: Candidate(value=cell.value) for name, cell in self._cells.items() if _says(cell)}
        out = all_ruled_out(self._codebook.variables, known)
        written: dict[str, Cell] = {}
        for variable in self._codebook.variables:
            if variable.name in out:
                continue
            cell = self._cells.get(variable.name)
            if cell is None:
                raise UnfitError(f"have no gold for {variable.name!r}")
            if _says(cell):
                written[variable.name] = self._cell(variable, cell)
            elif variable.when is None and not variable.allows("not_mentioned"):
                raise UnfitError(f"have no value for {variable.name!r}, which must have one")
        quoted = self._quotes / self._values if self._values else 1.0
        return Example(
            WorkedExample(self._report.text, written, self._report.id), self._report.patient, round(quoted, 6)
        )

    def _cell(self, variable: Variable, cell: Known) -> Cell:
        if isinstance(variable, SpansVariable):
            return Cell(self._mentions(variable, cell.value), None)
        if isinstance(variable, GroupVariable):
            items = self._items(variable, cell.value, cell.quote)
            return Cell(items, items[0]["quote"] or None)
        _check(variable, cell.value)
        found = quote_for(variable, cell.value, cell.quote, self._grounds, self._near)
        if found is not None:
            self._near = found.end
            self._quotes += 1
        # A "no" or a zero may rest on the report's silence.
        self._values += found is not None or bool(cell.value)
        quote = None if found is None else found.quote
        return Cell(written(variable, cell.value, quote), quote)

    def _mentions(self, variable: SpansVariable, mentions: list[dict[str, Any]]) -> list[dict[str, Any]]:
        text = answer_schema([variable], Form.VALUE)["properties"][variable.name]["items"]["properties"][
            "text"
        ]
        places: dict[Place, Any] = {}
        for mention in mentions:
            place = self._place(mention, places)
            if place is not None and place[1] - place[0] <= text["maxLength"]:
                places[place] = mention.get("type")
        shown = sorted(places.items())[: variable.max_items]
        self._values += len(mentions)
        self._quotes += len(shown)
        if not shown:
            raise UnfitError(f"have mentions of {variable.name!r} that are not in the text")
        if variable.options and any(kind is None for _, kind in shown):
            raise UnfitError(f"have mentions of {variable.name!r} without a type")
        return [
            {"text": self._report.text[start:end]} | ({"type": kind} if variable.options else {})
            for (start, end), kind in shown
        ]

    def _place(self, mention: Mapping[str, Any], used: Mapping[Place, Any]) -> Place | None:
        """Where gold says the mention is, if its words are there; else the first place that is not used."""
        start, end = mention.get("start"), mention.get("end")
        if start is not None and end is not None and self._report.text[start:end] == mention["text"]:
            return start, end
        places = self._grounds.occurrences(mention["text"])
        return next((place for place in places if place not in used), None)

    def _items(
        self, group: GroupVariable, items: list[dict[str, Any]], given: str | None
    ) -> list[dict[str, Any]]:
        marked = marked_words(given, self._grounds, self._near)
        every, used, shown = statements(self._report.text), set[int](), []
        for item in items[: group.max_items]:
            for part in group.variables:
                if item.get(part.name) is not None:
                    _check(part, item[part.name])
            evidence = quote_for_item(group, item, every, used) or marked
            # The model has to write a quote for every item; where none can be told, there is an empty one.
            quote = "" if evidence is None else evidence.quote
            self._quotes += evidence is not None
            shown.append({"quote": quote} | self._parts(group, item, quote))
        self._values += len(shown)
        return shown

    def _parts(self, group: GroupVariable, item: Mapping[str, Any], quote: str) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for part in group.variables:
            value = item.get(part.name)
            if value is None and part.when is None and not part.allows("not_mentioned"):
                raise UnfitError(f"have no value for {group.name}.{part.name}, which must have one")
            values[part.name] = None if value is None else written(part, value, quote)
        return values


def written(variable: Variable, value: Any, quote: str | None) -> Any:
    """A value that is no list as the model is to write it. Raises ``UnfitError`` where it could not.

    An amount is written as the quote has it, in the quote's unit: units are for us to convert.
    """
    match variable:
        case QuantityVariable():
            return _amount(variable, value, quote)
        case TextVariable():
            return _clipped(value, variable.max_length)
        case CountVariable() if value > value_schema(variable)["maximum"]:
            raise UnfitError(f"have a value of {variable.name!r} that no model may write")
        case _:
            return value


def _amount(variable: QuantityVariable, value: Mapping[str, Any], quote: str | None) -> str:
    number, unit = value["value"], value["unit"]
    for one in measurements(variable, quote or ""):
        if same_measurement(variable, one, number, unit):
            number, unit = one.number, one.unit
            break
    digits = f"{number:.4f}".rstrip("0").rstrip(".")
    text = f"{digits} {unit}"
    exact = math.isclose(float(digits), number, rel_tol=1e-3)
    if not exact or re.search(value_schema(variable)["pattern"], text) is None:
        raise UnfitError(f"have a value of {variable.name!r} that no model may write")
    return text


def _check(variable: Variable, value: Any) -> None:
    if isinstance(variable, TextVariable):
        return  # a person may say more than a model is allowed to
    try:
        check(variable, value)
    except InvalidValueError:
        raise UnfitError(f"have a value of {variable.name!r} that the codebook does not allow") from None


def _clipped(text: str, most: int) -> str:
    """Cut at the end of a word, where it is longer than a model may write."""
    if len(text) <= most:
        return text
    whole = text[: most + 1].rsplit(maxsplit=1)[0]
    return whole if len(whole) <= most else text[:most]


def _says(cell: Known) -> bool:
    return cell.status.has_value and cell.value is not None and cell.value != []
