import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.errors import ReadingError
from epicrisis.reading import read
from epicrisis.reading.encoding import decode

#: Stands in report texts; must never be in a message.
CANARY = "KANARIE7731"

TEXT = "Patiënt één: 5 µm, 37 °C, „Röntgen“ – vóór ’s morgens, Größe ½"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings_are_told_apart(write, encoding):
    body = "id,text\n" + "1,plain\n" * 50 + f'2,"{TEXT}"\n'
    found = read(write("r.csv", body.encode(encoding)))
    assert list(found)[-1].text == TEXT


@pytest.mark.parametrize("encoding", ["cp850", "mac-roman"])
def test_dos_and_macintosh_files_are_not_taken_for_windows(write, encoding):
    text = "Patiënt met coördinatieproblemen, coïncidentie, één laesie, Größe, für später. " * 30
    reports = read(write("r.csv", f"id,text\n1,{text.replace(',', ' ')}\n".encode(encoding)))
    assert reports.encoding != "cp1252"
    assert reports.notes


def test_a_late_byte_decides(write):
    body = b"id,text\n" + b"1,plain ascii text without anything else\n" * 60_000 + b"2,pati\xebnt\n"
    found = read(write("r.csv", body))
    assert found.encoding == "cp1252"
    assert "cp1252" in found.notes[0]
    *_, last = found
    assert last.text == "patiënt"


def test_a_late_byte_on_one_endless_line(write):
    body = b'[{"id":"1","text":"' + b"x" * 300_000 + b"pati\xebnt " * 3 + b'"}]'
    found = read(write("r.json", body))
    assert found.encoding == "cp1252"
    assert next(iter(found)).text.endswith("patiënt ")


def test_a_mixture_is_an_error_that_names_the_line(write):
    body = "id,text\n" + "1,één\n" * 20
    with pytest.raises(ReadingError, match="Most of the file is UTF-8") as caught:
        read(write("r.csv", body.encode() + f"2,{CANARY} pati".encode() + b"\xebnt\n"))
    assert caught.value.line == 22
    assert "--encoding" in caught.value.hint
    assert CANARY not in str(caught.value)


def test_the_encoding_can_be_given(write):
    path = write("r.csv", "id,text\n1,één\n".encode("cp1250"))
    assert next(iter(read(path, encoding="cp1250"))).text == "één"
    with pytest.raises(ReadingError, match="not utf-8") as caught:
        list(read(path, encoding="utf-8"))
    assert "--encoding" in caught.value.hint
    with pytest.raises(ReadingError, match="no text encoding 'utf-9'"):
        read(path, encoding="utf-9")


@pytest.mark.parametrize("encoding", ["base64", "rot13"])
def test_codecs_that_are_not_for_text(write, encoding):
    with pytest.raises(ReadingError, match="no text encoding"):
        read(write("r.csv", "id,text\n1,a\n"), encoding=encoding)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_any_utf8_is_decoded_as_it_is(text):
    assert decode(text.encode(), None) == text.removeprefix("\ufeff")
