"""``epicrisis agree``: how far people who read the same reports agree."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from .messages import out_json, say
from .parameters import Json, StorePath

if TYPE_CHECKING:
    from ..codebook.codebook import Codebook
    from ..evaluation.agreement.document import Agreement


def agree(
    *golds: Annotated[
        str, Parameter(help="Two raters or more: a file of gold each (as export writes it), or a run's id.")
    ],
    codebook: Annotated[
        str | None, Parameter(help="A YAML file, or the name of a codebook that ships (brain-mri).")
    ] = None,
    run: Annotated[str | None, Parameter(help="Take the codebook of this run, or of the 'latest'.")] = None,
    blank: Annotated[
        Literal["not-mentioned", "ignore"],
        Parameter(help="What a blank cell says: the report is silent, or this rater did not look."),
    ] = "not-mentioned",
    markdown: Annotated[Path | None, Parameter(help="Write every measure as a Markdown table.")] = None,
    draws: Annotated[int, Parameter(help="Bootstrap draws for the intervals.")] = 2000,
    seed: Annotated[int, Parameter(help="Where the draws begin: the same seed, the same intervals.")] = 0,
    store: StorePath = None,
    json: Json = False,
) -> None:
    """Measure how far raters agree: percent, kappa, Krippendorff's alpha, Gwet's AC1 and AC2.

    Reports that only some of them rated are taken into account as far as each measure can.
    """
    from ..errors import OptionError
    from ..export import check_writable

    if len(golds) < 2:
        raise OptionError("Agreement needs two raters or more.", hint="Name a second file of gold, or a run.")
    if draws < 1:
        raise OptionError("--draws must be 1 or more.", hint="2000 is the default.")
    if markdown is not None:
        check_writable(markdown)
    wanted = _codebook(codebook, run, store)
    from ..evaluation.agreement.agree import agree as measure_agreement
    from ..evaluation.gold import Blank, load_gold

    raters = [load_gold(gold, wanted, store, Blank(blank)) for gold in golds]
    found = measure_agreement(raters, wanted, draws=draws, seed=seed)
    if markdown is not None:
        _write(markdown, found)
    if json:
        out_json(found.as_dict())
    else:
        _print(found)


def _codebook(codebook: str | None, run: str | None, store: Path | None) -> Codebook:
    from ..errors import OptionError

    if (codebook is None) is (run is None):
        raise OptionError(
            "Which codebook do the raters follow?" if codebook is None else "There are two codebooks.",
            hint="Give either --codebook (a file or the name of a shipped one) or --run.",
        )
    if codebook is not None:
        from ..api import to_codebook

        return to_codebook(codebook)[0]
    from ..runs.run import StoredRun

    return StoredRun.open(store, run or "latest").codebook


def _write(path: Path, found: Agreement) -> None:
    from ..evaluation.agreement.tables import markdown
    from ..export.destination import replacing

    with replacing(path) as part:
        part.write_text(markdown(found), encoding="utf-8")
    say(f"Written: {path}")


def _print(found: Agreement) -> None:
    from rich.console import Console
    from rich.table import Table

    from ..evaluation.agreement.tables import legend, said, summaries

    console = Console(highlight=False, markup=False, emoji=False)
    for line in said(found):
        console.print(line, soft_wrap=True)
    for summary in summaries(found):
        table = Table(box=None, pad_edge=False)
        for heading in summary.headings:
            names = heading == "Variable"
            table.add_column(
                heading,
                justify="left" if names else "right",
                overflow="fold",
                min_width=16 if names else None,
            )
        for row in summary.rows:
            table.add_row(*row)
        console.print()
        console.print(table)
    console.print()
    for line in legend(found):
        console.print(line, soft_wrap=True)
