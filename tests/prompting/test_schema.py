"""The JSON Schema that an answer is held to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.variable import QuantityVariable
from epicrisis.engines.engine import Message, Request
from epicrisis.engines.llamacpp import LlamaCppEngine
from epicrisis.engines.schema import check_supported
from epicrisis.prompting import Form
from epicrisis.prompting.schema import QUOTE_LENGTH, answer_schema, quote_schema, value_schema

ABSENT = [None, "not stated"]


def valid(schema: dict[str, Any], value: Any) -> bool:
    return bool(jsonschema.Draft202012Validator(schema).is_valid(value))


@pytest.mark.parametrize("form", Form)
def test_the_order_is_the_codebooks_and_nothing_else_is_taken(codebook: Codebook, form: Form) -> None:
    schema = answer_schema(codebook.variables, form)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert list(schema["properties"]) == schema["required"] == codebook.names
    assert schema["additionalProperties"] is False
    assert json.loads(json.dumps(schema)) == schema


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("infarct", [True, False], ["true", 1, None, "x"]),
        ("infarct_count", [0, 3], [-1, 2.5, "3", None]),
        ("side", ["left", 'both "sides" | ünd'], ["Left", "links", 1]),
        ("mta", [0, 0.5, 2], [3, "0", True]),
        ("size", ["12 mm", "1.5 cm", "-3 mm"], ["12", "12mm", "1,5 cm", "12 kg", "12 mm ", 12, "1.23456 mm"]),
        (
            "gfr",
            ["60 mL/min/1.73m^2", "60 ml/min (MDRD)", "60 % [pred.]"],
            ["60 mL/min/1x73m^2", "60 % [pred,]"],
        ),
        ("platelets", ["250 10^9/L", "250 x10*9/l", "250 #-&~{}$?+\\|"], ["250 109/L"]),
        ("fever", ["38.5 °C"], ["38.5 C", "38.5 °F"]),
        ("seen", ["2021", "2021-02", "2021-02-03"], ["21", "2021-2", "2021-02-03T", " 2021", "03-02-2021"]),
        ("conclusion", ["", "x" * 80], ["x" * 81, 5, None]),
    ],
)
def test_values(all_kinds: Codebook, name: str, good: list[Any], bad: list[Any]) -> None:
    schema = value_schema(all_kinds[name])
    assert [value for value in good if not valid(schema, value)] == []
    assert [value for value in bad if valid(schema, value)] == []


@pytest.mark.parametrize("absent", ABSENT)
def test_what_a_member_looks_like_in_each_form(all_kinds: Codebook, absent: str | None) -> None:
    def takes(form: Form, name: str, value: Any) -> bool:
        return valid(answer_schema([all_kinds[name]], form, absent), {name: value})

    quote_first, value_first = {"quote": "q", "value": 2}, {"value": 2, "quote": "q"}
    for form in (Form.VALUE, Form.TWO_STEP):
        assert takes(form, "mta", 2)
        assert takes(form, "mta", absent)
        assert not takes(form, "mta", quote_first)
        assert not takes(form, "sex", absent)  # its statuses do not allow silence
    for form in (Form.QUOTE_VALUE, Form.VALUE_QUOTE):
        assert takes(form, "mta", quote_first)
        assert takes(form, "mta", {"quote": None, "value": absent})
        assert not takes(form, "mta", {"value": 2})
        assert not takes(form, "mta", absent)
        assert not takes(form, "mta", {"quote": "x" * (QUOTE_LENGTH + 1), "value": 2})
        assert takes(form, "sex", {"quote": None, "value": "m"})
        assert not takes(form, "sex", {"quote": None, "value": absent})
    for form in (Form.QUOTE_VALUE_OR_NULL, Form.VALUE_QUOTE_OR_NULL):
        assert takes(form, "mta", quote_first)
        assert takes(form, "mta", absent)
        assert not takes(form, "mta", {"quote": None, "value": 2})
        assert not takes(form, "sex", absent)
    for form in Form:
        order = list(
            answer_schema([all_kinds["mta"]], form)["properties"]["mta"].get("properties", value_first)
        )
        assert order == (["quote", "value"] if form.quote_first else ["value", "quote"]) or form.bare_null


def test_lists(all_kinds: Codebook) -> None:
    schema = answer_schema([all_kinds["drugs"]], Form.QUOTE_VALUE)
    assert valid(schema, {"drugs": []})
    assert valid(schema, {"drugs": [{"text": "ascal", "type": "drug"}]})
    assert not valid(schema, {"drugs": [{"text": "ascal", "type": "pill"}]})
    assert not valid(schema, {"drugs": [{"text": "ascal"}]})
    schema = answer_schema([all_kinds["places"]], Form.QUOTE_VALUE)
    assert valid(schema, {"places": [{"text": "pons"}] * 3})
    assert not valid(schema, {"places": [{"text": "pons"}] * 4})
    lesion = {"site": None, "width": "1 cm", "old": None, "grade": 2, "type": "a", "count": 1, "day": None}
    assert valid(answer_schema([all_kinds["lesions"]], Form.VALUE), {"lesions": [lesion]})
    schema = answer_schema([all_kinds["lesions"]], Form.QUOTE_VALUE)
    assert not valid(schema, {"lesions": [lesion]})
    assert valid(schema, {"lesions": [{"quote": "q", **lesion}]})
    assert not valid(schema, {"lesions": [{"quote": "q", **lesion, "type": None}]})
    assert not valid(schema, {"lesions": [{"quote": "q", **lesion}] * 5})


def test_several_measurements_only_where_the_codebook_says_what_to_make_of_them() -> None:
    size = QuantityVariable(name="size", kind="quantity", unit="mm")
    volume = QuantityVariable(name="size", kind="quantity", unit="ml", reduce="product")
    one, several = (answer_schema([variable], Form.VALUE) for variable in (size, volume))
    assert valid(one, {"size": "12.5 mm"})
    assert not valid(one, {"size": "12 x 8 mm"})
    assert valid(several, {"size": "12.5 ml"})
    assert valid(several, {"size": "1.2 x 0.8 x 3 cm"})
    assert not valid(several, {"size": "1 x 2 x 3 x 4 cm"})
    assert not valid(several, {"size": "1.2 x cm"})


def test_the_second_turn(all_kinds: Codebook) -> None:
    schema = quote_schema([all_kinds["mta"], all_kinds["sex"]])
    assert valid(schema, {"mta": "MTA 2", "sex": None})
    assert not valid(schema, {"mta": "MTA 2"})
    assert not valid(schema, {"mta": "x" * (QUOTE_LENGTH + 1), "sex": None})


# The model itself: the grammar compiler must take every schema we write.


@pytest.fixture(scope="module")
def engine(tiny_gguf: Path) -> Iterator[LlamaCppEngine]:
    with LlamaCppEngine(tiny_gguf, context=16_384, threads=1) as found:
        yield found


def answered(engine: LlamaCppEngine, schema: dict[str, Any]) -> None:
    check_supported(schema)
    request = Request([Message("user", "?")], schema=schema, max_tokens=8000, temperature=1.0, seed=3)
    reply = engine.complete(request)
    assert reply.finish == "stop"
    sheet = json.loads(reply.text)
    jsonschema.validate(sheet, schema)
    assert list(sheet) == list(schema["properties"])
    assert "\n" not in reply.text


@pytest.mark.parametrize("absent", ABSENT)
@pytest.mark.parametrize("form", Form)
def test_the_embedded_engine_holds_a_model_to_it(
    engine: LlamaCppEngine, all_kinds: Codebook, form: Form, absent: str | None
) -> None:
    few = [one for one in all_kinds.variables if one.kind != "spans" or one.name == "places"]
    answered(engine, answer_schema(few, form, absent))


def test_the_embedded_engine_takes_mentions_and_the_second_turn(
    engine: LlamaCppEngine, all_kinds: Codebook
) -> None:
    drugs = all_kinds["drugs"].model_copy(update={"max_items": 3})
    answered(engine, answer_schema([drugs], Form.VALUE))
    answered(engine, quote_schema([all_kinds["mta"], all_kinds["size"]]))
    several = QuantityVariable(name="size", kind="quantity", unit="ml", reduce="product")
    answered(engine, answer_schema([several], Form.QUOTE_VALUE))
