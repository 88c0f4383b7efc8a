"""Which reports a review has, and in which order."""

from __future__ import annotations

from collections.abc import Callable

from epicrisis.extraction.answer import Answer, Extraction, Status
from epicrisis.extraction.record import Record
from epicrisis.studio.reviewing.choosing import Chosen, choose
from epicrisis.studio.studio import Studio


def _record(report: str, *sure: float | None, status: Status = Status.STATED, nodes: int = 1) -> Record:
    answers = {f"v{number}": Answer(status, 1, confidence=one) for number, one in enumerate(sure)}
    answers["nodes"] = Answer(Status.STATED, nodes)
    return Record(report_id=report, extraction=Extraction(report, answers))


def test_failed_and_rule_breaking_ones_come_first_then_the_least_sure(codebook) -> None:
    records = [
        _record("sure", 0.99, 0.9),
        _record("silent"),
        _record("unsure", 0.99, 0.2),
        _record("breaks", 0.99, nodes=35),
        _record("failed", 0.99, status=Status.FAILED),
    ]
    found = choose(records, codebook, "uncertain")
    assert [one.report_id for one in found] == ["failed", "breaks", "unsure", "sure", "silent"]
    assert found[2] == Chosen("unsure", "confidence", 0.2)
    assert found[4] == Chosen("silent", None, None)


def test_a_sample_is_the_same_for_the_same_seed(codebook) -> None:
    records = [_record(f"R-{number}", 0.5) for number in range(40)]
    one = choose(records, codebook, "sample", size=10, seed=3)
    assert one == choose(records, codebook, "sample", size=10, seed=3)
    assert one != choose(records, codebook, "sample", size=10, seed=4)
    assert len({chosen.report_id for chosen in one}) == 10


def test_named_reports_alone(codebook) -> None:
    records = [_record(f"R-{number}", number / 10) for number in range(9)]
    found = choose(records, codebook, "uncertain", only=["R-7", "R-2", "R-99"])
    assert [one.report_id for one in found] == ["R-2", "R-7"]


def test_the_order_is_kept_with_the_reason(studio: Studio, begin: Callable[..., str]) -> None:
    review = begin()
    with studio.database.reading() as db:
        rows = db.execute(
            "SELECT report_id, reason, confidence FROM review_reports WHERE review = ? ORDER BY seq",
            (review,),
        ).fetchall()
    assert [tuple(row) for row in rows] == [
        ("R-2", "rule", 0.6),
        ("R-3", "confidence", 0.4),
        ("R-1", "confidence", 0.9),
    ]
