"""What the codebook tests share: a good codebook as text, and codebooks made up by hypothesis."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st

from epicrisis.codebook import Codebook, lint

GOOD = """\
name: brain
version: 2
title: Brain MRI
languages: [nl, en]
instructions: |
  Read the whole report.
  Then answer.
variables:
  - name: infarct
    kind: boolean
    label: {nl: Infarct, en: Infarction}
    definition: Any infarct, old or new.
    synonyms: {nl: [herseninfarct, CVA], en: [stroke]}
  - name: infarct_count
    kind: count
    definition: How many infarcts.
    range: {max: 20}
    when: infarct == true
  - name: side
    kind: category
    definition: The side of the largest infarct.
    options:
      - {value: left, definition: Left of the midline.}
      - {value: right, definition: Right of the midline.}
    when: infarct_count >= 1
  - name: mta
    kind: ordinal
    definition: Scheltens scale.
    options:
      - {value: 0, definition: None.}
      - {value: 1.5, definition: Between.}
  - name: lesions
    kind: group
    definition: Each lesion.
    keys: [size]
    variables:
      - {name: size, kind: quantity, definition: Largest diameter., unit: mm, units: [cm]}
      - {name: seen, kind: date, definition: Day of the scan., when: size > 3}
"""


@pytest.fixture
def good() -> str:
    """A codebook without any finding."""
    return GOOD


_text = st.text(max_size=30)
_names = st.from_regex(r"[a-z][a-z0-9]{0,6}(_[a-z0-9]{1,3})?", fullmatch=True).filter(
    lambda name: name not in ("id", "text")
)
_tags = st.sampled_from(["nl", "en", "no", "pt-BR"])
_numbers = st.floats(allow_nan=False, allow_infinity=False)
_synonyms = st.dictionaries(_tags, st.lists(_text, min_size=1, max_size=2), max_size=2)
_labels = st.one_of(_text, st.dictionaries(_tags, _text, min_size=1, max_size=2))
_codes = st.lists(
    st.fixed_dictionaries({"system": _text, "code": _text}, optional={"display": _text}), max_size=1
)
_option_values = st.one_of(st.integers(), _numbers, _text)


@st.composite
def _ranges(draw: st.DrawFn, low: float | None = None) -> dict[str, float]:
    ends = sorted(
        draw(st.lists(st.floats(low, 1e9, allow_nan=False, allow_infinity=False), min_size=2, max_size=2))
    )
    return {key: end for key, end in zip(("min", "max"), ends, strict=True) if draw(st.booleans())}


@st.composite
def _variables(draw: st.DrawFn, name: str, parents: list[dict[str, Any]], *, inner: bool) -> dict[str, Any]:
    kinds = ["boolean", "category", "ordinal", "count", "quantity", "date", "text"]
    kind = draw(st.sampled_from(kinds if inner else [*kinds, "spans", "group"]))
    variable: dict[str, Any] = {"name": name, "kind": kind}
    for key, values in {
        "definition": _text,
        "label": _labels,
        "include": st.lists(_text, max_size=2),
        "synonyms": _synonyms,
        "section": _text,
        "codes": _codes,
        "statuses": st.just(["stated", "not_mentioned"]),
    }.items():
        if draw(st.integers(0, 3)) == 0:
            variable[key] = draw(values)
    if kind in ("category", "ordinal", "spans"):
        values = draw(st.lists(_option_values, min_size=1, max_size=4, unique_by=lambda value: str(value)))
        variable["options"] = [
            draw(st.sampled_from([value, {"value": value, "definition": "x", "label": {"nl": "y"}}]))
            for value in values
        ]
    if kind == "count" and draw(st.booleans()):
        variable["range"] = draw(_ranges(0))
    if kind == "quantity":
        variable |= {"unit": draw(st.text(min_size=1, max_size=5)), "range": draw(_ranges())}
        if draw(st.booleans()):
            variable["reduce"] = draw(st.sampled_from(["max", "mean", "short_axis", "product"]))
            variable |= {"tolerance": draw(st.floats(0, 0.9)), "epsilon": draw(st.floats(0, 1e9))}
    if kind == "group":
        variable["variables"] = draw(_several(inner=True))
    closed = [one for one in parents if one["kind"] in ("category", "ordinal")]
    if closed and draw(st.booleans()):
        parent = draw(st.sampled_from(closed))
        values = [one["value"] if isinstance(one, dict) else one for one in parent["options"]]
        chosen = draw(st.sampled_from(values))
        variable["when"] = draw(
            st.sampled_from(
                [
                    {"variable": parent["name"], "operator": "!=", "value": chosen},
                    {"variable": parent["name"], "operator": "in", "value": [chosen, values[0]]},
                ]
            )
        )
    return variable


@st.composite
def _several(draw: st.DrawFn, *, inner: bool) -> list[dict[str, Any]]:
    names = draw(st.lists(_names, min_size=1, max_size=3 if inner else 5, unique_by=str.casefold))
    variables: list[dict[str, Any]] = []
    for name in names:
        variables.append(draw(_variables(name, variables, inner=inner)))
    return variables


@st.composite
def _computed(draw: st.DrawFn, variables: list[dict[str, Any]]) -> dict[str, Any]:
    """Rules and derived variables about variables of any kind."""
    names = [one["name"] for one in variables if one["name"] not in ("and", "or", "not", "in", "is", "null")]
    names = [name for name in names if name not in ("true", "false")]
    if not names:
        return {}
    rules: list[Any] = [f"{draw(st.sampled_from(names))} is null"]
    rules.append({"rule": f"{names[0]} is not null -> {names[-1]} is null", "message": draw(_text)})
    cases = [{"when": f"{names[0]} is null", "value": draw(st.integers(0, 9))}, {"value": draw(st.just(3))}]
    derive: list[dict[str, Any]] = [
        {"name": "derived_number", "kind": "count", "cases": cases, "label": draw(_labels)},
        {"name": "derived_boolean", "kind": "boolean", "formula": "derived_number > 1"},
        {
            "name": "derived_text",
            "kind": "text",
            "table": {
                "columns": ["derived_number"],
                "rows": [[[1, 2], draw(_text)], [">= 3", draw(_text)], ["*", "-"]],
            },
        },
    ]
    return {"rules": draw(st.sampled_from([[], rules])), "derive": draw(st.sampled_from([[], derive]))}


@st.composite
def _codebooks(draw: st.DrawFn) -> Codebook:
    variables = draw(_several(inner=False))
    data = {
        "name": draw(_names),
        "version": draw(_text),
        "title": draw(_text),
        "instructions": draw(st.text()),
        "languages": draw(st.lists(_tags, min_size=1, max_size=2, unique=True)),
        "variables": variables,
        **draw(_computed(variables)),
    }
    return Codebook.model_validate(data)


@pytest.fixture(scope="session")
def codebooks() -> st.SearchStrategy[Codebook]:
    """Codebooks with all kinds of variables and nasty texts."""
    return _codebooks()


class Problems:
    """The findings for a codebook text, easy to ask about."""

    def __init__(self, text: str) -> None:
        self.findings = lint(text)

    def about(self, words: str) -> list[tuple[str, int]]:
        """Level and line of the findings whose message or fix holds ``words``."""
        return [(one.level, one.line) for one in self.findings if words in f"{one.message} {one.fix}"]

    @property
    def errors(self) -> list[str]:
        return [one.message for one in self.findings if one.level == "error"]


@pytest.fixture
def problems() -> type[Problems]:
    return Problems
