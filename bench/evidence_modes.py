"""Ways of asking, measured: right, wrong, missed, invented, quotes found, tokens, seconds.

    python bench/evidence_modes.py --data ../shared/bench [--sets breast,vitals,thyroid] [--limit 10]

Prints one table and writes ``bench/results/evidence_modes.json``. Greedy, one report at a time.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from epicrisis.engines.address import open_engine
from epicrisis.engines.engine import Engine
from epicrisis.evaluation import Outcome, Tally, compare
from epicrisis.extraction import Answer, ExtractionOptions, Extractor, Grade, Status, Usage
from epicrisis.prompting import Form
from sets import HERE, Dataset, dataset

#: name -> options. The word for "not stated" and the worked examples matter as much as the order.
WAYS: dict[str, dict[str, Any]] = {
    "value": {"form": Form.VALUE, "examples": 0},
    "value+ex": {"form": Form.VALUE},
    "value+ns": {"form": Form.VALUE, "absent": "not stated", "examples": 0},
    "value+ns+ex": {"form": Form.VALUE, "absent": "not stated"},
    "quote_value": {"form": Form.QUOTE_VALUE, "examples": 0},
    "quote_value+ex": {"form": Form.QUOTE_VALUE},
    "value_quote": {"form": Form.VALUE_QUOTE, "examples": 0},
    "value_quote+ex": {"form": Form.VALUE_QUOTE},
    "quote_value|null": {"form": Form.QUOTE_VALUE_OR_NULL, "examples": 0},
    "quote_value|null+ex": {"form": Form.QUOTE_VALUE_OR_NULL},
    "value_quote|null+ex": {"form": Form.VALUE_QUOTE_OR_NULL},
    "quote_value|ns+ex": {"form": Form.QUOTE_VALUE_OR_NULL, "absent": "not stated"},
    "two_step": {"form": Form.TWO_STEP, "examples": 0},
    "two_step+ex": {"form": Form.TWO_STEP},
}


def measure(engine: Engine, data: Dataset, way: str, *, verbose: bool = False) -> dict[str, Any]:
    """One way of asking on one set."""
    extractor = Extractor(data.codebook, engine, ExtractionOptions(**WAYS[way]))
    tally, strict, usage, errors = Tally(), Tally(), Usage(), []
    grades: dict[str, int] = {}
    for case in data.cases:
        extraction = extractor.extract(case.report)
        usage += extraction.usage
        for name, gold in case.gold.items():
            answer = extraction.answers[name]
            outcome = compare(data.codebook[name], answer, gold)
            tally.add(outcome)
            # The same with an inferred answer (no quote found) taken for silence.
            silenced = Answer(Status.NOT_MENTIONED) if answer.status is Status.INFERRED else answer
            strict.add(compare(data.codebook[name], silenced, gold))
            if answer.status in (Status.STATED, Status.INFERRED, Status.UNCERTAIN):
                grade = answer.evidence.grade if answer.evidence else Grade.NONE
                if answer.notes and answer.notes[0].startswith("evidence located"):
                    grade = "located"
                grades[str(grade)] = grades.get(str(grade), 0) + 1
            if verbose and not outcome.agrees:
                errors.append((case.report.id, name, str(outcome), answer.value, gold, answer.notes))
    count = max(1, len(data.cases))
    for error in errors:
        print("   ", *error, file=sys.stderr)
    return {
        "set": data.name,
        "way": way,
        "reports": len(data.cases),
        "cells": tally.total,
        "accuracy": tally.accuracy,
        **{str(outcome): tally[outcome] for outcome in Outcome},
        "stated_only": {"accuracy": strict.accuracy} | {str(o): strict[o] for o in Outcome},
        "grades": grades,
        "evaluated": usage.evaluated_tokens / count,
        "generated": usage.completion_tokens / count,
        "seconds": usage.seconds / count,
    }


_HEADING = (
    f"{'set':8} {'way':20} accuracy right wrong missed invented silent failed | stated only: accuracy missed"
    " invented | quotes: the model's, ours, of | tokens evaluated, generated, seconds per report"
)


def _line(row: dict[str, Any]) -> str:
    grades, strict = row["grades"], row["stated_only"]
    own = sum(grades.get(grade, 0) for grade in ("exact", "normalised", "fuzzy"))
    return (
        f"{row['set']:8} {row['way']:20} {row['accuracy']:8.3f} {row['right']:5} {row['wrong']:5} "
        f"{row['missed']:6} {row['invented']:8} {row['silent']:6} {row['failed']:6} | "
        f"{strict['accuracy']:.3f} {strict['missed']:4} {strict['invented']:4} | "
        f"{own:4} {grades.get('located', 0):4} {sum(grades.values()):4} | "
        f"{row['evaluated']:6.0f} {row['generated']:5.0f} {row['seconds']:6.1f}"
    )


def markdown(rows: list[dict[str, Any]]) -> str:
    """The measurements as a table for the documentation."""
    lines = [
        "| reports | form, examples | right | wrong | missed | invented | cells right | quotes found "
        "| read | written | s |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in sorted(rows, key=lambda row: (row["set"], list(WAYS).index(row["way"]))):
        options = WAYS[row["way"]]
        grades = row["grades"]
        own = sum(grades.get(grade, 0) for grade in ("exact", "normalised", "fuzzy"))
        stated = row["cells"] - row["silent"] - row["invented"]
        unstated = row["silent"] + row["invented"]
        lines.append(
            f"| {row['set']} ({row['reports']}) | `{options['form']}`, {options.get('examples', 2)} "
            f"| {row['right']} | {row['wrong']} | {row['missed']} of {stated} "
            f"| {row['invented']} of {unstated} | {row['accuracy']:.1%} | {own} of {sum(grades.values())} "
            f"| {row['evaluated']:.0f} | {row['generated']:.0f} | {row['seconds']:.0f} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--sets", default="breast,vitals,thyroid")
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--engine", default="qwen2.5-coder-1.5b-instruct")
    parser.add_argument("--limit", type=int, default=10)
    parser.add_argument("--longest", type=int, default=4500, help="longest report, in characters")
    parser.add_argument("--stated", type=int, default=2, help="only reports with so many values in gold")
    parser.add_argument("--out", type=Path, default=HERE / "results" / "evidence_modes.json")
    parser.add_argument("--verbose", action="store_true", help="list the cells that are not right")
    parser.add_argument("--markdown", action="store_true", help="only print what was measured before")
    options = parser.parse_args()
    if options.markdown:
        print(markdown(json.loads(options.out.read_text())))
        return
    engine = open_engine(options.engine)
    chosen = {"limit": options.limit, "longest": options.longest, "stated": options.stated}
    sets = [dataset(name, options.data, **chosen) for name in options.sets.split(",")]
    options.out.parent.mkdir(parents=True, exist_ok=True)
    rows = json.loads(options.out.read_text()) if options.out.exists() else []
    print(_HEADING)
    for data in sets:
        for way in options.ways.split(","):
            started = time.monotonic()
            row = measure(engine, data, way, verbose=options.verbose)
            rows = [r for r in rows if (r["set"], r["way"]) != (row["set"], row["way"])] + [row]
            options.out.write_text(json.dumps(rows, indent=1))
            print(_line(row), f"({time.monotonic() - started:.0f} s)", flush=True)
    engine.close()


if __name__ == "__main__":
    main()
