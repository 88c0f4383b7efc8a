"""The reference of the codebook as Markdown, made from its models.

``python -m epicrisis.codebook.reference docs/reference/codebook.md`` writes it; a test holds the two in step.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from .codebook import Codebook
from .condition import Condition
from .derive import Case, Derivation, Table
from .expression import FUNCTIONS, MAX_DEPTH, MAX_LENGTH
from .rules import Rule
from .variable import BaseVariable, Code, Option, Range
from .vocabulary import KINDS, MODELS
from .wording import takes
from .words import RESERVED

_HEAD = """\
# Codebook reference

A codebook is one YAML file, or a folder with a `codebook.yaml`. Start one with `epicrisis codebook new`,
check it with `epicrisis codebook lint`. This page is made from the program:
`python -m epicrisis.codebook.reference docs/reference/codebook.md`.

```yaml
name: brain-mri
languages: [nl, en]
instructions: Code what this scan shows.
variables:
  - name: infarct_present
    kind: boolean
    definition: Any infarct, old or new.
```
"""
_READING = f"""\
## How the YAML is read

- A plain word is text. `yes`, `no`, `on`, `off`, `010`, `0x1F`, `12:30`, `1_000`, `1.10` and `2024-05-01`
  stay as they are written; other YAML readers turn them into something else.
- `true` and `false` are booleans. A number is one if it would be written the same way again: `2`, `-1`,
  `1.5`, `1.0`.
- A key left empty counts as left out. A key given twice is an error.
- Anchors, aliases and `<<` merges work, so that `mta_right` can share the options of `mta_left`.
- A file of JSON is read too.

## Names

The name of a variable is a column of the table: letters a-z, digits and single underscores, no digit first.
Two names may not differ only in case. {" and ".join(f"`{name}`" for name in sorted(RESERVED))} belong to the
table, and so does everything with two underscores (`infarct_present__status`).

## Languages

`label` and `synonyms` may be given per language: `label: {{nl: Infarct, en: Infarction}}`. Languages are tags
such as `nl`, `en` or `pt-BR`. Where a text is missing in the leading language, another one is used.
"""
_CONDITIONS = """\
`when` is written as text: `variable operator value`.

| written | holds if |
|---|---|
| `infarct_present == true` | the answer is yes |
| `infarct_side != left` | there is an answer, and it is another one |
| `infarct_count >= 2` | the number is 2 or more |
| `stage in [T1, T2]` | the answer is one of these |

Text that holds a comma or looks like a number goes in quotes: `code in ["1", "2"]`. A sub-variable of a group
may point at its siblings and at variables outside groups. If the other variable has no value, the condition
does not hold.
"""
_MERGING = """\
A report that does not fit the model's context is asked in parts. `merge` says what becomes of their answers
(see [long reports](../explanation/long-reports.md)).

| `merge` | the answer of the report |
|---|---|
| `conclusion` | What the conclusion says; else the first part that says it, outside what was known before. |
| `first` | The first that is stated. |
| `last` | The last that is stated. |
| `any_true` | Yes if a part states it, else no if a part states that. |
| `maximum` | The largest number, the highest option, the latest date. |
| `union` | All that the parts list, the same item or mention once. |

In a group, `merge` of a sub-variable settles what several parts say of the same item.
"""
_DERIVED = """\
Variables under `derive` are computed from the answers and never asked of the model. They have the keys that
all variables have (those about asking have no effect), those of their kind (any but `spans` and `group`), and
one of these three.
"""
_RULES = """\
What must hold between the answers to one report. A bare text is a rule with nothing but a condition. A rule
is broken only if it is certainly false: with a missing value it is undecided, which is not broken.
"""
_EXPRESSIONS = f"""\
Rules, formulas and the conditions of cases are written in one small language.

| written | is |
|---|---|
| `a -> b` | if `a` holds, so does `b` |
| `a and b`, `a or b`, `not a` | as they read; unknown where a missing value decides |
| `size > 20`, `0 < grade <= 3` | a comparison: `<`, `<=`, `>`, `>=`, `==`, `!=` |
| `side == left`, `stage in [T1, T2]`, `stage not in [T1]` | as `when` has it; options need no quotes |
| `pt >= t2` | of an ordinal, by the place in its list |
| `size is null`, `size is not null` | whether there is no value, or one |
| `+`, `-`, `*`, `/`, `( )` | arithmetic; amounts in different units are converted |
| `lesions.size` | for each item of a group, in `all`, `any`, `count`, `sum`, `min`, `max`, `mean` |
| `"text"`, `12.5`, `true`, `false` | values; a number is in the unit of what it is compared with |

The functions are {", ".join(f"`{name}`" for name in FUNCTIONS)}.
An expression has at most {MAX_LENGTH} characters and parentheses {MAX_DEPTH} deep.

Dates are as precise as they are given: `2023` is before `2024-01`, and whether it is before `2023-06-01` is
unknown.
"""
_DERIVED_EXAMPLES = """\
name: prostate
variables:
  - {name: psa, kind: quantity, definition: The last PSA., unit: ng/ml}
  - {name: volume, kind: quantity, definition: Volume of the prostate., unit: ml}
  - {name: biopsy, kind: date, definition: Day of the biopsy.}
  - {name: surgery, kind: date, definition: Day of the operation.}
  - name: lesions
    kind: group
    definition: Every lesion that is scored.
    variables:
      - {name: pirads, kind: count, definition: Its PI-RADS score., range: {min: 1, max: 5}}
      - {name: size, kind: quantity, definition: Its largest diameter., unit: mm, reduce: max}
derive:
  - {name: psa_density, kind: quantity, unit: ng/ml/cm3, formula: psa / volume}
  - {name: largest, kind: quantity, unit: mm, formula: max(lesions.size)}
  - name: risk
    kind: ordinal
    options: [low, high]
    cases:
      - {when: any(lesions.pirads >= 4) or psa_density > 0.15, value: high}
      - {value: low}
  - name: advice
    kind: category
    options: [biopsy, follow up]
    table:
      columns: [risk, psa]
      rows:
        - [high, "*", biopsy]
        - [low, ">= 10", biopsy]
        - [low, "*", follow up]
rules:
  - count(lesions) > 0 -> psa is not null
  - {rule: biopsy <= surgery, name: order, message: the biopsy comes before the operation}
"""
_EXAMPLES = {
    "boolean": """\
name: infarct_present
kind: boolean
definition: Any infarct, old or new.
exclude: [white matter lesions]
""",
    "category": """\
name: infarct_side
kind: category
definition: The side the infarcts are on.
options:
  - {value: left, definition: Only left of the midline.}
  - {value: right, definition: Only right of the midline.}
""",
    "ordinal": """\
name: fazekas
kind: ordinal
definition: White matter lesions on the Fazekas scale.
options:
  - {value: 0, definition: None or a single punctate lesion.}
  - {value: 1, definition: Several punctate lesions.}
  - {value: 2, definition: Lesions that begin to run together.}
""",
    "count": """\
name: infarct_count
kind: count
definition: The number of infarcts.
range: {min: 1, max: 50}
""",
    "quantity": """\
name: midline_shift
kind: quantity
definition: Displacement of the midline, at its largest.
unit: mm
units: [cm]
range: {min: 0, max: 50}
reduce: max
""",
    "date": """\
name: compared_with
kind: date
definition: The date of the earlier scan this one is compared with.
""",
    "text": """\
name: conclusion
kind: text
definition: The conclusion of the report, without advice.
max_length: 500
""",
    "spans": """\
name: medication
kind: spans
definition: Every drug the report names.
options:
  - {value: current, definition: In use at discharge.}
  - {value: stopped, definition: Stopped or advised against.}
""",
    "group": """\
name: lesions
kind: group
definition: Each mass lesion, one by one.
max_items: 5
keys: [location]
variables:
  - {name: location, kind: text, definition: Where the lesion is.}
  - {name: diameter, kind: quantity, definition: Its largest diameter., unit: mm}
""",
}


def render() -> str:
    """The page."""
    parts = [
        _HEAD,
        "## The codebook\n",
        _table(Codebook.model_fields.items()),
        "## Every variable\n",
        "All kinds of variables have these keys, besides `kind`.\n",
        _table(BaseVariable.model_fields.items()),
    ]
    for kind in KINDS:
        parts += [f"## {kind}\n", *_kind(kind, MODELS[kind])]
    parts += [
        "## Options\n",
        "A bare value (`options: [left, right]`) is an option with nothing but a value.\n",
    ]
    parts += [_table(Option.model_fields.items()), "## Range\n", "The ends are included.\n"]
    parts += [_table(Range.model_fields.items()), "## Code\n", _table(Code.model_fields.items())]
    parts += ["## Conditions\n", _CONDITIONS, "It may also be written as a mapping.\n"]
    parts += [_table(Condition.model_fields.items()), "## Long reports\n", _MERGING]
    parts += ["## Derived variables\n", _DERIVED, _table(Derivation.model_fields.items())]
    parts += ["### Cases\n", _table(Case.model_fields.items())]
    parts += ["### Table\n", _table(Table.model_fields.items())]
    parts += ["## Rules\n", _RULES, _table(Rule.model_fields.items())]
    parts += ["## Expressions\n", _EXPRESSIONS, f"```yaml\n{_DERIVED_EXAMPLES}```\n"]
    parts += ["[How to use them](../how-to/rules-and-derived-values.md).\n", _READING]
    return "\n".join(parts)


def derived_example() -> str:
    """A codebook with rules and derived variables of every sort, as YAML."""
    return _DERIVED_EXAMPLES


def example(kind: str) -> str:
    """A short variable of this kind, as YAML."""
    return _EXAMPLES[kind]


def _kind(kind: str, model: type[BaseModel]) -> list[str]:
    own = [
        (name, info)
        for name, info in model.model_fields.items()
        if name not in BaseVariable.model_fields and name != "kind"
    ]
    text = [f"{model.__doc__}\n"]
    if own:
        text.append(_table(own))
    return [*text, f"```yaml\n{example(kind)}```\n"]


def _table(fields: Iterable[tuple[str, FieldInfo]]) -> str:
    rows = ["| key | takes | if left out | meaning |", "|---|---|---|---|"]
    for name, info in fields:
        cells = (f"`{name}`", takes(info.annotation), _default(info), info.description or "")
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join((*rows, ""))


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "**required**"
    value: Any = info.get_default(call_default_factory=True)
    if value in (None, "", [], {}):
        return "none"
    return f"`[{', '.join(value)}]`" if isinstance(value, list) else f"`{value}`"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(render(), encoding="utf-8")
    else:
        sys.stdout.write(render())
