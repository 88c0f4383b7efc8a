"""Which examples are chosen for which report."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epicrisis.codebook.codebook import Codebook
from epicrisis.errors import MissingExtraError, OptionError
from epicrisis.examples import Example, Pool, Selector, Strategy, digest, select
from epicrisis.prompting.worked import Cell, WorkedExample
from epicrisis.report import Report

NEW = Report("new", "Techniek: MRI.\nVerslag: klein infarct links van 3 mm.\nConclusie: oud infarct.\n")
EACH = pytest.mark.parametrize("strategy", Strategy)
TWO = Codebook.model_validate(
    {
        "name": "two",
        "variables": [
            {"name": "side", "kind": "category", "options": ["left", "right", "both", "none"]},
            {"name": "infarct", "kind": "boolean"},
        ],
    }
)


def ids(chosen: tuple[WorkedExample, ...]) -> list[str | None]:
    return [one.report_id for one in chosen]


@st.composite
def pools(draw: st.DrawFn) -> list[Example]:
    """Examples with few different texts, patients and values, so that they collide."""
    found = []
    for number in range(draw(st.integers(1, 9))):
        words = draw(st.lists(st.sampled_from(["infarct", "links", "MRI:", "3 mm", "\n"]), max_size=5))
        cells = {}
        side = draw(st.sampled_from([None, "left", "right", "both", "none"]))
        infarct = draw(st.sampled_from([None, True, False]))
        if side is not None:
            cells["side"] = Cell(side, None)
        if infarct is not None:
            cells["infarct"] = Cell(infarct, None)
        patient = draw(st.sampled_from([None, "p", "q"]))
        quoted = draw(st.sampled_from([0.0, 0.5, 1.0]))
        found.append(Example(WorkedExample(" ".join(words), cells, str(number)), patient, quoted))
    return found


class TestLeaveOneOut:
    @EACH
    @given(
        examples=pools(), patient=st.sampled_from([None, "p", "q"]), shots=st.integers(1, 6), data=st.data()
    )
    @settings(max_examples=40, deadline=None)
    def test_no_report_sees_itself_or_its_patient_or_one_example_twice(
        self, strategy: Strategy, examples: list[Example], patient: str | None, shots: int, data: Any
    ) -> None:
        pool = Pool(TWO, examples)
        twin = data.draw(st.sampled_from(examples))
        report = data.draw(
            st.sampled_from(
                [
                    Report("elsewhere", f"  {twin.worked.text.upper()}\n", patient),
                    Report(twin.id, "quite another text", patient),
                    Report("new", "infarct links 4 mm", patient),
                ]
            )
        )
        chosen = Selector(pool, shots, strategy).choose(report)
        by_id = {one.id: one for one in examples}
        for one in chosen:
            assert one.report_id != report.id
            assert one.text.casefold().split() != report.text.casefold().split()
            assert patient is None or by_id[one.report_id or ""].patient != patient
        assert len(set(ids(chosen))) == len(chosen) == min(shots, len(pool.others(report)))

    def test_a_patient_that_is_not_known_is_nobody(self, ward: Pool) -> None:
        assert len(ward.others(Report("new", "text"))) == len(ward)
        assert len(ward.others(Report("new", "text", patient="p0"))) == len(ward) - 2


class TestStability:
    @EACH
    @given(examples=pools(), order=st.randoms(use_true_random=False), shots=st.integers(1, 4))
    @settings(max_examples=30, deadline=None)
    def test_the_order_of_the_pool_does_not_matter(
        self, strategy: Strategy, examples: list[Example], order: Any, shots: int
    ) -> None:
        # Of examples with the same text the first by id is kept, in whatever order they come.
        shuffled = list(examples)
        order.shuffle(shuffled)
        one, other = (Selector(Pool(TWO, each), shots, strategy, seed=3) for each in (examples, shuffled))
        assert one.choose(NEW) == other.choose(NEW)

    @EACH
    def test_what_was_asked_before_does_not_matter(self, ward: Pool, strategy: Strategy) -> None:
        used = Selector(ward, 3, strategy)
        for one in ward.examples:
            used.choose(Report(one.id, one.worked.text, one.patient))
        assert used.choose(NEW) == Selector(ward, 3, strategy).choose(NEW)

    def test_other_processes_choose_the_same(self, ward: Pool) -> None:
        program = (
            "import sys; sys.path.insert(0, sys.argv[1]); import conftest;"
            "from epicrisis.examples import Selector, Strategy, digest;"
            "from epicrisis.report import Report;"
            "new = Report('new', sys.argv[2]);"
            "each = (Selector(conftest.make_ward(), 3, one, seed=1) for one in Strategy);"
            "print([digest(one.choose(new)) for one in each])"
        )
        folder = str(Path(__file__).parent)
        said = {
            subprocess.run(
                [sys.executable, "-c", program, folder, NEW.text],
                env=os.environ | {"PYTHONHASHSEED": seed},
                capture_output=True,
                text=True,
                check=True,
            ).stdout.strip()
            for seed in ("1", "2")
        }
        assert said == {str([digest(Selector(ward, 3, one, seed=1).choose(NEW)) for one in Strategy])}


class TestFixed:
    def test_all_reports_have_the_same(self, ward: Pool) -> None:
        selector = Selector(ward, 3, "fixed")
        assert selector.choose(NEW) is selector.choose(Report("other", "Iets anders.")) is selector.common
        assert Strategy.FIXED.shares_prefix
        assert [one for one in Strategy if one.shares_prefix] == [Strategy.FIXED]

    def test_an_example_that_is_the_report_is_replaced(self, ward: Pool) -> None:
        selector = Selector(ward, 2, "fixed")
        first = selector.common[0]
        chosen = selector.choose(Report(first.report_id or "", first.text))
        assert len(chosen) == 2
        assert first not in chosen

    @given(examples=pools())
    @settings(max_examples=60, deadline=None)
    def test_enough_shots_show_every_value(self, examples: list[Example]) -> None:
        pool = Pool(TWO, examples)
        every = frozenset().union(*(one.values for one in pool.facets))
        for strategy in (Strategy.FIXED, Strategy.DIVERSE):
            chosen = Selector(pool, max(1, len(every)), strategy).choose(NEW)
            shown = [one.worked for one in pool.examples]
            assert frozenset().union(*(pool.facets[shown.index(one)].values for one in chosen)) == every

    def test_the_richest_comes_first_and_quotes_decide(self, example: Any, pool_of: Any) -> None:
        pool = pool_of(
            example("a", "one", infarct=True),
            example("b", "two", quoted=0.0, infarct=True, side="left", size="3 mm"),
            example("c", "three", quoted=1.0, infarct=True, side="left", size="3 mm"),
            example("d", "four", infarct=False),
        )
        assert [ids(Selector(pool, 2, seed=seed).common) for seed in range(5)] == [["c", "d"]] * 5

    def test_the_seed_decides_between_equals(self, example: Any, pool_of: Any) -> None:
        pool = pool_of(*(example(str(number), f"text {number}", infarct=True) for number in range(9)))
        assert len({tuple(ids(Selector(pool, 1, seed=seed).common)) for seed in range(20)}) > 1


class TestRandom:
    def test_differs_from_report_to_report_and_from_seed_to_seed(self, ward: Pool) -> None:
        selector = Selector(ward, 3, "random")
        assert len({tuple(ids(selector.choose(Report(f"r{n}", "text")))) for n in range(12)}) > 6
        other = Selector(ward, 3, "random", seed=1)
        assert [ids(selector.choose(Report(f"r{n}", "x"))) for n in range(5)] != [
            ids(other.choose(Report(f"r{n}", "x"))) for n in range(5)
        ]

    def test_every_example_has_its_turn(self, ward: Pool) -> None:
        selector = Selector(ward, 1, "random")
        drawn = {one for n in range(200) for one in ids(selector.choose(Report(f"r{n}", "text")))}
        assert drawn == {one.id for one in ward.examples}


class TestLikeness:
    @pytest.mark.parametrize("strategy", ["similar", "structure"])
    def test_reports_of_the_same_kind_are_chosen(self, ward: Pool, strategy: str) -> None:
        assert {str(one)[0] for one in ids(select(ward, NEW, 5, strategy))} == {"b"}
        chest = Report("new", "HART EN LONGEN ZONDER AFWIJKINGEN; THORAX (1), PLEURAVOCHT LINKS?")
        assert {str(one)[0] for one in ids(select(ward, chest, 5, strategy))} == {"c"}

    def test_the_most_similar_comes_last(self, example: Any, pool_of: Any) -> None:
        pool = pool_of(
            example("far", "Longen schoon, geen tumor."),
            example("near", "Klein oud infarct links, geen tumor."),
            example("middle", "Infarct rechts."),
        )
        assert ids(select(pool, Report("new", "Oud klein infarct links"), 2, "similar")) == ["middle", "near"]

    def test_structure_does_not_read_the_words(self, example: Any, pool_of: Any) -> None:
        pool = pool_of(
            example("words", "infarct links oud klein mri, en nog veel meer woorden zonder enige vorm"),
            example("form", "Protocol: CT.\nUitslag: gave botten tot 7 mm.\nAdvies: geen controle.\n"),
        )
        assert ids(select(pool, NEW, 1, "structure")) == ["form"]
        assert ids(select(pool, NEW, 1, "similar")) == ["words"]

    def test_of_equals_the_one_with_quotes_is_chosen(self, example: Any, pool_of: Any) -> None:
        pool = pool_of(
            example("bare", "Infarct links!", quoted=0.0, infarct=True),
            example("whole", "Infarct links?", quoted=1.0, infarct=True),
        )
        for seed in range(4):
            assert ids(select(pool, NEW, 1, "similar", seed=seed)) == ["whole"]

    def test_diverse_takes_no_second_copy(self, example: Any, pool_of: Any) -> None:
        pool = pool_of(
            example("one", "Techniek: MRI.\nVerslag: klein infarct links.", infarct=True),
            example("copy", "Techniek: MRI.\nVerslag: klein infarct links!", infarct=True),
            example("other", "Oud infarct, en een verslag van heel andere vorm", infarct=True),
        )
        assert set(ids(select(pool, NEW, 2, "similar"))) == {"one", "copy"}
        assert "other" in ids(select(pool, NEW, 2, "diverse"))

    def test_diverse_shows_every_value_where_the_shots_allow_it(self, example: Any, pool_of: Any) -> None:
        """The example most like the report would leave too much for the last one."""
        pool = pool_of(
            example("like", NEW.text.replace("3 mm", "4 mm"), infarct=True, side="left"),
            example("wide", "Longen schoon.", infarct=True, side="right"),
            example("other", "Geen afwijkingen.", infarct=False, side="left"),
            example("again", NEW.text.replace("3 mm", "5 mm"), infarct=False),
        )
        assert ids(select(pool, NEW, 1, "diverse")) == ["like"]
        assert set(ids(select(pool, NEW, 2, "diverse"))) == {"wide", "other"}
        assert "like" in ids(select(pool, NEW, 3, "diverse"))

    @pytest.mark.parametrize("strategy", [one for one in Strategy if one.needs_words])
    def test_words_need_the_extra(
        self, ward: Pool, strategy: Strategy, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "bm25s", None)
        with pytest.raises(MissingExtraError, match=r"epicrisis\[examples\]"):
            Selector(ward, 2, strategy)

    @pytest.mark.parametrize("strategy", [one for one in Strategy if not one.needs_words])
    def test_the_others_do_not(self, ward: Pool, strategy: Strategy, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "bm25s", None)
        assert len(select(ward, NEW, 2, strategy)) == 2


@EACH
def test_what_does_not_fit_is_passed_over(example: Any, pool_of: Any, strategy: Strategy) -> None:
    pool = pool_of(
        example(
            "long", "Techniek: MRI.\nVerslag: klein infarct links van 3 mm. " * 9, infarct=True, side="left"
        ),
        example("short", "Geen infarct.", infarct=False),
        example("brief", "Infarct.", infarct=True),
    )
    assert sorted(str(one) for one in ids(select(pool, NEW, 3, strategy, room=30))) == ["brief", "short"]
    assert ids(select(pool, NEW, 3, strategy, room=8)) == ["brief"]
    assert select(pool, NEW, 3, strategy, room=0) == ()


@EACH
def test_the_record_holds_no_text(ward: Pool, strategy: Strategy) -> None:
    record = Selector(ward, 2, strategy, seed=7).record()
    assert record == {
        "select": str(strategy),
        "shots": 2,
        "seed": 7,
        "pool": {"reports": 10, "digest": ward.digest},
    }


def test_what_cannot_be_asked(ward: Pool) -> None:
    with pytest.raises(OptionError, match="0 examples"):
        Selector(ward, 0)
    with pytest.raises(OptionError, match="nearest") as raised:
        Selector(ward, 1, "nearest")
    assert "similar" in (raised.value.hint or "")


class TestPool:
    def test_needs_an_example_and_ids(self, codebook: Codebook, example: Callable[..., Example]) -> None:
        with pytest.raises(OptionError, match="no examples"):
            Pool(codebook, [])
        with pytest.raises(OptionError, match="'a'"):
            Pool(codebook, [example("a", "one"), example("a", "two")])
        with pytest.raises(OptionError, match="no id"):
            Pool(codebook, [example("", "one")])

    def test_keeps_one_of_two_copies(self, codebook: Codebook, example: Callable[..., Example]) -> None:
        pool = Pool(codebook, [example("b", "A  text"), example("a", "a text\n")], ["before"])
        assert [one.id for one in pool.examples] == ["a"]
        assert pool.notes[0] == "before"
        assert "twice" in pool.notes[1]

    def test_its_digest_is_of_texts_and_answers(self, example: Any, pool_of: Any) -> None:
        one = pool_of(example("a", "text", infarct=True))
        assert one.digest == pool_of(example("a", "text", infarct=True)).digest
        assert one.digest != pool_of(example("a", "text", infarct=False)).digest
        assert one.digest != pool_of(example("a", "Text", infarct=True)).digest
