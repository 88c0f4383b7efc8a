"""A codebook with every kind of variable, and records with every kind of answer."""

from __future__ import annotations

import pytest

from epicrisis.codebook.codebook import Codebook
from epicrisis.extraction.answer import Answer, Evidence, Extraction, Grade, Status
from epicrisis.extraction.record import Record


@pytest.fixture(scope="session")
def codebook() -> Codebook:
    return Codebook.model_validate(
        {
            "name": "all",
            "variables": [
                {"name": "infarct", "kind": "boolean"},
                {"name": "side", "kind": "category", "options": ["left", "right"]},
                {"name": "mta", "kind": "ordinal", "options": [0, 1, 2]},
                {"name": "lesions", "kind": "count"},
                {"name": "size", "kind": "quantity", "unit": "mm"},
                {"name": "seen", "kind": "date"},
                {"name": "conclusion", "kind": "text"},
                {"name": "drugs", "kind": "spans", "options": ["drug", "dose"]},
                {
                    "name": "specimens",
                    "kind": "group",
                    "variables": [
                        {"name": "site", "kind": "text"},
                        {"name": "width", "kind": "quantity", "unit": "mm"},
                    ],
                },
            ],
        }
    )


@pytest.fixture
def full() -> Record:
    """A report with an answer to everything."""
    stated = Status.STATED

    def quoted(value: object, quote: str, start: int) -> Answer:
        return Answer(stated, value, Evidence(quote, start, start + len(quote), Grade.EXACT), 0.75)

    answers = {
        "infarct": quoted(True, "infarct", 3),
        "side": quoted("left", "links", 20),
        "mta": Answer(Status.UNCERTAIN, 2, Evidence("MTA 2?", 30, 36, Grade.NORMALISED)),
        "lesions": Answer(Status.INFERRED, 3, None, 0.5, votes=0.6),
        "size": quoted({"value": 12.0, "unit": "mm"}, "12mm", 40),
        "seen": quoted("2020-01", "januari 2020", 50),
        "conclusion": quoted('=1+1; "één",\r\ntwee', "x", 60),
        "drugs": quoted(
            [
                {"text": "ascal", "type": "drug", "start": 5, "end": 10},
                {"text": "80 mg", "type": None, "start": 11, "end": 16},
            ],
            "ascal",
            5,
        ),
        "specimens": Answer(
            stated,
            [
                {"site": quoted("long", "long", 1), "width": quoted({"value": 4.5, "unit": "mm"}, "4,5", 6)},
                {
                    "site": Answer(Status.NOT_MENTIONED),
                    "width": Answer(Status.FAILED, notes=("out of range",)),
                },
            ],
        ),
    }
    return Record(
        report_id="007",
        patient="p1",
        date="2020-01-02",
        metadata={"leeftijd": 71, "naam": "=A1", "gewicht": 70.5, "overleden": False, "leeg": None},
        extraction=Extraction("007", answers),
    )


@pytest.fixture
def failed() -> Record:
    """A report that failed as a whole."""
    return Record(
        report_id="008",
        metadata={"leeftijd": 64, "naam": "", "gewicht": 80, "overleden": None, "leeg": None},
        extraction=Extraction("008", {}, failure="too long: 9000 tokens, 8192 fit"),
    )
