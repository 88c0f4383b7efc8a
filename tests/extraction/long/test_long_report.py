"""A report of 60,000 characters whose facts stand at its start, in its middle and at its end."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

import pytest

from epicrisis.codebook.codebook import Codebook
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.extraction.answer import Answer, Status
from epicrisis.extraction.long import codebook_for_parts, merge, parts
from epicrisis.prompting import Form, Prompt

LENGTH = 60_000
CONTEXT = 4_096
ANSWER = 900

REGIONS = ["lever", "milt", "pancreas", "linkernier", "rechternier", "bijnieren", "blaas", "aorta", "sigmoïd"]
LOOKS = [
    "normaal van grootte",
    "scherp begrensd",
    "homogeen van aspect",
    "zonder focale afwijkingen",
    "slank",
]
ASIDES = [
    "i.v.m. beweging matig te beoordelen",
    "vgl. d.d. 12-01-2023",
    "ca. 3 mm verschoven",
    "o.b.v. deze opname",
]
SECTIONS = ["Abdomen:", "Thorax:", "Skelet", "Weke delen:", "AANVULLENDE OPNAMEN"]

START = (
    "Klinische gegevens: bekend met mammacarcinoom, metastasen?\n"
    "Techniek: CT thorax-abdomen d.d. 3 mei 2023.\n"
)
LESION = "In segment 4 van de lever een laesie van 2,5 cm."
MIDDLE = (
    f"{LESION} Het aspect is verdacht. Er is een metastase in de lever zichtbaar. BI-RADS 5 is toegekend."
)
CYST = "In de linkernier een laesie van 9 mm."
END = (
    "CONCLUSIE:\nMetastase in de lever. BI-RADS 4, gecorrigeerd.\n"
    "De laesie in segment 4 van de lever meet 25 mm. Geen botmetastasen. Er zijn 3 vergrote klieren.\n"
)


def filler(rng: random.Random, length: int) -> str:
    """Sentences that state no fact, in sections, wrapped at times."""
    pieces: list[str] = []
    while sum(map(len, pieces)) < length:
        if rng.random() < 0.06:
            pieces.append(f"\n\n{rng.choice(SECTIONS)}\n")
        sentence = f"De {rng.choice(REGIONS)} is {rng.choice(LOOKS)}"
        if rng.random() < 0.4:
            sentence += f", {rng.choice(ASIDES)}"
        pieces.append(f"{sentence}.{rng.choice([' ', ' ', ' ', chr(10)])}")
    return "".join(pieces)[:length].rsplit(".", 1)[0] + ".\n"


def long_report(seed: int) -> str:
    rng = random.Random(seed)
    half = (LENGTH - len(START) - len(MIDDLE) - len(CYST) - len(END)) // 2
    quarter = filler(rng, half // 2)
    return f"{START}VERSLAG\n{quarter}{CYST} {filler(rng, half // 2)}{MIDDLE}\n{filler(rng, half)}{END}"


VARIABLES: list[dict[str, Any]] = [
    {"name": "scan_date", "kind": "date"},
    {"name": "metastasis", "kind": "boolean"},
    {"name": "bone_metastasis", "kind": "boolean"},
    {"name": "birads", "kind": "ordinal", "options": [1, 2, 3, 4, 5]},
    {"name": "nodes", "kind": "count"},
    {"name": "diabetes", "kind": "boolean"},
    {"name": "largest_node", "kind": "quantity", "unit": "mm", "when": "nodes > 5"},
    {"name": "findings", "kind": "spans", "options": ["lesion"], "max_items": 20},
    {
        "name": "lesions",
        "kind": "group",
        "keys": ["site"],
        "variables": [
            {"name": "site", "kind": "text"},
            {"name": "size", "kind": "quantity", "unit": "mm", "units": ["cm"]},
        ],
    },
]


def lesion(match: re.Match[str]) -> dict[str, Any]:
    number = float(match["size"].replace(",", "."))
    return {"site": match["site"], "size": {"value": number, "unit": match["unit"]}}


READERS: dict[str, tuple[str, Callable[[re.Match[str]], Any]]] = {
    "scan_date": (r"d\.d\. 3 mei 2023", lambda match: "2023-05-03"),
    "metastasis": (r"metastasen\?|[Mm]etastase in de lever", lambda match: True),
    "bone_metastasis": (r"Geen botmetastasen", lambda match: False),
    "birads": (r"BI-RADS (\d)", lambda match: int(match[1])),
    "nodes": (r"(\d+) vergrote klieren", lambda match: int(match[1])),
    "findings": (r"laesie", lambda match: "lesion"),
    "lesions": (
        r"In (?:de )?(?P<site>segment 4|linkernier)[\w ]*? een laesie van (?P<size>[\d,]+) (?P<unit>cm|mm)"
        r"|laesie in (?P<other>segment 4 van de lever) meet (?P<length>\d+) mm",
        lambda match: (
            lesion(match)
            if match["site"]
            else {"site": match["other"], "size": {"value": float(match["length"]), "unit": "mm"}}
        ),
    ),
}


@pytest.fixture(scope="module")
def codebook(codebook_of: Callable[..., Codebook]) -> Codebook:
    return codebook_of(*VARIABLES)


@pytest.mark.parametrize("seed", range(5))
def test_the_facts_are_found_wherever_they_stand(
    codebook: Codebook, reading: Callable[..., Any], seed: int
) -> None:
    text = long_report(seed)
    assert LENGTH - 500 < len(text) <= LENGTH
    engine = ScriptedEngine(context_length=CONTEXT)
    prompt = Prompt(codebook_for_parts(codebook), Form.QUOTE_VALUE)

    def size(stretch: str) -> int:
        counted = engine.count_tokens(prompt.messages(stretch))
        assert counted is not None
        return counted

    found = parts(text, size, CONTEXT - ANSWER)
    assert len(found) >= len(text) / 4 / CONTEXT
    assert all(size(part.text(text)) <= CONTEXT - ANSWER for part in found)

    model = reading(codebook, READERS)
    answers = merge(codebook, [model.answers(part.text(text)) for part in found], found, text)
    assert answers["scan_date"].value == "2023-05-03"
    assert (answers["metastasis"].status, answers["metastasis"].value) == (Status.STATED, True)
    assert answers["bone_metastasis"].value is False
    assert answers["birads"].value == 4
    place = text.index("BI-RADS 5")
    assert answers["birads"].notes == (f"another part says: 5, at characters {place} to {place + 9}",)
    assert answers["nodes"].value == 3
    assert answers["diabetes"] == Answer(Status.NOT_MENTIONED)
    assert answers["largest_node"].status is Status.NOT_APPLICABLE
    assert [one["start"] for one in answers["findings"].value] == [
        match.start() for match in re.finditer("laesie", text)
    ]
    cyst, liver = answers["lesions"].value
    assert (cyst["site"].value, cyst["size"].value) == ("linkernier", {"value": 9.0, "unit": "mm"})
    assert (liver["site"].value, liver["size"].value) == (
        "segment 4 van de lever",
        {"value": 25.0, "unit": "mm"},
    )
    assert liver["size"].notes == ()  # 2.5 cm is 25 mm
    for answer in answers.values():
        if answer.evidence is not None:
            assert text[answer.evidence.start : answer.evidence.end] == answer.evidence.quote


def test_the_conclusion_starts_a_part_or_stands_whole_in_one(codebook: Codebook) -> None:
    text = long_report(1)
    found = parts(text, lambda stretch: len(stretch) // 4, 3000)
    start = text.index("CONCLUSIE:")
    assert sum(part.start <= start and part.end == len(text) for part in found) == 1


def test_a_scripted_engine_can_be_asked_part_by_part(codebook: Codebook, reading: Callable[..., Any]) -> None:
    """The script that tests of the whole extraction use gives the same answers as the reading itself."""
    from epicrisis.extraction import ExtractionOptions, Extractor
    from epicrisis.report import Report

    text = long_report(2)
    model = reading(codebook, READERS)
    engine = ScriptedEngine(model.reply)
    asked = codebook_for_parts(codebook)
    extractor = Extractor(asked, engine, ExtractionOptions(form=Form.QUOTE_VALUE, confidence=False))
    found = parts(text, lambda stretch: len(stretch) // 4, 3000)
    replies = [extractor.extract(Report("long", part.text(text))).answers for part in found]
    answers = merge(codebook, replies, found, text)
    assert answers["birads"].value == 4
    assert answers["nodes"].value == 3
    assert len(answers["lesions"].value) == 2


@pytest.mark.parametrize("group_size", [None, 3])
def test_the_whole_way_with_a_small_context(
    codebook: Codebook, reading: Callable[..., Any], group_size: int | None
) -> None:
    """A report of 60,000 characters through an engine whose context holds 4,096 tokens."""
    from epicrisis.extraction import ExtractionOptions, Extractor
    from epicrisis.report import Report

    text = long_report(3)
    engine = ScriptedEngine(reading(codebook, READERS).reply, context_length=CONTEXT)
    options = ExtractionOptions(form=Form.QUOTE_VALUE, max_tokens=ANSWER, group_size=group_size)
    found = Extractor(codebook, engine, options).extract(Report("long", text))
    assert not found.failed
    assert found.usage.requests >= len(text) / 4 / CONTEXT
    assert list(found.answers) == codebook.names
    answers = found.answers
    assert answers["scan_date"].value == "2023-05-03"
    assert answers["birads"].value == 4
    assert "another part says: 5" in answers["birads"].notes[0]
    assert answers["nodes"].value == 3
    assert answers["diabetes"].status is Status.NOT_MENTIONED
    assert len(answers["lesions"].value) == 2
    for answer in answers.values():
        if answer.evidence is not None:
            assert text[answer.evidence.start : answer.evidence.end] == answer.evidence.quote


def test_parts_are_measured_with_the_examples_they_are_asked_with(
    codebook: Codebook, reading: Callable[..., Any]
) -> None:
    """Examples chosen for the report count when it is cut: what is asked fits."""
    from epicrisis.examples import Example, Pool, Selector
    from epicrisis.extraction import ExtractionOptions, Extractor
    from epicrisis.prompting.worked import WorkedExample
    from epicrisis.report import Report

    shown = [WorkedExample(f"Voorbeeld {name}. " + "Geen bijzonderheden. " * 60, {}, name) for name in "ab"]
    pool = Pool(codebook, [Example(one) for one in shown])
    engine = ScriptedEngine(reading(codebook, READERS).reply, context_length=CONTEXT)
    options = ExtractionOptions(
        form=Form.QUOTE_VALUE, max_tokens=ANSWER, selector=Selector(pool, 2, "structure")
    )
    found = Extractor(codebook, engine, options).extract(Report("long", long_report(4)))
    assert not found.failed
    assert found.answers["birads"].value == 4
    for request in engine.requests:
        asked = "".join(message.content for message in request.messages)
        assert all(f"Voorbeeld {name}." in asked for name in "ab")


STAGES = ["I", "II", "III", "IV"]
#: The stage at the start, in the middle and at the end: 30,000 characters lie between.
FIRST, MIDST, LAST = "Stadium II bij verwijzing.", "Stadium IV overwogen.", "Stadium III, behandeld."
POLICIES: list[tuple[dict[str, Any], Any, tuple[str, ...]]] = [
    ({"kind": "ordinal", "merge": "first"}, "II", (MIDST, LAST)),
    ({"kind": "ordinal", "merge": "last"}, "III", (FIRST, MIDST)),
    ({"kind": "ordinal", "merge": "maximum"}, "IV", (FIRST, LAST)),
    ({"kind": "ordinal", "merge": "conclusion"}, "III", (FIRST, MIDST)),
    ({"kind": "category", "merge": "first"}, "II", (MIDST, LAST)),
    ({"kind": "category", "merge": "last"}, "III", (FIRST, MIDST)),
    ({"kind": "category", "merge": "conclusion"}, "III", (FIRST, MIDST)),
    ({"kind": "count", "merge": "first"}, 2, (MIDST, LAST)),
    ({"kind": "count", "merge": "last"}, 3, (FIRST, MIDST)),
    ({"kind": "count", "merge": "maximum"}, 4, (FIRST, LAST)),
    ({"kind": "count", "merge": "conclusion"}, 3, (FIRST, MIDST)),
    ({"kind": "boolean", "merge": "any_true"}, True, (FIRST, LAST)),
    ({"kind": "boolean", "merge": "first"}, False, (MIDST,)),
    ({"kind": "boolean", "merge": "last"}, False, (MIDST,)),
    ({"kind": "boolean", "merge": "conclusion"}, False, (MIDST,)),
    ({"kind": "text", "merge": "first"}, FIRST, (MIDST, LAST)),
    ({"kind": "text", "merge": "last"}, LAST, (FIRST, MIDST)),
    ({"kind": "text", "merge": "conclusion"}, LAST, (FIRST, MIDST)),
    ({"kind": "spans", "merge": "union"}, [FIRST, MIDST, LAST], ()),
    ({"kind": "spans", "merge": "first"}, [FIRST], ()),
    ({"kind": "spans", "merge": "last"}, [LAST], ()),
    ({"kind": "group", "merge": "union"}, ["II", "IV", "III"], ()),
    ({"kind": "group", "merge": "first"}, ["II"], ()),
    ({"kind": "group", "merge": "last"}, ["III"], ()),
]


def staged(kind: str, match: re.Match[str]) -> Any:
    stage = match["stage"]
    values = {
        "count": STAGES.index(stage) + 1,
        "boolean": stage == "IV",
        "text": match.group(),
        "group": {"stage": stage},
    }
    return values.get(kind, stage)


@pytest.mark.parametrize(
    ("variable", "value", "others"), POLICIES, ids=[f"{v['kind']}-{v['merge']}" for v, _, _ in POLICIES]
)
def test_every_policy_over_the_whole_report(
    codebook_of: Callable[..., Codebook],
    reading: Callable[..., Any],
    variable: dict[str, Any],
    value: Any,
    others: tuple[str, ...],
) -> None:
    """Which fact counts is the policy's; where the others stand is in the notes, in the report's offsets."""
    from epicrisis.extraction import ExtractionOptions, Extractor
    from epicrisis.report import Report

    rng = random.Random(5)
    half = (LENGTH - 300) // 2
    text = (
        f"VERSLAG\n{FIRST} {filler(rng, half)}{MIDST} {filler(rng, half)}"
        f"CONCLUSIE:\nDe lever is slank. {LAST}\n"
    )
    assert LENGTH - 500 < len(text) <= LENGTH
    more: dict[str, Any] = {}
    if variable["kind"] in ("ordinal", "category"):
        more = {"options": STAGES}
    elif variable["kind"] == "group":
        more = {"variables": [{"name": "stage", "kind": "ordinal", "options": STAGES}]}
    book = codebook_of({"name": "stage", **variable, **more})
    pattern = r"Stadium (?P<stage>[IV]+)[^.]*\."
    model = reading(book, {"stage": (pattern, lambda match: staged(variable["kind"], match))})
    engine = ScriptedEngine(model.reply, context_length=CONTEXT)
    options = ExtractionOptions(form=Form.QUOTE_VALUE, max_tokens=ANSWER)
    found = Extractor(book, engine, options).extract(Report("long", text))
    assert found.usage.requests > 4
    answer = found.answers["stage"]
    if variable["kind"] == "spans":
        assert [one["text"] for one in answer.value] == value
        assert all(text[one["start"] : one["end"]] == one["text"] for one in answer.value)
    elif variable["kind"] == "group":
        assert [one["stage"].value for one in answer.value] == value
    else:
        assert answer.value == value
    places = [f"at characters {text.index(one)} to {text.index(one) + len(one)}" for one in others]
    conflicts = [note for note in answer.notes if note.startswith("another part")]
    if variable["kind"] == "boolean":
        conflicts, places = conflicts[:1], places[:1]  # the same value is noted once
    assert [note.rpartition(", ")[2] for note in conflicts] == places
