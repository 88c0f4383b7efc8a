"""A report and its gold, as an example."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.variable import GroupVariable, SpansVariable
from epicrisis.evaluation.cells import same
from epicrisis.examples import Example
from epicrisis.examples_from_gold.completing import UnfitError, complete
from epicrisis.extraction.answer import Status
from epicrisis.extraction.candidate import candidate
from epicrisis.prompting import Form, Prompt
from epicrisis.prompting.schema import QUOTE_LENGTH
from epicrisis.report import Report

TEXT = (
    "Verslag d.d. 12-01-2023.\n"
    "Er zijn twee infarcten. Totaal: 2 infarcten. Diameter 2,5 cm.\n"
    "MTA 1 beiderzijds. Een haard links frontaal van 7 mm en een haard pariëtaal van 4 mm.\n"
    "Aspirine 100 mg, later nog eens aspirine.\n"
    "Conclusie: oude infarcten.\n"
)


@pytest.fixture
def full(human: Callable[..., Any]) -> dict[str, Any]:
    """Gold for TEXT, a value for every variable."""
    return {
        "infarct": human(True, "Er zijn twee infarcten"),
        "infarct_count": human(2),
        "side": human("left"),
        "mta": human(1),
        "size": human({"value": 25.0, "unit": "mm"}),
        "seen": human("2023-01-12"),
        "conclusion": human("oude infarcten"),
        "drugs": human(
            [
                {"text": "100 mg", "type": "dose", "start": None, "end": None},
                {"text": "Aspirine", "type": "drug", "start": None, "end": None},
                {"text": "aspirine", "type": "drug", "start": None, "end": None},
            ]
        ),
        "lesions": human(
            [
                {"site": "frontaal", "width": {"value": 7.0, "unit": "mm"}, "old": None},
                {"site": "pariëtaal", "width": {"value": 4.0, "unit": "mm"}, "old": True},
            ]
        ),
    }


def example(codebook: Codebook, cells: dict[str, Any], text: str = TEXT) -> Example:
    return complete(codebook, Report("r1", text, patient="p1"), cells)


def test_every_value_is_written_as_the_model_is_to_write_it(codebook: Codebook, full: Any) -> None:
    made = example(codebook, full)
    assert (made.id, made.patient, made.worked.text, made.quoted) == ("r1", "p1", TEXT, 1.0)
    cells = made.worked.cells
    assert {name: cell.quote for name, cell in cells.items() if name not in ("drugs", "lesions")} == {
        "infarct": "Er zijn twee infarcten",
        "infarct_count": "2 infarcten",
        "side": "links",
        "mta": "MTA 1",
        "size": "Diameter 2,5 cm",
        "seen": "12-01-2023",
        "conclusion": "oude infarcten",
    }
    # In the report's unit: converting it is not the model's work.
    assert cells["size"].value == "2.5 cm"
    assert cells["seen"].value == "2023-01-12"
    assert cells["drugs"].value == [
        {"text": "Aspirine", "type": "drug"},
        {"text": "100 mg", "type": "dose"},
        {"text": "aspirine", "type": "drug"},
    ]
    first, second = cells["lesions"].value
    assert first == {
        "quote": "Een haard links frontaal van 7 mm en een haard pariëtaal van 4 mm",
        "site": "frontaal",
        "width": "7 mm",
        "old": None,
    }
    assert (second["site"], second["width"], second["old"]) == ("pariëtaal", "4 mm", True)


@pytest.mark.parametrize("form", Form)
def test_the_model_could_have_written_it(codebook: Codebook, full: Any, form: Form) -> None:
    made = example(codebook, full).worked
    prompt = Prompt(codebook, form, shots=[made])
    (sheet,) = (json.loads(one.content) for one in prompt.messages("x") if one.role == "assistant")
    jsonschema.validate(sheet, prompt.schema)
    for variable in codebook.variables:
        found = candidate(variable, sheet[variable.name], form, None)
        assert found.complaint is None
        if not isinstance(variable, SpansVariable | GroupVariable):
            assert same(variable, found.value, full[variable.name].value, tolerance=0)


class TestStatuses:
    def test_silence_is_left_out(self, codebook: Codebook, full: Any, human: Any) -> None:
        full |= {"size": human(), "side": human(None, status=Status.NOT_APPLICABLE), "drugs": human([])}
        cells = example(codebook, full).worked.cells
        assert not cells.keys() & {"size", "side", "drugs"}
        assert len(cells) == len(full) - 3

    @pytest.mark.parametrize("status", [Status.STATED, Status.INFERRED, Status.UNCERTAIN])
    def test_a_value_is_shown_whatever_its_status(
        self, codebook: Codebook, full: Any, human: Any, status: Status
    ) -> None:
        full["mta"] = human(1, status=status)
        assert example(codebook, full).worked.cells["mta"].value == 1

    def test_what_another_variable_rules_out_is_left_out(
        self, codebook: Codebook, full: Any, human: Any
    ) -> None:
        full |= {"infarct": human(False), "infarct_count": human(2)}
        assert "infarct_count" not in example(codebook, full).worked.cells
        del full["infarct_count"]  # nobody needed to look
        assert "infarct_count" not in example(codebook, full).worked.cells

    def test_a_variable_nobody_looked_at_makes_it_unfit(self, codebook: Codebook, full: Any) -> None:
        del full["mta"]
        with pytest.raises(UnfitError, match="no gold for 'mta'"):
            example(codebook, full)

    def test_a_variable_that_must_have_a_value(self, codebook_of: Any, human: Any) -> None:
        one = codebook_of({"name": "mta", "kind": "ordinal", "options": [0, 1], "statuses": ["stated"]})
        with pytest.raises(UnfitError, match="must have one"):
            example(one, {"mta": human()})


class TestQuotes:
    def only(self, codebook_of: Any, variable: dict[str, Any], cell: Any, text: str) -> Any:
        return example(codebook_of(variable), {variable["name"]: cell}, text)

    def test_what_a_person_marked_wins_and_is_verbatim(self, codebook_of: Any, human: Any) -> None:
        made = self.only(
            codebook_of,
            {"name": "mta", "kind": "ordinal", "options": [0, 1]},
            human(1, "mta   score:\n1"),
            "MTA 1 eerder. Nu MTA score: 1.",
        )
        assert made.worked.cells["mta"].quote == "MTA score: 1"

    def test_a_long_mark_is_cut_at_a_word(self, codebook_of: Any, human: Any) -> None:
        text = "Het infarct " + "is niet goed te zien " * 20
        made = self.only(codebook_of, {"name": "infarct", "kind": "boolean"}, human(True, text), text)
        quote = made.worked.cells["infarct"].quote
        assert len(quote) <= QUOTE_LENGTH
        assert text.startswith(quote + " ")

    def test_yes_and_no_are_quoted_with_their_statement(self, codebook_of: Any, human: Any) -> None:
        made = self.only(
            codebook_of,
            {"name": "infarct", "kind": "boolean"},
            human(False),
            "Normale ventrikels. Geen aanwijzingen voor infarct. Slank.",
        )
        assert made.worked.cells["infarct"].quote == "Geen aanwijzingen voor infarct"

    def test_of_a_long_statement_the_part_between_commas(self, codebook_of: Any, human: Any) -> None:
        around = "verder ook een beschrijving van allerlei andere bevindingen die er niet toe doen"
        made = self.only(
            codebook_of,
            {"name": "infarct", "kind": "boolean"},
            human(True),
            f"Er is {around}, oud infarct rechts, en {around}.",
        )
        assert made.worked.cells["infarct"].quote == "oud infarct rechts"

    def test_a_no_without_words_costs_nothing_and_a_yes_does(self, codebook_of: Any, human: Any) -> None:
        for value, quoted in ((False, 1.0), (True, 0.0)):
            made = self.only(
                codebook_of, {"name": "tumour", "kind": "boolean"}, human(value), "Niets bijzonders."
            )
            assert made.worked.cells["tumour"] == (value, None)
            assert made.quoted == quoted

    @pytest.mark.parametrize(
        ("text", "quote"),
        [
            ("Laesie links.", "links"),
            ("Links en nog eens links.", "Links"),
            ("Oor rechts. Oor links. Zijde van de laesie: links.", "Zijde van de laesie: links"),
            ("Oor rechts. Oor links. Haard links.", None),
        ],
    )
    def test_an_option_that_is_said_of_many_things(
        self, codebook: Codebook, codebook_of: Any, human: Any, text: str, quote: str | None
    ) -> None:
        made = example(codebook_of(codebook["side"].model_dump()), {"side": human("left")}, text)
        assert made.worked.cells["side"].quote == quote

    @pytest.mark.parametrize(
        ("text", "quote", "written"),
        [
            ("haard van 2,5 cm", "2,5 cm", "2.5 cm"),
            ("2.5 x 1 cm, later weer 25 mm", "2.5 x 1 cm", "2.5 cm"),
            ("een grote haard", None, "25 mm"),
        ],
    )
    def test_amounts(self, codebook_of: Any, human: Any, text: str, quote: str | None, written: str) -> None:
        variable = {"name": "size", "kind": "quantity", "unit": "mm"}
        made = self.only(codebook_of, variable, human({"value": 25.0, "unit": "mm"}), text)
        assert made.worked.cells["size"] == (written, quote)

    def test_a_round_amount_in_two_places_could_be_either(self, codebook_of: Any, human: Any) -> None:
        variable = {"name": "size", "kind": "quantity", "unit": "mm"}
        made = self.only(codebook_of, variable, human({"value": 5.0, "unit": "mm"}), "5 mm hier, 5 mm daar")
        assert made.worked.cells["size"].quote is None

    def test_an_item_without_words_has_an_empty_quote(
        self, codebook: Codebook, full: Any, human: Any
    ) -> None:
        full["lesions"] = human([{"site": "occipitaal", "width": None, "old": None}])
        made = example(codebook, full)
        assert made.worked.cells["lesions"].value[0]["quote"] == ""
        assert made.quoted < 1

    def test_items_share_what_a_person_marked(self, codebook: Codebook, full: Any, human: Any) -> None:
        full["lesions"] = human([{"site": "occipitaal", "width": None, "old": None}], "oude infarcten")
        assert example(codebook, full).worked.cells["lesions"].value[0]["quote"] == "oude infarcten"


class TestWhatCannotBeWritten:
    def test_mentions_that_are_not_there(self, codebook: Codebook, full: Any, human: Any) -> None:
        mention = {"text": "paracetamol", "type": "drug", "start": None, "end": None}
        full["drugs"] = human([*full["drugs"].value, mention])
        made = example(codebook, full)
        assert len(made.worked.cells["drugs"].value) == 3
        assert made.quoted < 1
        full["drugs"] = human([mention])
        with pytest.raises(UnfitError, match="not in the text"):
            example(codebook, full)

    def test_mentions_without_a_type(self, codebook: Codebook, full: Any, human: Any) -> None:
        full["drugs"] = human([{"text": "Aspirine", "type": None, "start": None, "end": None}])
        with pytest.raises(UnfitError, match="without a type"):
            example(codebook, full)

    def test_places_are_used_where_they_are_right(self, codebook_of: Any, human: Any) -> None:
        one = codebook_of({"name": "drugs", "kind": "spans"})
        start = TEXT.index("aspirine")
        mention = {"text": "aspirine", "type": None, "start": start, "end": start + 8}
        made = example(one, {"drugs": human([mention])})
        assert made.worked.cells["drugs"].value == [{"text": "aspirine"}]

    def test_a_long_text_is_cut(self, codebook: Codebook, full: Any, human: Any) -> None:
        full["conclusion"] = human("woorden " * 20)
        value = example(codebook, full).worked.cells["conclusion"].value
        assert value == "woorden woorden woorden woorden woorden"

    @pytest.mark.parametrize("number", [1e9, 0.000001])
    def test_amounts_beyond_the_schema(
        self, codebook: Codebook, full: Any, human: Any, number: float
    ) -> None:
        full["size"] = human({"value": number, "unit": "mm"})
        with pytest.raises(UnfitError, match="'size' that no model may write"):
            example(codebook, full)

    def test_values_that_the_codebook_does_not_allow(self, codebook: Codebook, full: Any, human: Any) -> None:
        full["side"] = human("up")
        with pytest.raises(UnfitError, match="'side' that the codebook does not allow"):
            example(codebook, full)


@given(
    text=st.text(st.sampled_from("infarct links MTA 1,5 mm.\n12-01-2023;"), max_size=80),
    infarct=st.sampled_from([None, True, False]),
    size=st.sampled_from([None, 1.0, 15.0, 2.25]),
    mark=st.sampled_from([None, "links", "MTA 1", "niets"]),
)
@settings(max_examples=80, deadline=None)
def test_quotes_are_always_verbatim(
    codebook: Codebook,
    human: Any,
    text: str,
    infarct: bool | None,
    size: float | None,
    mark: str | None,
) -> None:
    cells = {name: human() for name in codebook.names}
    cells["infarct"] = human(infarct, mark if infarct is not None else None)
    cells["size"] = human(None if size is None else {"value": size, "unit": "mm"})
    cells["seen"] = human("2023-01-12")
    made = example(codebook, cells, text)
    assert set(made.worked.cells) == {name for name, one in cells.items() if one.value is not None}
    assert 0 <= made.quoted <= 1
    for cell in made.worked.cells.values():
        assert cell.quote is None or (cell.quote.strip() == cell.quote and cell.quote in text)
