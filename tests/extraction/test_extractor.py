"""One report in, one extraction out: what is asked, how often, and what becomes of the answers."""

from __future__ import annotations

import itertools
import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from epicrisis.codebook.codebook import Codebook
from epicrisis.engines.engine import Reply
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.errors import EngineCancelledError, EngineTimeoutError, EngineUnreachableError
from epicrisis.extraction import ExtractionOptions, Extractor, Grade, Status
from epicrisis.extraction.codec import dump_answers, load_answers
from epicrisis.prompting import Form, Prompt
from epicrisis.report import Report

TEXT = "Oud infarct links. Er zijn twee infarcten.\nMTA links 2, rechts 1.\nGCA 1."
MTA = {"name": "mta", "kind": "ordinal", "options": [0, 1, 2], "synonyms": {"nl": ["MTA"]}}
GCA = {"name": "gca", "kind": "count", "range": {"max": 3}, "synonyms": {"nl": ["GCA"]}}
INFARCT = {"name": "infarct", "kind": "boolean"}
COUNT = {"name": "infarcts", "kind": "count", "when": "infarct == true"}


@pytest.fixture
def small(codebook_of: Any) -> Codebook:
    return codebook_of(MTA, GCA, INFARCT, COUNT)


def pair(value: Any, quote: str | None = None) -> dict[str, Any]:
    return {"quote": quote, "value": value}


def full(**changes: Any) -> dict[str, Any]:
    """A good answer for the small codebook in the quoted forms."""
    return {
        "mta": pair(2, "MTA links 2"),
        "gca": pair(1, "GCA 1"),
        "infarct": pair(True, "Oud infarct links"),
        "infarcts": pair(2, "twee infarcten"),
    } | changes


def report(text: str = TEXT, name: str = "r1") -> Report:
    return Report(name, text)


def asked(request: Any) -> str:
    """The last turn of a request."""
    assert request.messages[-1].role == "user"
    return str(request.messages[-1].content)


def names(request: Any) -> list[str]:
    """The variables that a request's schema asks for."""
    assert list(request.schema["properties"]) == request.schema["required"]
    return list(request.schema["properties"])


def test_everything_at_once(small: Codebook, scripted: Any) -> None:
    it = scripted(small, full(), form=Form.QUOTE_VALUE)
    found = it.extractor.extract(report())
    assert len(it.requests) == 1
    assert not found.failed
    assert {name: (one.status, one.value) for name, one in found.answers.items()} == {
        "mta": (Status.STATED, 2),
        "gca": (Status.STATED, 1),
        "infarct": (Status.STATED, True),
        "infarcts": (Status.STATED, 2),
    }
    for answer in found.answers.values():
        assert answer.evidence.grade is Grade.EXACT
        assert TEXT[answer.evidence.start : answer.evidence.end] == answer.evidence.quote


def test_the_request(small: Codebook, scripted: Any) -> None:
    it = scripted(small, full(), form=Form.QUOTE_VALUE, temperature=0.3, seed=7, timeout=60.0, max_tokens=321)
    it.extractor.extract(report())
    (request,) = it.requests
    assert (request.temperature, request.seed, request.timeout, request.max_tokens) == (0.3, 7, 60.0, 321)
    assert request.report_id == "r1"
    assert names(request) == small.names
    assert request.messages == tuple(it.extractor.prompt.messages(TEXT))


def test_the_budget_comes_from_the_codebook(small: Codebook, scripted: Any) -> None:
    it = scripted(small, full())
    it.extractor.extract(report())
    assert it.requests[0].max_tokens == it.extractor.prompt.budget()


# Repair


def test_what_breaks_the_codebook_is_asked_once_more(small: Codebook, scripted: Any) -> None:
    it = scripted(small, full(gca=pair(9, "GCA 1")), {"gca": pair(1, "GCA 1")}, form=Form.QUOTE_VALUE)
    found = it.extractor.extract(report())
    first, second = it.requests
    assert asked(second) == (
        "These need another look:\n- gca: 9 is out of range: 0 to 3\nFill in only these, from the report."
    )
    assert names(second) == ["gca"]
    assert found.answers["gca"].status is Status.STATED
    assert found.answers["gca"].value == 1
    assert found.answers["mta"].value == 2
    # Everything before is reused, byte for byte.
    assert second.messages[: len(first.messages)] == first.messages
    assert second.messages[len(first.messages)].role == "assistant"
    assert json.loads(second.messages[len(first.messages)].content) == full(gca=pair(9, "GCA 1"))


def test_still_wrong_is_failed_with_its_reason(small: Codebook, scripted: Any) -> None:
    it = scripted(small, full(gca=pair(9)), {"gca": pair(8)}, form=Form.QUOTE_VALUE)
    found = it.extractor.extract(report())
    assert len(it.requests) == 2
    assert found.answers["gca"].status is Status.FAILED
    assert found.answers["gca"].value is None
    assert found.answers["gca"].notes == ("8 is out of range: 0 to 3",)
    assert found.answers["mta"].status is Status.STATED
    assert not found.failed


def test_an_answer_that_takes_the_value_back(small: Codebook, scripted: Any) -> None:
    it = scripted(small, full(gca=pair(9)), {"gca": pair(None)}, form=Form.QUOTE_VALUE)
    assert it.extractor.extract(report()).answers["gca"].status is Status.NOT_MENTIONED


@pytest.mark.parametrize(
    "second", ["no JSON", "{}", '{"gca": {"quote": "GC', '{"mta": {"quote": null, "value": 1}}']
)
def test_a_repair_that_says_nothing_leaves_the_first_complaint(
    small: Codebook, scripted: Any, second: str
) -> None:
    it = scripted(small, full(gca=pair(9)), second, form=Form.QUOTE_VALUE)
    found = it.extractor.extract(report())
    assert found.answers["gca"].notes == ("9 is out of range: 0 to 3",)
    assert found.answers["mta"].value == 2  # nobody asked about it again


def test_several_complaints_in_codebook_order(small: Codebook, scripted: Any) -> None:
    answer = full(gca=pair(9), mta=pair(7))
    del answer["infarct"]
    it = scripted(
        small, answer, {"mta": pair(2), "gca": pair(1), "infarct": pair(True)}, form=Form.QUOTE_VALUE
    )
    found = it.extractor.extract(report())
    second = it.requests[1]
    assert names(second) == ["mta", "gca", "infarct"]
    assert "- mta: must be one of: 0, 1, 2\n" in asked(second)
    assert "- infarct: is missing from the answer\n" in asked(second)
    assert [found.answers[name].value for name in ("mta", "gca", "infarct")] == [2, 1, True]


def test_no_repair_if_not_wanted(small: Codebook, scripted: Any) -> None:
    it = scripted(small, full(gca=pair(9)), form=Form.QUOTE_VALUE, repair=False)
    found = it.extractor.extract(report())
    assert len(it.requests) == 1
    assert found.answers["gca"].notes == ("9 is out of range: 0 to 3",)


def test_a_part_of_a_group_is_asked_again_and_fails_alone(codebook: Codebook, scripted: Any) -> None:
    lesion = {"quote": "Laesie pons", "site": "pons", "width": "500 mm", "old": None, "age": None}
    sheet: dict[str, Any] = dict.fromkeys(codebook.names) | {"drugs": [], "lesions": [lesion]}
    good = {"lesions": [{**lesion, "width": "5 mm"}]}
    text = "Laesie pons van 5 mm"
    it = scripted(codebook, sheet, good, form=Form.QUOTE_VALUE_OR_NULL)
    found = it.extractor.extract(report(text))
    assert names(it.requests[1]) == ["lesions"]
    assert "- lesions: item 1, width: 500 mm is out of range: at most 100 mm\n" in asked(it.requests[1])
    assert found.answers["lesions"].value[0]["width"].value == {"value": 5.0, "unit": "mm"}
    it = scripted(codebook, sheet, {"lesions": [lesion]}, form=Form.QUOTE_VALUE_OR_NULL)
    (item,) = it.extractor.extract(report(text)).answers["lesions"].value
    assert (item["site"].status, item["width"].status) == (Status.STATED, Status.FAILED)


# Variables that depend on others

CONTRADICTION = {"infarct": pair(False, "infarct"), "infarcts": pair(2, "twee infarcten")}


def test_a_contradiction_is_asked_again_naming_both(small: Codebook, scripted: Any) -> None:
    better = {"infarct": pair(True, "Oud infarct"), "infarcts": pair(2, "twee infarcten")}
    it = scripted(small, full(**CONTRADICTION), better, form=Form.QUOTE_VALUE)
    found = it.extractor.extract(report())
    assert names(it.requests[1]) == ["infarct", "infarcts"]
    assert "- infarct: contradicts infarcts, which has a value\n" in asked(it.requests[1])
    assert "- infarcts: has a value, but needs infarct == true\n" in asked(it.requests[1])
    assert found.answers["infarct"].value is True
    assert found.answers["infarcts"].value == 2


def test_a_contradiction_that_stays_fails_the_dependent_one(small: Codebook, scripted: Any) -> None:
    it = scripted(small, full(**CONTRADICTION), CONTRADICTION, form=Form.QUOTE_VALUE)
    found = it.extractor.extract(report())
    assert len(it.requests) == 2
    assert found.answers["infarct"].value is False
    assert found.answers["infarcts"].status is Status.FAILED
    assert found.answers["infarcts"].notes == ("contradiction: has a value, but needs infarct == true",)


def test_only_the_end_of_a_chain_fails(codebook_of: Any, scripted: Any) -> None:
    codebook = codebook_of(INFARCT, COUNT, {"name": "recent", "kind": "boolean", "when": "infarcts > 5"})
    sheet = {
        "infarct": pair(True, "infarct"),
        "infarcts": pair(2, "twee infarcten"),
        "recent": pair(True, "infarct"),
    }
    found = scripted(codebook, sheet, form=Form.QUOTE_VALUE).extractor.extract(report())
    assert found.answers["infarcts"].value == 2
    assert found.answers["recent"].status is Status.FAILED


def test_what_is_ruled_out_need_not_be_valid(small: Codebook, scripted: Any) -> None:
    sheet = full(infarct=pair(False, "infarct"), infarcts=pair(-3, "twee infarcten"))
    it = scripted(small, sheet, form=Form.QUOTE_VALUE)
    found = it.extractor.extract(report())
    assert len(it.requests) == 1
    assert found.answers["infarcts"].status is Status.NOT_APPLICABLE


def test_a_repair_that_is_not_valid_does_not_replace_what_was(small: Codebook, scripted: Any) -> None:
    again = {"infarct": pair(True, "Oud infarct"), "infarcts": pair(-1, "twee infarcten")}
    it = scripted(small, full(**CONTRADICTION), again, form=Form.QUOTE_VALUE)
    found = it.extractor.extract(report())
    assert found.answers["infarct"].value is True
    assert found.answers["infarcts"].value == 2


# Answers that end before their time


def test_a_cut_answer_is_completed_once_with_twice_the_budget(
    small: Codebook, scripted: Any, reply: Any
) -> None:
    text = json.dumps(full())
    text = text[: text.index('"infarct"') + 20]
    rest = {name: full()[name] for name in ("infarct", "infarcts")}
    it = scripted(small, reply(text), rest, form=Form.QUOTE_VALUE, max_tokens=50)
    found = it.extractor.extract(report())
    first, second = it.requests
    assert (first.max_tokens, second.max_tokens) == (50, 100)
    assert names(second) == ["infarct", "infarcts"]
    assert "- infarct: not answered yet\n- infarcts: not answered yet\n" in asked(second)
    assert second.messages[: len(first.messages)] == first.messages
    said = second.messages[len(first.messages)].content
    assert json.loads(said) == {name: full()[name] for name in ("mta", "gca")}
    assert text.startswith(said[:-1])
    assert [one.value for one in found.answers.values()] == [2, 1, True, 2]


def test_cut_again(small: Codebook, scripted: Any, reply: Any) -> None:
    text = '{"mta": {"quote": "MTA links 2", "value": 2}, "gca"'
    more = reply('{"gca": {"quote": null, "value": 1}, "inf')
    it = scripted(small, reply(text), more, reply('{"infarct'), max_tokens=9, form=Form.QUOTE_VALUE)
    found = it.extractor.extract(report())
    assert len(it.requests) == 3
    assert names(it.requests[2]) == ["infarct", "infarcts"]
    assert [one.value for one in found.answers.values()] == [2, 1, None, None]
    assert found.answers["infarcts"].notes == ("is missing from the answer: cut off after 9 tokens",)


def test_cut_before_the_first_value(small: Codebook, scripted: Any, reply: Any) -> None:
    it = scripted(small, reply('{"mta": {"quote"'), full(), form=Form.QUOTE_VALUE)
    found = it.extractor.extract(report())
    assert names(it.requests[1]) == small.names
    assert found.answers["mta"].value == 2
    it = scripted(small, reply('{"mta": {"quote"'), form=Form.QUOTE_VALUE, max_tokens=5)
    found = it.extractor.extract(report())
    assert found.failure == "cut off after 5 tokens"
    assert len(it.requests) == 2


def test_cut_after_the_last_value(small: Codebook, scripted: Any, reply: Any) -> None:
    it = scripted(small, reply(json.dumps(full())[:-1]), form=Form.QUOTE_VALUE)
    assert it.extractor.extract(report()).answers["infarcts"].value == 2
    assert len(it.requests) == 1


@pytest.mark.parametrize("after", ["\n", " I hope this helps.", "```", "\n{}"])
def test_talk_after_the_answer(small: Codebook, scripted: Any, after: str) -> None:
    it = scripted(small, json.dumps(full()) + after, form=Form.QUOTE_VALUE)
    assert it.extractor.extract(report()).answers["infarcts"].value == 2
    assert len(it.requests) == 1


def test_a_loop_is_given_up_and_the_rest_is_asked(small: Codebook, scripted: Any, reply: Any) -> None:
    text = '{"mta": {"quote": "MTA links 2", "value": 2}, "gca": {"quote": "' + "GCA GCA " * 60
    it = scripted(
        small,
        reply(text),
        {"infarct": pair(True, "infarct"), "infarcts": pair(2, "twee infarcten")},
        {"gca": pair(7)},
        form=Form.QUOTE_VALUE,
    )
    found = it.extractor.extract(report())
    assert [names(request) for request in it.requests] == [small.names, ["infarct", "infarcts"], ["gca"]]
    assert found.answers["infarcts"].value == 2
    assert found.answers["gca"].notes == ("7 is out of range: 0 to 3",)
    del (rest := full())["gca"]
    it = scripted(small, reply(text), rest, form=Form.QUOTE_VALUE, repair=False)
    found = it.extractor.extract(report())
    assert found.answers["gca"].notes == ("is missing from the answer: the model repeated itself",)


def test_a_refusal(small: Codebook, scripted: Any, reply: Any) -> None:
    it = scripted(small, reply("I cannot help with that.", "refusal"))
    found = it.extractor.extract(report())
    assert found.failure == "the model refused to answer"
    assert len(it.requests) == 1
    assert {one.status for one in found.answers.values()} == {Status.FAILED}
    assert found.answers["mta"].notes == ("the model refused to answer",)


def test_a_refusal_half_way(small: Codebook, scripted: Any, reply: Any) -> None:
    it = scripted(
        small, reply('{"mta": {"quote": "MTA links 2", "value": 2}, ', "refusal"), form=Form.QUOTE_VALUE
    )
    found = it.extractor.extract(report())
    assert found.answers["mta"].value == 2
    assert found.answers["gca"].status is Status.FAILED
    assert "the model refused to answer" in found.answers["gca"].notes[0]
    for request in it.requests:
        roles = [message.role for message in request.messages]
        assert all(one != other for one, other in itertools.pairwise(roles))


@pytest.mark.parametrize("text", ["I see an infarct.", "", "[]", "null", "{'mta': 2}"])
def test_no_json(small: Codebook, scripted: Any, text: str) -> None:
    it = scripted(small, text)
    found = it.extractor.extract(report())
    assert found.failure == "the answer is not JSON"
    assert list(found.answers) == small.names
    assert {one.status for one in found.answers.values()} == {Status.FAILED}
    assert found.usage.requests == 1


def test_an_empty_object(small: Codebook, scripted: Any) -> None:
    found = scripted(small, {}).extractor.extract(report())
    assert found.failure == "no answer"


# Reports that cannot be asked


@pytest.mark.parametrize("text", ["", " \n\t", "\u00a0"])
def test_an_empty_report_is_not_asked(small: Codebook, scripted: Any, text: str) -> None:
    it = scripted(small, full())
    found = it.extractor.extract(report(text))
    assert it.requests == []
    assert found.failure == "empty"
    assert found.usage.requests == 0
    assert {one.notes for one in found.answers.values()} == {("empty",)}


def test_too_long_names_both_sizes(small: Codebook, scripted: Any) -> None:
    """Not even a part of the report fits beside the instructions."""
    it = scripted(small, full(), engine={"context_length": 150}, max_tokens=100)
    text = "woord " * 2000
    found = it.extractor.extract(report(text))
    assert re.fullmatch(r"too long: needs \d+ tokens, the context holds 150", found.failure)
    assert {one.status for one in found.answers.values()} == {Status.FAILED}


def test_no_room_to_ask_again_keeps_what_was_answered(small: Codebook, scripted: Any) -> None:
    bad = full(gca=pair(9))
    probe = scripted(small, bad, form=Form.QUOTE_VALUE)
    room = probe.engine.count_tokens(probe.extractor.prompt.messages(TEXT)) + probe.extractor.prompt.budget()
    it = scripted(small, bad, form=Form.QUOTE_VALUE, engine={"context_length": room})
    found = it.extractor.extract(report())
    assert found.answers["mta"].value == 2
    assert found.answers["gca"].notes == ("9 is out of range: 0 to 3",)
    assert found.failure is None


@pytest.mark.parametrize(
    "error", [EngineUnreachableError("down"), EngineTimeoutError("slow"), EngineCancelledError("enough")]
)
@pytest.mark.parametrize("before", [[], [full(gca=pair(9))]])
def test_trouble_with_the_engine_is_raised(
    small: Codebook, scripted: Any, error: Exception, before: list[Any]
) -> None:
    it = scripted(small, *before, error, form=Form.QUOTE_VALUE)
    with pytest.raises(type(error)):
        it.extractor.extract(report())


def test_cancellation_reaches_the_engine(small: Codebook, scripted: Any) -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(EngineCancelledError):
        scripted(small, full()).extractor.extract(report(), cancel)


# Two steps


def test_quotes_in_a_second_turn(small: Codebook, scripted: Any) -> None:
    values = {"mta": 2, "gca": None, "infarct": True, "infarcts": 2}
    quotes = {"mta": "MTA links 2", "infarct": None, "infarcts": "twee infarcten"}
    it = scripted(small, values, quotes, form=Form.TWO_STEP)
    found = it.extractor.extract(report())
    first, second = it.requests
    assert names(second) == ["mta", "infarct", "infarcts"]
    assert second.messages[: len(first.messages)] == first.messages
    assert asked(second).endswith("\nmta, infarct, infarcts")
    assert found.answers["mta"].evidence.grade is Grade.EXACT
    assert found.answers["infarct"].status is Status.NOT_MENTIONED  # it took the value back
    assert found.answers["gca"].status is Status.NOT_MENTIONED


def test_a_quote_that_was_not_reached_takes_nothing_back(small: Codebook, scripted: Any, reply: Any) -> None:
    values = {"mta": 2, "gca": 1, "infarct": True, "infarcts": 2}
    it = scripted(small, values, reply('{"mta": "MTA links 2", "gca": "GC'), form=Form.TWO_STEP)
    found = it.extractor.extract(report())
    assert [one.value for one in found.answers.values()] == [2, 1, True, 2]


def test_after_a_completion_and_the_quotes_nothing_more_is_asked(
    small: Codebook, scripted: Any, reply: Any
) -> None:
    rest = {"gca": 9, "infarct": True, "infarcts": 2}
    it = scripted(small, reply('{"mta": 2, '), rest, {"mta": "MTA links 2"}, {"gca": 1}, form=Form.TWO_STEP)
    found = it.extractor.extract(report())
    assert len(it.requests) == 3
    assert found.answers["mta"].evidence.quote == "MTA links 2"
    assert found.answers["gca"].notes == ("9 is out of range: 0 to 3",)


def test_nothing_to_quote(small: Codebook, scripted: Any) -> None:
    it = scripted(small, dict.fromkeys(small.names), form=Form.TWO_STEP)
    it.extractor.extract(report())
    assert len(it.requests) == 1


def test_a_contradiction_in_two_steps(small: Codebook, scripted: Any) -> None:
    values = {"mta": None, "gca": None, "infarct": False, "infarcts": 2}
    again = {"infarct": False, "infarcts": 2}
    it = scripted(
        small, values, {"infarct": "infarct", "infarcts": "twee infarcten"}, again, form=Form.TWO_STEP
    )
    assert it.extractor.extract(report()).answers["infarcts"].status is Status.FAILED


# Whatever happens

snippets = st.sampled_from(
    [
        "{",
        "}",
        '"mta": ',
        '"gca": ',
        '"infarcts": ',
        "2",
        "99",
        "null",
        ", ",
        '{"quote": "MTA links 2", "value": ',
        "x",
    ]
)
replies = st.one_of(
    st.lists(snippets, max_size=12).map("".join),
    st.dictionaries(st.sampled_from(list(full())), st.sampled_from([None, 1, 99, pair(2, "x"), []])).map(
        json.dumps
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(replies, st.sampled_from(["stop", "length", "refusal"])), min_size=1, max_size=4),
    st.sampled_from(Form),
)
def test_never_more_than_three_requests_and_every_variable_once(
    codebook_of: Any, turns: list[tuple[str, Any]], form: Form
) -> None:
    codebook = codebook_of(MTA, GCA, INFARCT, COUNT)
    script = [Reply(text, finish, 100, 10, 60, 0.5) for text, finish in turns]
    engine = ScriptedEngine(default=script)
    found = Extractor(codebook, engine, ExtractionOptions(second_look=False, form=form)).extract(report())
    assert 1 <= found.usage.requests <= 3
    assert list(found.answers) == codebook.names
    count = len(engine.requests)
    assert (found.usage.prompt_tokens, found.usage.cached_tokens) == (100 * count, 60 * count)
    assert (found.usage.completion_tokens, found.usage.seconds) == (10 * count, 0.5 * count)
    first = engine.requests[0].messages
    for one, following in zip(list(engine.requests), list(engine.requests)[1:], strict=False):
        assert following.messages[: len(one.messages)] == one.messages
        assert (asked(following), names(following)) != (asked(one), names(one))
    for request in engine.requests:
        assert request.messages[: len(first)] == first
        assert request.schema["required"]
    assert load_answers(dump_answers(found.answers)) == found.answers
    for answer in found.answers.values():
        assert answer.status is not Status.FAILED or answer.notes
        assert answer.status.has_value == (answer.value is not None)
        assert (answer.evidence is None) or TEXT[
            answer.evidence.start : answer.evidence.end
        ] == answer.evidence.quote


def test_what_cannot_be_stored_is_cleaned(codebook_of: Any, scripted: Any) -> None:
    codebook = codebook_of({"name": "conclusion", "kind": "text"}, GCA)
    first = r'"conclusion": {"quote": "\ud800", "value": "a\ud800\u0000b"}'
    sheet = "{" + first + r', "gca": {"quote": "\u0000", "value": 9}}'
    it = scripted(codebook, sheet, r'{"gca": {"quote": "\udfff", "value": 1}}', form=Form.QUOTE_VALUE)
    found = it.extractor.extract(report())
    assert found.answers["conclusion"].value == "a\ufffd\ufffdb"
    dump_answers(found.answers).encode()
    for request in it.requests:
        for message in request.messages:
            message.content.encode()


def test_what_reports_share_is_the_same_byte_for_byte(codebook: Codebook, scripted: Any) -> None:
    for form in Form:
        it = scripted(codebook, {"infarct": None}, form=form, repair=False)
        for name, text in (("a", "Kort."), ("b", TEXT), ("c", "MTA 2 " * 50)):
            it.extractor.extract(report(text, name))
        prompts = [
            request.messages
            for request in it.requests
            if len(request.messages) == len(it.requests[0].messages)
        ]
        assert len(prompts) == 3
        assert len({one[:-1] for one in prompts}) == 1
        for one, text in zip(prompts, ("Kort.", TEXT, "MTA 2 " * 50), strict=True):
            before, after = one[-1].content.split(text)
            assert before == "<report>\n"
            assert len(after) < 80


def test_several_threads_give_what_one_gives(codebook: Codebook) -> None:
    codebook = codebook.subset(set(codebook.names) - {"size", "lesions"})
    reports = [report(f"{TEXT} Laesie {number} pons.", str(number)) for number in range(40)]

    def extractor() -> Extractor:
        return Extractor(
            codebook,
            ScriptedEngine.from_schema(5),
            ExtractionOptions(second_look=False, form=Form.QUOTE_VALUE),
        )

    shared = extractor()
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(shared.extract, reports))
    assert together == [extractor().extract(one) for one in reports]


def test_the_default_is_a_form_that_the_prompt_knows(small: Codebook) -> None:
    extractor = Extractor(small, ScriptedEngine())
    assert Prompt(small, extractor.options.form).messages("x") == extractor.prompt.messages("x")
    assert extractor.prompt_version
