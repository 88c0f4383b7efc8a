from __future__ import annotations

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from epicrisis.codebook import Codebook, dump, loads
from epicrisis.codebook.variable import CountVariable, Range


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_codebook_comes_back_equal(data: st.DataObject, codebooks: st.SearchStrategy[Codebook]) -> None:
    codebook = data.draw(codebooks)
    again = loads(dump(codebook))
    assert again == codebook
    assert again.digest == codebook.digest


@settings(deadline=None, max_examples=300)
@given(
    st.text(st.sampled_from("ab:#-|>'\"[]{},&*!%@` \n\t\r\x85\u2028\ufeff\x07yesno01.~"), max_size=40),
    st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False)),
)
@example(text="0\n\n", number=0)
def test_texts_and_numbers_that_yaml_could_misread_survive(text: str, number: float) -> None:
    codebook = Codebook.model_validate(
        {
            "name": "x",
            "instructions": text,
            "variables": [
                {"name": "a", "kind": "boolean", "definition": text, "include": [text, text]},
                {"name": "b", "kind": "category", "options": [number, text or "x", f"{number}0"]},
            ],
        }
    )
    from yaml import safe_load

    written = dump(codebook)
    assert safe_load(written)["variables"][0].get("definition", "") == text  # other YAML readers agree
    read = loads_unchecked(written)
    assert read == codebook
    assert [type(one) for one in read["b"].values] == [type(one) for one in codebook["b"].values]  # type: ignore[union-attr]


def loads_unchecked(text: str) -> Codebook:
    """Without the checks on meaning: options here may be the same but for their type."""
    from epicrisis.codebook.source import read

    root, findings = read(text)
    assert root is not None
    assert not findings
    return Codebook.model_validate(root.plain())


def test_it_reads_as_a_person_would_have_written_it(good: str) -> None:
    text = dump(loads(good))
    assert "options:\n      - value: left\n        definition: Left of the midline." in text
    assert "when: infarct_count >= 1" in text
    assert "unit: mm\n" in text
    assert "units: [cm]" in text
    assert "instructions: |\n  Read the whole report.\n  Then answer.\n" in text
    assert "range: {min: 0, max: 20}" in text
    assert "\n\n  - name: side\n    kind: category" in text


def test_defaults_are_left_out() -> None:
    codebook = Codebook.model_validate({"name": "x", "variables": [{"name": "a", "kind": "count"}]})
    assert dump(codebook) == "name: x\nvariables:\n  - name: a\n    kind: count\n"
    (variable,) = codebook.variables
    assert isinstance(variable, CountVariable)
    assert variable.range == Range(min=0)


def test_what_only_evaluation_reads_is_kept_and_does_not_ask_again() -> None:
    size = "{name: size, kind: quantity, unit: mm, definition: Size.}"
    text = f"name: x\nvariables:\n  - {size}\n  - {{name: g, kind: group, variables: [{size}]}}\n"
    scored = text.replace("unit: mm", "unit: mm, tolerance: 0.05, epsilon: 4")
    codebook = loads(scored)
    assert codebook != loads(text)
    assert codebook.digest == loads(text).digest
    assert codebook.digest != loads(scored.replace("unit: mm", "unit: cm")).digest
    assert "tolerance: 0.05\n    epsilon: 4" in dump(codebook)
    assert loads(dump(codebook)) == codebook
