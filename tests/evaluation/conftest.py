"""Cells, columns and paired reports made by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pytest
from pydantic import TypeAdapter

from epicrisis.codebook import Codebook
from epicrisis.codebook.variable import Variable
from epicrisis.evaluation.cells import compare
from epicrisis.evaluation.gold import GoldCell
from epicrisis.evaluation.pairing import Matching, Pair, Paired, PairedReport
from epicrisis.extraction.answer import Answer, Status

_ADAPTER: TypeAdapter[Any] = TypeAdapter(Variable)


class Make:
    """Makes what the measures take. In place of a value, ``None`` is silence, ``FAILED`` a failed answer
    and ``UNSCORED`` (as gold) a cell that gold says nothing about."""

    FAILED = object()
    UNSCORED = object()

    @staticmethod
    def variable(kind: str, name: str = "v", **more: Any) -> Any:
        if kind in ("category", "ordinal"):
            more.setdefault("options", ["a", "b", "c"] if kind == "category" else [0, 1, 2, 3])
        if kind == "quantity":
            more.setdefault("unit", "mm")
        if kind == "group":
            more.setdefault("variables", [{"name": "part", "kind": "boolean"}])
        return _ADAPTER.validate_python({"name": name, "kind": kind, "definition": "d", **more})

    def pair(self, variable: Any, gold: Any, answer: Any, confidence: float | None = None) -> Pair | None:
        if gold is self.UNSCORED:
            return None
        if answer is self.FAILED:
            given = Answer(Status.FAILED, notes=("no valid JSON",))
        elif answer is None:
            given = Answer(Status.NOT_MENTIONED, confidence=confidence)
        else:
            given = Answer(Status.STATED, answer, confidence=confidence)
        cell = GoldCell(Status.NOT_MENTIONED if gold is None else Status.STATED, gold)
        return Pair(cell, given, compare(variable, given, gold))

    def column(self, variable: Any, cells: Iterable[Sequence[Any]]) -> list[Pair | None]:
        """``cells``: gold, answer and, if there is one, confidence."""
        return [self.pair(variable, *cell) for cell in cells]

    def paired(
        self,
        variables: Sequence[Any],
        reports: Sequence[Mapping[str, Sequence[Any]]],
        about: Sequence[Mapping[str, Any]] = (),
    ) -> Paired:
        """``reports``: by variable, gold, answer and confidence. ``about``: what else PairedReport takes."""
        codebook = Codebook(name="x", variables=list(variables))
        made = []
        for number, cells in enumerate(reports):
            pairs = {name: self.pair(codebook[name], *cell) for name, cell in cells.items()}
            known = {name: pair for name, pair in pairs.items() if pair is not None}
            more = about[number] if about else {}
            made.append(PairedReport(id=f"r{number}", pairs=known, **more))
        return Paired(codebook, tuple(made), Matching(tuple(one.id for one in made)))


@pytest.fixture(scope="session")
def make() -> Make:
    return Make()
