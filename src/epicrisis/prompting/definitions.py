"""The codebook as the model reads it: a line per variable, options and criteria with it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.units import accepted_units
from epicrisis.codebook.variable import (
    BaseVariable,
    ClosedVariable,
    CountVariable,
    DateVariable,
    GroupVariable,
    Option,
    QuantityVariable,
    SpansVariable,
    Variable,
    localised,
)


def definitions(codebook: Codebook, variables: Sequence[Variable] | None = None) -> str:
    """The variables as text, one per line (sub-variables of a group indented below it)."""
    chosen = codebook.variables if variables is None else variables
    return "\n".join(_line(variable, codebook.languages) for variable in chosen)


def _line(variable: Variable, languages: list[str], indent: str = "") -> str:
    parts = [f"{indent}- {variable.name} ({_shape(variable, languages)})"]
    if names := _names(variable, languages):
        parts.append(f" [{', '.join(names)}]")
    parts.append(f": {variable.definition.strip() or localised(variable.label, ['en', *languages])}")
    if variable.include:
        parts.append(f" Counts: {'; '.join(variable.include)}.")
    if variable.exclude:
        parts.append(f" Does not count: {'; '.join(variable.exclude)}.")
    if variable.when is not None:
        parts.append(f" Only if {variable.when}.")
    line = "".join(parts)
    if isinstance(variable, GroupVariable):
        inner = "\n".join(_line(part, languages, f"{indent}  ") for part in variable.variables)
        line += f" Each has:\n{inner}"
    return line


def _names(variable: BaseVariable, languages: list[str]) -> list[str]:
    """What reports call it: the label in the reports' language, then the synonyms, without repeats."""
    label = localised(variable.label, languages)
    names = [label] if label else []
    for language in languages:
        names += variable.synonyms.get(language, [])
    seen = {variable.name.replace("_", " ").casefold()}
    return [name for name in names if not (name.casefold() in seen or seen.add(name.casefold()))]  # type: ignore[func-returns-value]


def _shape(variable: Variable, languages: list[str]) -> str:
    match variable:
        case ClosedVariable():
            return _options(variable.options, languages)
        case CountVariable():
            return f"whole number, {variable.range}"
        case QuantityVariable():
            units = accepted_units(variable)
            bounds = f", {variable.range} {variable.unit}" if variable.range else ""
            several = f', several as in "12 x 8 {units[0]}"' if variable.reduce else ""
            return f'number and unit as in "12.5 {units[0]}"{several}; units: {", ".join(units)}{bounds}'
        case DateVariable():
            return "date: YYYY-MM-DD, YYYY-MM or YYYY"
        case SpansVariable():
            types = _options(variable.options, languages)
            return f"list of every mention, word for word{types and f', each with its type: {types}'}"
        case GroupVariable():
            return f"list, one item each, at most {variable.max_items}"
        case _:
            return {"boolean": "true | false", "text": "text, copied word for word"}[variable.kind]


def _options(options: Sequence[Option], languages: list[str]) -> str:
    """Each value as it is to be written, with what it means where the codebook says so."""
    return " | ".join(_option(option, languages) for option in options)


def _option(option: Option, languages: list[str]) -> str:
    words = [localised(option.label, languages), option.definition or ""]
    words += [word for language in languages for word in option.synonyms.get(language, [])]
    said = "; ".join(word for word in dict.fromkeys(words) if word)
    value = json.dumps(option.value, ensure_ascii=False)
    return f"{value} = {said}" if said else value
