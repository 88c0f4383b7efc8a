"""People whose agreement is the ceiling: other golds, or the reviewers of a review."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from pathlib import Path

from pydantic import BaseModel

from ...api import Run
from ...codebook.codebook import Codebook
from ...errors import OptionError
from ...evaluation.gold import Blank, Gold, GoldCell, load_gold
from ...extraction.checking import InvalidValueError
from ..adjudicating.kept import judgements_stamp
from ..adjudicating.review import Review, all_reviews
from ..adjudicating.said import Said, judgements
from ..golds import GoldChoice, names, path_of
from ..studio import Studio

#: What names all reviewers of a review, each by their own answers.
REVIEWERS = "reviewers:"


class HumanChoice(BaseModel):
    """People to choose. ``blind``: whether they answered without seeing the model's answers; ``None`` where
    nobody knows."""

    name: str
    label: str
    people: list[str] = []
    blind: bool | None = None


def human_choices(studio: Studio) -> list[HumanChoice]:
    """Reviews in which two people or more judged something, then every gold."""
    found = [
        HumanChoice(
            name=f"{REVIEWERS}{review.id}", label=review.name or review.id, people=people, blind=review.blind
        )
        for review in all_reviews(studio)
        if len(people := _people(studio, review.id)) > 1
    ]
    return [*found, *(HumanChoice(name=one.name, label=one.label) for one in names(studio))]


def reviewers_for(studio: Studio, gold: str) -> str | None:
    """The reviewers of the review that ``gold`` is, if there are two or more."""
    review = gold.removeprefix("review:")
    return f"{REVIEWERS}{review}" if review != gold and len(_people(studio, review)) > 1 else None


def stamp_of(studio: Studio, name: str) -> Path | Hashable:
    """What changes whenever the answers do: the file with them, or the state of a review.

    Raises Refused (404) where there is no such gold or review.
    """
    if not name.startswith(REVIEWERS):
        return path_of(studio, name)
    review = Review.open(studio, name.removeprefix(REVIEWERS))
    with studio.database.reading() as db:
        return judgements_stamp(db, review.id)


def golds_of(studio: Studio, run: Run, name: str, blank: Blank) -> list[Gold]:
    """One gold for each person. Raises Refused (404), and as ``load_gold``."""
    if not name.startswith(REVIEWERS):
        return [read(studio, run, name, run.codebook, blank)]
    review = Review.open(studio, name.removeprefix(REVIEWERS))
    with studio.database.reading() as db:
        said = judgements(db, review.id, run.codebook)
    by_person: dict[str, list[Said]] = {}
    for several in said.values():
        for one in several:
            by_person.setdefault(one.person, []).append(one)
    if len(by_person) < 2:
        raise OptionError(
            "Fewer than two people judged the answers of this review.", hint="Choose another one."
        )
    return [_gold(person, everything, run.codebook) for person, everything in sorted(by_person.items())]


def read(studio: Studio, run: Run, name: str, codebook: Codebook, blank: Blank) -> Gold:
    """The gold called ``name``, under the label that people know it by."""
    id_name = run.manifest.source.columns.identity.get("id")
    gold = load_gold(path_of(studio, name), codebook, run.store_path, blank, id_name=id_name)
    return replace(gold, name=label_of(studio, name))


def label_of(studio: Studio, name: str) -> str:
    known: dict[str, GoldChoice] = {one.name: one for one in names(studio)}
    return known[name].label if name in known else name


def _gold(person: str, everything: list[Said], codebook: Codebook) -> Gold:
    cells: dict[str, dict[str, GoldCell]] = {}
    unusable = 0
    for one in everything:
        try:
            cells.setdefault(one.report_id, {})[one.variable] = one.cell(codebook[one.variable])
        except InvalidValueError:
            unusable += 1
    given = {name for report in cells.values() for name in report}
    notes = (f"{unusable} answers have values that the codebook does not allow.",) if unusable else ()
    return Gold(person, cells, tuple(name for name in codebook.names if name in given), notes=notes)


def _people(studio: Studio, review: str) -> list[str]:
    with studio.database.reading() as db:
        rows = db.execute(
            "SELECT DISTINCT reviewer COLLATE NOCASE AS who FROM judgements WHERE review = ? ORDER BY who",
            (review,),
        ).fetchall()
    return [row["who"] for row in rows]
