"""A codebook from a REDCap data dictionary."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from ...errors import CodebookError
from ..codebook import Codebook
from ..dependencies import circles
from ..words import listed
from .branching import when
from .draft import Draft, Skip, distinct, plain_text
from .redcap_table import Row, read_rows

_SKIPPED = {
    "calc": "calculated",
    "descriptive": "text on the form, nothing to extract",
    "file": "a file",
    "slider": "a slider",
    "sql": "filled from a database",
    "advcheckbox": "an old kind of checkbox",
}
_PERSONAL = ("email", "phone", "zipcode", "postalcode", "postcode", "ssn", "mrn", "vmrn")
#: A unit at the end of a label: ``Tumour size (mm)``, ``Weight [kg]``.
_UNIT = re.compile(r"[(\[](?:in )?([µμa-zA-Z%°²³/0-9^.]{1,12})[)\]]\s*[:?*]?\s*\Z")
_UNIT_WORDS = re.compile(
    r"(?:[mµμuknp]?(?:g|l|L|mol)|[mckµμ]?m|mm?Hg|[mcd]?m[23²³]|%|°C|kPa|bpm|years?|months?|weeks?|days?|hours?|min"
    r"|[mµμ]?Sv|[MkG]?Bq|IU|U|mEq|ng|pg|dl|dL|mSec|ms|s|kg/m[2²])"
    r"(?:/(?:[mµμcd]?[lL]|min|h|day|kg|m[2²]|mmol|mol|s))?"
)


def from_redcap(
    path: str | Path, name: str | None = None, forms: Collection[str] | None = None
) -> tuple[Codebook, list[str]]:
    """A codebook from a data dictionary (CSV, as downloaded or from the API), and notes.

    ``forms`` keeps only the fields of these instruments. The options of radio buttons and dropdowns
    have REDCap's raw code as their value, as text, and the choice as their label, so that results go
    back into REDCap. A checkbox becomes one boolean per choice, named ``field_code``; REDCap's own name
    for it, ``field___code``, is kept under ``codes`` (system ``redcap``). Fields marked as identifiers
    are left out. Raises ``CodebookError`` if the file is not a data dictionary or nothing is left.
    """
    path = Path(path)
    rows = read_rows(path)
    if forms is not None:
        known = sorted({row.form for row in rows})
        unknown = [form for form in forms if form not in known]
        if unknown:
            raise CodebookError(
                f"No form {listed(unknown)} in it.", path=path, hint=f"Its forms are {listed(known, 20)}."
            )
        rows = [row for row in rows if row.form in forms]
    reader = _Reader()
    for number, row in enumerate(rows):
        reader.add(row, first=number == 0)
    reader.conditions(rows)
    stem = re.sub(r"_?DataDictionary_[\d-]+.*", "", path.stem) or path.stem
    return reader.draft.codebook(str(path), name or stem), reader.draft.notes


class _Reader:
    """Turns rows into variables."""

    def __init__(self) -> None:
        self.draft = Draft()
        #: What each field, and each choice of a checkbox, became.
        self.made: dict[tuple[str, str | None], dict[str, Any]] = {}
        self.section: tuple[str, str] = ("", "")

    def add(self, row: Row, *, first: bool) -> None:
        if row.section or row.form != self.section[0]:
            self.section = (row.form, plain_text(row.section))
        try:
            self._add(row, first=first)
        except Skip as reason:
            self.draft.note(row.name, f"skipped: {reason}")

    def _add(self, row: Row, *, first: bool) -> None:
        kind = row.kind.casefold()
        if row.identifier.casefold() in ("y", "yes", "1", "true"):
            raise Skip("marked as an identifier")
        if kind in _SKIPPED:
            raise Skip(_SKIPPED[kind])
        if re.search(r"@CALC(TEXT|DATE)\b", row.annotation):
            raise Skip("calculated")
        if first and kind == "text" and re.search(r"(^|_)(id|nr|no|record)$|record", row.name):
            raise Skip("the record's own id")
        if kind == "checkbox":
            self._checkbox(row)
            return
        if kind in ("radio", "dropdown", "select"):
            variable = self._choice(row)
        elif kind in ("yesno", "truefalse"):
            variable = {"kind": "boolean"}
        elif kind == "notes":
            variable = {"kind": "text", "max_length": 2000}
        elif kind == "text":
            variable = self._text(row)
        else:
            raise Skip(f"unknown field type '{row.kind}'")
        self._made(row, None, self.draft.name(row.name, row.name, self.draft.variables), variable)

    def _made(self, row: Row, code: str | None, name: str, rest: dict[str, Any]) -> None:
        label, explanation = _label(row)
        definition = " ".join(filter(None, (explanation, plain_text(row.note))))
        head = {"name": name, "label": label, "definition": definition, "section": self.section[1]}
        if name != row.name and code is None:
            rest = {"codes": [{"system": "redcap", "code": row.name}], **rest}
        if self.draft.add(row.name, {**head, **rest}):
            self.made[(row.name.casefold(), code)] = self.draft.variables[-1]

    def _choice(self, row: Row) -> dict[str, Any]:
        choices = _choices(row.choices)
        if not choices:
            raise Skip("has no choices")
        options = distinct([_option(code, label) for code, label in choices])
        if len(options) < len(choices):
            self.draft.note(row.name, "a choice that is listed twice is kept once")
        return {"kind": "category", "options": options}

    def _checkbox(self, row: Row) -> None:
        choices = dict(_choices(row.choices))
        if not choices:
            raise Skip("has no choices")
        names = []
        for code, label in choices.items():
            exported = f"{row.name}___{re.sub('[^a-z0-9_]', '_', code.casefold())}"
            wanted = f"{row.name}_{re.sub('^-', 'minus', code)}"
            name = self.draft.name(f"{row.name}({code})", wanted, self.draft.variables)
            names.append(name)
            rest = {
                "kind": "boolean",
                "label": f"{_label(row)[0]}: {label}".removeprefix(": "),
                "codes": [{"system": "redcap", "code": exported, "display": label}],
            }
            self._made(row, code, name, rest)
        self.draft.note(row.name, f"a checkbox; one boolean for each choice: {listed(names)}")

    def _text(self, row: Row) -> dict[str, Any]:
        validation = row.validation.casefold()
        if validation in _PERSONAL:
            raise Skip(f"holds personal data ({validation})")
        if validation in ("integer", "int"):
            return self._number(row, whole=True)
        if validation.startswith("number") or validation == "float":
            return self._number(row, whole=False)
        if validation.startswith("date"):
            if validation.startswith("datetime"):
                self.draft.note(row.name, "the time of day is not taken over")
            if row.min or row.max:
                self.draft.note(row.name, "the limits of a date are not taken over")
            return {"kind": "date"}
        if validation and validation not in ("alpha_only", "autocomplete"):
            self.draft.note(row.name, f"validation '{row.validation}' is not taken over; read as text")
        return {"kind": "text"}

    def _number(self, row: Row, *, whole: bool) -> dict[str, Any]:
        ends = {}
        for end, text in (("min", row.min), ("max", row.max)):
            if not text:
                continue
            try:
                ends[end] = float(text.replace(",", "."))
            except ValueError:
                self.draft.note(row.name, f"the {end} of its range is not a number and is not taken over")
        unit = _unit(row)
        if whole and not unit and ends.get("min", -1) >= 0:
            return {"kind": "count", "range": ends}
        if not unit:
            self.draft.note(row.name, "has no unit; '1' stands in for it")
        return {"kind": "quantity", "unit": unit or "1", "range": ends}

    def conditions(self, rows: list[Row]) -> None:
        """Branching logic, once all variables are known."""
        targets: dict[str, str] = {}
        for row in rows:
            made = [variable for (field, _), variable in self.made.items() if field == row.name.casefold()]
            if not row.logic or not made:
                continue
            try:
                condition, remark = when(row.logic, self.made)
                if any(condition.variable == variable["name"] for variable in made):
                    raise Skip("it points at itself")
                trial = {**targets, **{variable["name"]: condition.variable for variable in made}}
                if circles(trial):
                    raise Skip("it goes in a circle")
                for variable in made:
                    if not self._holds_up(variable, str(condition)):
                        raise Skip("it compares with a value that cannot be")
            except Skip as reason:
                self.draft.note(row.name, f"branching logic not taken over: {reason}")
                continue
            targets = trial
            for variable in made:
                variable["when"] = str(condition)
            if remark:
                self.draft.note(row.name, remark)

    def _holds_up(self, variable: dict[str, Any], condition: str) -> bool:
        """Whether lint has nothing against the condition."""
        from ..lint import lint_codebook

        parent = next(one for one in self.draft.variables if condition.startswith(f"{one['name']} "))
        bare = {key: value for key, value in parent.items() if key != "when"}
        pair = Codebook.model_validate({"name": "x", "variables": [bare, {**variable, "when": condition}]})
        return not any(one.is_error for one in lint_codebook(pair))


def _label(row: Row) -> tuple[str, str]:
    """The first line of the label, and what stands below it."""
    lines = [plain_text(line) for line in re.split(r"\n|<br\s*/?>|<(?:div|p)\b[^<>]*>", row.label)]
    first, *rest = [line for line in lines if line] or [""]
    return first, " ".join(rest)


def _choices(text: str) -> list[tuple[str, str]]:
    """``1, Left | 2, Right`` as pairs of code and label."""
    found = []
    for choice in re.split(r"\s*\|\s*|\n", text):
        code, comma, label = choice.partition(",")
        if code.strip():
            found.append((code.strip(), plain_text(label) if comma else code.strip()))
    return found


def _option(code: str, label: str) -> dict[str, Any]:
    return {"value": code, "label": label} if label and label != code else {"value": code}


def _unit(row: Row) -> str:
    """The unit a label or note ends with, in brackets; a note may be nothing but the unit."""
    for text in (_label(row)[0], plain_text(row.note)):
        match = _UNIT.search(text)
        if match and _UNIT_WORDS.fullmatch(match[1]):
            return match[1]
    note = plain_text(row.note)
    return note if _UNIT_WORDS.fullmatch(note) else ""
