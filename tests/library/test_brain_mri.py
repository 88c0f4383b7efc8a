"""The shipped brain-MRI codebook: complete, and its gold as the codebook says gold must be."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.variable import ClosedVariable, CountVariable, TextVariable, Variable

Rows = dict[str, dict[str, str]]

NAMES = [
    "mta_left",
    "mta_right",
    "gca",
    "gca_frontal",
    "gca_parietal",
    "gca_temporal",
    "gca_occipital",
    "koedam_left",
    "koedam_right",
    "fazekas",
    "infarct_present",
    "infarct_count",
    "cortical_infarct_present",
    "cortical_infarct_count",
    "lacunar_infarct_present",
    "lacunar_infarct_count",
    "cerebellar_infarct_present",
    "cerebellar_infarct_count",
    "watershed_infarct_present",
    "infarct_location",
    "microbleeds_present",
    "microbleed_count",
    "microbleed_location",
    "superficial_siderosis",
    "diffusion_restriction",
    "ventricular_enlargement",
    "mass_lesion",
    "comparison",
    "image_quality_limited",
    "conclusion",
]
WITH_VALUE = {"stated", "uncertain"}
WITHOUT_VALUE = {"not_mentioned", "not_applicable"}
INFARCT_TYPES = ("cortical", "lacunar", "cerebellar", "watershed")


def parsed(variable: Variable, text: str) -> object:
    """The gold cell ``text`` as a value of ``variable``; raises ``ValueError`` where it is none."""
    if variable.kind == "boolean":
        return {"true": True, "false": False}[text]
    if isinstance(variable, ClosedVariable):
        return {str(value): value for value in variable.values}[text]
    if isinstance(variable, CountVariable):
        number = int(text)
        if not variable.range.holds(number):
            raise ValueError(f"{number} is outside {variable.range}")
        return number
    assert isinstance(variable, TextVariable)
    if not text.strip() or len(text) > variable.max_length:
        raise ValueError("empty or too long")
    return text


def test_the_variables_are_the_thirty_in_order(codebook: Codebook) -> None:
    assert codebook.names == NAMES
    assert len(NAMES) == 30


def test_every_variable_is_described_in_both_languages(codebook: Codebook) -> None:
    for variable in codebook.variables:
        assert isinstance(variable.label, dict), variable.name
        assert set(variable.label) == {"nl", "en"}, variable.name
        assert variable.definition.endswith("."), variable.name
        assert len(variable.definition) < 120, f"{variable.name}: the definition is one tight sentence"
        assert variable.section in {"atrophy", "vascular", "bleeding", "other", "conclusion"}
        assert set(variable.synonyms) <= {"nl", "en"}, variable.name


def test_options_can_be_told_apart(codebook: Codebook) -> None:
    for variable in codebook.variables:
        if isinstance(variable, ClosedVariable):
            definitions = [option.definition for option in variable.options]
            assert all(definitions), variable.name
            assert len(set(definitions)) == len(definitions), variable.name
            assert len(set(variable.values)) == len(variable.values), variable.name
            if variable.kind == "ordinal":
                assert variable.values == sorted(variable.values, key=lambda value: float(value))


def test_conditions_point_at_earlier_booleans(codebook: Codebook) -> None:
    for position, variable in enumerate(codebook.variables):
        if variable.when is not None:
            assert variable.when.variable in codebook.names[:position]
            assert codebook[variable.when.variable].kind == "boolean"
    assert sum(variable.when is not None for variable in codebook.variables) == 7


def test_what_the_model_reads_stays_small(codebook: Codebook) -> None:
    words: list[str] = []
    for variable in codebook.variables:
        words += [variable.definition, *variable.include, *variable.exclude]
        if isinstance(variable, ClosedVariable):
            words += [f"{option.value}: {option.definition}" for option in variable.options]
    assert len(" ".join(words)) < 6_000  # about 1,500 tokens


def test_the_reports_are_24_and_all_have_gold(reports: Rows, gold: Rows) -> None:
    assert list(reports) == [f"BM-{number:03}" for number in range(1, 25)]
    assert list(gold) == list(reports)
    for row in reports.values():
        assert list(row) == ["id", "patient", "scan_date", "scanner", "text"]
        assert re.fullmatch(r"P-\d{4}", row["patient"])
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", row["scan_date"])
        assert 50 <= len(row["text"].split()) <= 450, row["id"]


def test_the_gold_has_three_columns_per_variable(codebook: Codebook, gold: Rows) -> None:
    columns = ["id"]
    for name in codebook.names:
        columns += [name, f"{name}__status", f"{name}__evidence"]
    for row in gold.values():
        assert list(row) == columns


def test_every_value_is_one_its_variable_can_have(codebook: Codebook, gold: Rows) -> None:
    for row in gold.values():
        for variable in codebook.variables:
            where = f"{row['id']} {variable.name}"
            status = row[f"{variable.name}__status"]
            assert status in WITH_VALUE | WITHOUT_VALUE, where
            if status in WITHOUT_VALUE:
                assert row[variable.name] == "", where
                assert row[f"{variable.name}__evidence"] == "", where
                continue
            try:
                parsed(variable, row[variable.name])
            except (KeyError, ValueError) as error:
                pytest.fail(f"{where}: {error}")


def test_every_quote_is_verbatim(codebook: Codebook, reports: Rows, gold: Rows) -> None:
    for row in gold.values():
        for name in codebook.names:
            if row[f"{name}__status"] in WITH_VALUE:
                quote = row[f"{name}__evidence"]
                assert quote.strip() == quote != "", f"{row['id']} {name}"
                assert quote in reports[row["id"]]["text"], f"{row['id']} {name}: {quote}"


def test_text_values_are_the_reports_own_words(reports: Rows, gold: Rows) -> None:
    for row in gold.values():
        text = " ".join(reports[row["id"]]["text"].split())
        assert row["conclusion"] in text, row["id"]
        for place in filter(None, row["infarct_location"].split("; ")):
            assert place.lower() in text.lower(), f"{row['id']}: {place}"


def test_conditions_hold_in_the_gold(codebook: Codebook, gold: Rows) -> None:
    for row in gold.values():
        for variable in codebook.variables:
            where = f"{row['id']} {variable.name}"
            status = row[f"{variable.name}__status"]
            if variable.when is None:
                assert status != "not_applicable", where
                continue
            parent = variable.when.variable
            if row[f"{parent}__status"] not in WITH_VALUE:
                assert status == "not_mentioned", where
            elif variable.when.holds(parsed(codebook[parent], row[parent])):
                assert status != "not_applicable", where
                if row[f"{parent}__status"] == "uncertain":
                    assert status in {"uncertain", "not_mentioned"}, where
            else:
                assert status == "not_applicable", where


def test_a_type_of_infarct_makes_infarct_present(gold: Rows) -> None:
    for row in gold.values():
        types = [row[f"{kind}_infarct_present"] for kind in INFARCT_TYPES]
        if "true" in types:
            assert row["infarct_present"] == "true", row["id"]
        counts = [int(row[f"{kind}_infarct_count"] or 0) for kind in INFARCT_TYPES[:3]]
        if row["infarct_count"]:
            assert int(row["infarct_count"]) >= max(counts), row["id"]


def test_every_answer_worth_testing_occurs(codebook: Codebook, gold: Rows) -> None:
    def seen(*names: str) -> set[str]:
        return {row[name] for row in gold.values() for name in names if row[name]}

    assert {float(value) for value in seen("mta_left", "mta_right")} == {half / 2 for half in range(9)}
    assert seen("fazekas") == {"0", "1", "2", "3"}
    for variable in codebook.variables:
        if variable.kind == "boolean":
            assert seen(variable.name) == {"true", "false"}, variable.name
        if variable.kind == "category":
            assert isinstance(variable, ClosedVariable)
            assert seen(variable.name) == {str(value) for value in variable.values}, variable.name
        statuses = {row[f"{variable.name}__status"] for row in gold.values()}
        assert {"stated", "not_mentioned"} <= statuses, variable.name
    assert any(row[f"{name}__status"] == "uncertain" for row in gold.values() for name in codebook.names)


def test_no_two_reports_are_alike(reports: Rows) -> None:
    grams = {key: _four_grams(row["text"]) for key, row in reports.items()}
    for one, other in combinations(grams, 2):
        shared = len(grams[one] & grams[other]) / min(len(grams[one]), len(grams[other]))
        assert shared <= 0.6, f"{one} and {other} share {shared:.0%} of their phrases"


def _four_grams(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[start : start + 4]) for start in range(len(words) - 3)}
