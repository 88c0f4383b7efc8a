"""A codebook to start from: every common kind once, with comments that say what to change."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ..errors import CodebookError
from .lint import lint
from .words import identifier

_LABELS = {
    "de": "Infarkt vorhanden",
    "en": "Infarct present",
    "es": "Infarto presente",
    "fr": "Infarctus présent",
    "it": "Infarto presente",
    "nl": "Infarct aanwezig",
    "pt": "Enfarte presente",
}
_SYNONYMS = {
    "de": ["Hirninfarkt", "Schlaganfall"],
    "en": ["stroke", "cerebral infarction"],
    "es": ["ictus", "infarto cerebral"],
    "fr": ["AVC", "infarctus cérébral"],
    "it": ["ictus", "infarto cerebrale"],
    "nl": ["herseninfarct", "CVA"],
    "pt": ["AVC", "enfarte cerebral"],
}
_TEMPLATE = """\
# A codebook says what to extract. Write it as you would explain it to an annotator: the model reads
# the definitions. Check it with:  epicrisis codebook lint {name}.yaml
name: {name}
version: "1"            # raise it when a definition changes
title: What this codebook is for
languages: {languages}        # of the reports, the leading one first
instructions: |
  What holds for all variables. For example: code what this report says about the present
  examination; earlier findings count only where a definition says so.

variables:
  # boolean: yes or no.
  - name: infarct_present
    kind: boolean
    label: {label}
    definition: Any infarct, old or new, of any size.
    include: [lacunar infarcts, haemorrhagic infarction]
    exclude: [white matter lesions without an infarct]
    synonyms: {synonyms}

  # count: how many. 'when' asks it only if another variable has a certain value.
  - name: infarct_count
    kind: count
    definition: The number of infarcts, if the report gives one. Words such as "multiple" are no number.
    range: {{min: 1, max: 50}}
    when: infarct_present == true

  # category: one of several options. Say of each what its neighbours are not.
  - name: infarct_side
    kind: category
    definition: The side of the brain the infarcts are on.
    options:
      - {{value: left, definition: Only left of the midline.}}
      - {{value: right, definition: Only right of the midline.}}
      - {{value: both, definition: At least one on each side.}}
    when: infarct_present == true

  # ordinal: options from lowest to highest.
  - name: fazekas
    kind: ordinal
    definition: White matter lesions on the Fazekas scale.
    options:
      - {{value: 0, definition: None or a single punctate lesion.}}
      - {{value: 1, definition: Several punctate lesions.}}
      - {{value: 2, definition: Lesions that begin to run together.}}
      - {{value: 3, definition: Large confluent lesions.}}

  # quantity: a number with a unit. 'units' are others that reports use; the table has 'unit'.
  - name: midline_shift
    kind: quantity
    definition: Displacement of the midline, at its largest.
    unit: mm
    units: [cm]
    range: {{min: 0, max: 50}}

  # date: as precise as the report gives it.
  - name: compared_with
    kind: date
    definition: The date of the earlier scan this one is compared with.

  # text: free text, in the report's words.
  - name: conclusion
    kind: text
    definition: The conclusion of the report, without advice on treatment.
    max_length: 500

  # group: the same questions for each lesion, specimen or medication.
  - name: lesions
    kind: group
    definition: Each mass lesion, one by one.
    max_items: 5
    variables:
      - name: location
        kind: text
        definition: Where the lesion is.
      - name: diameter
        kind: quantity
        definition: Its largest diameter.
        unit: mm
        units: [cm]
"""


def new(name: str, languages: Sequence[str] = ("en",)) -> str:
    """A commented codebook called ``name`` for reports in ``languages`` (tags such as ``nl``), as YAML.

    It has no findings of its own. Raises ``CodebookError`` for a name or a language that cannot be one.
    """
    label = {tag: _LABELS[tag] for tag in languages if tag in _LABELS} or None
    synonyms = {tag: _SYNONYMS[tag] for tag in languages if tag in _SYNONYMS}
    text = _TEMPLATE.format(
        name=_scalar(name),
        languages=_flow(list(languages)),
        label=_flow(label) if label else _LABELS["en"],
        synonyms=_flow(synonyms) if synonyms else "  # per language: {en: [stroke, cerebral infarction]}",
    )
    findings = lint(text)
    if findings:
        first = findings[0]
        hint = first.fix or f"For example: {identifier(name)}"
        raise CodebookError(first.message, hint=hint)
    return text


def _flow(value: dict[str, str] | dict[str, list[str]] | list[str] | str) -> str:
    """A value on one line of YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_scalar(one) for one in value) + "]"
    return _scalar(value)


def _scalar(text: str) -> str:
    """``text`` bare where that is safe anywhere in YAML, else in quotes."""
    from .source import resolved

    bare = (
        all(char.isalpha() or char in " -" for char in text) and text[:1].isalpha() and text.strip() == text
    )
    return text if bare and resolved(text) == text else json.dumps(text, ensure_ascii=False)
