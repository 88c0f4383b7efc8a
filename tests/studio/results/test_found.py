"""Filters, orders and pages, set beside plain Python over runs of every shape."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from epicrisis.evaluation.cells import amount
from epicrisis.evaluation.shown import shown
from epicrisis.extraction.answer import Answer, Evidence, Grade, Status
from epicrisis.studio.index import Index
from epicrisis.studio.index.days import day_of
from epicrisis.studio.project import Project
from epicrisis.studio.results.asked import Asked
from epicrisis.studio.results.filters import GRADES, read
from epicrisis.studio.results.found import finding
from epicrisis.studio.web.refusals import Refused

SIDES = ["left", "right"]
GRADED = ["low", "middle", "high"]
TEXTS = st.sampled_from(["Äpfel", "äpfel und Birnen", "100%", "<b>", "x'y", ""])
VALUES = {
    "nodule": st.booleans(),
    "side": st.sampled_from(SIDES),
    "grade": st.sampled_from(GRADED),
    "nodes": st.integers(0, 12),
    "size": st.builds(
        lambda value, unit: {"value": value, "unit": unit},
        st.sampled_from([0.5, 1.0, 2.0, 10.0]),
        st.sampled_from(["mm", "cm"]),
    ),
    "seen": st.sampled_from(["2023", "2024-02", "2024-02-03", "2025-01-01"]),
    "words": TEXTS,
    "drugs": st.lists(st.just({"text": "ascal", "type": "drug", "start": 0, "end": 5}), max_size=3),
}
WITH_VALUE = [status for status in Status if status.has_value]
CONFIDENCES = st.none() | st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])
NOTES = st.sampled_from([(), ("seen twice",), ("breaks the rule: size",)])
EVIDENCE = st.none() | st.sampled_from([Evidence("x", 0, 1, grade) for grade in Grade])


def _answers(values):
    answered = st.builds(Answer, st.sampled_from(WITH_VALUE), values, EVIDENCE, CONFIDENCES, NOTES)
    silent = [status for status in Status if not status.has_value]
    return answered | st.builds(Answer, st.sampled_from(silent), confidence=CONFIDENCES, notes=NOTES)


ANSWERS = st.fixed_dictionaries({}, optional={name: _answers(values) for name, values in VALUES.items()})
REPORTS = st.lists(
    st.tuples(
        st.sampled_from(["R-1", "R-9", "R-10", "r-2", "ä", "%"]),
        st.none() | st.sampled_from(["P-1", "P-2", "P-10"]),
        st.none() | st.sampled_from(["2024-01-05", "04-02-2024", "2023", "?"]),
        ANSWERS,
        st.sampled_from([None, None, None, "too long"]),
    ),
    max_size=12,
)
NUMBERS = st.sampled_from(["0", "1", "2", "10", "10,5", "100"])
COMPARED = st.sampled_from([">=", "<="])
VARIABLES = st.sampled_from([*VALUES, "lesions"])
ANYTHING = VARIABLES | st.just("*")
SHOWN = st.sampled_from(
    ["true", "false", *SIDES, *GRADED, "0", "3", "10 mm", "1 cm", "2024-02", "<b>", "100%"]
)
CONDITIONS = st.one_of(
    st.tuples(ANYTHING, st.just("value"), st.sampled_from(["=", "!=", "~"]), SHOWN | TEXTS),
    st.tuples(st.sampled_from(["nodes", "size", "drugs"]), st.just("value"), COMPARED, NUMBERS),
    st.tuples(st.just("grade"), st.just("value"), COMPARED, st.sampled_from(GRADED)),
    st.tuples(
        st.just("seen"), st.just("value"), COMPARED, st.sampled_from(["2023", "2024-02", "2024-02-03"])
    ),
    st.tuples(ANYTHING, st.just("status"), st.just("="), st.sampled_from([*map(str, Status), "answered"])),
    st.tuples(ANYTHING, st.just("confidence"), COMPARED, st.sampled_from(["0", "0.5", "0.6", "1"])),
    st.tuples(ANYTHING, st.just("grade"), st.just("="), st.sampled_from(GRADES)),
    st.tuples(ANYTHING, st.just("notes"), st.just("="), st.sampled_from(["any", "rule"])),
    st.tuples(st.just("@"), st.just("failed"), st.just("="), st.sampled_from(["yes", "no"])),
    st.tuples(st.just("@"), st.just("patient"), st.just("="), st.sampled_from(["P-1", "P-3"])),
    st.tuples(st.just("@"), st.just("date"), COMPARED, st.sampled_from(["2023", "2024-01", "2024-02-04"])),
)
SORTS = st.sampled_from(
    ["@order", "@id", "@patient", "@date", "@certainty", *VALUES, "side.confidence", "size.confidence"]
)


class Oracle:
    """What the index should find, from the reports themselves."""

    def __init__(self, codebook, reports) -> None:
        self.codebook, self.reports = codebook, reports

    def answer(self, report, name) -> Answer:
        return report[3].get(name) or Answer(Status.FAILED, notes=(report[4] or "no answer",))

    def rank(self, name, answer) -> Any:
        if not answer.status.has_value:
            return None
        match name:
            case "side":
                return SIDES.index(answer.value)
            case "grade":
                return GRADED.index(answer.value)
            case "size":
                return amount(answer.value, "mm")[0]
            case "drugs":
                return len(answer.value)
            case "words":
                return answer.value.casefold()
        return answer.value

    def shown(self, name, answer) -> str | None:
        if not answer.status.has_value:
            return None
        if name == "drugs":
            return "; ".join("ascal [drug]" for _ in answer.value) or "(no items)"
        return shown(answer.value)

    def holds(self, report, condition) -> bool:
        subject, field, operator, value = condition
        if subject == "@":
            if field == "failed":
                return (report[4] is not None) == (value == "yes")
            if field == "patient":
                return report[1] == value
            day = day_of(report[2])
            return day is not None and self.compared(day[: len(value)], operator, value)
        names = self.codebook.names if subject == "*" else [subject]
        return any(self.cell(report, name, field, operator, value) for name in names)

    def cell(self, report, name, field, operator, value) -> bool:
        answer = self.answer(report, name)
        match field:
            case "status":
                return answer.status.has_value if value == "answered" else answer.status == value
            case "confidence":
                return answer.confidence is not None and self.compared(
                    answer.confidence, operator, float(value)
                )
            case "grade":
                grade = "none" if answer.evidence is None else str(answer.evidence.grade)
                return answer.status.has_value and grade == value
            case "notes":
                return any(value == "any" or note.startswith("breaks the rule") for note in answer.notes)
        if not answer.status.has_value:
            return False
        text = self.shown(name, answer)
        match operator:
            case "=":
                return text == value
            case "!=":
                return text != value
            case "~":
                return value.casefold() in text.casefold()
        rank = self.rank(name, answer)
        if name == "grade":
            return self.compared(rank, operator, GRADED.index(value))
        if name == "seen":
            return self.compared(rank[: len(value)], operator, value)
        return self.compared(rank, operator, float(value.replace(",", ".")))

    def compared(self, one, operator, other) -> bool:
        return one >= other if operator == ">=" else one <= other

    def key(self, report, sort) -> Any:
        name, _, field = sort.partition(".")
        match name:
            case "@id":
                return self.natural(report[0])
            case "@patient":
                return None if report[1] is None else self.natural(report[1])
            case "@date":
                return day_of(report[2])
            case "@certainty":
                every = [answer.confidence for answer in report[3].values() if answer.confidence is not None]
                return min(every, default=None)
        answer = self.answer(report, name)
        return answer.confidence if field else self.rank(name, answer)

    def natural(self, text) -> str:
        head, dash, tail = text.casefold().partition("-")
        return head + dash + tail.zfill(20) if dash else head

    def found(self, conditions, q, sort) -> list[int]:
        words = q.casefold().split()
        left = [
            seq
            for seq, report in enumerate(self.reports)
            if all(self.holds(report, one) for one in conditions)
            and all(word in f"{report[0]}\n{report[1] or ''}".casefold() for word in words)
        ]
        down, name = sort.startswith("-"), sort.removeprefix("-")
        if name == "@order":
            return left[::-1] if down else left
        keyed = [(self.key(self.reports[seq], name), seq) for seq in left]
        known = sorted([one for one in keyed if one[0] is not None], key=lambda one: one[0], reverse=down)
        return [seq for _, seq in known] + [seq for key, seq in keyed if key is None]


def _text(condition) -> str:
    subject, field, operator, value = condition
    if subject == "@":
        return f"@{field}{operator}{value}"
    return f"{subject}{operator}{value}" if field == "value" else f"{subject}.{field}{operator}{value}"


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    reports=REPORTS,
    asked=st.lists(
        st.tuples(
            st.lists(CONDITIONS, max_size=3),
            st.sampled_from(["", "", "r-1", "P-1 r", "%", "Ä"]),
            st.builds(lambda down, sort: down + sort, st.sampled_from(["", "-"]), SORTS),
            st.integers(1, 5),
        ),
        min_size=1,
        max_size=6,
    ),
)
def test_what_is_found_is_what_plain_python_finds(kept_in, made, codebook, reports, asked) -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = Project.at(Path(folder) / "study")
        kept = kept_in(project).add([made(one[0], one[3], one[1], one[2], failure=one[4]) for one in reports])
        index, oracle = Index(project), Oracle(codebook, reports)
        covered = index.catch_up(kept.run)
        for conditions, q, sort, size in asked:
            wanted = Asked(filter=list(map(_text, conditions)), q=q, sort=sort)
            with finding(index, covered, codebook, wanted) as found:
                expected = oracle.found(conditions, q, sort)
                assert found.places() == expected
                assert len(found) == len(expected)
                pages = [
                    found.page(number, size, codebook.names) for number in range(1, len(expected) // size + 2)
                ]
                rows = [row for page in pages for row in page]
                assert [row.place for row in rows] == expected
                assert all(len(page) == size for page in pages[:-1])
                for row in rows:
                    _as_stored(oracle, reports[row.place], row)
                for name in codebook.names:
                    counted = found.values(name)
                    assert sum(many for _, _, many in counted) == len(expected)
                    texts = [oracle.shown(name, oracle.answer(reports[seq], name)) for seq in expected]
                    assert {text: many for _, text, many in counted if text is not None} == {
                        text: texts.count(text) for text in texts if text is not None
                    }


def _as_stored(oracle, report, row) -> None:
    assert (row.id, row.patient, row.date, row.failure) == (report[0], report[1], report[2], report[4])
    assert [cell.variable for cell in row.cells] == oracle.codebook.names
    for cell in row.cells:
        answer = oracle.answer(report, cell.variable)
        assert (cell.status, cell.confidence) == (answer.status, answer.confidence)
        assert cell.shown == oracle.shown(cell.variable, answer)


@pytest.fixture
def made(given):
    return given


@pytest.fixture
def kept_in(begin):
    """A run of any project."""
    return partial(_again, begin)


def _again(begin, project):
    return begin(project=project)


@pytest.mark.parametrize(
    "text",
    [
        "side", "=left", "nobody=1", "side.status=sure", "side.colour=red", "side.confidence=1", "@side=left",
        "size>=big", "size>=nan", "size>=1e999", "words>=a", "*>=1", "nodule>=true", "grade>=highest",
        "seen>=May", "@date=2024-01-01", "@date>=soon", "@failed=perhaps", "side.notes=some", "",
        "side=" + "x" * 500, "side;drop table cells",
    ],
)  # fmt: skip
def test_what_is_no_filter_is_refused(codebook, text) -> None:
    with pytest.raises(Refused) as refused:
        read([text], codebook)
    assert refused.value.status == 422


@given(st.text(max_size=60))
def test_any_text_is_a_filter_or_is_refused(text) -> None:
    from epicrisis.codebook.codebook import Codebook

    codebook = Codebook.model_validate({"name": "x", "variables": [{"name": "side", "kind": "text"}]})
    for one in (text, f"side={text}", f"side.{text}", f"*~{text}"):
        try:
            (found,) = read([one], codebook)
        except Refused:
            continue
        assert found.text == one


def test_addresses_come_back_as_they_were() -> None:
    from urllib.parse import parse_qs

    asked = Asked(filter=["words~a&b=<c> é%+#", "side=left"], q="R 1", sort="-side", page=3, size=100)
    found = {name: value if name == "filter" else value[0] for name, value in parse_qs(asked.query()).items()}
    assert Asked.model_validate(found) == asked
    assert Asked().query() == ""
    assert asked.without("side=left") != asked.query()
    assert "page" not in asked.having("side=right")
