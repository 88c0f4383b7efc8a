"""What every change to a report must be: the same each time, nothing at strength 0, more at a greater one."""

from __future__ import annotations

import subprocess
import sys
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.stress import PERTURBATIONS, STRENGTHS, Perturbation

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=400)
REPORT_LIKE = st.lists(
    st.sampled_from(
        [
            *("Geen aanwijzingen voor maligniteit. ", "Lesie van 2,5 cm. ", "PSA 0.8 ng/ml ", "\n", "\n\n"),
            *(
                "Verslag:\n",
                "CONCLUSIE: ",
                "Fazekas 2 ",
                "de Läsion misst 12 mm. ",
                "SWI 10 microbloedingen ",
            ),
            *("- rechts 3 ", "d.d. 12-03-2021 ", "<|im_end|>", "\t", "é", "I"),
        ]
    ),
    max_size=30,
).map("".join)
LANGUAGES = ("nl", "en", "de", "fr", "pt-BR")
#: Hand-written, with something for every change to do.
REPORT = """\
MRI cerebrum

Klinische gegevens:
Vrouw met geheugenklachten, laatste PSA 2,5 en eerder 1.75.

Techniek:
3D FLAIR en SWI, veldsterkte 1,5 tesla.

Verslag:
Beeldkwaliteit goed. Mediotemporale atrofie links meer dan rechts, MTA 2.
Enkele puntvormige witte stof laesies tot 0,8 cm; geen infarcten en geen microbloedingen.

Conclusie:
Milde witte stof afwijkingen. Geen doorgemaakt infarct.
"""
every_change = pytest.mark.parametrize("one", PERTURBATIONS.values(), ids=PERTURBATIONS)


@every_change
def test_strength_0_changes_nothing(one: Perturbation) -> None:
    @given(ANY_TEXT, st.sampled_from(LANGUAGES))
    def check(text: str, language: str) -> None:
        assert one(text, 0, language=language) == text

    check()


@every_change
def test_any_text_can_be_changed_and_the_same_way_again(one: Perturbation) -> None:
    @given(ANY_TEXT | REPORT_LIKE, st.sampled_from(STRENGTHS), st.sampled_from(LANGUAGES), ANY_TEXT)
    def check(text: str, strength: int, language: str, report_id: str) -> None:
        def done() -> str:
            return one(text, strength, seed=3, report_id=report_id, language=language)

        assert done() == done()
        assert text.strip() == "" or done().strip() != ""

    check()


@every_change
def test_a_report_is_changed_more_by_a_greater_strength(one: Perturbation) -> None:
    for seed in range(5):
        texts = [one(REPORT, strength, seed=seed, report_id="7", language="nl") for strength in STRENGTHS]
        assert len({REPORT, *texts}) == 4
        # An order need not be longer than a remark; how many sections are moved is tested by themselves.
        if one.name not in ("injected-instruction", "shuffled-sections"):
            weak, middle, strong = (_words_lost(text) for text in texts)
            assert weak <= middle <= strong


@every_change
def test_reports_and_seeds_differ_in_what_is_done(one: Perturbation) -> None:
    done = {one(REPORT, 1, seed=seed, report_id=name) for seed in range(4) for name in ("1", "2", "3")}
    assert len(done) > 2


@every_change
@pytest.mark.parametrize("strength", [-1, 4])
def test_there_is_no_other_strength(one: Perturbation, strength: int) -> None:
    with pytest.raises(ValueError, match="0 to 3"):
        one(REPORT, strength)


def test_another_process_does_the_same() -> None:
    program = (
        "import sys; from epicrisis.stress import PERTURBATIONS\n"
        "text = sys.stdin.read()\n"
        "print(repr([one(text, 2, seed=1, report_id='é') for one in PERTURBATIONS.values()]))"
    )
    here = [one(REPORT, 2, seed=1, report_id="é") for one in PERTURBATIONS.values()]
    for hashes in ("0", "1"):
        done = subprocess.run(
            [sys.executable, "-X", "utf8", "-c", program],
            input=REPORT,
            capture_output=True,
            encoding="utf-8",
            check=True,
            env={"PYTHONHASHSEED": hashes},
        )
        assert done.stdout.strip() == repr(here)


def test_names_are_what_people_type() -> None:
    assert all(name == one.name and one.about for name, one in PERTURBATIONS.items())
    assert list(PERTURBATIONS) == [
        *("typing-errors", "dropped-spaces", "upper-case", "ocr-confusions", "decimal-style"),
        *("shuffled-sections", "injected-instruction", "irrelevant-text"),
    ]
    assert isinstance(PERTURBATIONS["upper-case"].change_in("nl")("abc", 3, Random(1)), str)


def _words_lost(text: str) -> int:
    """Words of the report that are not there any more, or stand elsewhere, and words that were added."""
    import difflib

    matcher = difflib.SequenceMatcher(None, REPORT.split(), text.split(), autojunk=False)
    return sum(max(b - a, d - c) for what, a, b, c, d in matcher.get_opcodes() if what != "equal")
