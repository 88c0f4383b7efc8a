"""Agreement as tables: a short one for the terminal, the whole one in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..estimate import Estimate
from .document import Agreement, VariableAgreement

_LABELS = {
    "percent_agreement": "percent agreement",
    "kappa": "Cohen's kappa",
    "quadratic_kappa": "weighted kappa (quadratic)",
    "linear_kappa": "weighted kappa (linear)",
    "fleiss_kappa": "Fleiss' kappa",
    "krippendorff_alpha_nominal": "Krippendorff's alpha (nominal)",
    "krippendorff_alpha_ordinal": "Krippendorff's alpha (ordinal)",
    "krippendorff_alpha_interval": "Krippendorff's alpha (interval)",
    "gwet_ac1": "Gwet's AC1",
    "gwet_ac2": "Gwet's AC2 (ordinal)",
    "token_f1": "token F1",
    "strict_f1": "strict F1",
    "overlap_f1": "overlap F1",
    "item_f1": "item F1",
}
#: The columns of the short table, by how the names of their measures look.
_COLUMNS = {
    "Agreement": r"percent_agreement",
    "Kappa": r"kappa|quadratic_kappa",
    "Alpha": r"krippendorff_.*",
    "AC": r"gwet_.*",
    "F1": r".*_f1",
}
_LEGEND = {
    "Kappa": "Kappa: Cohen's; with quadratic weights for ordinal variables.",
    "Alpha": "Alpha: Krippendorff's; nominal, or ordinal, or interval for numbers and dates.",
    "AC": "AC: Gwet's AC1; AC2 for ordinal variables.",
    "F1": "F1: of the words of texts, of mentions at the same place, of items with the same keys.",
}
_PAIRS_ONLY = re.compile(r"(quadratic_|linear_)?kappa|.*_f1")
_SPECIAL = re.compile(r"([\\`*_\[\]<>|])")


def label(name: str, raters: int = 2) -> str:
    """A measure's name as the field writes it; what is the mean of pairs of raters says so."""
    pairs = ", mean of pairs" if raters > 2 and _PAIRS_ONLY.fullmatch(name) else ""
    return f"{_LABELS.get(name, name)}{pairs}"


@dataclass(frozen=True, slots=True)
class Summary:
    """A short table: the headline measures, each over its interval, and ``n`` where it rests on fewer reports
    than the variable has."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def summaries(agreement: Agreement) -> tuple[Summary, ...]:
    """The variables with chance-corrected measures, then those with F1, which are other columns."""
    with_f1 = [variable for variable in agreement.variables if _in_column(variable, "F1")]
    others = [variable for variable in agreement.variables if variable not in with_f1]
    return tuple(_summary(variables) for variables in (others, with_f1) if variables)


def _summary(variables: Sequence[VariableAgreement]) -> Summary:
    columns = [heading for heading in _COLUMNS if any(_in_column(one, heading) for one in variables)]
    rows = []
    for variable in variables:
        row = [f"{variable.name}\n{variable.kind}", f"{variable.reports:,}"]
        for heading in columns:
            name = _in_column(variable, heading)
            row.append(_cell(variable, name) if name else "")
        rows.append(tuple(row))
    return Summary(("Variable", "n", *columns), tuple(rows))


def _in_column(variable: VariableAgreement, heading: str) -> str | None:
    """The headline measure that the variable has for a column of the short table."""
    return next((name for name in variable.headline if re.fullmatch(_COLUMNS[heading], name)), None)


def legend(agreement: Agreement) -> Iterator[str]:
    """What the columns of the short tables are, and where there is no interval, or no value, and why."""
    shown = {heading for one in summaries(agreement) for heading in one.headings}
    pairs = " The mean of all pairs of raters." if len(agreement.raters) > 2 else ""
    for heading, words in _LEGEND.items():
        if heading in shown:
            yield words + (pairs if heading in ("Kappa", "F1") else "")
    yield "Below a number: its 95 % interval, over reports. n: reports with two ratings or more."
    if any("\nn " in cell for one in summaries(agreement) for row in one.rows for cell in row):
        yield "n below a number: the reports it rests on, where silent ones do not count."
    for (headings, reason), variables in _reasons(agreement).items():
        yield f"{', '.join(headings)} of {', '.join(variables)}: {reason}."


def said(agreement: Agreement) -> Iterator[str]:
    """Who rated what, and what was left out."""
    raters = ", ".join(f"{rater.name} ({rater.reports:,} reports)" for rater in agreement.raters)
    yield f"{len(agreement.raters)} raters: {raters}."
    yield f"{agreement.reports:,} reports were rated by two or more."
    yield from agreement.notes
    for variable in agreement.variables:
        for note in variable.notes:
            yield f"{variable.name}: {note}."


def markdown(agreement: Agreement) -> str:
    """Everything measured, a row for each measure, and how it was done."""
    headings = ("variable", "kind", "measure", "n", "value", "95 % interval", "method")
    rows = [
        (
            variable.name,
            variable.kind,
            label(name, len(agreement.raters)),
            f"{estimate.n:,}",
            "not defined" if estimate.value is None else f"{estimate.value:.3f}",
            "" if estimate.low is None else f"{estimate.low:.3f} to {estimate.high:.3f}",
            estimate.method or _reason(estimate),
        )
        for variable in agreement.variables
        for name, estimate in variable.measures.items()
    ]
    settings = agreement.settings
    blank = "the report is silent" if settings.get("blank") == "not-mentioned" else "nobody looked"
    how = (
        f"BCa intervals: {settings['draws']:,} bootstrap draws over reports, seed {settings['seed']}. "
        f"A blank cell means: {blank}. n: the reports a measure rests on."
    )
    title = f"# Agreement: {_safe(agreement.codebook)}, version {_safe(agreement.codebook_version)}"
    listed = "\n".join(f"- {_safe(line)}" for line in said(agreement))
    return "\n\n".join([title, listed, _table(headings, rows), how]) + "\n"


def _cell(variable: VariableAgreement, name: str) -> str:
    estimate = variable.measures[name]
    if estimate.value is None:
        return "not defined"
    lines = [_number(name, estimate.value)]
    if estimate.low is not None and estimate.high is not None:
        low = _number(name, estimate.low).removesuffix(" %")
        lines.append(f"{low} to {_number(name, estimate.high)}")
    else:
        lines.append("no interval")
    if estimate.n != variable.reports:
        lines.append(f"n {estimate.n:,}")
    return "\n".join(lines)


def _number(name: str, value: float) -> str:
    if name == "percent_agreement":
        # Only all is 100 %, only none is 0 %.
        percent = round(100 * value)
        inside = 0 < value < 1 and percent in (0, 100)
        return f"{100 * value:.1f} %" if inside else f"{percent} %"
    return f"{value:.2f}".replace("-0.00", "0.00")


def _reasons(agreement: Agreement) -> dict[tuple[tuple[str, ...], str], list[str]]:
    """Variables by the columns that have no value or no interval for one reason, and the reason."""
    found: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for variable in agreement.variables:
        reasons: dict[str, list[str]] = {}
        for heading in _COLUMNS:
            name = _in_column(variable, heading)
            if name and variable.measures[name].low is None:
                reasons.setdefault(_reason(variable.measures[name]), []).append(heading)
        for reason, headings in reasons.items():
            found.setdefault((tuple(headings), reason), []).append(variable.name)
    return found


def _reason(estimate: Estimate) -> str:
    notes = [] if estimate.note is None else estimate.note.split("; ")
    return "; ".join(note for note in notes if not note.startswith("mean of"))


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---:" if heading in ("n", "value") else "---" for heading in headings]
    lines = [headings, rule, *([_safe(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _safe(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
