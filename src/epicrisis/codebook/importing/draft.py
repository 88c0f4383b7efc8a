"""The codebook under construction: names that are free, notes, and variables that hold up."""

from __future__ import annotations

import re
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ...errors import CodebookError
from ..codebook import Codebook
from ..lint import lint_codebook
from ..variable import Variable
from ..words import clipped, identifier, unique

_VARIABLE: TypeAdapter[Variable] = TypeAdapter(Variable)


class Skip(Exception):  # noqa: N818 - a decision about one field, not an error
    """This field cannot become a variable; the message says why."""


#: Fields that are looked at: a source with more is something else.
MOST_FIELDS = 3000


class Draft:
    """Collects variables (as plain data) and notes."""

    def __init__(self) -> None:
        self._fields = 0
        self.notes: list[str] = []
        self.variables: list[dict[str, Any]] = []

    def note(self, field: str, text: str) -> None:
        """Remark on one field of the source, by the source's name for it."""
        remark = f"{clipped(field)}: {text}"
        if remark not in self.notes:
            self.notes.append(remark)

    def name(self, field: str, wanted: str, taken: list[dict[str, Any]]) -> str:
        """A name for ``wanted`` that no variable in ``taken`` has, noted if it had to change.

        Raises ``CodebookError`` where there are more fields than a codebook has.
        """
        self._fields += 1
        if self._fields > MOST_FIELDS:
            raise CodebookError(
                f"It has more than {MOST_FIELDS:,} fields.", hint="Keep only those that reports answer."
            )
        name = unique(identifier(wanted), [one["name"] for one in taken])
        if name != wanted:
            self.note(field, f"is named '{name}' here")
        return name

    def add(self, field: str, variable: dict[str, Any], into: list[dict[str, Any]] | None = None) -> bool:
        """Add a variable if it is valid by itself; note why not otherwise."""
        kept = {key: value for key, value in variable.items() if value not in (None, "", [], {})}
        try:
            _VARIABLE.validate_python(kept)
        except ValidationError as error:
            problem = error.errors(include_url=False, include_input=False)[0]
            self.note(field, f"skipped: {str(problem['msg']).removeprefix('Value error, ')}")
            return False
        (self.variables if into is None else into).append(kept)
        return True

    def codebook(self, source: str, name: str, title: str = "", instructions: str = "") -> Codebook:
        """The finished codebook. Raises ``CodebookError`` if there is nothing in it."""
        if not self.variables:
            shown = "\n".join(f"  {one}" for one in self.notes[:10])
            raise CodebookError(
                f"Nothing in it could become a variable.\n{shown}".rstrip(),
                path=source,
                hint="Start from: epicrisis codebook new NAME",
            )
        codebook = Codebook.model_validate(
            {"name": slug(name), "title": title, "instructions": instructions, "variables": self.variables}
        )
        errors = [one for one in lint_codebook(codebook) if one.is_error]
        if errors:
            raise CodebookError(f"{errors[0].message} {errors[0].fix}".strip(), path=source)
        return codebook


def slug(name: str) -> str:
    """``BrainMri`` or ``brain_mri.v2`` as the name of a codebook: ``brain-mri``, ``brain-mri-v2``."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return identifier(words).replace("_", "-").lower()


def plain_text(value: Any) -> str:
    """Text without HTML and line breaks."""
    import html

    if not isinstance(value, str):
        return ""
    return " ".join(html.unescape(re.sub(r"<[A-Za-z/!][^<>]*>", " ", value)).split())


def distinct(options: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The options without those whose value was there before."""
    first: dict[str, dict[str, Any]] = {}
    for option in options:
        first.setdefault(str(option["value"]), option)
    return list(first.values())
