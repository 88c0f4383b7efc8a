"""The 15 categories of ELMTEX: mentions found and wording, in two protocols, for one way of asking.

    python bench/elmtex.py --engine NAME [--adapter DIR] [--shots N] [--limit N] [--bertscore FOLDER]
    python bench/elmtex.py --run ID --store FILE

Asks about the summaries that ship (or those of ``--data``: a folder with reports.csv and gold.csv), examples
being those of ``bench/elmtex/train``; or scores a run that is there. Prints a table: precision, recall and F1
of mentions (exact: the same characters; relaxed: a character in common), ROUGE-1, -2 and -L, and BERTScore
where a local model is named. *Ours* counts what is invented where gold is silent, *lenient* does not score
those cells. ``bench/results/elmtex.json`` keeps what was measured before, with intervals; answers are kept
beside it, and the same command goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from epicrisis import api, library
from epicrisis.codebook import Codebook, load
from epicrisis.codebook.variable import SpansVariable
from epicrisis.engines.engine import Engine
from epicrisis.evaluation.bertscore import BertScorer
from epicrisis.evaluation.entities import ALL, measure_entities
from epicrisis.evaluation.estimate import Estimate
from epicrisis.evaluation.matching import match
from epicrisis.evaluation.pairing import Paired
from epicrisis.evaluation.resampling import DRAWS, Resampler
from epicrisis.evaluation.wording import measure_wording
from epicrisis.examples import Selector
from epicrisis.examples_from_gold import pool
from epicrisis.extraction import ExtractionOptions
from epicrisis.prompting import Form
from epicrisis.reading import read
from epicrisis.report import Report
from epicrisis.runs.run import StoredRun

HERE = Path(__file__).parent
RESULTS = HERE / "results"
TRAIN = HERE / "elmtex" / "train"
CODEBOOK = "elmtex"
PROTOCOLS = {"ours": False, "lenient": True}
#: All categories but age and gender.
LISTS = "(lists)"
#: The columns of the table: heading, measure.
_SHOWN = {
    "P": "exact_precision",
    "R": "exact_recall",
    "F1": "exact_f1",
    "P~": "relaxed_precision",
    "R~": "relaxed_recall",
    "F1~": "relaxed_f1",
    "R-1": "rouge_1",
    "R-2": "rouge_2",
    "R-L": "rouge_l",
    "BERT": "bertscore_f1",
}

#: By protocol and category, each measure.
Scores = Mapping[str, Mapping[str, Mapping[str, Estimate]]]


def chosen(folder: Path, limit: int | None, languages: Sequence[str] = ()) -> list[Report]:
    """The reports of a folder; of each language the first ``limit``."""
    found: dict[str | None, list[Report]] = {}
    for report in read(folder / library.REPORTS_FILE):
        if not languages or report.language in languages:
            found.setdefault(report.language, []).append(report)
    return [report for some in found.values() for report in some[:limit]]


def options(codebook: Codebook, shots: int, seed: int, asking: Mapping[str, Any]) -> ExtractionOptions | None:
    """How it is asked; ``None`` for the defaults, or what the adapter was tuned for."""
    changed = {name: value for name, value in asking.items() if value is not None}
    if shots:
        examples = pool(TRAIN / library.GOLD_FILE, codebook, TRAIN / library.REPORTS_FILE)
        changed["selector"] = Selector(examples, shots, "similar", seed=seed)
    return ExtractionOptions(**changed) if changed else None


def asked(
    reports: list[Report],
    codebook: Codebook,
    engine: Engine | str,
    how: ExtractionOptions | None,
    store: Path,
    *,
    adapter: Path | None = None,
    settings: api.EngineSettings | None = None,
) -> StoredRun:
    """A run over the reports; it goes on where it stopped."""
    more: dict[str, Any] = {} if adapter is None else {"adapter": adapter}
    return api.extract(
        reports, codebook, engine, options=how, settings=settings, store=store, progress=True, **more
    )


def scores(run: StoredRun, gold: Path, *, scorer: BertScorer | None = None, draws: int = DRAWS) -> Scores:
    """Every measure of a run in both protocols."""
    found: dict[str, dict[str, dict[str, Estimate]]] = {}
    for protocol, lenient in PROTOCOLS.items():
        paired = match(run, gold, lenient=lenient).paired
        resampler = Resampler(len(paired.reports), draws=draws)
        found[protocol] = _measured(paired, resampler, scorer)
        found[protocol][LISTS] = _measured(_lists(paired), resampler, scorer)[ALL]
    return found


def _measured(
    paired: Paired, resampler: Resampler, scorer: BertScorer | None
) -> dict[str, dict[str, Estimate]]:
    wording = measure_wording(paired, resampler, scorer)
    return {name: {**one, **wording[name]} for name, one in measure_entities(paired, resampler).items()}


def _lists(paired: Paired) -> Paired:
    """The same reports without age and gender, which are easier than lists."""
    names = {one.name for one in paired.codebook.columns if isinstance(one, SpansVariable)}
    return replace(
        paired,
        reports=tuple(
            replace(report, pairs={name: pair for name, pair in report.pairs.items() if name in names})
            for report in paired.reports
        ),
    )


def table(found: Scores) -> Iterator[str]:
    """A line for each category in each protocol. ``in gold``: mentions, or values."""
    names = [name for name in _SHOWN.values() if name in found["ours"][ALL]]
    heads = [head for head, name in _SHOWN.items() if name in names]
    yield f"{'category':32} {'protocol':8} {'in gold':>7}  " + "  ".join(f"{head:>5}" for head in heads)
    for category in found["ours"]:
        for protocol, by_category in found.items():
            own = by_category.get(category)
            if own is None:
                continue
            numbers = "  ".join(f"{_number(own[name]):>5}" for name in names)
            yield f"{category:32} {protocol:8} {own['exact_recall'].n:>7}  {numbers}"


def _number(estimate: Estimate) -> str:
    return "-" if estimate.value is None else f"{estimate.value:.3f}"


def kept(path: Path, name: str, about: Mapping[str, Any], found: Scores) -> dict[str, Any]:
    """The document with this measurement in it, in place of an earlier one of the same name."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    document[name] = {
        **about,
        "scores": {
            protocol: {
                category: {
                    measure: {"value": one.value, "low": one.low, "high": one.high, "n": one.n}
                    for measure, one in own.items()
                }
                for category, own in by_category.items()
            }
            for protocol, by_category in found.items()
        },
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return document


def name_of(given: argparse.Namespace, run: StoredRun) -> str:
    """What a measurement is called: the model, and what was asked of it in another way than by default."""
    model = run.manifest.engine.identity.get("model") or given.engine
    parts = [
        str(model),
        f"adapter {given.adapter.name}" if given.adapter else "",
        f"{given.shots} shots" if given.shots else "",
        f"form {given.form}" if given.form else "",
        "bare" if given.bare else "",
        f"first {given.limit}" if given.limit else "",
        " ".join(given.languages),
        "" if given.data is None else given.data.name,
    ]
    return given.name or ", ".join(filter(None, parts))


def main(arguments: Sequence[str] | None = None, engine: Engine | None = None) -> None:
    """``engine``: one that is open already, in place of an address."""
    given = _parser().parse_args(arguments)
    codebook = load(library.path(CODEBOOK))
    folder = given.data or library.path(CODEBOOK)
    store = given.store or given.out.parent / "elmtex" / "store.sqlite"
    scorer = None if given.bertscore is None else BertScorer.open(given.bertscore)
    if given.run is not None:
        run: StoredRun = api.open_run(given.run, store=store)
    else:
        asking = {
            "form": given.form and Form(given.form),
            "bare": given.bare or None,
            "examples": given.examples,
        }
        store.parent.mkdir(parents=True, exist_ok=True)
        run = asked(
            chosen(folder, given.limit, given.languages),
            codebook,
            engine or given.engine,
            options(codebook, given.shots, given.seed, asking),
            store,
            adapter=given.adapter,
            settings=api.EngineSettings(
                context=given.context, parallel=given.parallel, threads=given.threads
            ),
        )
    found = scores(run, folder / library.GOLD_FILE, scorer=scorer, draws=given.draws)
    usage, counts = run.manifest.usage, run.counts
    about = {
        "run": run.id,
        "engine": run.manifest.engine.identity,
        "adapter": None if given.adapter is None else given.adapter.name,
        "shots": given.shots,
        "reports": counts.done,
        "failed": counts.failed,
        "bertscore": None if given.bertscore is None else given.bertscore.name,
        "seconds": usage.seconds,
        "prompt_tokens": usage.prompt_tokens,
        "generated_tokens": usage.completion_tokens,
    }
    name = name_of(given, run)
    document = kept(given.out, name, about, found)
    print(f"{name}: {counts.done} reports, {counts.failed} failed")
    print("\n".join(table(found)))
    others = [other for other in document if other != name]
    if others:
        print("\nAll categories, exact F1 in ours and lenient:")
        for other in [*others, name]:
            values = [document[other]["scores"][protocol][ALL]["exact_f1"]["value"] for protocol in PROTOCOLS]
            print(f"  {other}: " + ", ".join("-" if one is None else f"{one:.3f}" for one in values))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--engine", default=api.DEFAULT_ENGINE)
    parser.add_argument("--adapter", type=Path, help="the folder of an adapter")
    parser.add_argument("--shots", type=int, default=0, help="examples of bench/elmtex/train to show")
    parser.add_argument("--examples", type=int, help="examples made from the codebook; two if left out")
    parser.add_argument("--form", help="what the engine writes for each variable")
    parser.add_argument("--bare", action="store_true", help="the report alone, without definitions")
    parser.add_argument("--limit", type=int, help="the first so many reports of each language")
    parser.add_argument("--languages", nargs="+", default=[], help="only these, such as en nl")
    parser.add_argument("--data", type=Path, help="a folder with reports.csv and gold.csv of your own")
    parser.add_argument("--run", help="score this run; nothing is asked")
    parser.add_argument("--store", type=Path, help="where runs are kept")
    parser.add_argument("--bertscore", type=Path, help="the folder of an encoder")
    parser.add_argument("--name", help="what this measurement is called")
    parser.add_argument("--context", type=int)
    parser.add_argument("--parallel", type=int)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--draws", type=int, default=DRAWS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=RESULTS / "elmtex.json")
    return parser


if __name__ == "__main__":
    main()
