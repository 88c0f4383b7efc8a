"""The index of a run's cells: it follows the store, and may be thrown away."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from epicrisis.studio.index import Index
from epicrisis.studio.index.days import day_of


def _column(index, query, *arguments):
    with index.reading() as db:
        return [row[0] for row in db.execute(query, arguments)]


def test_reports_and_answers_are_there(project, small) -> None:
    index = Index(project)
    covered = index.catch_up(small.run)
    assert (covered.indexed, covered.done, covered.complete) == (7, 7, True)
    size = small.codebook.names.index("size")
    shown = _column(index, "SELECT shown FROM cells WHERE variable = ? AND shown IS NOT NULL", size)
    assert shown == ["1.2 cm", "15 mm"]
    assert _column(index, "SELECT rank FROM cells WHERE variable = ? AND shown NOTNULL", size) == [12.0, 15.0]
    failed = _column(index, "SELECT count(*) FROM cells WHERE status = 'failed' AND seq = 5")
    assert failed == [len(small.codebook.columns)]


def test_only_new_results_are_read(project, begin, given, stated, monkeypatch) -> None:
    kept = begin().add([given(f"R-{n}", {"nodes": stated(n)}) for n in range(5)])
    index = Index(project)
    first = index.catch_up(kept.run)
    asked = []
    reading = type(kept.run).records_at
    monkeypatch.setattr(
        type(kept.run), "records_at", lambda run, places: asked.extend(places) or reading(run, places)
    )
    assert index.catch_up(kept.run) == first
    assert asked == []

    kept.add([given("R-5", {"nodes": stated(5)})], first=5)
    # Asked again, after a failure that could be mended.
    kept.add([given("R-2", {"nodes": stated(22)})], first=2)
    second = index.catch_up(kept.run)

    assert asked == [2, 5]
    assert (second.indexed, second.revision > first.revision) == (6, True)
    nodes = kept.codebook.names.index("nodes")
    assert _column(index, "SELECT rank FROM cells WHERE variable = ? ORDER BY seq", nodes) == [
        0,
        1,
        22,
        3,
        4,
        5,
    ]


def test_a_run_that_ended_is_not_gone_through_again_until_it_goes_on(
    project, begin, given, stated, monkeypatch
) -> None:
    kept = begin().add([given("R-0", {"nodes": stated(0)})]).end()
    index = Index(project)
    index.catch_up(kept.run)
    monkeypatch.setattr(type(kept.run), "places", lambda run: pytest.fail("read again"))
    assert index.catch_up(kept.run).indexed == 1
    monkeypatch.undo()

    kept.add([given("R-1", {"nodes": stated(0)})], first=1).end()

    assert index.catch_up(kept.run).indexed == 2


def test_another_calibration_is_another_index(project, small) -> None:
    index = Index(project)
    before = index.catch_up(small.run)
    calibration = {
        "method": "isotonic",
        "pooled": {"method": "isotonic", "points": [[0.0, 0.25], [1.0, 0.5]], "n": 9},
        "codebook": "lungs",
        "codebook_digest": small.codebook.digest,
        "cells": 9,
        "reports": 3,
        "brier": [0.2, 0.1],
        "ece": [0.2, 0.1],
    }
    small.end(calibration=calibration)
    expected = {
        answer.confidence
        for extraction in small.run
        for answer in extraction.answers.values()
        if answer.confidence is not None
    }

    after = index.catch_up(small.run)

    assert after.run != before.run
    found = set(_column(index, "SELECT DISTINCT confidence FROM cells WHERE confidence IS NOT NULL"))
    assert found == expected != set()
    assert _column(index, "SELECT count(*) FROM runs") == [1]


def test_little_time_gives_a_part_and_then_the_rest(project, begin, given, stated) -> None:
    kept = begin(total=900).add([given(f"R-{n}", {"nodes": stated(n)}) for n in range(900)]).end()
    index = Index(project)
    part = index.catch_up(kept.run, seconds=0)
    assert (part.complete, part.done) == (False, 900)
    assert index.catch_up(kept.run).complete


def test_many_at_once_read_it_once(project, begin, given, stated) -> None:
    kept = begin(total=900).add([given(f"R-{n}", {"nodes": stated(n)}) for n in range(900)])
    index = Index(project)
    with ThreadPoolExecutor(6) as pool:
        covered = list(pool.map(lambda _: index.catch_up(kept.run), range(6)))
    assert {one.indexed for one in covered} == {900}
    assert {one.revision for one in covered} == {3}


def test_a_damaged_index_is_made_again(project, small) -> None:
    index = Index(project)
    index.catch_up(small.run)
    for path in project.cache.glob("index.sqlite*"):
        path.unlink()
    index.path.write_bytes(b"no database at all" * 100)
    assert index.catch_up(small.run).indexed == 7


def test_a_removed_run_leaves_nothing_behind(project, small, begin, given) -> None:
    index = Index(project)
    index.catch_up(small.run)
    other = begin("lungs-2").add([given("X", patient="Y")])
    small.run.remove()
    index.catch_up(other.run)
    assert _column(index, "SELECT report_id FROM reports") == ["X"]
    index.forget("lungs-2")
    assert _column(index, "SELECT count(*) FROM cells") == [0]


def test_only_the_owner_reads_it(project, small) -> None:
    index = Index(project)
    index.catch_up(small.run)
    assert index.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2024-03-04", "2024-03-04"),
        ("2024-3-4", "2024-03-04"),
        ("2024-03-04T10:00:00", "2024-03-04"),
        ("2024-03-04 10:00", "2024-03-04"),
        ("20240304", "2024-03-04"),
        ("2024-03", "2024-03"),
        ("2024", "2024"),
        ("04-03-2024", "2024-03-04"),
        ("4.3.2024", "2024-03-04"),
        ("25/04/2024", "2024-04-25"),
        ("04/25/2024", "2024-04-25"),
        ("03/04/2024", None),
        ("2024-02-30", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_dates_as_people_write_them(written, day) -> None:
    assert day_of(written) == day
