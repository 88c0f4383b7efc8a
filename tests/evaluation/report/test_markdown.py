"""Markdown: the same numbers, nothing of it markup that was not meant to be."""

from __future__ import annotations

import re

from epicrisis.evaluation.report import to_markdown, without_text
from epicrisis.evaluation.report.contents import contents
from epicrisis.evaluation.report.document import Figure, Section, Table
from epicrisis.evaluation.result import Evaluation, Suspect

from .conftest import CANARY, make_evaluation


def _tables(section: Section) -> list[Table]:
    own = [block.table if isinstance(block, Figure) else block for block in section.blocks]
    return [one for one in own if isinstance(one, Table)] + [
        table for part in section.parts for table in _tables(part)
    ]


def test_every_cell_of_every_table_is_there(evaluation: Evaluation) -> None:
    written = to_markdown(evaluation).replace("\\", "").replace("**", "")
    for section in contents(evaluation):
        for table in _tables(section):
            for row in table.rows:
                assert f"| {' | '.join(' '.join(str(cell).split()) for cell in row)} |" in written


def test_tables_have_as_many_cells_in_every_row(evaluation: Evaluation) -> None:
    widths = []
    for line in to_markdown(evaluation).splitlines():
        if line.startswith("|"):
            widths.append(len(re.findall(r"(?<!\\)\|", line)))
        elif widths:
            assert len(set(widths)) == 1, line
            widths = []


def test_markup_is_escaped() -> None:
    nasty = Suspect("R-1", "a|b", "wrong", "<b>x</b>\n\n# y", "`z` [l](http://x)", "stated", quote="*|*")
    written = to_markdown(make_evaluation(suspects=(nasty,)))
    assert "<b>" not in re.sub(r"\\<", "", written)
    assert "\\`z\\` \\[l\\](http://x)" in written
    assert "\n# y" not in written


def test_names_stay_readable(evaluation: Evaluation) -> None:
    assert "| infarct_present |" in to_markdown(evaluation)


def test_without_text(evaluation: Evaluation) -> None:
    assert CANARY in to_markdown(evaluation)
    assert CANARY not in to_markdown(without_text(evaluation))
