"""A run opened to look at its results."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from ...api import Run
from ...codebook.codebook import Codebook
from ...runs.run import true_status
from ...runs.store import RunRow, Store
from ..index import Coverage, Index
from ..index.index import codebook_in
from ..people.roles import Person
from ..stored_runs import open_run
from ..studio import Studio
from . import blind
from .asked import Asked
from .differing import find_out
from .filters import read
from .found import Found, finding

#: Seconds that a page waits for the index; what is not read by then comes with the next look.
PATIENCE = 1.5


@dataclass(frozen=True)
class Opened:
    """A run with its index brought up to it."""

    studio: Studio
    person: Person
    run: Run
    row: RunRow
    index: Index
    covered: Coverage

    @cached_property
    def codebook(self) -> Codebook:
        return codebook_in(self.row.manifest)

    @property
    def status(self) -> str:
        return true_status(self.run.store_path, self.row)

    @contextmanager
    def finding(self, asked: Asked) -> Iterator[Found]:
        """The reports asked for. Raises Refused: 404 and 422 for filters and orders that mean nothing, 409
        for what the person is not to know yet."""
        conditions = read(asked.filter, self.codebook)
        sources = [one.value for one in conditions if one.field == "differs"]
        blind.check_sources(self.studio, self.person, self.run.id, sources)
        find_out(self.studio, self.run, self.covered, sources)
        with finding(self.index, self.covered, self.codebook, asked) as found:
            yield found

    def alike(self) -> list[str]:
        """Other runs of the same codebook, the latest first."""
        with Store(self.run.store_path, create=False) as store:
            rows = store.runs()
        return [row.id for row in rows if row.codebook == self.row.codebook and row.id != self.run.id]


def open_results(studio: Studio, person: Person, run_id: str, *, whole: bool = False) -> Opened:
    """The run and its index: all of it if ``whole``, else what can be read of it without making people wait.

    Raises Refused: 404 where there is no such run, 409 for who is to review it blind.
    """
    run = open_run(studio.project, run_id)
    blind.check(studio, run.id, person)
    index = Index(studio.project)
    covered = index.catch_up(run, None if whole else PATIENCE)
    with Store(run.store_path, create=False) as store:
        row = store.run(run.id)
    return Opened(studio, person, run, row, index, covered)
