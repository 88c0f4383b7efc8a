"""Annotated reports, and their parts for training, choosing and testing: by patient, never by report."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..codebook.codebook import Codebook
from ..errors import OptionError
from ..evaluation.gold_cell import GoldCell
from ..evaluation.split_file import SplitFile
from ..examples.example import Example, same_text
from ..examples_from_gold import Known
from ..extraction.grounding import Grounds
from ..report import Report

#: The shares of the patients that train, choose (validation) and test.
SHARES = (0.7, 0.15, 0.15)
#: Fewer patients than this cannot be shared out so that each part says anything.
FEWEST_PATIENTS = 10
PARTS = ("train", "validation", "test")


@dataclass(frozen=True, slots=True)
class Annotated:
    """A report, what people said of it, and the same as an example that a model can be shown."""

    report: Report
    cells: Mapping[str, Known]
    example: Example

    @property
    def patient(self) -> str:
        """Whose report it is; a report of nobody known is a patient of its own."""
        if self.report.patient is not None:
            return f"patient {self.report.patient}"
        return f"report {self.report.id}"

    @property
    def gold(self) -> dict[str, GoldCell]:
        """What people said, as evaluation compares it."""
        return {name: GoldCell(cell.status, cell.value, cell.quote) for name, cell in self.cells.items()}


@dataclass(frozen=True, slots=True)
class Parts:
    """``notes`` say what a reader of the numbers should know; ``dropped`` counts reports by the reason."""

    train: Sequence[Annotated]
    validation: Sequence[Annotated]
    test: Sequence[Annotated] = ()
    notes: tuple[str, ...] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)

    def named(self) -> list[tuple[str, Sequence[Annotated]]]:
        return list(zip(PARTS, (self.train, self.validation, self.test), strict=True))


def annotated(
    examples: Iterable[Example], reports: Mapping[str, Report], cells: Mapping[str, Mapping[str, Known]]
) -> list[Annotated]:
    """Each example with its report and gold."""
    return [Annotated(reports[one.id], cells[one.id], one) for one in examples]


def split(
    reports: Sequence[Annotated],
    *,
    shares: Sequence[float] = SHARES,
    seed: int = 0,
    given: SplitFile | None = None,
) -> Parts:
    """Share reports out by patient: all reports of a patient, and all with the same text, are in one part.

    ``given`` decides where there is a split file; a patient in two of its parts is refused. The parts
    depend on ids and ``seed`` alone, not on the order of the file. Raises ``OptionError`` where a part
    would be empty or there are too few patients.
    """
    families = _families(reports)
    if given is not None:
        return _as_given(families, given)
    if len(families) < FEWEST_PATIENTS:
        raise OptionError(
            f"{len(reports)} annotated reports of {len(families)} patients are too few to train, choose and "
            f"test on: {FEWEST_PATIENTS} patients are the least.",
            hint="Annotate more reports, or take answers of a stronger model along: epicrisis distill.",
        )
    order = sorted(families, key=lambda family: family[0].report.id)
    random.Random(seed).shuffle(order)
    total = sum(map(len, order))
    wanted = [shares[2] * total, shares[1] * total]
    found: list[list[Annotated]] = [[], []]
    rest = list(order)
    for place, most in enumerate(wanted):
        while rest and len(found[place]) + len(rest[0]) / 2 <= max(most, 1):
            found[place] += rest.pop(0)
        if not found[place] and rest:
            found[place] += rest.pop(0)
    train = [one for family in rest for one in family]
    return _checked(Parts(_by_id(train), _by_id(found[1]), _by_id(found[0])))


def check_learnable(codebook: Codebook, train: Sequence[Annotated]) -> list[str]:
    """Remarks on variables that the training reports all answer alike.

    Raises ``OptionError`` if that is every one: then there is nothing to learn but a constant.
    """
    alike = []
    for variable in codebook.variables:
        said = {_said(one, variable.name) for one in train}
        if len(said) < 2:
            alike.append(variable.name)
    if len(alike) == len(codebook.variables):
        raise OptionError(
            "Every training report has the same answers: there is one class only, and nothing to learn.",
            hint="Annotate reports that differ, or look whether the gold was read as it should be.",
        )
    return [
        f"All training reports have the same answer for {name!r}: it is learned by heart." for name in alike
    ]


def lost_quotes(reports: Iterable[Annotated]) -> tuple[int, int]:
    """How many quotes that people marked are not in their texts, and how many quotes there are."""
    lost = total = 0
    for one in reports:
        grounds = Grounds(one.report.text)
        for cell in one.cells.values():
            if cell.quote:
                total += 1
                lost += grounds.locate(cell.quote) is None
    return lost, total


def _said(one: Annotated, name: str) -> str:
    cell = one.example.worked.cells.get(name)
    return "" if cell is None else repr(cell.value)


def _families(reports: Sequence[Annotated]) -> list[list[Annotated]]:
    """Reports that must stay together: of one patient, or with one text."""
    leader: dict[str, str] = {}

    def top(key: str) -> str:
        while leader.setdefault(key, key) != key:
            key = leader[key]
        return key

    for one in reports:
        text = f"text {same_text(one.report.text)}"
        leader[top(text)] = top(one.patient)
    families: dict[str, list[Annotated]] = {}
    for one in sorted(reports, key=lambda one: one.report.id):
        families.setdefault(top(one.patient), []).append(one)
    return list(families.values())


def _as_given(families: Sequence[Sequence[Annotated]], given: SplitFile) -> Parts:
    parts: dict[str, list[Annotated]] = {name: [] for name in PARTS}
    dropped: Counter[str] = Counter()
    notes: tuple[str, ...] = ()
    for family in families:
        chosen = {given.parts[one.report.id] for one in family if one.report.id in given.parts}
        if len(chosen) > 1:
            raise OptionError(
                f"The split file has reports of one patient in {' and '.join(sorted(chosen))}: "
                f"{', '.join(one.report.id for one in family[:4])}.",
                hint="Put all reports of a patient, and all with the same text, into one part.",
            )
        for one in family:
            if one.report.id in given.parts:
                parts[given.parts[one.report.id]].append(one)
            else:
                dropped["not in the split file"] += 1
    if not parts["validation"] and len(parts["train"]) >= FEWEST_PATIENTS:
        # Many split files know training and test alone; what is chosen by must not be what is tested on.
        few = max(1, round(len(parts["train"]) * SHARES[1]))
        training = {one.report.id for one in parts["train"]}
        for family in sorted(families, key=lambda family: same_text(family[0].patient)):
            if len(parts["validation"]) >= few:
                break
            parts["validation"] += [one for one in family if one.report.id in training]
        count = len(parts["validation"])
        notes = (f"The split file names no validation part: {count} of its training reports are it.",)
        held = {one.report.id for one in parts["validation"]}
        parts["train"] = [one for one in parts["train"] if one.report.id not in held]
    train, validation, test = (_by_id(parts[name]) for name in PARTS)
    return _checked(Parts(train, validation, test, notes, dict(dropped)))


def _checked(parts: Parts) -> Parts:
    for name, reports in parts.named()[:2]:
        if not reports:
            raise OptionError(
                f"No report is left for {'training' if name == 'train' else name}.",
                hint="Annotate more reports, or share them out otherwise: --split.",
            )
    return parts


def _by_id(reports: Iterable[Annotated]) -> list[Annotated]:
    return sorted(reports, key=lambda one: one.report.id)
