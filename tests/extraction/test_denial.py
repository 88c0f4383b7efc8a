"""Whether the words around a finding deny it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.extraction.denial import denied
from epicrisis.extraction.hedging import Clauses
from epicrisis.report import Span


def of(text: str) -> bool:
    """The finding stands between two bars."""
    before, finding, after = text.split("|")
    return denied(Clauses(before + finding + after), Span(len(before), len(before) + len(finding)))


@pytest.mark.parametrize(
    "text",
    [
        "Geen |microbloedingen|.",
        "Er zijn geen duidelijke |microbloedingen| gezien.",
        "|Microbloedingen|: geen.",
        "Sporen van |siderose| ontbreken.",
        "Corticale |infarcten| worden niet gezien.",
        "|Lymfangio-invasie|: afwezig.",
        "No |infarct| is seen.",
        "Without evidence of |metastasis|.",
        "|Lymphovascular invasion|: absent",
        "|Margins| are negative",
        "Kein Nachweis einer |Fraktur|.",
        "|Fernmetastasen| nicht nachweisbar.",
        "Pas d'|épanchement|.",
        "Aucune |lésion|.",
        "Links een cyste, geen |tumor|.",
    ],
)
def test_denied(text: str) -> None:
    assert of(text)


@pytest.mark.parametrize(
    "text",
    [
        "|Microbloedingen| rechts.",
        "Geen tumor. |Infarct| links.",
        "Geen tumor, maar wel een |infarct|.",
        "No change in the |lesion|.",
        "Geen toename van de |afwijkingen|.",
        "Keine Zunahme der |Läsion|.",
        "|Infarct| niet uit te sluiten.",
        "Not only the |lesion|",
        "|Lesion| in the left lobe; no nodes.",
        "|Noordelijk| van de kern",
    ],
)
def test_not_denied(text: str) -> None:
    assert not of(text)


@given(st.text(max_size=80), st.text(min_size=1, max_size=10), st.text(max_size=80))
def test_any_text(before: str, finding: str, after: str) -> None:
    denied(Clauses(before + finding + after), Span(len(before), len(before) + len(finding)))
