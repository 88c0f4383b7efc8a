"""Gold by name: the files of a project, those that ship, and what its reviews came to."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from .. import library
from .adjudicating import gold_file
from .adjudicating.kept import decisions_stamp, judgements_stamp, kept
from .adjudicating.review import Review, all_reviews
from .adjudicating.settled import State, state
from .people.activity import note
from .project import SHIPPED, is_name
from .studio import Studio
from .web.refusals import conflict, not_found

#: What the names of shipped gold and of reviews begin with, so that they are no file of the project.
REVIEW = "review:"
#: What a file of gold may be.
ENDINGS = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet", ".xlsx")


class GoldChoice(BaseModel):
    """Gold to choose: ``name`` is what ``path_of`` takes, ``label`` what people read."""

    name: str
    label: str
    kind: Literal["file", "review", "shipped"]


def names(studio: Studio) -> list[GoldChoice]:
    """Reviews in which somebody judged something, then files, then what ships."""
    with studio.database.reading() as db:
        begun = {row[0] for row in db.execute("SELECT DISTINCT review FROM judgements")}
    reviews = [
        GoldChoice(name=f"{REVIEW}{review.id}", label=review.name or review.id, kind="review")
        for review in all_reviews(studio)
        if review.id in begun
    ]
    files = [
        GoldChoice(name=path.name, label=path.name, kind="file")
        for path in sorted(studio.project.shelf("gold").iterdir())
        if path.suffix.lower() in ENDINGS and is_name(path.name) and path.is_file() and not path.is_symlink()
    ]
    shipped = [GoldChoice(name=f"{SHIPPED}{name}", label=name, kind="shipped") for name in library.studies()]
    return [*reviews, *files, *shipped]


def path_of(studio: Studio, name: str) -> Path:
    """A file with the gold called ``name``, that ``evaluation.read_gold`` understands.

    Of a review it is written first, if anything changed since the last time. Raises Refused (404) where
    there is no such gold or its run was removed, OutputError where the file cannot be written.
    """
    if name.startswith(SHIPPED):
        if name.removeprefix(SHIPPED) not in library.studies():
            raise not_found("gold")
        return library.path(name.removeprefix(SHIPPED)) / library.GOLD_FILE
    if name.startswith(REVIEW):
        return _written(Review.open(studio, name.removeprefix(REVIEW)))
    path = studio.project.file("gold", name)
    if not path.is_file():
        raise not_found("gold")
    return path


def state_of(review: Review) -> State:
    """How far a review is from being gold; worked out once until something changes."""
    with review.studio.database.reading() as db:
        stamp = judgements_stamp(db, review.id), decisions_stamp(db, review.id)
        return kept(review.studio).get(
            ("state", review.id), stamp, lambda: state(db, review.id, review.codebook)
        )


def save(studio: Studio, review_id: str, file_name: str, *, by: str) -> str:
    """Keep what a review came to as the file ``file_name`` of the project; gives the name it got.

    Raises Refused (404) where there is no such review, (409) where there is such a file or nothing is gold
    yet, OptionError for a name that no file may have.
    """
    review = Review.open(studio, review_id)
    name = file_name if file_name.lower().endswith(".csv") else f"{file_name}.csv"
    path = studio.project.file("gold", name)
    found = state_of(review)
    if not found.settled:
        raise conflict("Nothing is gold yet in this review.", "Review a report first.")
    with studio.database.writing() as db:
        if path.exists():
            raise conflict("There is a file of gold of this name already.", "Choose another name.")
        gold_file.write(path, review.codebook, found, review.order(db))
        note(
            db, by, "gold.save", name,
            review=review.id, cells=len(found.settled), unresolved=len(found.unresolved),
        )  # fmt: skip
    return name


def _written(review: Review) -> Path:
    digest = hashlib.sha256(review.id.encode()).hexdigest()[:16]
    path = review.studio.project.cache / "gold" / f"review-{review.id if is_name(review.id) else digest}.csv"
    found = state_of(review)

    def write() -> State:
        with review.studio.database.reading() as db:
            gold_file.write(path, review.codebook, found, review.order(db))
        return found

    kept(review.studio).get(("gold", review.id), (found,), write)
    if not path.is_file():  # somebody emptied the cache
        write()
    return path
