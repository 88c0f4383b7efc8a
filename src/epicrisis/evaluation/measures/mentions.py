"""Mentions with their places, one to one, and over tokens as seqeval scores them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...codebook.variable import SpansVariable, localised
from ...extraction.answer import Status
from ..cells import Outcome, has_place, text_of, token_f1, type_of
from ..pairing import Pair
from ..resampling import Array, Resampler
from ..result import VariableResult
from .assignment import assign, total
from .common import Column, accuracy, result, scored, share
from .retrieval import Found, retrieval
from .tokens import bio

#: The ways to compare two mentions.
SCHEMES = ("strict", "overlap", "partial", "exact")
#: How mentions without a type are shown among those with one.
NO_TYPE = "(no type)"

Mention = dict[str, Any]


def measure_mentions(variable: SpansVariable, column: Column, resampler: Resampler) -> VariableResult:
    """F1, precision and recall of mentions, micro over reports, in each way to compare them; BIO scores over
    tokens; each type in ``parts``.

    ``strict``: same type, same first and last character. ``overlap``: same type, any character in common.
    ``partial``: any character in common, whatever the types; half a hit unless the boundaries are the same.
    ``exact``: same boundaries, whatever the types. Mentions are paired one to one, so that the sum of the
    hits is largest; two of which one has no place are compared by their words instead. These are the
    strict, type, partial and exact evaluation of SemEval-2013 task 9.1 (Segura-Bedmar et al.). ``type``:
    the types that a report has, each once, wherever they stand.
    """
    reports = [Compared.of(pair) for pair in column]
    schemes = {f"{scheme}_{{}}": Found.of(_counts(reports, scheme)) for scheme in SCHEMES}
    found = retrieval(resampler, schemes, "mention")
    found |= retrieval(resampler, {"type_{}": Found.of([_types(one) for one in reports])}, "mention")
    first = ("strict_f1", "overlap_f1", "type_f1", "partial_f1", "exact_f1")
    silent = [pair for pair in scored(column) if not mentions_in_gold(pair)]
    metrics = {
        **{name: found.pop(name) for name in first},
        **found,
        **bio([(one.gold, one.answered) for one in reports], resampler),
        "accuracy": accuracy(column),
        "invented_rate": share(pair.outcome is Outcome.INVENTED for pair in silent),
    }
    return result(
        variable, column, metrics, parts=_parts(variable, reports, resampler), notes=_notes(reports)
    )


@dataclass(frozen=True, slots=True)
class Compared:
    """The mentions of one report: gold's and the answer's, and the credit of each pair by scheme (arrays of
    gold x answered). A report that is not scored has none."""

    gold: Sequence[Mention]
    answered: Sequence[Mention]
    credit: dict[str, Array]
    failed: bool = False

    @classmethod
    def of(cls, pair: Pair | None) -> Compared:
        gold = [] if pair is None else mentions_in_gold(pair)
        answered = [] if pair is None else mentions_answered(pair)
        failed = pair is not None and pair.answer.status is Status.FAILED
        return cls(gold, answered, worth(gold, answered), failed)


def mentions_in_gold(pair: Pair) -> list[Mention]:
    """Gold's mentions in an order that does not depend on theirs; none where gold is silent."""
    return _in_order(pair.gold.value or [])


def mentions_answered(pair: Pair) -> list[Mention]:
    """The answer's mentions likewise; none if it failed."""
    return _in_order(pair.answer.value or []) if pair.answer.status.has_value else []


def _in_order(mentions: Sequence[Mention]) -> list[Mention]:
    return sorted(
        mentions,
        key=lambda one: (
            (one["start"], one["end"]) if has_place(one) else (-1, -1),
            type_of(one),
            text_of(one),
        ),
    )


def worth(gold: Sequence[Mention], answered: Sequence[Mention]) -> dict[str, Array]:
    """By scheme, what each answered mention (columns) is worth for each of gold's (rows), in [0, 1]."""
    shape = len(gold), len(answered)
    same, overlap, same_type = (np.zeros(shape) for _ in range(3))
    for row, wanted in enumerate(gold):
        for column, given in enumerate(answered):
            same_type[row, column] = type_of(wanted) == type_of(given)
            same[row, column], overlap[row, column] = _places(wanted, given)
    return {
        "strict": same * same_type,
        "overlap": overlap * same_type,
        "partial": (same + overlap) / 2,
        "exact": same,
    }


def _places(one: Mention, other: Mention) -> tuple[bool, bool]:
    """Whether two mentions have the same boundaries, and whether they have anything in common."""
    if has_place(one) and has_place(other):
        same = (one["start"], one["end"]) == (other["start"], other["end"])
        return same, same or (one["start"] < other["end"] and other["start"] < one["end"])
    left, right = text_of(one), text_of(other)
    return left == right, left == right or token_f1(left, right) > 0


def _counts(reports: Sequence[Compared], scheme: str) -> list[tuple[float, float, float]]:
    return [(total(one.credit[scheme]), len(one.answered), len(one.gold)) for one in reports]


def _types(one: Compared) -> tuple[float, float, float]:
    gold, answered = ({type_of(mention) for mention in some} for some in (one.gold, one.answered))
    return len(gold & answered), len(answered), len(gold)


def _parts(
    variable: SpansVariable, reports: Sequence[Compared], resampler: Resampler
) -> tuple[VariableResult, ...]:
    labels = {type_of({"type": option.value}): option for option in variable.options}
    seen = {type_of(mention) for one in reports for mention in (*one.gold, *one.answered)}
    names = [*labels, *sorted(seen - labels.keys())]
    if not variable.options and len(names) < 2:
        return ()
    outcomes = [outcome for one in reports for outcome in aligned(one)]
    parts = []
    for name in names:
        counted = dict.fromkeys(map(str, Outcome), 0)
        for kind, outcome in outcomes:
            counted[str(outcome)] += kind == name
        found = {
            f"{scheme}_{{}}": Found.of([_of_type(one, scheme, name) for one in reports])
            for scheme in ("strict", "overlap")
        }
        option = labels.get(name)
        parts.append(
            VariableResult(
                name=str(option.value) if option else name or NO_TYPE,
                kind=variable.kind,
                n=sum(counted.values()),
                outcomes=counted,
                metrics=retrieval(resampler, found, "mention"),
                label=localised(option.label, []) if option else "",
            )
        )
    return tuple(parts)


def _of_type(one: Compared, scheme: str, name: str) -> tuple[float, float, float]:
    """As ``_counts``, of the mentions of one type. Only for schemes in which types must be the same."""
    rows = [type_of(mention) == name for mention in one.gold]
    columns = [type_of(mention) == name for mention in one.answered]
    return total(one.credit[scheme][rows][:, columns]), sum(columns), sum(rows)


def aligned(one: Compared) -> Iterator[tuple[str, Outcome]]:
    """The type and outcome of every mention of a report, each once.

    First the strict pairs (right), then of the rest those that have anything in common (wrong: another
    type or other boundaries; under gold's type), then what is left of gold (missed, or failed) and of the
    answer (invented).
    """
    rest = one.credit["partial"].copy()
    matched = assign(one.credit["strict"])
    for row, column in matched:
        yield type_of(one.gold[row]), Outcome.RIGHT
        rest[row, :] = rest[:, column] = 0
    for row, column in assign(rest):
        yield type_of(one.gold[row]), Outcome.WRONG
        matched.append((row, column))
    rows, columns = {row for row, _ in matched}, {column for _, column in matched}
    for row, mention in enumerate(one.gold):
        if row not in rows:
            yield type_of(mention), Outcome.FAILED if one.failed else Outcome.MISSED
    for column, mention in enumerate(one.answered):
        if column not in columns:
            yield type_of(mention), Outcome.INVENTED


def _notes(reports: Sequence[Compared]) -> list[str]:
    mentions = [mention for one in reports for mention in (*one.gold, *one.answered)]
    without = sum(not has_place(mention) for mention in mentions)
    if not without:
        return []
    return [
        f"{without} mentions have no place in the report: they are compared by their words, and their "
        "reports are left out of the BIO scores."
    ]
