"""Gold: human answers, from a file or from another run."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..codebook.codebook import Codebook
from ..codebook.variable import GroupVariable, SpansVariable, Variable
from ..errors import OptionError, ReadingError, StoreError
from ..extraction.answer import Answer, Status
from ..extraction.checking import InvalidValueError
from ..reading.encoding import first_bytes
from ..reading.formats import open_table
from .gold_cell import Blank, Gold, GoldCell
from .gold_columns import LONG, id_column, is_long, notes_of, wide_columns
from .gold_long import read_long
from .gold_problems import Problems
from .gold_values import scalar
from .gold_wide import read_wide

if TYPE_CHECKING:
    from ..runs.run import StoredRun

__all__ = ["Blank", "Gold", "GoldCell", "cell_of", "gold_of_run", "load_gold", "read_gold"]


def read_gold(
    path: str | PathLike[str],
    codebook: Codebook,
    *,
    blank: Blank = Blank.NOT_MENTIONED,
    id_name: str | None = None,
) -> Gold:
    """The gold in a CSV, TSV, JSON, JSON lines, Parquet or Excel file, in either form that ``export``
    writes: a column per variable, or (known by its columns ``variable`` and ``value``) a row per answer.

    ``id_name`` is the column of report ids if there is one of that name; else it is found by its name.
    Numbers, dates and booleans are understood as people and spreadsheets write them, options by their
    labels too. Raises ``ReadingError`` with everything that is wrong: unknown variables and statuses,
    values that the codebook does not allow, repeated and missing ids, a file without rows.
    """
    path = Path(path)
    if path.is_file() and not first_bytes(path).strip(b"\xef\xbb\xbf \t\r\n"):
        raise _no_rows(path)
    table = open_table(path)
    rows = list(table.rows())
    if not rows:
        raise _no_rows(path)
    # Lines of JSON may have keys that the first ones do not.
    columns = tuple(dict.fromkeys([*table.columns, *(name for _, row in rows for name in row)]))
    problems = Problems(path, rows=table.format in ("xlsx", "parquet"))
    if is_long(columns, codebook):
        found_id = id_column(columns, id_name, LONG)
        if found_id is None:
            problems.add(
                "No column is recognisable as the ids of the reports.",
                hint="Name it 'id', or as the file of reports names it.",
            )
            problems.check()
        cells, own, unknown = read_long(rows, found_id or "", codebook, blank, problems)
        notes = notes_of(unknown, own, codebook, "name")
        if not own and not problems:
            problems.add(f"No row is about a variable of the codebook '{codebook.name}'.")
    else:
        wide = wide_columns(columns, codebook, id_name, problems)
        cells, own, notes = read_wide(rows, wide, codebook, blank, problems), wide.variables, wide.notes
    problems.check()
    return Gold(path.name, cells, own, blank, (*table.notes, *notes))


def gold_of_run(run: StoredRun, codebook: Codebook | None = None) -> Gold:
    """The answers of a run as gold, for comparing two ways of asking. Failed answers are left out.

    With ``codebook``, only what is an answer to a variable of that codebook: of the same name and kind,
    with a value it allows; the notes count the rest.
    """
    theirs = run.codebook
    wanted = codebook or theirs
    variables = [one for one in wanted.columns if one.name in theirs and theirs[one.name].kind == one.kind]
    if not variables:
        raise OptionError(
            f"The run {run.id} has no variable of the codebook '{wanted.name}'.",
            hint=f"It was made with the codebook '{theirs.name}'.",
        )
    cells: dict[str, dict[str, GoldCell]] = {}
    failed = foreign = 0
    for extraction in run:
        found: dict[str, GoldCell] = {}
        for variable in variables:
            answer = extraction.answers.get(variable.name)
            if answer is None or answer.status is Status.FAILED:
                failed += 1
                continue
            try:
                found[variable.name] = cell_of(variable, answer)
            except InvalidValueError:
                foreign += 1
        cells[extraction.report_id] = found
    notes = list(notes_of((), [variable.name for variable in variables], wanted))
    if failed:
        notes.append(f"{failed} failed answers of {run.id} are no gold.")
    if foreign:
        notes.append(f"{foreign} answers of {run.id} have values that the codebook does not allow.")
    names = tuple(variable.name for variable in variables)
    return Gold(run.id, cells, names, Blank.NOT_MENTIONED, tuple(notes))


def load_gold(
    what: str | PathLike[str],
    codebook: Codebook,
    store: str | PathLike[str] | None = None,
    blank: Blank = Blank.NOT_MENTIONED,
    *,
    id_name: str | None = None,
) -> Gold:
    """The gold in the file ``what``, or else of the run of that name in ``store``.

    Raises ``ReadingError`` as ``read_gold`` does, ``OptionError`` where there is neither file nor run.
    """
    path = Path(what)
    if path.exists() or path.suffix or len(path.parts) > 1:
        return read_gold(path, codebook, blank=blank, id_name=id_name)
    from ..runs.run import StoredRun

    try:
        run = StoredRun.open(store, str(what))
    except StoreError as error:
        raise OptionError(
            f"There is no file {str(what)!r}, and no run can be opened by that name: {error.message}",
            hint="Gold is a CSV, JSON lines or Excel file, or the name of a run.",
        ) from None
    return gold_of_run(run, codebook)


def cell_of(variable: Variable, answer: Answer) -> GoldCell:
    """An answer as gold has it. Raises ``InvalidValueError`` for a value that the codebook does not allow."""
    quote = None if answer.evidence is None else answer.evidence.quote
    if not answer.status.has_value or answer.value is None:
        return GoldCell(Status.NOT_MENTIONED if answer.status.has_value else answer.status, None, quote)
    value: Any = answer.value
    if isinstance(variable, SpansVariable):
        value = [{name: span.get(name) for name in ("text", "type", "start", "end")} for span in value]
    elif isinstance(variable, GroupVariable):
        value = [_item_of(variable, one) for one in value]
    else:
        value = scalar(variable, value)
    return GoldCell(answer.status, value, quote)


def _item_of(variable: GroupVariable, answers: Mapping[str, Answer]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in variable.variables:
        answer = answers.get(part.name)
        said = answer is not None and answer.status.has_value and answer.value is not None
        found[part.name] = scalar(part, answer.value) if said and answer is not None else None
    return found


def _no_rows(path: Path) -> ReadingError:
    return ReadingError(
        "The gold has no rows.",
        path=path,
        hint="It should have a column with report ids and one for each variable: export the gold again.",
    )
