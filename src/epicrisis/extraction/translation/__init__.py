"""A report in another language, sentence by sentence, and the way back to its own words."""

from .aligned import Aligned, align
from .restoring import restored
from .translator import TRANSLATION_VERSION, Translated, Translator

__all__ = ["TRANSLATION_VERSION", "Aligned", "Translated", "Translator", "align", "restored"]
