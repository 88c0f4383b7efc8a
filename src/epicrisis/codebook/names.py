"""What reports may call what a codebook asks for."""

from __future__ import annotations

from .variable import BaseVariable, Option


def names_of(named: BaseVariable | Option) -> list[str]:
    """The name of a variable, or the value of an option, in words; then its labels and its synonyms in every
    language."""
    own = str(named.value) if isinstance(named, Option) else named.name
    label = named.label or {}
    labels = [label] if isinstance(label, str) else label.values()
    return [own.replace("_", " "), *labels, *(word for words in named.synonyms.values() for word in words)]
