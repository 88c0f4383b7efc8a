"""Every engine answers a report without content, and tells how sure it is of every option."""

from __future__ import annotations

import json
import math

import jsonschema
import pytest

from epicrisis.codebook.codebook import Codebook
from epicrisis.engines.engine import Engine, Message, Request
from epicrisis.extraction.confidence import TOP, spreads
from epicrisis.extraction.contextual import CONTENT_FREE, forced_schema
from epicrisis.prompting import Form

BOOK = Codebook.model_validate(
    {
        "name": "test",
        "variables": [
            {"name": "mass", "kind": "boolean"},
            {"name": "size", "kind": "quantity", "unit": "mm"},
            {"name": "stage", "kind": "category", "options": ["t1", "t1a", "t1b", "t2"]},
            {"name": "drugs", "kind": "spans"},
            {"name": "grade", "kind": "ordinal", "options": [0, 0.5, 1, 2]},
        ],
    }
)


@pytest.mark.parametrize("text", CONTENT_FREE)
@pytest.mark.parametrize("form", [Form.VALUE, Form.QUOTE_VALUE, Form.VALUE_QUOTE_OR_NULL])
def test_what_an_engine_says_without_a_report(engine: Engine, form: Form, text: str) -> None:
    schema = forced_schema(BOOK.variables, form, None, text)
    request = Request([Message("user", "?")], schema=schema, max_tokens=400, top_logprobs=TOP)
    reply = engine.complete(request)
    assert reply.finish == "stop"
    jsonschema.validate(json.loads(reply.text), schema)
    if not engine.info.logprobs:
        return
    assert reply.logprobs is not None
    found = spreads(reply, BOOK.variables, form, None)
    assert list(found) == ["mass", "stage", "grade"]
    for spread in found.values():
        assert spread.branches[-1].values == {spread.written}
        assert math.fsum(branch.probability for branch in spread.branches) == pytest.approx(1)
