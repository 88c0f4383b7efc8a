"""Learning curves: which reports, what is kept, what is said of twice as many, the picture."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.errors import OptionError
from epicrisis.examples.example import Example
from epicrisis.prompting.worked import WorkedExample
from epicrisis.report import Report
from epicrisis.tuning.curve import CURVE, PICTURE, Curve, CurvePoint, curve, nested, read_curve
from epicrisis.tuning.data import Annotated
from epicrisis.tuning.measured import Measured
from epicrisis.tuning.power_law import fit
from epicrisis.tuning.worth import WORTH, Verdict

SIZES = (25, 50, 100, 200)
SVG = "{http://www.w3.org/2000/svg}"


def reports_of(patients: Sequence[int]) -> list[Annotated]:
    """So many reports for each patient; one with none has an unknown patient."""
    found = []
    for number, many in enumerate(patients):
        for visit in range(max(many, 1)):
            name, patient = f"{number}-{visit}", str(number) if many else None
            worked = WorkedExample(f"report {name}", {}, name)
            report = Report(name, worked.text, patient=patient)
            found.append(Annotated(report, {}, Example(worked, patient)))
    return found


def through(law: Callable[[float], float], width: float | None, sizes: Sequence[int] = SIZES) -> Curve:
    points = []
    for size in sizes:
        value = law(size)
        bounds = (None, None) if width is None else (value - width, value + width)
        points.append(CurvePoint(size, size, Measured(value, *bounds)))
    return Curve.of(points)


# --- which reports ---


@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=60),
    st.lists(st.integers(1, 120), max_size=4),
    st.integers(0, 3),
)
def test_subsets_are_nested_and_of_whole_patients(patients: list[int], sizes: list[int], seed: int) -> None:
    reports = reports_of(patients)
    found = nested(reports, sizes, seed)
    assert found[-1] == reports
    for smaller, larger in itertools.pairwise(found):
        assert len(smaller) < len(larger)
        assert {one.report.id for one in smaller} < {one.report.id for one in larger}
    for subset in found:
        taken = {one.patient for one in subset}
        assert subset == [one for one in reports if one.patient in taken]
    assert len(found) <= len({size for size in sizes if size < len(reports)}) + 1
    assert nested(reports[::-1], sizes, seed)[0] == found[0][::-1]


def test_sizes_that_the_data_lacks_are_left_out() -> None:
    single = reports_of([1] * 60)
    assert [len(one) for one in nested(single)] == [25, 50, 60]
    assert [len(one) for one in nested(single[:50])] == [25, 50]
    assert [len(one) for one in nested(single[:20])] == [20]
    # Patients of seven: the nearest number of reports.
    assert [len(one) for one in nested(reports_of([7] * 30))] == [28, 49, 98, 210]
    assert nested(single, seed=1)[0] != nested(single, seed=2)[0]


def test_what_is_no_curve() -> None:
    for reports, sizes in (([], (25,)), (reports_of([1]), (0,))):
        with pytest.raises(OptionError):
            nested(reports, sizes)


# --- training and keeping ---


class Trainer:
    """Scores by the number of reports; remembers what it was asked for."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.asked: list[tuple[int, str]] = []
        self._stop_at = stop_at

    def __call__(self, reports: Sequence[Annotated], folder: Path) -> Measured | float | None:
        if len(self.asked) == self._stop_at:
            raise KeyboardInterrupt
        self.asked.append((len(reports), folder.name))
        value = 0.9 - 2 * len(reports) ** -0.5
        return Measured(value, value - 0.02, value + 0.02, {"secret-id": (value, 1.0)})


def test_each_size_is_trained_once_in_a_folder_of_its_own(tmp_path: Path) -> None:
    run, heard = Trainer(), list[Mapping[str, Any]]()
    found = curve(reports_of([1] * 120), run, folder=tmp_path, listener=heard.append)
    assert run.asked == [(n, f"reports-{n}") for n in (25, 50, 100, 120)]
    assert [(one.reports, one.patients) for one in found.points] == [(n, n) for n in (25, 50, 100, 120)]
    assert [one["status"] for one in heard] == ["begun", "done"] * 4 + ["judged"]
    assert heard[-1]["text"] == found.worth.sentence
    assert (tmp_path / PICTURE).read_text("utf-8") == found.svg()
    assert read_curve(tmp_path) == found.as_dict() == json.loads(json.dumps(found.as_dict()))
    assert "secret-id" not in json.dumps(found.as_dict())


@pytest.mark.parametrize("stop", range(4))
def test_a_killed_curve_goes_on(tmp_path: Path, stop: int) -> None:
    reports, killed, again = reports_of([1] * 120), Trainer(stop), Trainer()
    whole = curve(reports, Trainer(), folder=tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        curve(reports, killed, folder=tmp_path / "cut")
    so_far = read_curve(tmp_path / "cut")
    assert (len(so_far["points"]) if so_far else 0) == stop
    assert curve(reports, again, folder=tmp_path / "cut") == whole
    assert len(killed.asked) + len(again.asked) == 4
    assert (tmp_path / "cut" / CURVE).read_bytes() == (tmp_path / "whole" / CURVE).read_bytes()


def test_other_reports_are_another_curve(tmp_path: Path) -> None:
    reports = reports_of([1] * 60)
    curve(reports, Trainer(), folder=tmp_path)
    run = Trainer()
    curve(reports[::-1], run, folder=tmp_path)
    assert run.asked == []
    others: list[dict[str, Any]] = [{"seed": 1}, {"sizes": (30,)}, {"about": {"base": "b"}}]
    for other in others:
        with pytest.raises(OptionError, match="belongs to another command"):
            curve(reports, run, folder=tmp_path, **other)
    with pytest.raises(OptionError, match="belongs to another command"):
        curve(reports[:-1], run, folder=tmp_path)
    curve(reports[:-1], run, folder=tmp_path, fresh=True)
    assert [size for size, _ in run.asked] == [25, 50, 59]


def test_there_is_no_curve_to_show(tmp_path: Path) -> None:
    assert read_curve(tmp_path) is None
    (tmp_path / CURVE).write_text('{"curve"', "utf-8")
    assert read_curve(tmp_path) is None


# --- what it says ---


@pytest.mark.parametrize(("ceiling", "drop", "rate"), [(0.9, 2.0, 0.5), (0.97, 5.0, 1.0), (0.8, 0.5, 0.3)])
def test_the_law_is_found_again(ceiling: float, drop: float, rate: float) -> None:
    sizes = [25, 50, 100, 200, 400]
    law = fit(sizes, [ceiling - drop * n**-rate for n in sizes])
    for n in (25, 100, 400, 800):
        assert law.at(n) == pytest.approx(ceiling - drop * n**-rate, abs=2e-3)


@given(st.lists(st.floats(0, 1), min_size=4, max_size=4))
def test_a_law_never_falls_and_never_ends_above_one(scores: list[float]) -> None:
    law = fit(SIZES, scores)
    assert law.ceiling <= 1 + 1e-9
    assert law.drop >= 0
    assert law.gain(200) >= 0
    flat = sum(scores) / 4
    error = sum((law.at(n) - score) ** 2 for n, score in zip(SIZES, scores, strict=True))
    assert error <= sum((flat - score) ** 2 for score in scores) + 1e-9


def test_a_steep_curve_pays() -> None:
    found = through(lambda n: 0.95 - 2.2 * n**-0.5, 0.02).worth
    assert found.verdict is Verdict.PAYS
    assert found.method == "power law"
    expected = 2.2 * (200**-0.5 - 400**-0.5)
    assert found.gain.value == pytest.approx(expected, abs=3e-3)
    assert found.gain.low is not None
    assert found.gain.high is not None
    assert WORTH <= found.gain.low <= expected <= found.gain.high
    assert found.sentence.startswith("More annotation would pay: twice the reports (400 for training rather ")
    assert f"{found.gain.value:+.3f} ({found.gain.low:+.3f} to {found.gain.high:+.3f})" in found.sentence


def test_a_saturated_curve_does_not() -> None:
    found = through(lambda n: 0.943 - 30 * n**-2, 0.004).worth
    assert found.verdict is Verdict.LITTLE
    assert found.gain.high is not None
    assert found.gain.high < WORTH
    assert found.sentence.startswith("More annotation would hardly pay: ")


def test_wide_intervals_and_scatter_cannot_tell() -> None:
    noise = dict(zip(SIZES, (0.70, 0.62, 0.75, 0.68), strict=True))
    for found in (
        through(noise.__getitem__, 0.002).worth,
        through(noise.__getitem__, None).worth,
        through(lambda n: 0.943 - 30 * n**-2, 0.08).worth,
    ):
        assert found.verdict is Verdict.UNTOLD
        assert (
            "cannot be told: twice the reports (400 for training rather than 200) may change"
            in found.sentence
        )


def test_two_points_go_on_as_they_last_rose() -> None:
    steep = through(lambda n: 0.1 * math.log2(n), 0.01, (25, 50)).worth
    assert (steep.method, steep.law, steep.verdict) == ("last slope", None, Verdict.PAYS)
    assert steep.gain.value == pytest.approx(0.1)
    assert through(lambda n: 0.1 * math.log2(n), 0.15, (25, 50)).worth.verdict is Verdict.UNTOLD
    assert through(lambda n: 0.8, 0.001, (25, 50)).worth.verdict is Verdict.LITTLE
    bare = through(lambda n: 0.1 * math.log2(n), None, (25, 50)).worth
    assert bare.verdict is Verdict.UNTOLD
    assert "2 sizes without intervals are too few" in bare.sentence
    # No score is above 1.
    assert through(lambda n: 0.5 if n == 25 else 0.99, 0.001, (25, 50)).worth.gain.value == pytest.approx(
        0.01
    )


def test_one_point_tells_nothing() -> None:
    assert "one size only" in through(lambda n: 0.5, 0.01, (25,)).worth.sentence
    none = Curve.of([CurvePoint(25, 25, Measured(None)), CurvePoint(50, 50, Measured(None))]).worth
    assert none.verdict is Verdict.UNTOLD
    assert "no size has a score" in none.sentence
    assert none.gain.value is None


def test_the_same_reports_tell_more_than_intervals_by_themselves() -> None:
    # Reports differ much, and each gains alike: the difference is sure where the scores are not.
    rng = Random(0)
    ease = {f"r{number}": rng.uniform(-0.4, 0.4) for number in range(60)}
    mean = sum(ease.values()) / len(ease)

    def point(size: int, value: float, *, paired: bool) -> CurvePoint:
        counts = {name: (10 * (value + own - mean), 10.0) for name, own in ease.items()}
        return CurvePoint(size, size, Measured(value, value - 0.06, value + 0.06, counts if paired else {}))

    apart = Curve.of([point(25, 0.5, paired=False), point(50, 0.55, paired=False)]).worth
    paired = Curve.of([point(25, 0.5, paired=True), point(50, 0.55, paired=True)]).worth
    assert (apart.verdict, paired.verdict) == (Verdict.UNTOLD, Verdict.PAYS)
    assert paired.gain.value == apart.gain.value == pytest.approx(0.05)


def test_the_same_curve_says_the_same() -> None:
    one, other = (through(lambda n: 0.95 - 2.2 * n**-0.5, 0.02) for _ in range(2))
    assert one == other
    assert one.svg() == other.svg()


# --- the picture ---


@pytest.mark.parametrize(
    "found",
    [
        through(lambda n: 0.95 - 2.2 * n**-0.5, 0.02),
        through(lambda n: 0.8, None, (25, 50)),
        through(lambda n: 1.0, 0.0, (25,)),
        through(lambda n: 0.0, None, SIZES),
        Curve.of([CurvePoint(1, 1, Measured(None))]),
        Curve.of([]),
    ],
)
def test_the_picture_is_whole_and_says_all_in_words(found: Curve) -> None:
    root = ElementTree.fromstring(found.svg())
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    labels = {one.get("id"): one.text or "" for one in root if one.tag in (f"{SVG}title", f"{SVG}desc")}
    assert list(labels) == (root.get("aria-labelledby") or "").split()
    said = labels["curve-desc"]
    assert found.worth.sentence in said
    shown = " ".join(one.text or "" for one in root.iter(f"{SVG}text"))
    assert found.worth.sentence in shown
    for point in found.points:
        assert f"{point.reports} reports of {point.patients} patients" in said
        if point.score.value is not None:
            assert f"{point.score.value:.3f}" in said
            assert f"{point.score.value:.3f}" in shown
    numbers = [
        float(value)
        for one in root.iter()
        for name, value in one.attrib.items()
        if name in ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy")
    ]
    assert all(0 <= number <= 640 for number in numbers)
    assert not {one.tag for one in root.iter()} & {f"{SVG}script", f"{SVG}style"}
    assert not [
        name for one in root.iter() for name in one.attrib if name == "style" or name.startswith("on")
    ]


def test_better_is_higher_and_more_is_further_right() -> None:
    root = ElementTree.fromstring(through(lambda n: 0.95 - 2.2 * n**-0.5, 0.02).svg())
    circles = [(float(one.get("cx", 0)), float(one.get("cy", 0))) for one in root.iter(f"{SVG}circle")]
    assert len(circles) == 4
    assert circles == sorted(circles, key=lambda one: (one[0], -one[1]))
    assert [y for _, y in circles] == sorted((y for _, y in circles), reverse=True)
    # The fit as far as the data goes, and dashed as far as twice the reports.
    paths = list(root.iter(f"{SVG}path"))
    assert [one.get("stroke-dasharray") is not None for one in paths] == [False, True]
