"""What of a run's results somebody wants to see, as it stands in the address."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote, urlencode

from pydantic import BaseModel, Field

#: Conditions in a filter, and characters in a condition.
MOST, LONGEST = 30, 400
SIZES = (25, 50, 100, 250)
DEFAULT_SIZE = 50
IN_ORDER = "@order"
#: By what reports can be sorted besides variables.
REPORT_SORTS = (IN_ORDER, "@id", "@patient", "@date", "@certainty")


class Asked(BaseModel):
    """``filter``: conditions that all hold (see ``filters``). ``q``: part of an id or a patient.

    ``sort``: one of ``REPORT_SORTS``, a variable, or ``variable.confidence``; with ``-`` before it the other
    way round. ``columns``: the variables to show; none: the first ones. ``count``: the variable whose values
    are counted. ``gold``: what answers are set beside.
    """

    filter: list[Annotated[str, Field(max_length=LONGEST)]] = Field(default=[], max_length=MOST)
    q: str = Field(default="", max_length=200)
    sort: str = Field(default=IN_ORDER, max_length=200)
    columns: list[Annotated[str, Field(max_length=200)]] = Field(default=[], max_length=1000)
    page: int = Field(default=1, ge=1, le=1_000_000)
    size: int = Field(default=DEFAULT_SIZE, ge=1, le=SIZES[-1])
    count: str = Field(default="", max_length=200)
    gold: str = Field(default="", max_length=200)

    def query(self, **changed: Any) -> str:
        """The address behind the question mark; what is as usual is left out."""
        wanted = self.model_copy(update=changed)
        usual = Asked()
        pairs = [
            (name, value)
            for name in Asked.model_fields
            if (value := getattr(wanted, name)) != getattr(usual, name)
        ]
        pairs += [(name, value) for name, value in changed.items() if name not in Asked.model_fields]
        return urlencode(pairs, doseq=True, quote_via=quote, safe="@*:,~!<>")

    def turned(self, sort: str) -> str:
        """The same, sorted by ``sort``, or the other way round if it is that already."""
        return self.query(sort=f"-{sort}" if self.sort == sort else sort, page=1)

    def having(self, condition: str) -> str:
        """The same with one more condition."""
        return self.query(filter=list(dict.fromkeys([*self.filter, condition])), page=1)

    def without(self, condition: str) -> str:
        """The same without a condition."""
        return self.query(filter=[one for one in self.filter if one != condition], page=1)

    @property
    def narrows(self) -> bool:
        """Whether some reports are left out."""
        return bool(self.filter or self.q.strip())

    @property
    def sorted_by(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        return self.sort.startswith("-")
