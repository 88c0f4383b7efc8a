"""Sets of reports: what there is, what each holds, how it is read."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import Path, Query
from fastapi.responses import FileResponse, Response, StreamingResponse
from pydantic import BaseModel, Field

from ...reading import Columns
from ..people.activity import note
from ..project import SHIPPED
from ..report_sets import Mapping, ReportSets
from ..sets.counted import Counted, Counting, Entry, Listed
from ..sets.preview import Preview, preview
from ..studio import Studio
from ..uploading.incoming import incoming
from ..uploading.names import ending_of, safe_name
from ..uploading.taking import UNPACKED
from ..web.dependencies import Editor, TheStudio, Viewer
from ..web.twin import Pages

routes = Pages("reports")

PAGE = 25
_CHUNK = 1 << 20
SetName = Annotated[str, Path(min_length=1, max_length=200)]
_Column = Annotated[str | None, Field(max_length=500)]
_ColumnQuery = Annotated[str | None, Query(max_length=500)]
_Word = Annotated[str | None, Field(max_length=40)]
_WordQuery = Annotated[str | None, Query(max_length=40)]


class SetView(BaseModel):
    """A set at a glance. ``size`` in bytes, of a folder the number of its entries; ``changed`` in UTC."""

    name: str
    shipped: bool = False
    folder: bool = False
    size: int
    changed: str
    counting: Counting


class ReportsView(BaseModel):
    """All sets; ``upload`` and ``unpacked`` are the most bytes that are taken at a time."""

    sets: list[SetView]
    shipped: list[SetView]
    counting: bool
    upload: int
    unpacked: int


class ReportView(BaseModel):
    """One report, and the ids beside it."""

    entry: Entry
    text: str
    before: str | None = None
    after: str | None = None


class SetPage(BaseModel):
    """A set: what it is like, some of its reports, and one of them if it was asked for."""

    set: SetView
    search: str
    page: int
    pages: int
    listed: Listed | None
    report: ReportView | None
    in_use: bool


class ReadingView(BaseModel):
    """How a set is read: as was said, or, with ``draft``, as it would be read."""

    name: str
    shipped: bool
    draft: bool
    in_use: bool
    seen: Preview


class MappingIn(BaseModel):
    """How a set is to be read. What is not given is found out; ``none``: no column for it."""

    text: _Column = None
    id: _Column = None
    patient: _Column = None
    date: _Column = None
    language: _Column = None
    format: _Word = None
    sheet: Annotated[str | None, Field(max_length=100)] = None
    encoding: _Word = None
    delimiter: Annotated[str | None, Field(max_length=3)] = None

    def mapping(self) -> Mapping:
        columns = Columns(
            text=self.text or None,
            id=self.id or None,
            patient=self.patient or None,
            date=self.date or None,
            language=self.language or None,
        )
        return Mapping(
            columns=columns,
            format=self.format or None,
            sheet=self.sheet or None,
            encoding=self.encoding or None,
            delimiter=self.delimiter or None,
        )


class NewName(BaseModel):
    """What a set is to be called."""

    name: str = Field(min_length=1, max_length=120)


class Named(BaseModel):
    """What a set is called now."""

    name: str


@routes.page("/reports", "reports.html")
def reports(studio: TheStudio, _person: Viewer) -> ReportsView:
    """The sets of reports of the project, and those that ship."""
    sets, counted = _sets(studio), Counted(studio)
    counted.forget_gone()
    own = [glance(sets, counted, name) for name in sets.names()]
    shipped = [glance(sets, counted, name) for name in sets.shipped()]
    return ReportsView(
        sets=own,
        shipped=shipped,
        counting=any(_under_way(one.counting) for one in own),
        upload=studio.settings.upload,
        unpacked=UNPACKED * studio.settings.upload,
    )


@routes.page("/reports/{name}", "report_set.html")
def report_set(
    studio: TheStudio,
    _person: Viewer,
    name: SetName,
    search: Annotated[str, Query(max_length=200)] = "",
    page: Annotated[int, Query(ge=1, le=10_000_000)] = 1,
    id: Annotated[str | None, Query(max_length=1000)] = None,  # noqa: A002
) -> SetPage:
    """A set of reports: its counts, a page of its ids, and the report ``id``."""
    sets, counted = _sets(studio), Counted(studio)
    view = glance(sets, counted, name)
    listed = counted.listed(name, search, offset=(page - 1) * PAGE, limit=PAGE)
    report = None
    if id is not None:
        entry, text = counted.text(name, id)
        before, after = counted.beside(name, entry.seq)
        report = ReportView(entry=entry, text=text, before=before, after=after)
    return SetPage(
        set=view,
        search=search,
        page=page,
        pages=1 if listed is None else max(1, -(-listed.total // PAGE)),
        listed=listed,
        report=report,
        in_use=not view.shipped and sets.in_use(name),
    )


@routes.page("/reports/{name}/reading", "report_reading.html")
def report_reading(
    studio: TheStudio,
    _person: Viewer,
    name: SetName,
    draft: bool = False,
    text: _ColumnQuery = None,
    id: _ColumnQuery = None,  # noqa: A002
    patient: _ColumnQuery = None,
    date: _ColumnQuery = None,
    language: _ColumnQuery = None,
    format: _WordQuery = None,  # noqa: A002
    sheet: Annotated[str | None, Query(max_length=100)] = None,
    encoding: _WordQuery = None,
    delimiter: Annotated[str | None, Query(max_length=3)] = None,
) -> ReadingView:
    """The first reports of a set as they are read; with ``draft``, as they would be with what is given."""
    sets = _sets(studio)
    given = MappingIn(
        text=text,
        id=id,
        patient=patient,
        date=date,
        language=language,
        format=format,
        sheet=sheet,
        encoding=encoding,
        delimiter=delimiter,
    )
    seen = preview(sets, name, given.mapping() if draft else None)
    shipped = name.startswith(SHIPPED)
    return ReadingView(
        name=name, shipped=shipped, draft=draft, in_use=not shipped and sets.in_use(name), seen=seen
    )


@routes.api.put("/reports/{name}/mapping")
def map_report_set(studio: TheStudio, person: Editor, name: SetName, mapping: MappingIn) -> ReadingView:
    """Say how a set is read from now on. Runs that were made before stay as they are."""
    sets = _sets(studio)
    wanted = mapping.mapping()
    sets.open(name, wanted)
    sets.map(name, wanted, by=person.name)
    seen = preview(sets, name)
    return ReadingView(name=name, shipped=False, draft=False, in_use=False, seen=seen)


@routes.api.post("/reports/{name}/rename")
def rename_report_set(studio: TheStudio, person: Editor, name: SetName, new: NewName) -> Named:
    """Give a set another name. Its ending stays: it says how the file is read."""
    sets = _sets(studio)
    ending = "" if sets.path(name).is_dir() else ending_of(name)
    wanted = new.name.strip()
    called = safe_name(wanted if wanted.lower().endswith(ending.lower()) else f"{wanted}{ending}")
    sets.rename(name, called, by=person.name)
    return Named(name=called)


@routes.api.delete("/reports/{name}", status_code=204)
def remove_report_set(studio: TheStudio, person: Editor, name: SetName) -> None:
    """Take a set away. Runs keep the reports that they read."""
    sets = _sets(studio)
    sets.remove(name, by=person.name)
    Counted(studio).forget_gone()


@routes.api.get("/reports/{name}/file", response_class=Response)
def download_report_set(studio: TheStudio, person: Viewer, name: SetName) -> Response:
    """The file of a set as it is; a folder as a zip."""
    path = _sets(studio).path(name)
    with studio.database.writing() as db:
        note(db, person.name, "reports.download", name)
    called = f"{name.removeprefix(SHIPPED)}.csv" if name.startswith(SHIPPED) else name
    if not path.is_dir():
        return FileResponse(path, media_type="application/octet-stream", filename=called)
    return StreamingResponse(
        _zipped(studio, name),
        media_type="application/zip",
        headers={"Content-Disposition": f"attachment; filename*=utf-8''{quote(called)}.zip"},
    )


def glance(sets: ReportSets, counted: Counted, name: str) -> SetView:
    """A set as lists show it; counting begins if need be. Raises Refused (404)."""
    path = sets.path(name)
    stat = path.stat()
    return SetView(
        name=name,
        shipped=name.startswith(SHIPPED),
        folder=path.is_dir(),
        size=stat.st_size,
        changed=datetime.fromtimestamp(stat.st_mtime, UTC).isoformat(timespec="seconds"),
        counting=counted.state(name),
    )


def _under_way(counting: Counting) -> bool:
    return counting.summary is None and counting.failed is None


def _sets(studio: Studio) -> ReportSets:
    return ReportSets(studio.project, studio.database)


def _zipped(studio: Studio, name: str) -> Iterator[bytes]:
    root = _sets(studio).path(name)
    with incoming(studio.project) as folder:
        place = folder / "set.zip"
        with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(root.rglob("*")):
                if file.is_file() and not file.is_symlink():
                    archive.write(file, file.relative_to(root).as_posix())
        with place.open("rb") as zipped:
            while chunk := zipped.read(_CHUNK):
                yield chunk
