from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epicrisis.errors import OptionError
from epicrisis.evaluation.strata import partition, strata

RIGHT, WRONG = {"seen": (True, True)}, {"seen": (True, False)}


def paired(make: Any, reports: list[Any], about: list[Any]) -> Any:
    return make.paired([make.variable("boolean", "seen")], reports, about)


def test_length_and_language_come_of_themselves(make: Any) -> None:
    reports = [RIGHT] * 20 + [WRONG] * 5 + [RIGHT] * 15
    about = [{"length": 100 + n, "language": "nl" if n < 25 else "en"} for n in range(40)]
    found = strata(paired(make, reports, about))
    assert [(one.by, one.value, one.reports, one.error_rate.value) for one in found] == [
        ("length", "100 to 109 characters", 10, 0.0),
        ("length", "110 to 119 characters", 10, 0.0),
        ("length", "120 to 129 characters", 10, 0.5),
        ("length", "130 to 139 characters", 10, 0.0),
        ("language", "en", 15, 0.0),
        ("language", "nl", 25, 0.2),
    ]
    third = found[2].error_rate
    assert third.method == "BCa"
    assert third.low is not None
    assert third.high is not None
    assert 0.1 < third.low < 0.4 < 0.6 < third.high < 0.9


def test_what_is_not_known_or_does_not_differ_is_left_out_unless_asked_for(make: Any) -> None:
    cells = paired(make, [RIGHT] * 6, [{"language": "nl"}] * 6)
    assert strata(cells) == ()
    assert [(one.by, one.value, one.reports) for one in strata(cells, ["language"])] == [
        ("language", "nl", 6)
    ]
    assert strata(paired(make, [], [])) == ()


def test_a_carried_column(make: Any) -> None:
    about = [{"metadata": {"scanner": "AB"[n % 2] if n < 8 else None, "age": str(20 + n)}} for n in range(12)]
    found = strata(paired(make, [RIGHT] * 6 + [WRONG] * 6, about), ["scanner", "age"])
    assert [(one.by, one.value, one.reports) for one in found] == [
        ("scanner", "A", 4),
        ("scanner", "B", 4),
        ("scanner", "(unknown)", 4),
        ("age", "20 to 22", 3),
        ("age", "23 to 25", 3),
        ("age", "26 to 28", 3),
        ("age", "29 to 31", 3),
    ]
    assert [one.error_rate.value for one in found[3:]] == [0, 0, 1, 1]
    assert found[0].error_rate.low is None
    assert "4 of at least 5" in str(found[0].error_rate.note)


def test_an_unknown_column_is_named_with_its_nearest(make: Any) -> None:
    cells = paired(make, [RIGHT] * 6, [{"metadata": {"scanner": "A"}}] * 6)
    with pytest.raises(OptionError) as caught:
        strata(cells, ["scaner"])
    assert "'scaner'" in caught.value.message
    assert caught.value.hint == "Did you mean 'scanner'?"
    with pytest.raises(OptionError) as caught:
        strata(cells, ["zzz"])
    assert "length, language and scanner" in str(caught.value.hint)


def test_reports_without_a_scored_cell(make: Any) -> None:
    about = [{"metadata": {"scanner": "AB"[n % 2]}} for n in range(20)]
    found = strata(paired(make, [RIGHT, {}] * 10, about), ["scanner"])
    assert (found[1].error_rate.value, found[1].error_rate.note) == (None, "no scored cell")


@settings(deadline=None)
@given(
    st.lists(
        st.one_of(st.none(), st.integers(), st.floats(), st.booleans(), st.text(max_size=3)), max_size=60
    )
)
def test_every_report_is_in_one_part(values: list[Any]) -> None:
    parts = partition(values)
    assert sorted(place for places in parts.values() for place in places) == list(range(len(values)))
    assert all(parts.values())


@settings(deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=40, max_size=80, unique=True))
def test_quarters_are_of_one_size(values: list[float]) -> None:
    sizes = [len(places) for places in partition(values).values()]
    assert len(sizes) == 4
    assert max(sizes) - min(sizes) <= 2


def test_many_values_end_in_the_others() -> None:
    parts = partition([f"hospital {n}" for n in range(30)] + ["hospital 3", "10", "9"] * 2)
    assert len(parts) == 21
    assert len(parts["(other)"]) == 30 - 18  # two of the 20 are 9 and 10
    assert list(parts)[:2] == ["9", "10"]
