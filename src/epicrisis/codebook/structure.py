"""The shape of a codebook: which keys and kinds there are, and whether each value is of the right type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from .codebook import Codebook
from .condition import Condition
from .derive import DERIVED_MODELS, Case, Derivation, DerivedVariable, Table
from .finding import Finding, Level
from .rules import Rule
from .source import Marked
from .translation import message_of, place_of, value_at
from .variable import BooleanVariable, Code, Option, Range, Variable
from .vocabulary import ALL_KEYS, ITEM_KINDS, KINDS, MODELS, NESTED, OTHER_KEYS, OTHER_KINDS
from .wording import kind_of
from .words import capital, clipped, closest, listed

_VARIABLE: TypeAdapter[Variable] = TypeAdapter(Variable)
_DERIVED: TypeAdapter[Variable] = TypeAdapter(DerivedVariable)
_STAND_IN = BooleanVariable(name="_", kind="boolean")


@dataclass(slots=True)
class Entry:
    """A variable as it stands in the file; ``variable`` is ``None`` if it is not a valid one."""

    node: Marked
    name: str | None = None
    kind: str | None = None
    variable: Variable | None = None
    parts: list[Entry] = field(default_factory=list)
    derived: bool = False

    @property
    def label(self) -> str:
        return f"'{clipped(self.name)}'" if self.name else "this variable"

    def line(self, *path: str | int) -> int:
        return self.node.line_of(path)


class Structure:
    """Reads the tree into entries and collects findings on the way."""

    def __init__(self, root: Marked) -> None:
        self.root = root
        self.findings: list[Finding] = []
        self.entries: list[Entry] = []
        self.derived: list[Entry] = []
        self.codebook: Codebook | None = None
        if not self._is_codebook():
            return
        self._unknown_keys(root, Codebook, "a codebook")
        self.entries = [self._entry(node, KINDS) for node in self._list(root, "variables", "variable")]
        nodes = self._list(root, "derive", "derived variable")
        self.derived = [self._entry(node, ITEM_KINDS, derived=True) for node in nodes]
        for rule in _items(root, "rules"):
            self._unknown_keys(rule, Rule, "a rule")
        self._read_codebook()

    def report(self, line: int, message: str, fix: str = "", level: Level = "error") -> None:
        self.findings.append(Finding(level, line, message, fix))

    def _is_codebook(self) -> bool:
        if not self.root.is_mapping:
            self.report(
                self.root.line,
                f"This is not a codebook: it is {kind_of(self.root.value)}, not keys with values.",
                "A codebook starts with 'name:' and 'variables:'. Start from: epicrisis codebook new NAME",
            )
            return False
        keys = self.root.value.keys()
        if not keys & {"name", "fields", "columns"} and not any(closest(key, ["variables"]) for key in keys):
            # Perhaps a report that was taken for a codebook: its words stay out of the message.
            self.report(
                self.root.line,
                "This is not a codebook: it has neither a name nor variables.",
                "Start from: epicrisis codebook new NAME",
            )
            return False
        return True

    def _read_codebook(self) -> None:
        valid = [entry.variable for entry in self.entries if entry.variable is not None]
        data = _known(self.root, Codebook)
        if data.get("variables", []) != []:  # those that are not valid, or not a list, are reported already
            data["variables"] = valid or [_STAND_IN]
        data["derive"] = [entry.variable for entry in self.derived if entry.variable is not None]
        try:
            codebook = Codebook.model_validate(data)
        except ValidationError as error:
            self._translate(error, self.root, Codebook, "the codebook")
            return
        if not any(finding.is_error for finding in self.findings):
            self.codebook = codebook

    def _entry(self, node: Marked, kinds: tuple[str, ...], *, derived: bool = False) -> Entry:
        entry = Entry(node, derived=derived)
        if not node.is_mapping:
            self.report(
                node.line,
                f"A variable is keys with values; this is {kind_of(node.value)}.",
                "Write it as: {name: mass_lesion, kind: boolean}",
            )
            return entry
        self._find_kind(node)
        name = node.get("name")
        if (
            name is not None
            and isinstance(name.value, (str, int, float))
            and not isinstance(name.value, bool)
        ):
            entry.name = str(name.value)
        entry.kind = self._kind(entry, kinds)
        self._nested_keys(entry)
        if entry.kind == "group":
            nodes = self._list(node, "variables", "sub-variable")
            entry.parts = [self._entry(part, ITEM_KINDS) for part in nodes]
        if entry.kind is not None:
            self._read_variable(entry, _models(entry)[entry.kind])
        elif entry.name is None:
            self.report(node.line, "This variable has no name.", "Add 'name:'.")
        return entry

    def _read_variable(self, entry: Entry, model: type[BaseModel]) -> None:
        data = _known(entry.node, model)
        valid = [part.variable for part in entry.parts if part.variable is not None]
        if data.get("variables", []) != []:
            data["variables"] = valid or [_STAND_IN]
        try:
            variable = (_DERIVED if entry.derived else _VARIABLE).validate_python(data)
        except ValidationError as error:
            self._translate(error, entry.node, model, entry.label)
            return
        if len(valid) == len(entry.parts):
            entry.variable = variable

    def _kind(self, entry: Entry, kinds: tuple[str, ...]) -> str | None:
        found = entry.node.get("kind")
        if found is None:
            fix = f"Add 'kind:', one of {listed(kinds, 9)}."
            self.report(entry.line("kind"), f"{capital(entry.label)} has no kind.", fix)
            return None
        word = str(found.value) if not isinstance(found.value, (list, dict)) else ""
        if word in kinds:
            return word
        line = entry.line("kind")
        if word in KINDS:
            where, noun = ("is derived", "derived") if entry.derived else ("is inside a group", "sub-")
            fix = f"A {noun}{' ' * entry.derived}variable is one of {listed(kinds, 9)}."
            self.report(line, f"{capital(entry.label)} {where} and cannot be of kind '{word}'.", fix)
            return None
        guess = OTHER_KINDS.get(word.casefold().replace("_", "").replace("-", "")) or closest(word, kinds)
        fix = f"Did you mean '{guess}'?" if guess in kinds else f"The kinds are {listed(kinds, 9)}."
        self.report(line, f"'{clipped(word)}' is not a kind of variable.", fix)
        return None

    def _find_kind(self, node: Marked) -> None:
        """Kind decides which keys there are, so its own misspellings come first."""
        for key in () if "kind" in node.value else list(node.value):
            if key not in ALL_KEYS and "kind" in (OTHER_KEYS.get(key.casefold()), closest(key, ALL_KEYS)):
                line = node.line_of((key,))
                self.report(line, f"'{clipped(key, 40)}' is not a key of a variable.", "Did you mean 'kind'?")
                _rename(node, key, "kind")
                return

    def _nested_keys(self, entry: Entry) -> None:
        node = entry.node
        possible = _models(entry)
        models = [possible[entry.kind]] if entry.kind else list(possible.values())
        noun = "derived variable" if entry.derived else "variable"
        self._unknown_keys(node, models, f"a {entry.kind} {noun}" if entry.kind else f"a {noun}")
        for case in _items(node, "cases") if entry.derived else []:
            self._unknown_keys(case, Case, "a case")
        for option in _items(node, "options"):
            self._unknown_keys(option, Option, "an option")
            for code in _items(option, "codes"):
                self._unknown_keys(code, Code, "a code")
        for code in _items(node, "codes"):
            self._unknown_keys(code, Code, "a code")
        for key, model in (("range", Range), ("when", Condition), ("table", Table)):
            if (nested := node.get(key)) is not None:
                self._unknown_keys(nested, model, f"'{key}'")

    def _unknown_keys(
        self, node: Marked, models: type[BaseModel] | Iterable[type[BaseModel]], what: str
    ) -> None:
        if not node.is_mapping:
            return
        known = {key for model in _several(models) for key in model.model_fields}
        for key in list(node.value):
            if key in known:
                continue
            line = node.line_of((key,))
            owners = [kind for kind, model in MODELS.items() if key in model.model_fields]
            if owners and "kind" in known:
                self.report(
                    line,
                    f"'{key}' is not a key of {what}; it belongs to {listed(owners, 9)}.",
                    f"Remove it, or make the kind {owners[0] if len(owners) == 1 else 'one of those'}.",
                )
                continue
            if key in Derivation.model_fields and "kind" in known:
                fix = "A variable with one is computed, not asked: it belongs under 'derive:'."
                self.report(line, f"'{key}' is not a key of {what}.", fix)
                continue
            guess = OTHER_KEYS.get(key.casefold())
            guess = guess if guess in known else closest(key, known)
            fix = f"Did you mean '{guess}'?" if guess else f"Its keys are {listed(sorted(known), 20)}."
            self.report(line, f"'{clipped(key, 40)}' is not a key of {what}.", fix)
            if guess and guess != "range":  # a 'min' in its place is not a range yet
                _rename(node, key, guess)

    def _list(self, node: Marked, key: str, noun: str) -> list[Marked]:
        found = node.get(key)
        if found is None:
            return []
        if not found.is_list:
            fix = f"Start each {noun} with '- name: ...'."
            self.report(node.line_of((key,)), f"'{key}' is a list; this is {kind_of(found.value)}.", fix)
        return found.items()

    def _translate(self, error: ValidationError, node: Marked, model: type[BaseModel], where: str) -> None:
        """Pydantic's findings in our words, one for each place."""
        seen: set[tuple[str | int, ...]] = set()
        for problem in error.errors(include_url=False, include_context=True):
            place, owner, key = place_of(problem["loc"], node, model)
            if place in seen or (key == "kind" and owner is model):
                continue
            seen.add(place)
            message, fix = message_of(problem, owner, key, value_at(node, place))
            self.report(node.line_of(place), f"{capital(where)}: {message}.", fix)


def _models(entry: Entry) -> Mapping[str, type[BaseModel]]:
    return DERIVED_MODELS if entry.derived else MODELS


def _rename(node: Marked, key: str, meant: str) -> None:
    """Go on as if the key had been written as meant: what it holds is checked, not reported missing."""
    if meant not in node.value:
        node.value[meant] = node.value.pop(key)
        node.key_lines[meant] = node.key_lines.pop(key)


def _known(node: Marked, model: type[BaseModel]) -> dict[str, Any]:
    """The keys of ``node`` that ``model`` has, without those left empty."""
    data: dict[str, Any] = {}
    for key, value in node.value.items():
        if key not in model.model_fields or value.value is None:
            continue
        if key in NESTED and value.is_mapping:
            data[key] = _known(value, NESTED[key])
        elif key in NESTED and value.is_list:
            data[key] = [_known(one, NESTED[key]) if one.is_mapping else one.plain() for one in value.items()]
        else:
            data[key] = value.plain()
    return data


def _items(node: Marked, key: str) -> list[Marked]:
    found = node.get(key)
    return [one for one in found.items() if one.is_mapping] if found is not None else []


def _several(models: type[BaseModel] | Iterable[type[BaseModel]]) -> Iterable[type[BaseModel]]:
    return [models] if isinstance(models, type) else models
