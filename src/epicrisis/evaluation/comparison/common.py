"""What runs have in common: the variables, the reports and the cells they can be compared in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path

from ...codebook.codebook import Codebook
from ...codebook.variable import ClosedVariable, SpansVariable, Variable
from ...errors import OptionError
from ...runs.run import StoredRun
from ..gold import Blank, Gold, load_gold
from ..pairing import Matching, Paired, PairedReport
from .result import LeftOut


@dataclass(frozen=True, slots=True)
class Common:
    """``paired``: for each run the same reports in the same order, with the same cells. ``codebook``: the
    variables compared. ``differing``: those that the runs' codebooks put differently."""

    codebook: Codebook
    paired: tuple[Paired, ...]
    left_out: LeftOut
    differing: frozenset[str]


def joined(codebooks: Sequence[Codebook]) -> Codebook:
    """The first codebook with the variables and options that only the others have added, to read gold by.

    Of variables with one name and different kinds the first stays.
    """
    variables: dict[str, Variable] = {}
    for codebook in codebooks:
        for variable in codebook.columns:
            there = variables.get(variable.name)
            variables[variable.name] = variable if there is None else _with_options(there, variable)
    return codebooks[0].model_copy(update={"variables": list(variables.values())})


def gold_for(
    runs: Sequence[StoredRun], what: str | PathLike[str], blank: Blank = Blank.NOT_MENTIONED
) -> Gold:
    """The gold in a file, or the run of that name in the first run's store, read by the codebooks of all
    runs. Raises ReadingError and OptionError as ``load_gold`` does."""
    codebook = joined([run.codebook for run in runs])
    id_names = (run.manifest.source.columns.identity.get("id") for run in runs)
    return load_gold(
        what if isinstance(what, str) else Path(what),
        codebook,
        runs[0].store_path,
        blank,
        id_name=next(filter(None, id_names), None),
    )


def common(names: Sequence[str], paired: Sequence[Paired], gold_variables: Sequence[str]) -> Common:
    """What the runs ``names``, each paired with one gold, have in common.

    Raises OptionError if that is no variable or no report.
    """
    codebooks = [one.codebook for one in paired]
    codebook, reasons = _variables(names, codebooks, gold_variables)
    ids = _reports(names, paired)
    chosen = set(codebook.names)
    by_id = [{report.id: report for report in one.reports} for one in paired]
    cells = {report: chosen.intersection(*(reports[report].pairs for reports in by_id)) for report in ids}
    matching = Matching(scored=ids)

    def kept(report: PairedReport) -> PairedReport:
        pairs = {name: pair for name, pair in report.pairs.items() if name in cells[report.id]}
        return replace(report, pairs=pairs)

    return Common(
        codebook,
        tuple(
            Paired(one.codebook, tuple(kept(reports[report]) for report in ids), matching)
            for one, reports in zip(paired, by_id, strict=True)
        ),
        _left_out(names, paired, reasons),
        frozenset(name for name in chosen if any(one[name] != codebooks[0][name] for one in codebooks)),
    )


def _with_options(first: Variable, other: Variable) -> Variable:
    if type(first) is not type(other) or not isinstance(first, ClosedVariable | SpansVariable):
        return first
    known = {str(option.value).casefold() for option in first.options}
    added = [
        option
        for option in other.options  # type: ignore[union-attr]
        if str(option.value).casefold() not in known
    ]
    return first.model_copy(update={"options": [*first.options, *added]}) if added else first


def _variables(
    names: Sequence[str], codebooks: Sequence[Codebook], gold: Sequence[str]
) -> tuple[Codebook, dict[str, str]]:
    everything = joined(codebooks)
    reasons: dict[str, str] = {}
    for variable in everything.columns:
        without = [name for name, book in zip(names, codebooks, strict=True) if variable.name not in book]
        kinds = {book[variable.name].kind: None for book in codebooks if variable.name in book}
        if without:
            reasons[variable.name] = f"not in {' and '.join(without)}"
        elif len(kinds) > 1:
            reasons[variable.name] = f"of different kinds: {', '.join(kinds)}"
        elif variable.name not in gold:
            reasons[variable.name] = "not in gold"
    kept = set(everything.names) - set(reasons)
    if kept:
        return everything.subset(kept), reasons
    if all(reason == "not in gold" for reason in reasons.values()):
        raise OptionError(
            "Gold has none of the runs' variables.", hint="Its columns must have the variables' names."
        )
    raise OptionError(
        "The runs have no variable in common that gold has too.",
        hint="Variables are common if they have the same name and kind in the codebooks of all runs.",
    )


def _reports(names: Sequence[str], paired: Sequence[Paired]) -> tuple[str, ...]:
    scored = [set(one.matching.scored) for one in paired]
    shared = set.intersection(*scored)
    if not shared:
        raise OptionError(
            f"The runs {' and '.join(names)} have no report in common that gold has too.",
            hint="Runs are compared on the reports that all of them have, by id.",
        )
    return tuple(report for report in paired[0].matching.scored if report in shared)


def _left_out(names: Sequence[str], paired: Sequence[Paired], variables: dict[str, str]) -> LeftOut:
    anywhere = list(dict.fromkeys(report for one in paired for report in one.matching.scored))
    missing = {}
    for name, one in zip(names, paired, strict=True):
        there = {*one.matching.scored, *one.matching.excluded}
        if lacking := tuple(report for report in anywhere if report not in there):
            missing[name] = lacking
    nowhere = set.intersection(*(set(one.matching.only_in_gold) for one in paired))
    return LeftOut(
        missing=missing,
        not_in_gold=tuple(dict.fromkeys(report for one in paired for report in one.matching.only_in_run)),
        not_in_runs=tuple(report for report in paired[0].matching.only_in_gold if report in nowhere),
        excluded={report: why for one in paired for report, why in one.matching.excluded.items()},
        variables=variables,
    )
