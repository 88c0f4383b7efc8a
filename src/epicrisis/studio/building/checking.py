"""A codebook while it is written: its content, its findings, and its YAML kept in step with the form."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ValidationError

from ...codebook.condition import Condition, Scalar
from ...codebook.lint import examine
from ...codebook.outline import Outline
from ...codebook.patching import patch
from ...codebook.source import MAX_DEPTH, MAX_VALUES, Marked, read
from ..web.refusals import Refused

#: The longest YAML that is taken, in characters.
LONGEST = 1_000_000
#: Whole numbers beyond these are not safe in a browser, and go there as text.
_SAFE = 2**53
#: A ``when`` put together in the form: {"compose": {"variable": ..., "operator": ..., "value": ...}}.
_COMPOSE = "compose"


class FindingView(BaseModel):
    """A finding, its line (from 1; 0 for none), and the keys and positions that lead to what it is about."""

    level: Literal["error", "warning"]
    line: int
    message: str
    fix: str
    place: list[str | int]


class ConditionView(BaseModel):
    """The parts of a condition."""

    variable: str
    operator: str
    value: Scalar | list[Scalar]


class Checked(BaseModel):
    """A codebook's text and what there is to say about it.

    ``document`` is its content, or ``None`` where the YAML cannot be read; ``conditions`` are the parts of
    every ``when`` by its text; ``digest`` is what answers depend on, ``None`` where there are errors.
    ``lost`` are the comments of the YAML that was sent that are not in ``yaml``. ``asks``: the YAML can only
    be written anew as a whole, which would lose them; it was left as it is until that is allowed. ``lines``:
    where the variables, derived variables and rules begin, by the key that lists them.
    """

    yaml: str
    document: dict[str, Any] | None
    findings: list[FindingView]
    conditions: dict[str, ConditionView]
    lines: dict[str, list[int]]
    digest: str | None
    variables: int
    errors: int
    warnings: int
    lost: list[str] = []
    rewritten: bool = False
    asks: bool = False


class Summary(NamedTuple):
    """What a list of codebooks says of one."""

    title: str
    variables: int
    languages: list[str]
    errors: int
    warnings: int
    digest: str | None


def check(yaml: str, document: dict[str, Any] | None = None, *, rewrite: bool = False) -> Checked:
    """``yaml`` as it stands, or changed so that it says ``document``.

    ``rewrite`` allows writing it anew where that loses comments. Raises Refused (422) for what cannot be a
    codebook at all: text or content that YAML cannot hold.
    """
    lost: list[str] = []
    rewritten = False
    if document is not None:
        _check_size(document)
        try:
            patched = patch(yaml, _composed(document))
        except ValueError:
            raise _unusable("This content cannot be written as YAML.") from None
        if patched.rewritten and patched.lost and not rewrite:
            return checked(yaml).model_copy(update={"lost": patched.lost, "asks": True})
        yaml, lost, rewritten = patched.text, patched.lost, patched.rewritten
    return checked(yaml).model_copy(update={"lost": lost, "rewritten": rewritten})


def checked(yaml: str) -> Checked:
    """Everything about ``yaml`` as it stands."""
    examined = examine(yaml)
    root, _ = read(yaml)
    outline = None if root is None else Outline(root)
    plain = None if root is None or not root.is_mapping else root.plain()
    errors = sum(finding.is_error for finding in examined.findings)
    return Checked(
        yaml=yaml,
        document=None if plain is None else for_browsers(plain),
        findings=[
            FindingView(
                level=one.level,
                line=one.line,
                message=one.message,
                fix=one.fix,
                place=[] if outline is None else list(outline.at(one.line)),
            )
            for one in examined.findings
        ],
        conditions=_conditions(plain),
        lines={} if root is None else _lines(root),
        digest=None if examined.codebook is None else examined.codebook.digest,
        variables=len(_variables(plain)),
        errors=errors,
        warnings=len(examined.findings) - errors,
    )


@lru_cache(256)
def summary(yaml: str) -> Summary:
    """The least that is worth knowing, of a text that may hold errors."""
    found = checked(yaml)
    content = found.document or {}
    languages = content.get("languages")
    return Summary(
        title=str(content.get("title") or ""),
        variables=found.variables,
        languages=[str(one) for one in languages] if isinstance(languages, list) else ["en"],
        errors=found.errors,
        warnings=found.warnings,
        digest=found.digest,
    )


def for_browsers(value: Any) -> Any:
    """A value that comes back from JavaScript as it went there."""
    if isinstance(value, dict):
        return {key: for_browsers(one) for key, one in value.items()}
    if isinstance(value, list):
        return [for_browsers(one) for one in value]
    is_large = isinstance(value, int) and not isinstance(value, bool) and abs(value) > _SAFE
    return str(value) if is_large else value


def _lines(root: Marked) -> dict[str, list[int]]:
    lists = {key: root.get(key) for key in ("variables", "derive", "rules")}
    return {key: [one.line for one in found.items()] for key, found in lists.items() if found is not None}


def _variables(plain: Any) -> list[Any]:
    found = plain.get("variables") if isinstance(plain, dict) else None
    return found if isinstance(found, list) else []


def _conditions(plain: Any) -> dict[str, ConditionView]:
    found: dict[str, ConditionView] = {}
    for variable in _variables(plain):
        parts = variable.get("variables") if isinstance(variable, dict) else None
        for one in [variable, *(parts if isinstance(parts, list) else [])]:
            when = one.get("when") if isinstance(one, dict) else None
            if not isinstance(when, str) or when in found:
                continue
            try:
                condition = Condition.model_validate(when)
            except ValidationError:
                continue
            found[when] = ConditionView(
                variable=condition.variable,
                operator=condition.operator,
                value=for_browsers(condition.value),
            )
    return found


def _composed(value: Any, key: str = "") -> Any:
    """With the conditions that were put together written as text."""
    if isinstance(value, dict):
        if key == "when" and value.keys() == {_COMPOSE}:
            try:
                return str(Condition.model_validate(value[_COMPOSE]))
            except ValidationError:
                raise _unusable("A condition lacks its variable, operator or value.") from None
        return {name: _composed(one, name) for name, one in value.items()}
    return [_composed(one) for one in value] if isinstance(value, list) else value


def _check_size(document: dict[str, Any]) -> None:
    left = MAX_VALUES
    level: list[Any] = [document]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                below += [*one.values(), *one.keys()]
            elif isinstance(one, list):
                below += one
            elif isinstance(one, float) and not math.isfinite(one):
                raise _unusable("A number is not finite.")
        left -= len(below)
        if not below:
            return
        if left < 0:
            break
        level = below
    raise _unusable("This is too large or too deeply nested to be a codebook.")


def _unusable(message: str) -> Refused:
    return Refused(422, "codebook", message, "Undo the last change.")
