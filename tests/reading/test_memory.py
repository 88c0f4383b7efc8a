import pandas as pd
import polars as pl
import pytest

from epicrisis.errors import OptionError, ReadingError
from epicrisis.reading import Columns, from_frame, from_iterable, reports
from epicrisis.report import Report


def ids_and_texts(source):
    return [(report.id, report.text) for report in source]


def test_all_kinds_of_items():
    given = [Report("1", "a", patient="p", metadata={"x": 1}), Report("2", "b", metadata={"y": 1})]
    found = from_iterable(given)
    assert list(found) == given
    assert found.columns.identity == {"id": "id", "patient": "patient"}
    assert found.columns.carried == ("x", "y")
    assert ids_and_texts(from_iterable([("007", "a"), (8, "b")])) == [("007", "a"), ("8", "b")]
    texts = from_iterable(["a", "b"])
    assert texts.columns.id is None
    assert ids_and_texts(texts) == [("1", "a"), ("2", "b")]
    (report,) = from_iterable([{"ID": 7, "verslag": "a", "leeftijd": 71, "more": [1]}])
    assert (report.id, report.text, report.metadata) == ("7", "a", {"leeftijd": 71, "more": "[1]"})


def test_an_iterator_can_be_read_twice():
    found = from_iterable(Report(str(n), "a") for n in range(3))
    assert len(list(found)) == len(list(found)) == 3


def test_dictionaries_are_left_alone():
    rows = [{"id": "1", "text": "a", "x": 1}]
    list(from_iterable(rows))
    found = from_iterable(rows)
    assert list(found) == list(found)
    assert rows == [{"id": "1", "text": "a", "x": 1}]


@pytest.mark.parametrize(
    "items", [["KANARIE", ("1", "b")], [("1", 2)], [("KANARIE", "b", "c")], [3], [(None, "KANARIE")]]
)
def test_bad_items(items):
    with pytest.raises(ReadingError) as caught:
        from_iterable(items)
    assert "KANARIE" not in str(caught.value)


FRAMES = {
    "polars": lambda: pl.DataFrame(
        {"id": ["007", "008"], "text": ["a", None], "n": [1, 2], "x": [1.5, None]}
    ),
    "lazy": lambda: pl.LazyFrame({"id": ["007", "008"], "text": ["a", None], "n": [1, 2], "x": [1.5, None]}),
    "pandas": lambda: pd.DataFrame(
        {"id": ["007", "008"], "text": ["a", None], "n": [1, 2], "x": [1.5, None]}
    ),
    "pandas index": lambda: pd.DataFrame(
        {"id": ["007", "008"], "text": ["a", None], "n": [1, 2], "x": [1.5, None]}
    ).set_index("id"),
    "pandas nullable": lambda: pd.DataFrame(
        {"id": ["007", "008"], "text": ["a", None], "n": [1, 2], "x": [1.5, None]}
    ).convert_dtypes(),
}


@pytest.mark.parametrize("make", FRAMES.values(), ids=FRAMES)
def test_frames(make):
    found = reports(make())
    for _ in range(2):
        first, second = found
        assert ids_and_texts([first, second]) == [("007", "a"), ("008", "")]
        assert first.metadata == {"n": 1, "x": 1.5}
        assert second.metadata == {"n": 2, "x": None}
        assert type(first.metadata["n"]) is int


def test_pandas_dates():
    frame = pd.DataFrame({"text": ["a", "b"], "datum": pd.to_datetime(["2020-01-02", None])})
    assert [report.date for report in from_frame(frame)] == ["2020-01-02", None]


def test_frame_columns_are_named_or_missed():
    frame = pl.DataFrame({"nr": [1], "omschrijving": ["a"]})
    with pytest.raises(ReadingError, match="recognisable"):
        from_frame(frame)
    assert ids_and_texts(from_frame(frame, Columns(text="omschrijving", id="nr"))) == [("1", "a")]


def test_the_dispatcher(write):
    path = write("r.csv", "id,text\n1,a\n")
    for source in (
        path,
        str(path),
        [("1", "a")],
        iter([("1", "a")]),
        pl.DataFrame({"id": ["1"], "text": ["a"]}),
    ):
        found = reports(source)
        assert ids_and_texts(found) == [("1", "a")]
        assert reports(found) is found
    for wrong in (5, {"1": "a"}, b"bytes"):
        with pytest.raises(OptionError) as caught:
            reports(wrong)
        assert caught.value.hint
