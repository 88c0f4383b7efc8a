import pytest

from epicrisis.errors import ReadingError
from epicrisis.reading import Columns
from epicrisis.reading.columns import resolve


@pytest.mark.parametrize(
    ("names", "text", "id_", "patient", "date", "language"),
    [
        (["report_id", "text"], "text", "report_id", None, None, None),
        (["Verslagnummer", "Patientnummer", "Datum", "Verslag", "Taal"],
         "Verslag", "Verslagnummer", "Patientnummer", "Datum", "Taal"),
        (["Befund-Nr", "Patienten-ID", "Untersuchungsdatum", "Befundtext", "Sprache"],
         "Befundtext", "Befund-Nr", "Patienten-ID", "Untersuchungsdatum", "Sprache"),
        (["ID", "MRN", "StudyDate", "Report Text"], "Report Text", "ID", "MRN", "StudyDate", None),
        (["pid", "conclusie"], "conclusie", None, "pid", None, None),
        (["conclusie", "verslag"], "verslag", None, None, None, None),
        (["anything"], "anything", None, None, None, None),
    ],
)  # fmt: skip
def test_roles_are_proposed_by_name(names, text, id_, patient, date, language):
    found = resolve(Columns(), names)
    assert (found.text, found.id, found.patient, found.date, found.language) == (
        text,
        id_,
        patient,
        date,
        language,
    )
    assert set(found.carried) == set(names) - {text, id_, patient, date, language}
    assert "text" in found.proposed


def test_what_the_user_names_comes_first():
    found = resolve(Columns(text="conclusie", id="mrn"), ["mrn", "text", "conclusie", "id"])
    assert (found.text, found.id, found.patient) == ("conclusie", "mrn", None)
    assert found.carried == ("text", "id")
    assert found.proposed == {"patient", "date", "language"}


def test_a_role_can_be_left_without_a_column():
    found = resolve(Columns(id="none", date=""), ["id", "text", "date"])
    assert found.id is None
    assert found.date is None
    assert found.carried == ("id", "date")
    assert found.identity == {"id": "row_number"}


def test_a_column_really_called_none_can_be_named():
    assert resolve(Columns(id="none"), ["none", "text"]).id == "none"


def test_names_are_matched_without_case_and_spaces():
    assert resolve(Columns(text="Verslag"), ["id", " verslag"]).text == " verslag"


def test_one_column_may_have_two_roles():
    found = resolve(Columns(id="pid", patient="pid"), ["pid", "text"])
    assert found.identity == {"id": "pid", "patient": "pid"}


def test_identity_names_the_output_columns():
    found = resolve(Columns(), ["verslagnummer", "patient", "datum", "text", "mta"])
    assert found.identity == {"id": "verslagnummer", "patient": "patient", "date": "datum"}


def test_a_missing_column_is_named_with_the_nearest_and_all_others():
    with pytest.raises(ReadingError) as caught:
        resolve(Columns(text="verslagtekts"), ["id", "verslagtekst"])
    assert "'verslagtekts'" in caught.value.message
    assert "Did you mean 'verslagtekst'?" in caught.value.message
    assert "'id', 'verslagtekst'" in caught.value.hint


def test_no_text_column_lists_the_columns_and_the_option():
    with pytest.raises(ReadingError) as caught:
        resolve(Columns(), ["id", "leeftijd"])
    assert "--text" in caught.value.hint
    assert "'leeftijd'" in caught.value.hint


def test_a_first_row_that_is_data_is_not_repeated():
    for row in (["1", "Geen afwijkingen KANARIE"], ["x", "Een heel lang verslag KANARIE " * 4]):
        with pytest.raises(ReadingError) as caught:
            resolve(Columns(text="verslag"), row)
        assert "KANARIE" not in str(caught.value)
        assert "name them" in caught.value.hint


def test_a_column_of_another_type_is_no_text():
    with pytest.raises(ReadingError, match=r"holds numbers, not text"):
        resolve(Columns(text="text"), ["id", "text"], not_text={"text": "numbers"})
    assert resolve(Columns(), ["text", "verslag"], not_text={"text": "numbers"}).text == "verslag"
    with pytest.raises(ReadingError, match="No column holds text"):
        resolve(Columns(), ["a", "b"], not_text={"a": "numbers", "b": "numbers"})


def test_the_text_column_has_no_second_role():
    with pytest.raises(ReadingError, match="also named as the id"):
        resolve(Columns(text="a", id="a"), ["a", "b"])
