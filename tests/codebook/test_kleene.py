"""Three-valued logic, and what is computed with missing values, items and dates."""

from __future__ import annotations

import threading
import warnings
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.codebook.expression import parse
from epicrisis.codebook.kleene import UNKNOWN, UNREADABLE, Items, evaluate

TRUTH = st.sampled_from([True, False, None])


def value(text: str, **names: Any) -> Any:
    return evaluate(parse(text).tree, names)


@pytest.mark.parametrize(
    ("text", "table"),
    [
        # a down, b across: true, false, unknown (Kleene 1952, section 64)
        ("a and b", [[True, False, None], [False, False, False], [None, False, None]]),
        ("a or b", [[True, True, True], [True, False, None], [True, None, None]]),
        ("a -> b", [[True, False, None], [True, True, True], [True, None, None]]),
    ],
)
def test_truth_tables(text: str, table: list[list[bool | None]]) -> None:
    order = [True, False, None]
    assert [[value(text, a=a, b=b) for b in order] for a in order] == table


@given(TRUTH, TRUTH, TRUTH)
def test_the_laws_of_the_logic(a: bool | None, b: bool | None, c: bool | None) -> None:
    names = {"a": a, "b": b, "c": c}
    for one, other in [
        ("not not a", "a and a"),
        ("a and b", "b and a"),
        ("a or b", "b or a"),
        ("a and (b and c)", "(a and b) and c"),
        ("a and (b or c)", "(a and b) or (a and c)"),
        ("not (a and b)", "not a or not b"),
        ("not (a or b)", "not a and not b"),
        ("a -> b", "not a or b"),
        ("a -> b", "not b -> not a"),
        ("a and (a or b)", "a or a"),
    ]:
        assert value(one, **names) is value(other, **names), (one, other)


@given(TRUTH, TRUTH)
def test_what_is_decided_stays_so_when_more_is_known(a: bool | None, b: bool | None) -> None:
    for text in ("a and b", "a or b", "a -> b", "not a"):
        found = value(text, a=a, b=b)
        if found is None:
            continue
        for known_a in (True, False) if a is None else (a,):
            for known_b in (True, False) if b is None else (b,):
                assert value(text, a=known_a, b=known_b) is found


@pytest.mark.parametrize("missing", [None, UNKNOWN, UNREADABLE])
@pytest.mark.parametrize(
    "text",
    [
        *(
            "x > 1",
            "x == 1",
            "x != 1",
            "x + 1",
            "-x",
            "abs(x)",
            "max(x, 1)",
            "round(x)",
            "x in [1]",
            "sum(x)",
        ),
        *("year(x)", "days_between(x, x)", "lower(x)", "mean(x, 2)", "1 / x", "x < x", "x == x"),
    ],
)
def test_what_rests_on_a_missing_value_is_unknown(text: str, missing: Any) -> None:
    assert value(text, x=missing) is None


@pytest.mark.parametrize(
    ("given", "is_null"), [(None, True), (0, False), ("", False), (UNKNOWN, None), (UNREADABLE, False)]
)
def test_is_null_tells_missing_from_unknown(given: Any, is_null: bool | None) -> None:
    assert value("x is null", x=given) is is_null
    assert value("x is not null", x=given) is (None if is_null is None else not is_null)


def test_a_name_without_a_value_is_unknown() -> None:
    assert value("x is null") is None
    assert value("x > 1 or true") is True


@pytest.mark.parametrize(
    "text", ["1 / 0", "x + 1", "x * 2", "-x", "'a' < 'b'", "true + 1", "not 3", "3 and true", "abs('x')"]
)
def test_what_makes_no_sense_is_unknown(text: str) -> None:
    assert value(text, x="text") is None


def test_false_decides_whatever_makes_no_sense_beside_it() -> None:
    assert value("false and 'a'") is False
    assert value("true or 'a'") is True


def test_binary_noise_is_no_difference() -> None:
    assert value("0.1 + 0.2 <= 0.3") is True
    assert value("0.1 + 0.2 > 0.3") is False
    assert value("0.1 + 0.2 == 0.3") is True
    assert value("0.1 + 0.2 != 0.3") is False


def test_texts_and_numbers_compare_as_in_when() -> None:
    assert value("x == 2", x="2") is True
    assert value("x == 1", x=True) is False
    assert value("x in [1, 'a']", x="a") is True
    assert value("x in [1, 2]", x=3) is False


class TestItems:
    def test_operators_go_item_by_item(self) -> None:
        names = {"g.p": Items([1, 3]), "g.e": Items([2, 2])}
        assert evaluate(parse("g.p <= g.e").tree, names) == Items([True, False])
        assert evaluate(parse("all(g.p <= g.e)").tree, names) is False
        assert evaluate(parse("any(g.p > g.e)").tree, names) is True
        assert evaluate(parse("count(g.p > 1)").tree, names) == 1
        assert evaluate(parse("sum(g.p) + max(g.p) + min(g.p) + mean(g.p)").tree, names) == 10
        assert evaluate(parse("max(g.p - g.e)").tree, names) == 1

    def test_all_and_any_are_undecided_where_an_item_is(self) -> None:
        for items, every, some in [
            ([True, None], None, True),
            ([False, None], False, None),
            ([None], None, None),
            ([True, True], True, True),
            ([UNKNOWN, False], False, None),
        ]:
            names = {"g.p": Items(items)}
            assert evaluate(parse("all(g.p)").tree, names) is every
            assert evaluate(parse("any(g.p)").tree, names) is some

    def test_sums_pass_over_items_without_a_value(self) -> None:
        names = {"g.p": Items([4, None, UNKNOWN])}
        assert evaluate(parse("max(g.p)").tree, names) == 4
        assert evaluate(parse("sum(g.p)").tree, names) == 4
        assert evaluate(parse("sum(g.p)").tree, {"g.p": Items([None])}) is None
        assert evaluate(parse("count(g.p is null)").tree, names) == 1


class TestDates:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("dates('<', '2023', '2024-01')", True),
            ("dates('<', '2023', '2023-06-01')", None),
            ("dates('<=', '2023', '2023-12-31')", True),
            ("dates('<', '2023', '2023-01-01')", False),
            ("dates('>', '2023', '2023-12-31')", False),
            ("dates('>=', '2023', '2023-01-01')", True),
            ("dates('<=', '2024-05', '2024-05')", True),
            ("dates('<', '2024-05', '2024-05')", False),
            ("dates('==', '2024-05', '2024-05')", True),
            ("dates('==', '2024', '2024-05')", None),
            ("dates('!=', '2024', '2024-05')", None),
            ("dates('!=', '2024', '2025-05')", True),
            ("dates('==', '2024', '2025-05')", False),
            ("dates('<', '2024-02', '2024-02-29')", None),
            ("dates('<=', '2024-02', '2024-02-29')", True),
            ("dates('<', '9999', '9999-12')", None),
            ("dates('<', 'x', '2024')", None),
        ],
    )
    def test_comparisons_are_as_sure_as_the_precision_allows(self, text: str, expected: bool | None) -> None:
        import ast

        tree: Any = ast.parse(text, mode="eval").body
        assert evaluate(tree, {}) is expected

    @given(st.dates(), st.dates())
    def test_days_compare_as_days(self, one: Any, other: Any) -> None:
        import ast

        from epicrisis.codebook.expression import call

        for sign, expected in [("<", one < other), ("<=", one <= other), (">", one > other)]:
            constants = [ast.Constant(value=text) for text in (sign, one.isoformat(), other.isoformat())]
            assert evaluate(call("dates", *constants), {}) is expected

    @given(st.dates(), st.dates(), st.sampled_from([4, 7]), st.sampled_from([4, 7, 10]))
    def test_a_less_precise_date_never_says_otherwise(self, one: Any, other: Any, cut: int, to: int) -> None:
        import ast

        from epicrisis.codebook.expression import call

        left, right = one.isoformat()[:cut], other.isoformat()[:to]
        for sign, expected in [("<", one < other), (">=", one >= other), ("!=", one != other)]:
            constants = [ast.Constant(value=text) for text in (sign, left, right)]
            found = evaluate(call("dates", *constants), {})
            assert found is None or found is expected or left == right

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("days_between('2024-02-28', '2024-03-01')", 2),
            ("days_between('2024-03-01', '2024-02-28')", -2),
            ("days_between('2024-03', '2024-04-01')", None),
            ("years_between('1950-05-02', '2020-05-01')", 69),
            ("years_between('1950-05-02', '2020-05-02')", 70),
            ("years_between('1950', '2020-12-31')", 70),
            ("years_between('1950', '2020-06-01')", None),
            ("years_between('2020-05-02', '1950-05-02')", -70),
            ("year('2020-05')", 2020),
            ("year('never')", None),
        ],
    )
    def test_spans_of_time(self, text: str, expected: int | None) -> None:
        assert value(text) == expected


def test_several_threads_at_a_time_leave_warnings_as_they_were() -> None:
    before = list(warnings.filters)
    found: list[bool] = []

    def work(number: int) -> None:
        tree = parse("x == y").tree
        found.extend(evaluate(tree, {"x": number, "y": turn}) is (number == turn) for turn in range(50))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 400
    assert all(found)
    assert warnings.filters == before
