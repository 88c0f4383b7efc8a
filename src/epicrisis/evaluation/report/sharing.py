"""An evaluation without the reports' words, to be shared."""

from __future__ import annotations

from dataclasses import replace

from ..result import FAILED, SILENT, Evaluation, Mistake, Suspect

#: Kinds whose values are the report's own words.
_VERBATIM = frozenset({"text", "spans", "group"})
LEFT_OUT = "(left out)"


def without_text(evaluation: Evaluation) -> Evaluation:
    """The same numbers without quotes, their places, and values that are the report's own words.

    Report ids stay: without them nobody could look a cell up.
    """
    verbatim = {variable.name for variable in evaluation.variables if variable.kind in _VERBATIM}
    return replace(
        evaluation,
        suspects=tuple(_suspect(one, one.variable in verbatim) for one in evaluation.suspects),
        mistakes=tuple(_mistake(one) if one.variable in verbatim else one for one in evaluation.mistakes),
    )


def _suspect(suspect: Suspect, verbatim: bool) -> Suspect:
    bare = replace(suspect, quote=None, start=None, end=None)
    if not verbatim:
        return bare
    return replace(bare, gold=_bare(suspect.gold), answer=_bare(suspect.answer))


def _mistake(mistake: Mistake) -> Mistake:
    return replace(mistake, gold=_bare(mistake.gold), answer=_bare(mistake.answer))


def _bare(value: str) -> str:
    return value if value in ("", SILENT, FAILED) else LEFT_OUT
