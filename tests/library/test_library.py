"""Finding the shipped codebooks."""

from __future__ import annotations

import pytest

from epicrisis import library
from epicrisis.api import to_codebook
from epicrisis.codebook import lint, load
from epicrisis.errors import CodebookError


def test_every_shipped_codebook_has_its_files() -> None:
    assert "brain-mri" in library.names()
    for name in library.studies():
        folder = library.path(name)
        for file in (library.CODEBOOK_FILE, library.REPORTS_FILE, library.GOLD_FILE, "README.md"):
            assert (folder / file).is_file(), f"{name} lacks {file}"


@pytest.mark.parametrize("name", ["brain_mri", "brainmri", "Brain MRI", "brain-mir"])
def test_a_near_miss_is_corrected(name: str) -> None:
    with pytest.raises(CodebookError) as raised:
        library.path(name)
    assert raised.value.hint == "Did you mean 'brain-mri'?"
    assert name in raised.value.message


@pytest.mark.parametrize(
    "name", ["", "zzz", "..", "brain-mri/../brain-mri", "brain-mri/codebook.yaml/x/y/z/long"]
)
def test_anything_else_is_refused(name: str) -> None:
    with pytest.raises(CodebookError):
        library.path(name)


def test_an_unknown_name_gets_the_list() -> None:
    with pytest.raises(CodebookError) as raised:
        library.path("zzz")
    assert raised.value.hint == "Shipped codebooks: brain-mri, elmtex, dragon/task001 to dragon/task109."


def test_the_codebooks_of_the_challenge_are_found_by_number() -> None:
    tasks = [name for name in library.names() if name not in library.studies()]
    assert set(tasks) >= {f"dragon/task{number}" for number in range(101, 110)}
    for name in tasks:
        assert library.path(name).name.startswith(f"{name.removeprefix('dragon/')}-")
        assert load(library.path(name)).name == name.replace("/", "-")
        assert not [str(one) for one in lint(library.path(name).read_text("utf-8"))]


def test_a_codebook_of_the_challenge_can_be_used_by_name() -> None:
    assert to_codebook("dragon/task106")[0].names == ["largest_lesion"]
