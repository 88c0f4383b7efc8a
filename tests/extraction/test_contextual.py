"""Contextual calibration: models with a known bias, and what is left of it."""

from __future__ import annotations

import json
import math
import re
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from epicrisis.codebook.codebook import Codebook
from epicrisis.engines.engine import Reply, Request, TokenLogprob
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.errors import EngineCancelledError, OptionError
from epicrisis.extraction import Answer, Extraction, ExtractionOptions, Extractor, Status
from epicrisis.extraction.calibration import Asking
from epicrisis.extraction.contextual import CONTENT_FREE, forced_schema
from epicrisis.extraction.reweighing import FLOOR, NOTE
from epicrisis.prompting import Form
from epicrisis.report import Report

YES = {"name": "x", "kind": "boolean", "synonyms": {"en": ["mass"]}}
TONE = {"name": "x", "kind": "category", "options": ["positive", "neutral", "negative"]}
STAGE = {"name": "x", "kind": "category", "options": ["t1", "t1a", "t1b", "t2"]}
GRADE = {"name": "x", "kind": "ordinal", "options": [0, 0.5, 1, 2]}
#: Probabilities of the values of a variable; None is for "not stated".
Odds = Mapping[Any, float]


class Model:
    """Writes the likeliest value that the schema allows, one token a value, and tells of the others.

    ``odds``: report -> variable -> odds; reports without content have those of ``bias``. ``quotes``: report
    -> the quote of each value.
    """

    def __init__(
        self,
        odds: Mapping[str, Mapping[str, Odds]],
        bias: Mapping[str, Odds],
        quotes: Mapping[str, str] | None = None,
    ) -> None:
        self._odds, self._bias, self._quotes = odds, bias, quotes or {}

    def __call__(self, request: Request) -> Any:
        if request.schema is None:
            return "It is said to be so."
        text = report_of(request)
        odds = self._bias if content_free(request) else self._odds.get(text, self._bias)
        written: list[tuple[str, dict[str, float]]] = []
        before = "{"
        for name, schema in request.schema["properties"].items():
            before += f"{json.dumps(name)}:"
            after = ""
            if "properties" in schema:
                (quote,) = schema["properties"]["quote"].get("enum", [self._quotes.get(text)])
                before += f' {{"quote": {json.dumps(quote)}, "value":'
                after = "}"
                schema = schema["properties"]["value"]
            if schema.get("type") == "array":
                before += " [], "
                continue
            allowed = schema.get("enum") or [None]
            these = odds.get(name, {None: 1.0})
            best = max(allowed, key=lambda value: these.get(value, 0.0))
            told = {f" {json.dumps(value)}": odd for value, odd in these.items()}
            written += [(before, {before: 1.0}), (f" {json.dumps(best)}", told)]
            before = f"{after}, "
        end = before.rstrip(", ") + "}"
        return answer(*written, (end, {end: 1.0}))


def answer(*told: tuple[str, Mapping[str, float]]) -> Reply:
    tokens = [
        TokenLogprob(token, math.log(top[token]), tuple((t, math.log(p)) for t, p in top.items()))
        for token, top in told
    ]
    text = "".join(token for token, _ in told)
    return Reply(text, "stop", 100, len(tokens), cached_tokens=60, seconds=0.5, logprobs=tuple(tokens))


def report_of(request: Request) -> str:
    asked = [message.content for message in request.messages if message.role == "user"]
    return re.findall(r"<report>\n(.*?)\n</report>", "".join(asked), re.S)[-1]


def content_free(request: Request) -> bool:
    return report_of(request).replace("\u200b", "") in CONTENT_FREE


def book(*variables: dict[str, Any]) -> Codebook:
    return Codebook.model_validate({"name": "test", "languages": ["en"], "variables": list(variables)})


def engine_of(model: Any) -> ScriptedEngine:
    return ScriptedEngine(model, logprobs=True)


def extracted(
    codebook: Codebook, engine: ScriptedEngine, text: str = "The report.", **options: Any
) -> Extraction:
    chosen = ExtractionOptions(**{"form": Form.VALUE, "contextual": True, "second_look": False, **options})
    return Extractor(codebook, engine, chosen).extract(Report("r", text))


def answered(variable: dict[str, Any], odds: Odds, bias: Odds, **options: Any) -> Answer:
    model = Model({"The report.": {"x": odds}}, {"x": bias})
    return extracted(book(variable), engine_of(model), **options).answers["x"]


def test_a_boolean_is_put_right() -> None:
    found = answered(YES, {True: 0.5, False: 0.3, None: 0.2}, {True: 0.72, False: 0.08, None: 0.2})
    # Without a report, true is said 9 times in 10: 0.5 / 0.9 against 0.3 / 0.1, of the 0.8 for any value.
    assert found.value is False
    assert found.confidence == pytest.approx(0.8 * 3 / (3 + 5 / 9))
    assert found.notes == (NOTE,)


def test_what_stays_has_its_new_share() -> None:
    found = answered(YES, {True: 0.76, False: 0.04, None: 0.2}, {True: 0.9, False: 0.1})
    assert (found.value, found.notes) == (True, ())
    assert found.confidence == pytest.approx(0.8 * (0.95 / 0.9) / (0.95 / 0.9 + 0.05 / 0.1))


def test_without_a_bias_nothing_changes() -> None:
    odds = {"positive": 0.5, "neutral": 0.3, "negative": 0.1, None: 0.1}
    found = answered(TONE, odds, {"positive": 0.2, "neutral": 0.2, "negative": 0.2, None: 0.4})
    assert (found.value, found.notes) == ("positive", ())
    assert found.confidence == pytest.approx(0.5)


def test_a_model_that_says_neutral_to_everything() -> None:
    bias = {"positive": 0.1, "neutral": 0.8, "negative": 0.1}
    odds = {
        "Much better.": {"x": {"positive": 0.3, "neutral": 0.6, "negative": 0.1}},
        "Much worse.": {"x": {"positive": 0.1, "neutral": 0.5, "negative": 0.4}},
        "The same.": {"x": {"positive": 0.08, "neutral": 0.9, "negative": 0.02}},
    }
    engine = engine_of(Model(odds, {"x": bias}))
    extractor = Extractor(
        book(TONE), engine, ExtractionOptions(second_look=False, form=Form.VALUE, contextual=True)
    )
    found = {text: extractor.extract(Report(text, text)).answers["x"] for text in odds}
    assert {text: one.value for text, one in found.items()} == {
        "Much better.": "positive",
        "Much worse.": "negative",
        "The same.": "neutral",
    }
    # The example in docs/explanation/confidence.md.
    assert found["Much better."].confidence == pytest.approx(3 / 4.75)
    assert sum(content_free(request) for request in engine.requests) == 3


def test_the_prior_is_the_mean_over_the_reports_without_content() -> None:
    shares = dict(zip(CONTENT_FREE, (0.9, 0.8, 0.4), strict=True))

    def model(request: Request) -> Reply:
        if content_free(request):
            share = shares[report_of(request).replace("\u200b", "")]
            return Model({}, {"x": {True: share, False: 1 - share}})(request)
        return Model({}, {"x": {True: 0.6, False: 0.4}})(request)

    found = extracted(book(YES), engine_of(model)).answers["x"]
    assert found.value is False
    assert found.confidence == pytest.approx((0.4 / 0.3) / (0.4 / 0.3 + 0.6 / 0.7))


def test_an_option_that_is_never_given_by_itself_has_no_endless_weight() -> None:
    bias = {"positive": 0.6, "neutral": 0.4}
    found = answered(TONE, {"positive": 0.9, "neutral": 0.06, "negative": 0.04}, bias)
    # 0.04 / (0.1 / 3) is 1.2, 0.9 / 0.6 is 1.5.
    assert FLOOR == 0.1
    assert found.value == "positive"
    assert found.confidence == pytest.approx(1.5 / (1.5 + 0.15 + 1.2))
    assert answered(TONE, {"positive": 0.8, "neutral": 0.1, "negative": 0.1}, bias).value == "negative"


def test_scales_are_numbers() -> None:
    found = answered(GRADE, {0: 0.5, 0.5: 0.4, 1: 0.1}, {0: 0.8, 0.5: 0.1, 1: 0.05, 2: 0.05})
    assert (found.value, type(found.value)) == (0.5, float)
    found = answered(GRADE, {0: 0.5, 2: 0.5}, {0: 0.8, 0.5: 0.1, 1: 0.05, 2: 0.05})
    assert (found.value, type(found.value)) == (2, int)


def written(*told: Mapping[str, float]) -> Reply:
    """A stage: ``t``, then for each further token the odds; the first is written."""
    tokens: list[tuple[str, Mapping[str, float]]] = [('{"x": "t', {'{"x": "t': 1.0})]
    tokens += [(next(iter(odds)), odds) for odds in told]
    return answer(*tokens, ('"}', {'"}': 1.0}))


def staged(reply: Reply, bias: Reply) -> Answer:
    engine = engine_of(lambda request: bias if content_free(request) else reply)
    return extracted(book(STAGE), engine).answers["x"]


#: Without a report: t1 1/4, t1a 1/2, t1b 1/8, t2 1/8.
BIAS = written({"1": 7, "2": 1}, {"a": 4, '"': 2, "b": 1})


def test_options_that_share_prefixes() -> None:
    found = staged(written({"1": 0.8, "2": 0.2}, {"a": 0.5, "b": 0.25, '"': 0.25}), BIAS)
    # t1 0.2 / 0.25, t1a 0.4 / 0.5, t1b 0.2 / 0.125, t2 0.2 / 0.125: t1b comes before t2.
    assert (found.value, found.notes) == ("t1b", (NOTE,))
    assert found.confidence == pytest.approx(1.6 / (0.8 + 0.8 + 1.6 + 1.6))


def test_the_shortest_of_options_that_share_prefixes() -> None:
    found = staged(written({"1": 0.9, "2": 0.1}, {"a": 0.6, '"': 0.4}), BIAS)
    # t1 0.36 / 0.25, t1a 0.54 / 0.5, t2 0.1 / 0.125.
    assert (found.value, found.confidence) == ("t1", pytest.approx(1.44 / (1.44 + 1.08 + 0.8)))


def test_what_the_tokens_do_not_tell_apart_is_shared_out_by_its_prior() -> None:
    found = staged(written({"2": 0.51, "1": 0.49}), BIAS)
    assert (found.value, found.notes) == ("t2", ())
    # Each of t1, t1a and t1b has 0.49 / 0.875.
    assert found.confidence == pytest.approx(4.08 / (4.08 + 3 * 0.56))


def test_what_the_tokens_do_not_tell_apart_is_not_chosen() -> None:
    bias = written({"2": 0.9, "1": 0.1})
    found = staged(written({"2": 0.51, "1": 0.49}), bias)
    # Each of the three is likelier than t2 now, but none of them more than the others.
    assert (found.value, found.notes) == ("t2", ())
    assert found.confidence == pytest.approx((0.51 / 0.9) / (0.51 / 0.9 + 3 * 4.9))
    # "1a" tells it from the others.
    assert staged(written({"2": 0.51, "1a": 0.49}), bias).value == "t1a"


def test_what_is_not_stated_stays_so() -> None:
    found = answered(YES, {True: 0.3, False: 0.1, None: 0.6}, {True: 0.05, False: 0.05, None: 0.9})
    assert (found.status, found.confidence, found.notes) == (Status.NOT_MENTIONED, pytest.approx(0.6), ())


def test_a_report_that_states_nothing_asks_nothing_more() -> None:
    engine = engine_of(Model({"The report.": {"x": {True: 0.1, None: 0.9}}}, {}))
    assert extracted(book(YES), engine).usage.requests == 1
    assert len(engine.requests) == 1


ODDS = {True: 0.6, False: 0.4}, {True: 0.9, False: 0.1}


def test_the_quote_is_kept() -> None:
    text = "There may be a shadow."
    model = Model({text: {"x": ODDS[0]}}, {"x": ODDS[1]}, {text: "a shadow"})
    found = extracted(book(YES), engine_of(model), text, form=Form.QUOTE_VALUE).answers["x"]
    assert (found.value, found.evidence and found.evidence.quote) == (False, "a shadow")


def test_evidence_that_is_looked_for_is_for_the_new_value() -> None:
    text = "Not neutral: negative."
    model = Model(
        {text: {"x": {"neutral": 0.6, "negative": 0.4}}},
        {"x": {"positive": 0.1, "neutral": 0.8, "negative": 0.1}},
    )
    found = extracted(book(TONE), engine_of(model), text).answers["x"]
    assert (found.value, found.evidence and found.evidence.quote) == ("negative", "negative")


def test_how_sure_a_quote_is_counts_still() -> None:
    def model(request: Request) -> Reply:
        yes, no, quote = (0.9, 0.1, "N/A") if content_free(request) else (0.6, 0.4, "report")
        quote = f'"{quote}"'
        return answer(
            ('{"x": {"quote": ', {'{"x": {"quote": ': 1.0}),
            (quote, {quote: 0.5, "null": 0.5}),
            (', "value":', {', "value":': 1.0}),
            (" true", {" true": yes, " false": no}),
            ("}}", {"}}": 1.0}),
        )

    found = extracted(book(YES), engine_of(model), form=Form.QUOTE_VALUE).answers["x"]
    assert found.value is False
    assert found.confidence == pytest.approx(0.5 * 4 / (4 + 6 / 9))


SHEET = (
    YES,
    {"name": "size", "kind": "quantity", "unit": "mm"},
    {"name": "said", "kind": "text"},
    {"name": "side", "kind": "category", "options": ["left", "right"]},
    {"name": "drugs", "kind": "spans"},
    {"name": "lesions", "kind": "group", "variables": [{"name": "old", "kind": "boolean"}]},
)
LIST = {"type": "array", "items": {"type": "string"}, "maxItems": 0}


def members(form: Form, absent: str | None = None) -> dict[str, Any]:
    schema = forced_schema(book(*SHEET).variables, form, absent, "N/A")
    assert schema["required"] == [one["name"] for one in SHEET]
    return dict(schema["properties"])


def pair(quote: Any, values: list[Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"quote": {"enum": [quote]}, "value": {"enum": values}},
        "required": ["quote", "value"],
        "additionalProperties": False,
    }


def test_what_must_have_a_value_without_a_report() -> None:
    assert members(Form.QUOTE_VALUE) == {
        "x": pair("N/A", [True, False]),
        "size": pair(None, [None]),
        "said": {"enum": [None]},
        "side": pair("N/A", ["left", "right"]),
        "drugs": LIST,
        "lesions": LIST,
    }
    assert members(Form.VALUE, "unknown") == members(Form.TWO_STEP, "unknown")
    assert members(Form.VALUE, "unknown")["x"] == {"enum": [True, False]}
    assert members(Form.VALUE, "unknown")["size"] == {"enum": ["unknown"]}
    assert members(Form.QUOTE_VALUE_OR_NULL)["size"] == {"enum": [None]}
    assert members(Form.QUOTE_VALUE_OR_NULL)["x"] == pair("N/A", [True, False])
    assert list(members(Form.VALUE_QUOTE)["x"]["properties"]) == ["value", "quote"]


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("absent", [None, "not stated"])
def test_every_form_can_be_asked(form: Form, absent: str | None) -> None:
    engine = ScriptedEngine.from_schema(logprobs=True)
    options = ExtractionOptions(second_look=False, form=form, absent=absent, contextual=True)
    extractor = Extractor(book(*SHEET), engine, options)
    assert not any(extractor.extract(Report(str(n), f"Report {n}.")).failed for n in range(8))
    free = [request for request in engine.requests if content_free(request)]
    assert len(free) == 3
    assert all(request.top_logprobs and request.temperature == 0 for request in free)


def test_without_it_nothing_is_asked_otherwise() -> None:
    sides = {"left": 0.5, "right": 0.5}
    model = Model({"The report.": {"x": ODDS[0]}}, {"x": ODDS[1], "side": sides})
    with_it, without = engine_of(model), engine_of(model)
    extracted(book(*SHEET), with_it)
    found = extracted(book(*SHEET), without, contextual=False)
    assert found.answers["x"].value is True
    assert found.answers["x"].confidence == pytest.approx(0.6)
    assert list(without.requests) == [one for one in with_it.requests if not content_free(one)]
    assert "contextual" not in ExtractionOptions().as_dict()
    assert ExtractionOptions(contextual=True).as_dict()["contextual"] is True


def test_what_it_costs_is_counted_once() -> None:
    engine = engine_of(Model({}, {"x": ODDS[0]}))
    extractor = Extractor(
        book(YES), engine, ExtractionOptions(second_look=False, form=Form.VALUE, contextual=True)
    )
    first, second = (extractor.extract(Report(name, name)).usage for name in ("one", "two"))
    assert (first.requests, second.requests) == (4, 1)
    assert (first.prompt_tokens, first.cached_tokens, first.seconds) == (400, 240, 2.0)
    assert first.completion_tokens == 4 * second.completion_tokens


def test_it_is_found_out_once_however_many_ask() -> None:
    engine = engine_of(Model({}, {"x": ODDS[0]}))
    extractor = Extractor(
        book(YES), engine, ExtractionOptions(second_look=False, form=Form.VALUE, contextual=True)
    )
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda n: extractor.extract(Report(str(n), f"Report {n}.")), range(24)))
    assert len(engine.requests) == 24 + 3
    assert sum(one.usage.requests for one in found) == 24 + 3
    assert len({one.answers["x"].confidence for one in found}) == 1


def test_a_failure_is_not_kept() -> None:
    cancel = threading.Event()

    def model(request: Request) -> Any:
        if content_free(request) and not cancel.is_set():
            cancel.set()
            return EngineCancelledError("The request was cancelled.")
        return Model({"one": {"x": ODDS[0]}}, {"x": ODDS[1]})(request)

    engine = engine_of(model)
    extractor = Extractor(
        book(YES), engine, ExtractionOptions(second_look=False, form=Form.VALUE, contextual=True)
    )
    with pytest.raises(EngineCancelledError):
        extractor.extract(Report("1", "one"))
    assert extractor.extract(Report("1", "one")).answers["x"].value is False


def flags(*names: str, **more: Any) -> list[dict[str, Any]]:
    return [{"name": name, "kind": "boolean", **more} for name in names]


def test_groups_are_asked_as_they_are_of_reports() -> None:
    engine = engine_of(Model({"The report.": dict.fromkeys("abc", ODDS[0])}, dict.fromkeys("abc", ODDS[1])))
    codebook = book(*flags("a", "b", "c"), {"name": "n", "kind": "count"}, {"name": "m", "kind": "count"})
    found = extracted(codebook, engine, group_size=2)
    assert [found.answers[name].value for name in "abcnm"] == [False, False, False, None, None]
    free = [list(one.schema["properties"]) for one in engine.requests if content_free(one)]  # type: ignore[index]
    # Where there is nothing to choose from nothing is asked.
    assert free == [["a", "b"]] * 3 + [["c", "n"]] * 3
    asked = [one for one in engine.requests if not content_free(one)]
    assert asked[0].messages[-1].content.split("\n")[-1] == next(
        one.messages[-1].content.split("\n")[-1] for one in engine.requests if content_free(one)
    )


def test_dependents_follow_the_new_value() -> None:
    odds = {"a": {True: 0.4, False: 0.6}, "b": ODDS[0], "c": ODDS[0]}
    bias = {"a": {True: 0.1, False: 0.9}, "b": ODDS[1], "c": ODDS[1]}
    codebook = book(*flags("a"), *flags("b", when="a == true"), *flags("c", when="b == true"))
    engine = engine_of(Model({"The report.": odds}, bias))
    found = extracted(codebook, engine, dependents_after=True)
    assert [found.answers[name].value for name in "abc"] == [True, False, None]
    assert found.answers["c"].status is Status.NOT_APPLICABLE
    free = [list(one.schema["properties"]) for one in engine.requests if content_free(one)]  # type: ignore[index]
    assert free == [["a"]] * 3 + [["b", "c"]] * 3


def test_reasoning_without_a_report_is_none() -> None:
    engine = engine_of(Model({"The report.": {"x": ODDS[0]}}, {"x": ODDS[1]}))
    found = extracted(book(YES), engine, think=50)
    assert found.answers["x"].value is False
    free = [one for one in engine.requests if content_free(one)]
    assert [one.messages[-2].content.replace("\u200b", "") for one in free] == ["N/A", "[MASK]", "N/A"]
    asked = next(one for one in engine.requests if one.schema is not None and not content_free(one))
    assert [m.role for m in free[0].messages] == [m.role for m in asked.messages]
    assert free[0].messages[-1] == asked.messages[-1]
    assert all(one.schema is not None for one in free)


def test_each_sample_before_the_vote() -> None:
    def model(request: Request) -> Reply:
        if content_free(request):
            return Model({}, {"x": {True: 0.8, False: 0.2}})(request)
        # Two of three say true; with the bias taken out two of three say false.
        yes = (0.9, 0.6, 0.4)[request.seed]
        return Model({}, {"x": {True: yes, False: 1 - yes}})(request)

    found = extracted(book(YES), engine_of(model), samples=3).answers["x"]
    assert found.value is False
    shares = [no / 0.2 / (no / 0.2 + (1 - no) / 0.8) for no in (0.4, 0.6)]
    assert found.confidence == pytest.approx(sum(shares) / 3)
    assert found.notes[0] == NOTE


def test_examples_chosen_for_a_report_have_a_bias_of_their_own() -> None:
    from epicrisis.examples import Example, Pool, Selector
    from epicrisis.prompting.worked import WorkedExample

    codebook = book(YES)
    shown = [WorkedExample(f"Example: a {words}.", {}, words) for words in ("mass", "cyst")]
    pool = Pool(codebook, [Example(one) for one in shown])
    for strategy, requests in (("similar", [4, 4]), ("fixed", [4, 1])):
        engine = engine_of(Model({}, {"x": ODDS[0]}))
        selector = Selector(pool, 1, strategy)
        options = ExtractionOptions(second_look=False, form=Form.VALUE, contextual=True, selector=selector)
        extractor = Extractor(codebook, engine, options)
        found = [extractor.extract(Report(text, text)) for text in ("A mass here.", "A cyst here.")]
        assert [one.usage.requests for one in found] == requests
        assert len({one.messages[:-1] for one in list(engine.requests)[:4]}) == 1


def test_parts_of_long_reports() -> None:
    text = "\n".join(f"Line {n} of many lines in a report." for n in range(200))
    model = Model({}, {"x": ODDS[0]})

    def answers(request: Request) -> Reply:
        return Model({}, {"x": ODDS[1]})(request) if content_free(request) else model(request)

    engine = ScriptedEngine(answers, logprobs=True, context_length=1200)
    codebook = book({**YES, "merge": "first"})
    found = extracted(codebook, engine, text)
    assert not found.failed
    assert found.answers["x"].value is False
    assert found.usage.requests >= 5
    assert sum(content_free(request) for request in engine.requests) == 3


def test_a_repaired_answer_is_weighed_as_well() -> None:
    def model(request: Request) -> Any:
        if content_free(request):
            return Model({}, {"x": ODDS[1]})(request)
        if len(request.messages) < 5:
            return answer(('{"x": "maybe"}', {'{"x": "maybe"}': 1.0}))
        return Model({}, {"x": ODDS[0]})(request)

    found = extracted(book(YES), engine_of(model), examples=1)
    assert found.answers["x"].value is False
    assert found.usage.requests == 5


def test_an_engine_without_probabilities() -> None:
    with pytest.raises(OptionError, match="the engine gives none") as caught:
        extracted(book(YES), ScriptedEngine(default={"x": True}))
    assert "--contextual-calibration" in (caught.value.hint or "")
    options = ExtractionOptions(contextual=True, confidence=False)
    with pytest.raises(OptionError, match="none are asked for"):
        Extractor(book(YES), ScriptedEngine(logprobs=True), options)


def test_what_cannot_be_told_leaves_the_answer_alone() -> None:
    def model(request: Request) -> Any:
        if content_free(request):
            return answer(("{", {"{": 1.0}))
        return Model({}, {"x": ODDS[0]})(request)

    found = extracted(book(YES), engine_of(model)).answers["x"]
    assert (found.value, found.confidence, found.notes) == (True, pytest.approx(0.6), ())


def test_a_calibration_is_for_answers_with_or_without_it() -> None:
    options = ExtractionOptions(contextual=True).as_dict()
    assert Asking.of("m", None, "1", options).options["contextual"] is True
    assert "contextual" not in Asking.of("m", None, "1", ExtractionOptions().as_dict()).options
