"""A report with its right answers, ready to be shown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from epicrisis.prompting.worked import WorkedExample


@dataclass(frozen=True, slots=True)
class Example:
    """``worked`` is what the prompt shows. ``patient`` says whose report it is, if that is known.

    ``quoted`` is the share of its values, in [0, 1], that rest on a quote found in its text, of those that
    reports state in words (a "no" or a zero may rest on silence); 1 if there are none. An example without
    quotes teaches to answer without evidence.
    """

    worked: WorkedExample
    patient: str | None = None
    quoted: float = 1.0

    @property
    def id(self) -> str:
        """The report's id."""
        return self.worked.report_id or ""


def digest(examples: Iterable[WorkedExample]) -> str:
    """SHA-256 of the examples in their order, texts and answers, hexadecimal: the same in every process."""
    content = json.dumps(list(examples), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


def same_text(text: str) -> str:
    """A key that two texts share which differ in white space and case only: a report sent twice."""
    plain = " ".join(text.casefold().split())
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


def same_patient(name: str) -> str:
    """A key of a patient's id, to know it again where the id itself is not written down."""
    return hashlib.sha256(f"patient {name}".encode("utf-8", "surrogatepass")).hexdigest()
