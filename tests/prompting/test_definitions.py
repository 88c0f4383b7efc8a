"""The codebook as the model reads it."""

from __future__ import annotations

import json

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.units import accepted_units
from epicrisis.codebook.variable import ClosedVariable, QuantityVariable, SpansVariable
from epicrisis.prompting.definitions import definitions


def line_of(text: str, name: str) -> str:
    return next(line.strip() for line in text.splitlines() if line.strip().startswith(f"- {name} ("))


def test_every_variable_has_its_line_in_the_codebooks_order(codebook: Codebook) -> None:
    text = definitions(codebook)
    places = [text.index(f"- {path[-1]} (") for path, _ in codebook.walk()]
    assert places == sorted(places)


def test_all_that_the_codebook_says_of_a_variable_is_there(codebook: Codebook) -> None:
    text = definitions(codebook)
    for path, variable in codebook.walk():
        line = line_of(text, path[-1])
        assert variable.definition.strip() in line
        for said in (*variable.include, *variable.exclude):
            assert said in line
        for language in codebook.languages:
            for word in variable.synonyms.get(language, []):
                if word.casefold() != path[-1].replace("_", " ").casefold():
                    assert word.casefold() in line.casefold(), (path, word)
        if variable.when is not None:
            assert f"Only if {variable.when}." in line
        if isinstance(variable, ClosedVariable | SpansVariable):
            for option in variable.options:
                assert json.dumps(option.value, ensure_ascii=False) in line
                assert option.definition is None or option.definition in line
                for language in codebook.languages:
                    assert all(word in line for word in option.synonyms.get(language, []))
        if isinstance(variable, QuantityVariable):
            assert all(unit in line for unit in accepted_units(variable))
            assert variable.range is None or f"{variable.range} {variable.unit}" in line


def test_words_of_other_languages_are_left_out(all_kinds: Codebook) -> None:
    assert "Schlaganfall" not in definitions(all_kinds)
    assert "Herseninfarct" in definitions(all_kinds)


def test_the_parts_of_a_group_are_indented_below_it(all_kinds: Codebook) -> None:
    lines = definitions(all_kinds).splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("- lesions ("))
    parts = [part.name for part in all_kinds["lesions"].variables]  # type: ignore[union-attr]
    assert [line.split(" (")[0] for line in lines[start + 1 :]] == [f"  - {name}" for name in parts]


def test_only_the_variables_asked_about(all_kinds: Codebook) -> None:
    assert definitions(all_kinds, [all_kinds["mta"]]).startswith("- mta (")
    assert "infarct" not in definitions(all_kinds, [all_kinds["mta"]])


def test_several_measurements_are_asked_for_where_the_codebook_reduces_them() -> None:
    size = {"name": "v", "kind": "quantity", "unit": "mm"}
    plain, reduced = (
        definitions(Codebook.model_validate({"name": "t", "variables": [one]}))
        for one in (size, {**size, "reduce": "max"})
    )
    assert plain == '- v (number and unit as in "12.5 mm"; units: mm, cm): '
    assert reduced == '- v (number and unit as in "12.5 mm", several as in "12 x 8 mm"; units: mm, cm): '


def test_what_is_derived_is_not_asked() -> None:
    derived = [{"name": "d", "kind": "boolean", "formula": "v", "definition": "Never seen."}]
    codebook = Codebook.model_validate(
        {"name": "t", "variables": [{"name": "v", "kind": "boolean"}], "derive": derived, "rules": ["v"]}
    )
    assert definitions(codebook) == "- v (true | false): "


def test_a_variable_without_a_definition_has_its_label() -> None:
    codebook = Codebook.model_validate(
        {
            "name": "t",
            "languages": ["nl"],
            "variables": [{"name": "v", "kind": "boolean", "label": {"nl": "Bloeding", "en": "Haemorrhage"}}],
        }
    )
    assert line_of(definitions(codebook), "v").endswith(": Haemorrhage")
