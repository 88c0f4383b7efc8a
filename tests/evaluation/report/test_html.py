"""The page: whole, escaped, without anything to load, and with every number also in a table."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from epicrisis.evaluation.report import without_text
from epicrisis.evaluation.report.html import to_html
from epicrisis.evaluation.result import Evaluation, Suspect

from .conftest import CANARY, TEXTS, make_evaluation

VOID = {"meta", "link", "img", "br", "hr", "input", "path"}


class Page(HTMLParser):
    """The elements of a page, and the text of each table, paragraph and quote."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style"):
            self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def words(self) -> str:
        return " ".join("".join(self.text).split())


@pytest.fixture
def html(evaluation: Evaluation) -> str:
    return to_html(evaluation, TEXTS.get)


@pytest.fixture
def page(html: str) -> Page:
    return Page(html)


def test_elements_are_closed_in_order(page: Page) -> None:
    assert page.open == []


def test_ids_are_unique_and_links_lead_somewhere(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [attributes["href"] for attributes in page.all("a")]
    assert {str(link).removeprefix("#") for link in links} <= set(ids)


def test_headings_go_down_one_step_at_a_time(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))


def test_every_table_has_a_caption_and_its_headings_a_scope(page: Page) -> None:
    assert len(page.all("caption")) == len(page.all("table")) > 10
    assert all(heading.get("scope") in ("col", "row") for heading in page.all("th"))


def test_charts_say_what_they_are(page: Page) -> None:
    charts = [one for one in page.all("div") if "data-spec" in one]
    # Two confusion matrices, the ceiling, reliability, review.
    assert len(charts) == 5
    assert all(one["role"] == "img" and one["aria-label"] for one in charts)


def test_nothing_is_loaded(html: str, page: Page) -> None:
    for _, attributes in page.elements:
        for name in ("src", "srcset", "action", "data"):
            assert name not in attributes
        assert not (attributes.get("href") or "#").startswith(("http", "//", "file", "data"))
    assert not any(tag in ("link", "img", "iframe", "object", "base") for tag, _ in page.elements)
    assert "@import" not in html
    assert "url(" not in html.split("</style>")[0]


def test_the_policy_allows_the_pages_own_scripts_and_no_other(html: str, page: Page) -> None:
    policy = next(one["content"] for one in page.all("meta") if one.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe-eval" not in policy
    scripts = re.findall(r"<script>(.*?)</script>", html, re.S)
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert policy.count("sha256-") == len(scripts) == 4


def test_there_are_no_inline_handlers(page: Page) -> None:
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)


def test_markup_in_reports_is_text(html: str, page: Page) -> None:
    assert "<script>document.title" not in html
    assert "<script>document.title = 'taken over'</script>" in page.words


@pytest.mark.parametrize("field", ["run", "gold", "model", "codebook"])
def test_markup_in_names_is_text(field: str) -> None:
    name = "\"><img src=x onerror=alert(1)>'</title>"
    page = Page(to_html(make_evaluation(**{field: name})))
    assert page.all("img") == []
    assert name in page.words


def test_markup_in_a_chart_stays_in_its_attribute(evaluation: Evaluation) -> None:
    from dataclasses import replace

    from epicrisis.evaluation.result import Confusion

    option = "\"'></div><script>alert(1)</script>"
    variable = replace(evaluation.variables[0], confusion=Confusion((option,), (option,), ((3,),)))
    page = Page(to_html(replace(evaluation, variables=(variable,))))
    assert len(page.all("script")) == 4
    specs = [str(one["data-spec"]) for one in page.all("div") if "data-spec" in one]
    assert any("alert(1)" in spec for spec in specs)


def test_evidence_is_marked_in_its_place(html: str) -> None:
    assert f"De <mark>{CANARY}</mark> ligt links" in html


def test_gold_quotes_are_found_in_the_text() -> None:
    missed = Suspect("R-3", "fazekas", "missed", "3", "(none)", "not_mentioned", quote=f"{CANARY} ligt")
    html = to_html(make_evaluation(suspects=(missed,)), TEXTS.get)
    assert f"<mark>{CANARY} ligt</mark>" in html


def test_evidence_outside_the_text_is_not_marked() -> None:
    lost = Suspect("R-3", "fazekas", "wrong", "3", "2", "stated", quote="q", start=5000, end=5001)
    assert "<mark>" not in to_html(make_evaluation(suspects=(lost,)), TEXTS.get)


def test_without_text_no_word_of_a_report_is_there(evaluation: Evaluation) -> None:
    html = to_html(without_text(evaluation))
    assert CANARY not in html
    assert "geen | infarct" not in html
    assert "R-3, fazekas" in html


def test_without_texts_in_the_store_quotes_are_shown_and_places_not(evaluation: Evaluation) -> None:
    page = Page(to_html(evaluation, lambda _: None))
    assert page.all("mark") == []
    assert CANARY in page.words


def test_the_reading_and_the_numbers_are_there(page: Page) -> None:
    for said in (
        "84.5 % (95 % interval 77.5 to 89.5 %) of the cells agree with gold.",
        "Where gold has a value (112 cells): 80 right, 20 wrong, 12 missed.",
        "40 % (95 % interval 33 to 45 %) of the reports are wholly right.",
        "Model and human cannot be told apart on 1 variable: fazekas.",
        "The model is below human agreement on 1 variable: infarct_present.",
        "a person must read 31 %",
        "Reports not scored: 1 in the run only, 2 in gold only and 1 excluded.",
        "one class only",
        "an example of the run",
        "quadratic weighted kappa",
        "MR1 | 3T",
        "Two gold columns were passed over.",
    ):
        assert said in page.words, said


def test_bare_evaluations_make_a_page() -> None:
    bare = make_evaluation(
        overall={},
        outcomes={},
        variables=(),
        mistakes=(),
        strata=(),
        cost=None,
        splits=None,
        ceiling=(),
        reliability=(),
        review=None,
        plan=(),
        suspects=(),
        notes=(),
        manifest={},
        settings={},
    )
    page = Page(to_html(bare))
    assert page.open == []
    # Nothing to draw, so nothing to draw it with.
    assert page.all("script") == []


def test_long_lists_are_cut_and_say_so() -> None:
    many = tuple(Suspect(f"R-{number}", "fazekas", "wrong", "1", "2", "stated") for number in range(500))
    page = Page(to_html(make_evaluation(suspects=many)))
    assert "200 of 500 cells are shown; the JSON holds all." in page.words
    assert len(page.all("article")) == 200


def test_a_thousand_reports_stay_under_five_megabytes(evaluation: Evaluation) -> None:
    from dataclasses import replace

    from epicrisis.evaluation.pairing import Matching

    ids = tuple(f"report-{number:06}" for number in range(1000))
    suspects = tuple(
        Suspect(name, "fazekas", "wrong", "1", "2", "stated", 0.9, "q" * 200, 0, 200) for name in ids
    )
    mistakes = tuple(replace(evaluation.mistakes[0], reports=ids) for _ in range(10))
    large = make_evaluation(
        matching=Matching(ids, ids, ids, dict.fromkeys(ids, "an example of the run")),
        variables=evaluation.variables * 8,
        suspects=suspects,
        mistakes=mistakes,
    )
    assert len(to_html(large).encode()) < 5_000_000
