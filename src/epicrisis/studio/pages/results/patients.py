"""The patients of a run, and one patient's reports over time."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel

from ...results import timeline
from ...results.asked import Asked
from ...results.found import RowView
from ...results.opening import open_results
from ...results.timeline import Line, PatientRow
from ...web.dependencies import Language, TheStudio, Viewer
from ...web.refusals import not_found
from .heads import ColumnView, columns, head
from .routes import RunHead, RunId, routes

_SIZE = 50


class Patients(BaseModel):
    """A page of a run's patients. ``found``: those whose id has all words of ``q`` in it."""

    head: RunHead
    q: str
    page: int
    pages: int
    found: int
    patients: list[PatientRow]


class PatientView(BaseModel):
    """One patient's reports by date, those of unknown date last, and each variable over them. ``silent``: the
    variables that none of the reports has a value for. ``most``: the reports that are shown at most."""

    head: RunHead
    patient: str
    reports: list[RowView]
    columns: list[ColumnView]
    lines: list[Line]
    silent: list[ColumnView]
    most: int


@routes.page("/runs/{run}/patients", "patients.html")
def run_patients(
    run: RunId,
    studio: TheStudio,
    person: Viewer,
    q: Annotated[str, Query(max_length=200)] = "",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> Patients:
    """The patients of a run in the order of their ids."""
    opened = open_results(studio, person, run)
    with opened.index.reading() as db:
        found, rows = timeline.patients(db, opened.covered, q, page, _SIZE)
        pages = max(1, -(-found // _SIZE))
        if page > pages:
            page = pages
            found, rows = timeline.patients(db, opened.covered, q, page, _SIZE)
    return Patients(head=head(opened), q=q, page=page, pages=pages, found=found, patients=rows)


@routes.page("/runs/{run}/patient", "patient.html")
def run_patient(
    run: RunId,
    id: Annotated[str, Query(max_length=1000)],  # noqa: A002 - as the address has it
    studio: TheStudio,
    person: Viewer,
    language: Language,
) -> PatientView:
    """A patient's reports over time, with what changed from one to the next."""
    opened = open_results(studio, person, run, whole=True)
    codebook = opened.codebook
    names = codebook.names
    with opened.finding(Asked()) as found, opened.index.reading() as db:
        rows = found.rows(timeline.reports_of(db, opened.covered, id), set(names))
        if not rows:
            raise not_found("patient in this run")
        lines = timeline.lines(db, opened.covered, codebook.columns, names, rows)
    silent = {line.variable for line in lines if all(one.cell.shown is None for one in line.moments)}
    every = columns(codebook, set(names), language)
    return PatientView(
        head=head(opened),
        patient=id,
        reports=rows,
        columns=[one for one in every if one.name not in silent],
        lines=[line for line in lines if line.variable not in silent],
        silent=[one for one in every if one.name in silent],
        most=timeline.MOST,
    )
