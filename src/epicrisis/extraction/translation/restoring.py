"""Answers about a translation, with their evidence in the original's words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.variable import GroupVariable, SpansVariable, TextVariable, Variable

from ..answer import Answer, Evidence, Extraction, Grade
from ..long.choosing import unique
from .translator import Translated

#: The note of an answer whose evidence is a whole sentence.
SENTENCE = "evidence is the sentence that was translated"
MENTIONS = "mentions are the sentences that were translated"


def restored(extraction: Extraction, codebook: Codebook, translated: Translated, original: str) -> Extraction:
    """``extraction``, which is of ``translated``, as one of the report with the text ``original``.

    Evidence and mentions are places in ``original``: the same words where the sentence has them once or was
    not changed, else the whole sentence, with the grade ``fuzzy`` and a note. Texts stay in the translation's
    language, with a note. What the translation cost is added.
    """
    usage = translated.usage + extraction.usage
    if not translated.aligned.changed and not translated.kept:
        return replace(extraction, usage=usage)
    way = _Way(translated, original)
    answers = way.answers(codebook.variables, extraction.answers)
    derived = {name: way.cell(answer) for name, answer in extraction.answers.items() if name not in answers}
    noted = {name: way.noted((answers | derived)[name]) for name in extraction.answers}
    return replace(extraction, answers=noted, usage=usage)


class _Way:
    """The way back from one translation."""

    def __init__(self, translated: Translated, original: str) -> None:
        self._translated = translated
        self._original = original

    def noted(self, answer: Answer) -> Answer:
        """With the number of sentences that could not be translated."""
        if not self._translated.kept:
            return answer
        note = f"{self._translated.kept} of {self._translated.sentences} sentences could not be translated"
        return replace(answer, notes=unique([*answer.notes, note]))

    def answers(self, variables: Iterable[Variable], answers: Mapping[str, Answer]) -> dict[str, Answer]:
        return {
            variable.name: self._answer(variable, answers[variable.name])
            for variable in variables
            if variable.name in answers
        }

    def cell(self, answer: Answer, *notes: str) -> Answer:
        """With its evidence in the original."""
        if answer.evidence is None:
            return replace(answer, notes=unique([*answer.notes, *notes])) if notes else answer
        evidence, exact = self._evidence(answer.evidence)
        said = notes if exact else (*notes, SENTENCE)
        return replace(answer, evidence=evidence, notes=unique([*answer.notes, *said]))

    def _answer(self, variable: Variable, answer: Answer) -> Answer:
        if not answer.status.has_value:
            return self.cell(answer)
        if isinstance(variable, SpansVariable):
            return self._mentions(answer)
        if isinstance(variable, GroupVariable):
            items = [self.answers(variable.variables, item) for item in answer.value]
            return self.cell(replace(answer, value=items))
        if isinstance(variable, TextVariable):
            return self.cell(answer, f"the text is in {self._translated.language}, as the translation")
        return self.cell(answer)

    def _mentions(self, answer: Answer) -> Answer:
        """Two of one type that are the same sentence now are one."""
        found: dict[tuple[int, int, Any], dict[str, Any]] = {}
        whole = False
        for one in answer.value:
            said = Evidence(one["text"], one["start"], one["end"], Grade.EXACT)
            place, exact = self._evidence(said)
            whole = whole or not exact
            mention = {**one, "text": place.quote, "start": place.start, "end": place.end}
            found.setdefault((place.start, place.end, one.get("type")), mention)
        mentions = sorted(found.values(), key=lambda one: (one["start"], one["end"]))
        return self.cell(replace(answer, value=mentions), *([MENTIONS] if whole else []))

    def _evidence(self, evidence: Evidence) -> tuple[Evidence, bool]:
        """In the original, and whether these are the words themselves and not the sentence around them."""
        (start, end), same = self._translated.aligned.source(evidence.start, evidence.end)
        quote = self._original[start:end]
        if same:
            return Evidence(quote, start, end, evidence.grade), True
        words = re.compile(rf"(?<!\w){re.escape(evidence.quote)}(?!\w)")
        places = [match.span() for match in words.finditer(self._original, start, end)]
        if len(places) == 1 and any(character.isalnum() for character in evidence.quote):
            left, right = places[0]
            return Evidence(self._original[left:right], left, right, Grade.EXACT), True
        return Evidence(quote, start, end, Grade.FUZZY), False
