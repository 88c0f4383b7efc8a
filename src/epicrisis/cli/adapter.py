"""What a training came to, on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .messages import out, say

if TYPE_CHECKING:
    from ..adapter import Adapter

#: Columns that a terminal needs to show an interval with every number.
_ALL_INTERVALS = 120


def print_adapter(adapter: Adapter, codebook: str) -> None:
    """How it was trained, what was measured, and how to use it on ``codebook``."""
    card = adapter.card
    training = card["training"]
    choosing = training.get("choosing_seconds")  # adapters of earlier versions do not know
    beside = "" if choosing is None else f" (and {choosing / 60:.1f} to choose between them)"
    out(
        f"Adapter {adapter.name}: {training['epochs']} epochs in {training['seconds'] / 60:.1f} minutes"
        f"{beside}, the best of them {training['best_epoch']}; {card['data']['train']['count']} training, "
        f"{card['data']['validation']['count']} validation and {card['data']['test']['count']} test reports."
    )
    metrics = card["metrics"]
    if metrics is None:
        out("It was not measured on a test part.")
    else:
        out(f"On the {metrics['reports']} test reports, through {metrics['through']} (95 % intervals):")
        _print_metrics(metrics)
    say(f"Card: {adapter.folder / 'README.md'}")
    out(f"To use it: epicrisis extract {codebook} REPORTS --adapter {adapter.folder}")


def _print_metrics(metrics: dict[str, Any]) -> None:
    """Before, after and the difference; in a narrow terminal the difference alone with its interval."""
    from rich.console import Console
    from rich.table import Table

    from ..evaluation.comparison.words import plain, signed
    from ..evaluation.report.words import metric_label
    from ..tuning.card import shown

    console = Console(highlight=False, markup=False, emoji=False)
    table = Table(box=None, pad_edge=False)
    table.add_column("", overflow="fold")
    for heading in ("Measure", "Before", "After", "Difference"):
        table.add_column(heading, no_wrap=True)
    words = str if console.width >= _ALL_INTERVALS else plain
    named = None
    for row in ({"name": "all cells", **metrics}, *metrics["variables"]):
        name, named = "" if row["name"] == named else row["name"], row["name"]
        table.add_row(
            name,
            metric_label(row["metric"]),
            shown(row["before"], words),
            shown(row["after"], words),
            shown(row["difference"], signed),
        )
    console.print(table)
