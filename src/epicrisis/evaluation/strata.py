"""Error rates in parts of the reports: by length, language, or any column that came with them."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..codebook.words import did_you_mean, listed
from ..errors import OptionError
from ..report import Cell
from .estimate import FEWEST_REPORTS, Estimate, too_few
from .measures.common import means
from .pairing import Paired, PairedReport
from .resampling import Resampler
from .result import Stratum

LENGTH, LANGUAGE = "length", "language"
#: A column of numbers with more distinct values than this is cut at its quartiles.
MOST_NUMBERS = 8
#: Of any other column, this many values at most are shown; the rarest go together.
MOST_VALUES = 20
UNKNOWN, OTHER = "(unknown)", "(other)"
_NUMBER = re.compile(r"\s*[-+]?\d{1,15}(?:\.\d{1,15})?\s*", re.ASCII)


def strata(paired: Paired, by: Sequence[str] = (), resampler: Resampler | None = None) -> tuple[Stratum, ...]:
    """The share of wrong cells by report length and by language, where these are known and differ, and by
    each of the columns ``by``.

    Numbers with many values are cut into quarters of about as many reports, named by their range. Intervals
    are BCa over reports. Raises ``OptionError`` for a column that no report has.
    """
    if not paired.reports:
        return ()
    resampler = resampler or Resampler(len(paired.reports))
    known = list(dict.fromkeys(name for report in paired.reports for name in report.metadata))
    for name in by:
        if name not in (LENGTH, LANGUAGE, *known):
            nearest = did_you_mean(name, [*known, LENGTH, LANGUAGE])
            raise OptionError(
                f"The reports have no column '{name}'.",
                hint=nearest or f"The columns are {listed([LENGTH, LANGUAGE, *known], 20)}.",
            )
    found: list[Stratum] = []
    for name in dict.fromkeys([LENGTH, LANGUAGE, *by]):
        values = [_value(report, name, known) for report in paired.reports]
        if name in by or len(set(values) - {None}) > 1:
            characters = name == LENGTH and LENGTH not in known
            found += _column(paired, name, values, resampler, characters=characters)
    return tuple(found)


def _value(report: PairedReport, name: str, carried: Sequence[str]) -> Cell:
    # A carried column that is called "length" or "language" is the one that is meant.
    if name in carried:
        return report.metadata.get(name)
    return report.length if name == LENGTH else report.language


def _column(
    paired: Paired, name: str, values: Sequence[Cell], resampler: Resampler, *, characters: bool
) -> list[Stratum]:
    parts = partition(values, always=characters)
    cells = np.array([float(len(report.pairs)) for report in paired.reports])
    wrong = np.array(
        [float(sum(not one.outcome.agrees for one in report.pairs.values())) for report in paired.reports]
    )
    inside = [np.zeros(len(values)) for _ in parts]
    for mask, places in zip(inside, parts.values(), strict=True):
        mask[places] = 1.0
    counts = [int((cells * mask).sum()) for mask in inside]
    names = [str(place) for place in range(len(parts))]
    unit = " characters" if characters else ""
    rates = resampler.estimate(means(*((wrong * mask, cells * mask) for mask in inside)), names, counts)
    return [
        Stratum(name, value + unit * (value != UNKNOWN), len(places), _sure(rates[key], len(places)))
        for key, (value, places) in zip(names, parts.items(), strict=True)
    ]


def _sure(rate: Estimate, reports: int) -> Estimate:
    if rate.value is None:
        return replace(rate, note="no scored cell")
    return rate if reports >= FEWEST_REPORTS else Estimate(rate.value, rate.n, note=too_few(reports))


def partition(values: Sequence[Cell], *, always: bool = False) -> dict[str, list[int]]:
    """The places of each value, or of each quarter if the values are numbers and there are many (or
    ``always``). Those without a value come last."""
    numbers = {place: number for place, value in enumerate(values) if (number := _number(value)) is not None}
    missing = [place for place, value in enumerate(values) if value is None or value == ""]
    distinct = len(set(numbers.values()))
    if len(numbers) + len(missing) == len(values) and distinct > (4 if always else MOST_NUMBERS):
        parts = _quarters(numbers)
    else:
        parts = _groups(
            {place: _text(values[place]) for place in range(len(values)) if place not in {*missing}}
        )
    if missing:
        parts[UNKNOWN] = missing
    return parts


def _quarters(numbers: dict[int, float]) -> dict[str, list[int]]:
    cuts = np.quantile(list(numbers.values()), (0.25, 0.5, 0.75))
    quarter = {place: int(np.searchsorted(cuts, number, side="left")) for place, number in numbers.items()}
    parts: dict[str, list[int]] = {}
    for which in sorted(set(quarter.values())):
        places = [place for place, its in quarter.items() if its == which]
        inside = [numbers[place] for place in places]
        ends = dict.fromkeys((_text(min(inside)), _text(max(inside))))
        parts.setdefault(" to ".join(ends), []).extend(places)
    return parts


def _groups(texts: dict[int, str]) -> dict[str, list[int]]:
    counted = Counter(texts.values())
    kept = (
        {value for value, _ in counted.most_common(MOST_VALUES)} if len(counted) > MOST_VALUES else {*counted}
    )
    parts: dict[str, list[int]] = {value: [] for value in sorted(kept, key=_natural)}
    for place, text in texts.items():
        parts.setdefault(text if text in kept else OTHER, []).append(place)
    return parts


def _number(value: Cell) -> float | None:
    """A number, also where it arrived as text, as everything does from a CSV file."""
    if isinstance(value, bool) or value is None or (isinstance(value, str) and not _NUMBER.fullmatch(value)):
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def _natural(text: str) -> tuple[bool, float, str]:
    """Numbers by size, before words by letter."""
    number = _number(text)
    return number is None, number or 0.0, text


def _text(value: Cell) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.10g}" if isinstance(value, float) else str(value)
