"""Text that any place can hold: a page, a JSON document, a column of the database."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

#: Half a surrogate pair (from a broken file, or a hostile request) and the character of code zero.
_UNFIT = re.compile("[\ud800-\udfff\x00]")


def fit(text: str) -> str:
    """The text with what cannot be written in UTF-8 replaced, character for character: offsets hold."""
    return _UNFIT.sub("\ufffd", text)


#: A string of a request or an answer.
Fit = Annotated[str, AfterValidator(fit)]
