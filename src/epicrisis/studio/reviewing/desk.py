"""One report of a review as one person has it: what is asked, what was said, and saying it."""

from __future__ import annotations

import sqlite3
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel

from ...api import Run
from ...codebook.codebook import Codebook
from ...codebook.variable import Variable
from ...extraction.answer import Answer, Status
from ...extraction.checking import InvalidValueError
from ..people.activity import note
from ..stored_runs import open_run
from ..studio import Studio
from ..web.refusals import Refused, conflict, not_found
from . import judgements, queue, seeing
from .consequences import Broken, consequences
from .judgements import How, Judgement
from .judging import Checked, Saying, accepted, checked, same
from .reviews import Review, find
from .texts import fit

Rest = Literal["accept", "not_mentioned"]


class Saved(BaseModel):
    """What a change came to. ``judgement`` is ``None`` where it was taken back; ``ruled_out`` are variables
    that other answers make not applicable; ``broken`` the rules that the answers break."""

    judgement: Judgement | None
    ruled_out: list[str]
    broken: list[Broken]


class UnjudgedError(Exception):
    """Variables that nobody judged yet."""

    def __init__(self, variables: list[str]) -> None:
        self.variables = variables
        super().__init__()


class Desk:
    """A report of a review, for one person."""

    def __init__(self, studio: Studio, review_id: str, report_id: str, person: str) -> None:
        """Raises Refused (404) for a review, report or run that is not there."""
        self._studio = studio
        self.report_id = report_id
        self.person = person
        with studio.database.reading() as db:
            self.review: Review = find(db, review_id)
            self.place = queue.place_of(db, review_id, report_id)
        self.run: Run = open_run(studio.project, self.review.run)
        try:
            self.answers: dict[str, Answer] = dict(self.run.extraction(report_id).answers)
        except KeyError:
            raise not_found("report in this run") from None

    @cached_property
    def codebook(self) -> Codebook:
        return _codebook(self.run.store_path, self.run.id)

    @cached_property
    def text(self) -> str | None:
        """The report; ``None`` if the run kept no texts."""
        text = self.run.text(self.report_id)
        return None if text is None else fit(text)

    @cached_property
    def language(self) -> str:
        """Of the report: what numbers and dates in it look like."""
        with_store = self.row.language
        return (with_store or self.codebook.languages[0]).lower()

    @cached_property
    def row(self) -> Any:
        """The report's row in the store: patient, date, language."""
        from ...runs.store import Store

        with Store(self.run.store_path, create=False) as store:
            return store.row(store.run(self.run.id).number, self.report_id)

    def save(self, name: str, saying: Saying | None, *, comment: str, version: int) -> Saved:
        """Keep what the person says of an answer; ``None`` accepts the model's.

        Raises Refused: 422 for what the codebook does not allow, 409 where the report is done with, the
        review closed, or the model's answer hidden. Raises StaleError if ``version`` is not the current one.
        """
        variable = self._variable(name)
        said = self._checked(variable, saying)
        with self._studio.database.writing() as db:
            sees = self._check_open(db)
            if saying is None and not sees:
                raise conflict("This review is blind: there is no answer to accept.", "Give your own answer.")
            how = self._how(variable, said, sees=sees)
            kept = judgements.put(
                db, self.review.id, self.report_id, self.person, name, said,
                comment=fit(comment), how=how, version=version,
            )  # fmt: skip
            queue.claim(db, self.review.id, self.report_id, self.person)
            note(
                db, self.person, "answer.judge", self.report_id, review=self.review.id, variable=name, how=how
            )
            return self._saved(db, kept)

    def take_back(self, name: str, *, version: int) -> Saved:
        """As if the person had not judged the answer. Raises as ``save`` does."""
        self._variable(name)
        with self._studio.database.writing() as db:
            self._check_open(db)
            judgements.take_back(db, self.review.id, self.report_id, self.person, name, version)
            note(db, self.person, "answer.unjudge", self.report_id, review=self.review.id, variable=name)
            return self._saved(db, None)

    def finish(self, rest: Rest | None) -> str | None:
        """Be done with the report; gives the next one, if any is left.

        ``rest`` says what becomes of answers that the person did not judge: the model's is accepted, or they
        are not mentioned. What other answers rule out is not applicable. Raises UnjudgedError if any is left,
        Refused (409) in a closed review.
        """
        with self._studio.database.writing() as db:
            if queue.done_at(db, self.review.id, self.report_id, self.person) is None:
                sees = self._check_open(db)
                self._settle_rest(db, rest, sees=sees)
                queue.mark(db, self.review, self.report_id, self.person, done=True)
            return queue.take_next(db, self.review, self.person, self.report_id)

    def reopen(self) -> None:
        """Not be done after all. Raises Refused (409) in a closed review."""
        with self._studio.database.writing() as db:
            self._check_review(db)
            if seeing.must_remember(db, self.review, self.person):
                seeing.remember(db, self.review.id, self.person)
            queue.mark(db, self.review, self.report_id, self.person, done=False)

    def consequences(self, db: sqlite3.Connection) -> tuple[list[str], list[Broken]]:
        """What the answers as they stand rule out, and which rules they break: the person's own, and of
        what is not judged the model's, if it is shown."""
        sees = seeing.sees_answers(db, self.review, self.person)
        own = judgements.of_report(db, self.review.id, self.report_id, self.person)
        return consequences(self.codebook, own, self.answers if sees else {})

    def _saved(self, db: sqlite3.Connection, kept: Judgement | None) -> Saved:
        ruled_out, broken = self.consequences(db)
        return Saved(judgement=kept, ruled_out=ruled_out, broken=broken)

    def _settle_rest(self, db: sqlite3.Connection, rest: Rest | None, *, sees: bool) -> None:
        own = judgements.of_report(db, self.review.id, self.report_id, self.person)
        takes_model = sees and rest == "accept"
        out, _ = consequences(self.codebook, own, self.answers if takes_model else {})
        unjudged = []
        for variable in self.codebook.variables:
            if variable.name in own:
                continue
            said = self._rest(variable, rest if sees or rest != "accept" else None, variable.name in out)
            if said is None:
                unjudged.append(variable.name)
                continue
            how = self._how(variable, said, sees=sees)
            judgements.put(
                db, self.review.id, self.report_id, self.person, variable.name, said,
                comment="", how=how, version=0,
            )  # fmt: skip
        if unjudged:
            raise UnjudgedError(unjudged)

    def _rest(self, variable: Variable, rest: Rest | None, ruled_out: bool) -> Checked | None:
        if ruled_out and variable.allows("not_applicable"):
            return Checked(Status.NOT_APPLICABLE)
        if rest == "not_mentioned" and variable.allows("not_mentioned"):
            return Checked(Status.NOT_MENTIONED)
        if rest == "accept":
            try:
                return accepted(variable, self._answer(variable), self.text)
            except InvalidValueError:
                return None
        return None

    def _checked(self, variable: Variable, saying: Saying | None) -> Checked:
        try:
            if saying is None:
                return accepted(variable, self._answer(variable), self.text)
            return checked(variable, saying, self.text, self.language)
        except InvalidValueError as problem:
            raise Refused(
                422, "value", f"{variable.name.replace('_', ' ')} {problem}.".replace("..", "."),
                "Correct it and try again.",
            ) from None  # fmt: skip

    def _how(self, variable: Variable, said: Checked, *, sees: bool) -> How:
        if not sees:
            return "blind"
        try:
            model = accepted(variable, self._answer(variable), self.text)
        except InvalidValueError:
            return "changed"
        return "accepted" if same(said, model) else "changed"

    def _answer(self, variable: Variable) -> Answer:
        return self.answers.get(variable.name, Answer(Status.FAILED))

    def _variable(self, name: str) -> Variable:
        found = next((one for one in self.codebook.variables if one.name == name), None)
        if found is None:
            raise not_found("variable in this codebook")
        return found

    def _check_review(self, db: sqlite3.Connection) -> None:
        self.review = find(db, self.review.id)
        if self.review.closed is not None:
            raise Refused(409, "closed", "This review is closed.", "An editor can open it again.")

    def _check_open(self, db: sqlite3.Connection) -> bool:
        """Whether the person sees the model's answers. Raises Refused (409) if nothing may be changed."""
        self._check_review(db)
        if queue.done_at(db, self.review.id, self.report_id, self.person) is not None:
            raise Refused(409, "done", "You are done with this report.", "Open it again to change an answer.")
        return seeing.sees_answers(db, self.review, self.person)


@lru_cache(maxsize=32)
def _codebook(store: Path, run_id: str) -> Codebook:
    # A run's codebook is as it was when the run began.
    return Run(store, run_id).codebook
