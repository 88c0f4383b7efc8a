"""What an answer is bound to go on with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("numpy", reason="numpy comes with llama-cpp-python")
from epicrisis.engines.native_draft import Skeleton, gaps  # after the check

PAIR = {
    "type": "object",
    "properties": {
        "quote": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "value": {"enum": [1, 1.5, None]},
    },
    "required": ["quote", "value"],
    "additionalProperties": False,
}


def of(members: dict[str, Any], **other: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": members,
        "required": list(members),
        "additionalProperties": False,
        **other,
    }


def test_gaps_are_what_stands_between_open_values() -> None:
    schema = of({"mta": PAIR, "fixed": {"const": "é"}, "only": {"enum": [None]}, "n": {"type": "integer"}})
    assert gaps(schema) == [
        '{"mta": {"quote": ',
        ', "value": ',
        '}, "fixed": "é", "only": null, "n": ',
        "}",
    ]
    assert gaps(schema, compact=True) == [
        '{"mta": {"quote": ',
        ',"value": ',
        '},"fixed": "é","only": null,"n": ',
        "}",
    ]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"a": PAIR}, "required": [], "additionalProperties": False},
        {"type": "object", "properties": {"a": PAIR}, "required": ["a"]},
        of({"a": PAIR}, anyOf=[{}]),
        {"type": "array", "items": PAIR},
        {"anyOf": [PAIR, {"type": "null"}]},
        {"$ref": "#/$defs/a"},
        True,
    ],
)
def test_what_is_not_fixed_is_left_to_the_model(schema: Any) -> None:
    assert gaps(schema) == ["", ""]
    assert Skeleton(schema).after("") == ""


def test_without_a_schema_nothing_is_foretold() -> None:
    assert Skeleton(None).after("{") == ""


def test_text_that_is_not_of_the_schema_ends_it_quietly() -> None:
    skeleton = Skeleton(of({"a": PAIR}))
    assert skeleton.after('{"b') == ""
    assert skeleton.after('{"b": 1}') == ""


def test_a_number_may_go_on_until_something_else_follows() -> None:
    skeleton = Skeleton(of({"a": {"enum": [1, 1.5]}, "b": {"type": "null"}}))
    assert skeleton.after('{"a": 1') == ""
    assert skeleton.after('{"a": 1.5') == ""
    assert skeleton.after('{"a": 1.5,') == ' "b":'


quotes = st.none() | st.text(max_size=12)
sheets = st.dictionaries(
    st.text(min_size=1, max_size=8),
    st.builds(lambda quote, value: {"quote": quote, "value": value}, quotes, st.sampled_from([1, 1.5, None]))
    | st.lists(st.integers() | st.text(max_size=4), max_size=3)
    | st.booleans()
    | st.integers(),
    min_size=1,
    max_size=5,
)


@given(sheets, st.data())
def test_what_is_foretold_always_comes(sheet: dict[str, Any], data: st.DataObject) -> None:
    """However an answer is cut into pieces, nothing is foretold of it that does not follow."""
    kinds: dict[type, Any] = {dict: PAIR, list: {"type": "array"}, bool: {"type": "boolean"}}
    schema = of({name: kinds.get(type(value), {"type": "integer"}) for name, value in sheet.items()})
    text = json.dumps(sheet, ensure_ascii=False)
    skeleton = Skeleton(schema)
    end, foretold = 0, 0
    while end < len(text):
        following = skeleton.after(text[:end])
        assert text.startswith(following, end)
        foretold += len(following)
        end += max(1, data.draw(st.integers(1, 4)), len(following))
    assert foretold > 0
    assert skeleton.after(text) == ""


@pytest.fixture(scope="module")
def engine(tiny_gguf: Path) -> Iterator[Any]:
    pytest.importorskip("llama_cpp", reason="llama-cpp-python is not installed")
    from epicrisis.engines.native import NativeEngine

    with NativeEngine(tiny_gguf, context=2048, threads=1) as found:
        yield found


class TestWithAModel:
    def _answer(self, engine: Any, schema: Any, temperature: float = 0.0) -> Any:
        from epicrisis.engines.engine import Message, Request

        return engine.complete(
            Request([Message("user", "A report.")], schema=schema, temperature=temperature, top_logprobs=3)
        )

    SHEET = of(
        {
            "mediotemporal_atrophy_left": {"enum": [True, False, None]},
            "mediotemporal_atrophy_right": {"enum": [True, False, None]},
            "side": {"enum": ["left", "right", "left and right"]},
            "count": {"type": "integer", "minimum": 0, "maximum": 20},
        }
    )

    @pytest.mark.parametrize("temperature", [0.0, 1.0])
    def test_guessing_changes_no_answer(
        self, engine: Any, monkeypatch: pytest.MonkeyPatch, temperature: float
    ) -> None:
        guessed = self._answer(engine, self.SHEET, temperature)
        monkeypatch.setattr(Skeleton, "after", lambda self, text: "")
        plain = self._answer(engine, self.SHEET, temperature)
        assert guessed.text == plain.text
        assert [one.token for one in guessed.logprobs] == [one.token for one in plain.logprobs]
        assert [one.logprob for one in guessed.logprobs] == pytest.approx(
            [one.logprob for one in plain.logprobs], abs=1e-3
        )
        assert guessed.completion_tokens == plain.completion_tokens

    def test_guessing_spares_calls(self, engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        calls = self._counted(engine, monkeypatch)
        reply = self._answer(engine, self.SHEET)
        assert len(calls) < reply.completion_tokens

    def test_wrong_guesses_are_forgotten_and_given_up(
        self, engine: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plain = self._answer(engine, self.SHEET)
        monkeypatch.setattr(Skeleton, "after", lambda self, text: "never this")
        calls = self._counted(engine, monkeypatch)
        reply = self._answer(engine, self.SHEET)
        assert reply.text == plain.text
        assert len(calls[-1]) == 1 < len(calls[1])

    def test_a_model_that_cannot_forget_in_part_stops_guessing(
        self, engine: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plain = self._answer(engine, self.SHEET)
        model = engine._model

        def forget_all(length: int) -> bool:
            model._lib.llama_memory_clear(model._memory, True)
            return False

        monkeypatch.setattr(model, "truncate", forget_all)
        monkeypatch.setattr(Skeleton, "after", lambda self, text: "never this")
        calls = self._counted(engine, monkeypatch)
        assert self._answer(engine, self.SHEET).text == plain.text
        assert sum(len(call) > 1 for call in calls[1:]) == 2  # the guess, and all that is read again

    @staticmethod
    def _counted(engine: Any, monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
        calls: list[list[int]] = []
        evaluate: Callable[..., None] = engine._model.evaluate

        def counted(tokens: list[int], start: int, **options: Any) -> None:
            calls.append(list(tokens))
            evaluate(tokens, start, **options)

        monkeypatch.setattr(engine._model, "evaluate", counted)
        return calls
