"""The codebook: the variables to extract."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from .derive import DerivedVariable
from .rules import Rule
from .variable import MERGE_DEFAULTS, SCORING_KEYS, GroupVariable, Variable

#: Keys that came later, and what they say where they are left out: left out of the digest then too, so that
#: old digests hold.
_LATER: dict[str, Any] = {"rules": [], "derive": [], "reduce": None}


class Codebook(BaseModel):
    """The variables a study wants from each report, in the order the table will have them."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    name: str = Field(min_length=1, description="Short name, used for runs and files.")
    version: str = Field(default="1", description="Raise it when a definition changes.")
    title: str = Field(default="", description="What the codebook is for, in one line.")
    languages: list[str] = Field(
        default_factory=lambda: ["en"],
        min_length=1,
        description="Languages of the reports, the leading one first: `nl`, `en`, `pt-BR`.",
    )
    instructions: str = Field(
        default="", description="What an annotator would be told once, before the variables."
    )
    variables: list[Variable] = Field(min_length=1, description="What to extract, in table order.")
    derive: list[DerivedVariable] = Field(
        default_factory=list,
        description="Variables computed from the answers, never asked; in the table after the others.",
    )
    rules: list[Rule] = Field(
        default_factory=list, description="What must hold between the answers to one report."
    )

    @property
    def columns(self) -> list[Variable]:
        """All variables of the table: those that are asked, then those that are derived."""
        return [*self.variables, *self.derive]

    def __getitem__(self, name: str) -> Variable:
        for variable in self.columns:
            if variable.name == name:
                return variable
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return any(variable.name == name for variable in self.columns)

    @property
    def names(self) -> list[str]:
        """The names of all columns, derived ones too."""
        return [variable.name for variable in self.columns]

    @property
    def digest(self) -> str:
        """SHA-256 of the content (not of the file's layout), hexadecimal. What only evaluation reads is
        left out."""
        scoring = dict.fromkeys(SCORING_KEYS, True)
        each: Any = {
            "variables": {"__all__": {**scoring, "variables": {"__all__": scoring}}},
            "derive": {"__all__": scoring},
        }
        document = _without_unused(self.model_dump(mode="json", exclude=each))
        content = json.dumps(document, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()

    def subset(self, names: set[str]) -> Codebook:
        """The same codebook with only the named variables, in order."""
        kept = [variable for variable in self.variables if variable.name in names]
        derived = [variable for variable in self.derive if variable.name in names]
        return self.model_copy(update={"variables": kept, "derive": derived})

    def walk(self) -> Iterator[tuple[tuple[str, ...], Variable]]:
        """Every variable and sub-variable that is asked, with its path."""
        for variable in self.variables:
            yield (variable.name,), variable
            if isinstance(variable, GroupVariable):
                for part in variable.variables:
                    yield (variable.name, part.name), part


def _later(key: str, document: dict[str, Any]) -> bool:
    return key in _LATER or (key == "merge" and "kind" in document)


def _left_out(key: str, document: dict[str, Any]) -> Any:
    return MERGE_DEFAULTS[document["kind"]] if key == "merge" else _LATER[key]


def _without_unused(document: Any) -> Any:
    if isinstance(document, dict):
        return {
            key: _without_unused(value)
            for key, value in document.items()
            if not (_later(key, document) and value == _left_out(key, document))
        }
    return [_without_unused(one) for one in document] if isinstance(document, list) else document
