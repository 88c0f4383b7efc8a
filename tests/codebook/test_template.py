from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epicrisis.codebook import lint, loads
from epicrisis.codebook.template import new
from epicrisis.errors import CodebookError


@pytest.mark.parametrize(
    "languages", [["en"], ["nl", "en"], ["nl"], ["no", "fi"], ["pt-BR"], ["de", "fr", "xx"]]
)
def test_it_has_no_findings_and_says_what_was_asked(languages: list[str]) -> None:
    text = new("brain-mri", languages)
    assert lint(text) == []
    codebook = loads(text)
    assert codebook.name == "brain-mri"
    assert codebook.languages == languages


def test_it_shows_every_common_kind_once() -> None:
    kinds = [one.kind for one in loads(new("x")).variables]
    assert sorted(kinds) == ["boolean", "category", "count", "date", "group", "ordinal", "quantity", "text"]


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=12), st.lists(st.text(max_size=6), max_size=3))
def test_any_name_gives_a_clean_codebook_or_an_error(name: str, languages: list[str]) -> None:
    try:
        text = new(name, languages)
    except CodebookError:
        return
    assert lint(text) == []
    assert loads(text).name == name
    assert loads(text).languages == languages


@pytest.mark.parametrize(("name", "hint"), [("a/b", "a-b"), ("", "For example"), ("../x", "x")])
def test_a_name_that_cannot_be_one(name: str, hint: str) -> None:
    with pytest.raises(CodebookError) as caught:
        new(name)
    assert hint in (caught.value.hint or "")
