"""Names of uploaded files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.studio.project import is_name
from epicrisis.studio.uploading.names import ending_of, free_name, safe_name, stem_of


@given(st.text(max_size=300))
def test_whatever_it_was_called_the_project_can_hold_it(given: str) -> None:
    name = safe_name(given)
    assert is_name(name)
    assert len(name.encode()) < 200
    assert safe_name(name) == name


@given(st.text(max_size=80), st.sets(st.text(max_size=80), max_size=5))
def test_a_free_name_is_free_and_can_be(given: str, taken: set[str]) -> None:
    name = safe_name(given)
    found = free_name(name, taken | {name})
    assert found not in taken | {name}
    assert is_name(found)
    assert ending_of(found) == ending_of(name)


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("reports.csv", "reports.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\anna\\Verslagen 2024.xlsx", "Verslagen 2024.xlsx"),
        ("<script>.csv", "script-.csv"),
        (".csv", "reports.csv"),
        ("befunde müller.tsv", "befunde müller.tsv"),
        ("a..b.csv", "a.b.csv"),
        ("", "reports"),
    ],
)
def test_names_stay_as_close_as_can_be(given: str, safe: str) -> None:
    assert safe_name(given) == safe


def test_a_compressed_file_keeps_both_endings() -> None:
    assert (stem_of("r.csv.gz"), ending_of("r.csv.gz")) == ("r", ".csv.gz")
    assert free_name("r.csv.gz", {"r.csv.gz", "r (2).csv.gz"}) == "r (3).csv.gz"
