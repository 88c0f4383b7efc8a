"""The ways of asking: what the model writes for each variable."""

from __future__ import annotations

from enum import StrEnum


class Form(StrEnum):
    """What is written per variable, in this order.

    Which one is best is a property of the model and is measured (``bench/evidence_modes.py``).
    ``OR_NULL`` forms write a bare ``null`` for a variable that is not mentioned, which costs fewest tokens.
    """

    VALUE = "value"  #: the value; the quote is located afterwards
    QUOTE_VALUE = "quote_value"  #: the quote, then the value
    VALUE_QUOTE = "value_quote"  #: the value, then the quote
    QUOTE_VALUE_OR_NULL = "quote_value_or_null"
    VALUE_QUOTE_OR_NULL = "value_quote_or_null"
    TWO_STEP = "two_step"  #: all values first; then, in a second turn, a quote for each that has one

    @property
    def quotes(self) -> bool:
        """Whether the first answer holds quotes."""
        return self not in (Form.VALUE, Form.TWO_STEP)

    @property
    def quote_first(self) -> bool:
        return self in (Form.QUOTE_VALUE, Form.QUOTE_VALUE_OR_NULL)

    @property
    def bare_null(self) -> bool:
        return self in (Form.QUOTE_VALUE_OR_NULL, Form.VALUE_QUOTE_OR_NULL)
