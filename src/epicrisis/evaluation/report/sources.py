"""The sections about what the numbers come from: cost, reports, settings, manifest."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ..result import Evaluation
from .document import Section, Verbatim, table
from .json import to_json
from .words import capped, counted, number

#: Report ids shown of a long list; the JSON holds all of them.
MOST_LISTED = 1000


def sources(evaluation: Evaluation) -> Iterator[Section]:
    """Cost, reports, settings and manifest."""
    if evaluation.cost is not None:
        yield _cost(evaluation)
    yield _reports(evaluation)
    yield _manifest(evaluation)


def _cost(evaluation: Evaluation) -> Section:
    cost = evaluation.cost
    if cost is None:
        raise ValueError("there is no cost")
    rows: list[list[object]] = [
        ["seconds of engine time", cost.seconds],
        ["prompt tokens evaluated", cost.evaluated_tokens],
        ["prompt tokens from the cache", cost.cached_tokens],
        ["tokens generated", cost.generated_tokens],
    ]
    if cost.money is not None:
        rows.append(["cost, in the currency of the hourly cost", cost.money])
    about = [f"Measured on {counted(cost.reports, 'report')}."]
    if cost.cost_per_hour is not None:
        about.append(f"An hour costs {number(cost.cost_per_hour)}.")
    return Section(
        "cost", "Cost", tuple(about), (table("For 1,000 reports", ["what", "per 1,000 reports"], rows),)
    )


def _reports(evaluation: Evaluation) -> Section:
    matching = evaluation.matching
    counts = table(
        "How run and gold were matched, by report id",
        ["reports", "number"],
        [
            ["scored", len(matching.scored)],
            ["in the run only: not scored", len(matching.only_in_run)],
            ["in gold only: not scored", len(matching.only_in_gold)],
            ["excluded", len(matching.excluded)],
        ],
    )
    blocks = [counts]
    for title, ids in (("in the run only", matching.only_in_run), ("in gold only", matching.only_in_gold)):
        if ids:
            note = capped(len(ids), min(len(ids), MOST_LISTED), "report")
            blocks.append(
                table(f"Reports {title}", ["report"], [[one] for one in ids[:MOST_LISTED]], note=note)
            )
    if matching.excluded:
        rows = list(matching.excluded.items())
        note = capped(len(rows), min(len(rows), MOST_LISTED), "report")
        blocks.append(table("Excluded reports", ["report", "reason"], rows[:MOST_LISTED], note=note))
    return Section("reports", "Reports scored and not scored", blocks=tuple(blocks))


def _manifest(evaluation: Evaluation) -> Section:
    document = to_json(evaluation)
    settings = [[name, _plain(value)] for name, value in document["settings"].items()]
    blocks = [table("Settings of this evaluation", ["setting", "value"], settings)] if settings else []
    manifest = _without_codebook(document["manifest"])
    return Section(
        "manifest",
        "What it was made with",
        paragraphs=(
            "Everything needed to repeat the run. The codebook's content is left out; its digest stays.",
        )
        if manifest
        else (),
        blocks=(*blocks, *([Verbatim("Manifest of the run", _indented(manifest))] if manifest else ())),
    )


def _without_codebook(manifest: Mapping[str, Any]) -> dict[str, Any]:
    kept = dict(manifest)
    if isinstance(kept.get("codebook"), dict):
        kept["codebook"] = {
            name: value for name, value in kept["codebook"].items() if name not in ("text", "content")
        }
    return kept


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _indented(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
