"""``merge``: what becomes of the answers of the parts of a long report."""

from __future__ import annotations

import pytest

from epicrisis.codebook import Codebook, dump, lint, loads
from epicrisis.codebook.reference import render
from epicrisis.codebook.vocabulary import MODELS

NEEDED = {
    "category": "options: [{value: a, definition: d}]",
    "ordinal": "options: [{value: 1, definition: d}]",
    "quantity": "unit: mm",
    "group": "variables: [{name: y, kind: text, definition: d}]",
}


def codebook(kind: str, merge: str) -> str:
    needed = f", {NEEDED[kind]}" if kind in NEEDED else ""
    return f"name: x\nvariables:\n  - {{name: v, kind: {kind}, definition: d, merge: {merge}{needed}}}\n"


@pytest.mark.parametrize(
    ("kind", "policies"),
    [
        ("boolean", ["any_true", "conclusion", "first", "last"]),
        ("category", ["conclusion", "first", "last"]),
        ("ordinal", ["conclusion", "first", "last", "maximum"]),
        ("count", ["maximum", "conclusion", "first", "last"]),
        ("quantity", ["conclusion", "first", "last", "maximum"]),
        ("date", ["conclusion", "first", "last", "maximum"]),
        ("text", ["conclusion", "first", "last"]),
        ("spans", ["union", "first", "last"]),
        ("group", ["union", "first", "last"]),
    ],
)
def test_each_kind_has_its_policies(kind: str, policies: list[str]) -> None:
    assert MODELS[kind].model_fields["merge"].default == policies[0]
    for policy in ("any_true", "conclusion", "first", "last", "maximum", "union"):
        findings = lint(codebook(kind, policy))
        if policy in policies:
            assert findings == []
        else:
            assert [str(one) for one in findings if one.is_error]
            assert (
                all(allowed in findings[0].fix for allowed in policies) or "Did you mean" in findings[0].fix
            )
        assert f"| `{policy}` |" in render()


def test_the_default_is_not_written() -> None:
    assert "merge" not in dump(loads(codebook("boolean", "any_true")))
    assert "merge: last" in dump(loads(codebook("boolean", "last")))


def test_another_policy_is_another_codebook() -> None:
    one, other = (loads(codebook("boolean", policy)) for policy in ("first", "last"))
    assert isinstance(one, Codebook)
    assert one.digest != other.digest
