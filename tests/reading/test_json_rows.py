import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.errors import ReadingError
from epicrisis.reading import Columns, json_rows, read

#: Stands in report texts; must never be in a message.
CANARY = "KANARIE7731"

ROWS = [
    {
        "id": 7,
        "text": "één\ntwee",
        "age": 71,
        "weight": 70.5,
        "dead": False,
        "note": None,
        "more": {"a": [1, "é"]},
    },
    {"id": "007", "text": "b", "extra": "only here"},
]


@pytest.fixture(params=["jsonl", "json", "json indented", "jsonl.gz", "json.gz", "jsonl bom"])
def path(request, tmp_path):
    kind = request.param.split()[0]
    indent = 2 if "indented" in request.param else None
    if kind.startswith("jsonl"):
        content = "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS) + "\n\n"
    else:
        content = json.dumps(ROWS, indent=indent)
    data = content.encode("utf-8-sig" if "bom" in request.param else "utf-8")
    target = tmp_path / f"r.{kind}"
    target.write_bytes(gzip.compress(data) if kind.endswith("gz") else data)
    return target


def test_types_are_kept_and_ids_are_text(path):
    reports = read(path)
    first, second = reports
    assert (first.id, second.id) == ("7", "007")
    assert first.text == "één\ntwee"
    assert first.metadata == {
        "age": 71,
        "weight": 70.5,
        "dead": False,
        "note": None,
        "more": '{"a": [1, "é"]}',
    }
    assert type(first.metadata["age"]) is int
    assert second.metadata == {"extra": "only here"}
    assert reports.columns.carried == ("age", "weight", "dead", "note", "more", "extra")
    assert [report.id for report in reports] == ["7", "007"]


def test_lines_of_an_indented_array(write):
    first, second = read(write("r.json", json.dumps(ROWS, indent=1)))
    assert first.source.line == 2
    assert second.source.line == 2 + json.dumps(ROWS[0], indent=1).count("\n") + 1


def test_a_report_without_text_is_empty(write):
    path = write("r.jsonl", '{"id":1,"text":"a"}\n{"id":2}\n{"id":3,"text":null}')
    assert [report.text for report in read(path)] == ["a", "", ""]


def test_broken_surrogates_are_replaced_one_for_one(write):
    report = next(iter(read(write("r.jsonl", r'{"id":"1","text":"a\ud800b","n":["\udc00"],"m":"\udc00"}'))))
    assert report.text == "a\ufffdb"
    assert report.metadata["m"] == "\ufffd"
    assert report.digest


def test_numbers_json_does_not_know(write):
    report = next(iter(read(write("r.jsonl", '{"id":"1","text":"a","x":NaN,"y":Infinity,"z":1e999}'))))
    assert report.metadata == {"x": None, "y": "Infinity", "z": "inf"}


@pytest.mark.parametrize(
    ("name", "content", "line", "words"),
    [
        ("r.jsonl", f'{{"id":1,"text":"a"}}\n{{"id":2,"text":"{CANARY}\n', 2, "not valid JSON"),
        ("r.jsonl", f'{{"id":1,"text":"a"}}\n["{CANARY}"]\n', 2, "not a JSON object"),
        ("r.jsonl", f'{{"id":1,"text":"a"}}\n{{"id":2,"text":5,"x":"{CANARY}"}}\n', 2, "other than text"),
        ("r.jsonl", f'{{"id":1,"text":"a"}}\n{{"text":"{CANARY}"}}\n', 2, "id column 'id' is empty"),
        ("r.jsonl", f'{{"id":1,"text":"a"}}\n{{"id":1,"id":2,"text":"{CANARY}"}}\n', 2, "same key twice"),
        ("r.jsonl", f'[{{"id":1,"text":"{CANARY}"}},\n{{}}]', None, "array, not JSON lines"),
        ("r.jsonl", "", None, "empty"),
        ("r.jsonl", "\n\n", None, "no reports"),
        ("r.jsonl", b"%PDF", None, "PDF"),
        ("r.jsonl", b'{"id":1,"text":"\0"}', 1, "binary"),
        ("r.json", "[]", None, "no reports"),
        ("r.json", f'{{"id":1,"text":"{CANARY}"}}\n{{"id":2}}', None, "does not hold a JSON array"),
        ("r.json", f'[{{"id":1,"text":"{CANARY}"}}\n,\n"b"]', 3, "not a JSON object"),
        ("r.json", f'[{{"id":1,"text":"{CANARY}"}}\n', 2, "ends before the array is closed"),
        ("r.json", f'[{{"id":1,"text":"{CANARY}"}}\n{{}}]', 2, "comma"),
        ("r.json", f'[\n{{"id":1,"text":"{CANARY}', 2, "Not valid JSON"),
        ("r.json", f'[\n{{"id":1,\n"text" "{CANARY}"}}, {" " * 100}]', 3, "Not valid JSON"),
        ("r.json", f'[{{"id":1,"text":"{CANARY}"}}]\n[]', 2, "more after the end"),
        ("r.json", f'[{{"id":1,"text":"a"}},\n{{"id":1,"id":2,"text":"{CANARY}"}}]', 2, "same key twice"),
    ],
)  # fmt: skip
def test_bad_files_are_named_by_line_without_their_text(write, name, content, line, words):
    with pytest.raises(ReadingError) as caught:
        list(read(write(name, content)))
    assert words in caught.value.message
    assert caught.value.line == line
    assert CANARY not in str(caught.value)
    assert caught.value.hint


def test_nested_text_is_no_text(write):
    path = write("r.jsonl", '{"id":1,"text":{"a":1}}')
    with pytest.raises(ReadingError, match="nested objects, not text"):
        read(path, Columns(text="text"))


def test_the_first_report_is_there_before_the_file_is_read(write):
    path = write("r.json", "[" + ",".join(f'{{"id":{n},"text":"a"}}' for n in range(20_000)) + ', "bad"]')
    reports = iter(read(path))
    assert next(reports).id == "0"
    with pytest.raises(ReadingError):
        list(reports)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(
    rows=st.lists(st.dictionaries(st.text(min_size=1, max_size=5), json_values, max_size=4), max_size=6),
    chunk=st.integers(1, 40),
    indent=st.sampled_from([None, 1]),
)
def test_arrays_are_read_whole_whatever_the_pieces(tmp_path_factory, rows, chunk, indent):
    path = tmp_path_factory.mktemp("json") / "r.json"
    path.write_text(json.dumps(rows, indent=indent), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_rows, "_CHUNK", chunk)
        assert [row for _, row in json_rows._array(path, "utf-8")] == rows


@given(st.text(st.sampled_from('[]{},:" \n\\u1atruenl-'), max_size=40), st.integers(1, 10))
def test_no_input_but_a_reading_error(tmp_path_factory, content, chunk):
    path = tmp_path_factory.mktemp("json") / "r.json"
    path.write_text("[" + content, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_rows, "_CHUNK", chunk)
        try:
            found = [row for _, row in json_rows._array(path, "utf-8")]
        except ReadingError:
            try:
                whole = json.loads("[" + content)
            except ValueError:
                return
            repeated = '"' in content
            assert not all(isinstance(row, dict) for row in whole) or repeated
        else:
            assert found == json.loads("[" + content)


@pytest.mark.parametrize("ending", ["json", "jsonl"])
@pytest.mark.parametrize("value", ["[" * 100_000 + "]" * 100_000, "9" * 5000])
def test_what_python_cannot_hold_is_a_reading_error(write, ending, value):
    content = f'{{"id": 1, "text": "a", "more": {value}}}'
    path = write(f"big.{ending}", f"[{content}]" if ending == "json" else content)
    with pytest.raises(ReadingError, match="nested too deeply"):
        list(read(path))
