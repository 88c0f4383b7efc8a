"""Damaged files: nothing but an error of ours, and never a word of a report in it."""

import json

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from epicrisis.errors import EpicrisisError
from epicrisis.reading import Columns, read, survey

CANARY = "KANARIE7731"
TEXT = f'Op de MRI van {CANARY} geen aanwijzingen, voor een infarct;\nwel "MTA" 2 links en 3 rechts {CANARY}.'
ROWS = [{"id": f"00{n}", "text": TEXT, "age": 70 + n} for n in range(6)]


def delimited():
    quoted = TEXT.replace('"', '""')
    return ("id,text,age\n" + "".join(f'{row["id"]},"{quoted}",{row["age"]}\n' for row in ROWS)).encode()


FILES = {
    "r.csv": delimited(),
    "r.jsonl": "".join(json.dumps(row) + "\n" for row in ROWS).encode(),
    "r.json": json.dumps(ROWS, indent=1).encode(),
    "r.txt": TEXT.encode("utf-16"),
}


@pytest.fixture(scope="module")
def binary(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    pl.DataFrame(ROWS).write_parquet(folder / "r.parquet")
    book = Workbook()
    book.active.append(list(ROWS[0]))
    for row in ROWS:
        book.active.append(list(row.values()))
    book.save(folder / "r.xlsx")
    return {path.name: path.read_bytes() for path in folder.iterdir()}


damage = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.integers(0, 12),
        st.binary(max_size=4) | st.sampled_from([b'"', b",", b"\n", b"{"]),
    ),
    min_size=1,
    max_size=3,
)
wanted = st.sampled_from(
    [Columns(), Columns(text="text", id="id"), Columns(text="verslag"), Columns(id="none")]
)


def damaged(data, places):
    for share, gone, put in places:
        at = int(share * len(data))
        data = data[:at] + put + data[at + gone :]
    return data


def check(path, columns):
    message = ""
    try:
        survey(read(path, columns))
    except EpicrisisError as error:
        message = str(error)
    assert CANARY not in message


quick = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
    max_examples=200,
    derandomize=True,
)


@quick
@given(name=st.sampled_from(sorted(FILES)), places=damage, columns=wanted)
def test_damaged_text_files(tmp_path, name, places, columns):
    (tmp_path / name).write_bytes(damaged(FILES[name], places))
    check(tmp_path / name, columns)


@quick
@given(name=st.sampled_from(["r.parquet", "r.xlsx"]), places=damage)
def test_damaged_binary_files(tmp_path, binary, name, places):
    (tmp_path / name).write_bytes(damaged(binary[name], places))
    check(tmp_path / name, Columns())


@quick
@given(name=st.sampled_from(["r.parquet", "r.xlsx"]), share=st.floats(0, 1))
def test_binary_files_cut_short(tmp_path, binary, name, share):
    whole = binary[name]
    (tmp_path / name).write_bytes(whole[: int(share * (len(whole) - 1))])
    with pytest.raises(EpicrisisError):
        survey(read(tmp_path / name))


def test_texts_where_names_should_be(tmp_path):
    for name, content in (("r.csv", f'1,"{TEXT[:40]}"\n2,x\n'), ("r.jsonl", json.dumps({TEXT: 1, "b": 2}))):
        (tmp_path / name).write_text(content)
        check(tmp_path / name, Columns())
        check(tmp_path / name, Columns(text="verslag"))
