"""All examples there are to choose from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from epicrisis.codebook.codebook import Codebook
from epicrisis.errors import OptionError
from epicrisis.report import Report

from .example import Example, digest, same_text
from .facets import Facets, facets


class Pool:
    """Examples for one codebook, by id, in an order that does not depend on how they came.

    ``notes`` tell what was left out, and why. Of two examples with the same text the first (by id) is kept.
    Raises OptionError if there is no example, or if two have the same id.
    """

    def __init__(self, codebook: Codebook, examples: Iterable[Example], notes: Iterable[str] = ()) -> None:
        kept: dict[str, Example] = {}
        repeated = 0
        ids: set[str] = set()
        for example in sorted(examples, key=lambda one: one.id):
            if not example.id or example.id in ids:
                raise OptionError(
                    f"Two examples have the id {example.id!r}." if example.id else "An example has no id.",
                    hint="Every example needs an id of its own.",
                )
            ids.add(example.id)
            text = same_text(example.worked.text)
            repeated += text in kept
            kept.setdefault(text, example)
        if not kept:
            raise OptionError("There are no examples.", hint="Give gold for at least one report.")
        self.codebook = codebook
        self.examples = tuple(kept.values())
        self.notes = (
            *notes,
            *([f"{repeated} reports are there twice; one of each is kept."] * bool(repeated)),
        )
        self.facets: tuple[Facets, ...] = tuple(facets(codebook, one.worked) for one in self.examples)
        self._texts = tuple(kept)

    def __len__(self) -> int:
        return len(self.examples)

    @property
    def digest(self) -> str:
        """SHA-256 of all examples, hexadecimal."""
        return digest(one.worked for one in self.examples)

    def others(self, report: Report) -> list[int]:
        """The places of the examples that ``report`` may be shown: not itself (the same id, or the same text
        but for white space and case), and no other report of its patient."""
        text = same_text(report.text)
        return [
            place
            for place, example in enumerate(self.examples)
            if example.id != report.id
            and self._texts[place] != text
            and (report.patient is None or example.patient != report.patient)
        ]

    def record(self) -> dict[str, Any]:
        """The pool as a manifest keeps it: no report text, and no id."""
        return {"reports": len(self), "digest": self.digest}
