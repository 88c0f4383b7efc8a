import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.errors import ReadingError
from epicrisis.reading import Columns, from_iterable, prepass, read, survey
from epicrisis.report import Report

#: Stands in report texts; must never be in a message.
CANARY = "KANARIE7731"


def test_counts():
    found = survey(from_iterable([("1", "abc"), ("2", " \n"), ("3", ""), ("4", "abcdefgh")]))
    assert (found.reports, found.characters, found.shortest, found.longest) == (4, 13, 0, 8)
    assert found.median == 2
    assert (found.empty, found.empty_ids) == (2, ("2", "3"))


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=60))
def test_the_median_is_close(lengths):
    found = survey(from_iterable([Report(str(n), "x" * length) for n, length in enumerate(lengths)]))
    true = sorted(lengths)[(len(lengths) - 1) // 2]
    assert abs(found.median - true) <= 0.002 * true


def test_repeated_ids_are_named_with_their_lines(write):
    rows = "".join(f"{n},{CANARY}\n" for n in [1, 2, 3, 2, 4, 1, 5, 2, 6, 6, 5])
    with pytest.raises(ReadingError) as caught:
        survey(read(write("r.csv", "id,text\n" + rows)))
    message = str(caught.value)
    assert "4 ids that occur more than once" in message
    assert "'2' (lines 3 and 5); '1' (lines 2 and 7); '6' (lines 10 and 11)" in message
    assert "--id none" in message
    assert CANARY not in message
    assert survey(read(write("r.csv", "id,text\n" + rows), Columns(id="none"))).reports == 11


def test_equal_hashes_are_not_equal_ids(monkeypatch):
    monkeypatch.setattr(prepass, "hash", lambda value: 5, raising=False)
    assert survey(from_iterable([("a", "x"), ("b", "y"), ("c", "z")])).reports == 3
    with pytest.raises(ReadingError, match="1 id that occurs more than once: 'b'"):
        survey(from_iterable([("a", "x"), ("b", "y"), ("b", "z")]))


def test_columns_that_come_late_are_found(write):
    lines = [f'{{"id":"{n}","text":"a"}}' for n in range(500)] + ['{"id":"x","text":"a","late":1}']
    reports = read(write("r.jsonl", "\n".join(lines)))
    assert reports.columns.carried == ()
    assert survey(reports).carried == ("late",)


def test_nothing_to_survey():
    with pytest.raises(ReadingError, match="no reports"):
        survey(from_iterable([]))


def test_memory_per_report_is_small(tmp_path):
    path = tmp_path / "r.csv"
    with path.open("w") as out:
        out.write("id,text\n")
        out.writelines(f"report-with-a-long-identifier-{n},a\n" for n in range(50_000))
    reports = read(path)
    tracemalloc.start()
    try:
        survey(reports)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 50_000 * 24
