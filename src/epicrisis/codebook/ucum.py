"""Codes of UCUM, the Unified Code for Units of Measure (https://ucum.org), as Pint's units.

ucumvert reads them and defines for Pint what it lacks. What UCUM calls arbitrary units (``[iU]``,
``[arb'U]``, ``[CFU]``, ``[HPF]``) compares with nothing but itself, so each is an amount of its own here.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

_DEFINITIONS = "pint_ucum_defs.txt"
_ARBITRARY = re.compile(r"(?P<name>[^\W\d]\w*) = +1(?: \* 1)?(?= *(?:=|#|$))")
#: Only the substance says how many moles an equivalent is.
_LEFT_OUT = re.compile(r"equivalents\b")
#: What can be a code: printable, with something besides digits. Powers of powers and large powers would take
#: long to compute, and to UCUM ``1.73`` is 1 times 73. A number in an annotation (``{1.73_m2}``) counts.
_CODE = re.compile(r"(?=.*[A-Za-z%\[])(?!.*\d{3})(?!.*\d\.\d)(?!.*\)\d)(?!.*\{[^}]*\d)[!-~]{1,40}")


def definitions() -> Iterator[str]:
    """What to define in a Pint registry, so that it has all units of UCUM; a line each."""
    for line in files("ucumvert").joinpath(_DEFINITIONS).read_text("utf-8").splitlines():
        if not _LEFT_OUT.match(line):
            yield _ARBITRARY.sub(r"\g<name> = [\g<name>]", line)


def quantity(code: str, registry: Any) -> Any:
    """What one of ``code`` is, as a Pint quantity; ``None`` for what is no code, or not one to compute with.

    ``registry`` has the ``definitions``. Annotations (``{cells}/uL``) say nothing of the amount.
    """
    if not _CODE.fullmatch(code):
        return None
    from ucumvert import UcumToPintTransformer

    try:
        found = UcumToPintTransformer(ureg=registry).transform(_parser().parse(code))
    except Exception:  # lark, ucumvert and Pint raise errors of their own
        return None
    return found if isinstance(found, registry.Quantity) else None


@functools.lru_cache(maxsize=1)
def _parser() -> Any:
    from ucumvert import get_ucum_parser

    return get_ucum_parser()
