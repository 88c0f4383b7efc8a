"""What is done to a report: each change takes a text, a strength from 0 to 3 and a source of chance."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random

from .choosing import STRENGTHS
from .decimal_style import decimal_style
from .dropped_spaces import dropped_spaces
from .injected_instruction import injected_instruction
from .irrelevant_text import irrelevant_text
from .ocr_confusions import ocr_confusions
from .shuffled_sections import shuffled_sections
from .typing_errors import typing_errors
from .upper_case import upper_case

__all__ = ["INJECTION", "PERTURBATIONS", "STRENGTHS", "Change", "Perturbation"]

#: A text, a strength and a source of chance in; the changed text out. Strength 0 changes nothing.
Change = Callable[[str, int, Random], str]


@dataclass(frozen=True, slots=True)
class Perturbation:
    """A way of writing reports worse. ``change_in`` gives the change for a language (``nl``, ``en``, ...)."""

    name: str
    about: str
    change_in: Callable[[str], Change]

    def __call__(
        self, text: str, strength: int, *, seed: int = 0, report_id: str = "", language: str = "en"
    ) -> str:
        """The text of the report ``report_id``, perturbed: the same for the same arguments, on any machine.

        Raises ValueError for a strength that is not 0 to 3.
        """
        key = f"{seed}\n{self.name}\n{report_id}".encode("utf-8", "surrogatepass")
        rng = Random(int.from_bytes(hashlib.sha256(key).digest()))
        return self.change_in(language)(text, strength, rng)


#: The name of the one that tells the model what to answer.
INJECTION = "injected-instruction"
PERTURBATIONS: dict[str, Perturbation] = {
    one.name: one
    for one in (
        Perturbation(
            "typing-errors",
            "letters swapped, dropped, doubled, or a neighbouring key struck",
            lambda language: partial(typing_errors, language=language),
        ),
        Perturbation("dropped-spaces", "words run together", lambda _: dropped_spaces),
        Perturbation("upper-case", "sentences in capitals", lambda _: upper_case),
        Perturbation("ocr-confusions", "0 and O, 1 and l, rn and m confused", lambda _: ocr_confusions),
        Perturbation("decimal-style", "2,5 for 2.5, and 2.5 for 2,5", lambda _: decimal_style),
        Perturbation("shuffled-sections", "sections in another order", lambda _: shuffled_sections),
        Perturbation(
            INJECTION,
            "a sentence that tells what to answer",
            lambda language: partial(injected_instruction, language=language),
        ),
        Perturbation(
            "irrelevant-text",
            "parking, visiting hours and house rules around the findings",
            lambda language: partial(irrelevant_text, language=language),
        ),
    )
}
