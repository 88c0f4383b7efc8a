"""The options of a run, read back from its manifest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import epicrisis
from epicrisis.adapter import Adapter
from epicrisis.codebook.codebook import Codebook
from epicrisis.errors import ModelError, OptionError
from epicrisis.extraction.options import ExtractionOptions
from epicrisis.prompting import Form
from epicrisis.report import Report
from epicrisis.runs.manifest import Manifest
from epicrisis.stress.subject import of_run, options_of


@pytest.fixture
def manifest(tmp_path: Path, study: Codebook, reports: list[Report], engine: Any) -> Manifest:
    return epicrisis.extract(reports[:2], study, engine(), store=tmp_path / "store.sqlite").manifest


@pytest.mark.parametrize(
    "options",
    [
        ExtractionOptions(),
        ExtractionOptions(form=Form.TWO_STEP, absent="none", examples=0, temperature=0.5, seed=7),
        ExtractionOptions(max_tokens=99, repair=False, confidence=False),
    ],
)
def test_options_come_back(manifest: Manifest, options: ExtractionOptions) -> None:
    recorded = manifest.model_copy(update={"options": options.as_dict()})
    found = options_of(Manifest.model_validate_json(recorded.model_dump_json()))
    assert found == options
    assert isinstance(found.form, Form)


def test_an_adapter_is_opened_again(
    tmp_path: Path, manifest: Manifest, write_adapter: Callable[..., Adapter]
) -> None:
    adapter = write_adapter(tmp_path / "tuned", more={"data": {"train": {"reports": ["1"], "texts": []}}})
    options = ExtractionOptions(adapter=adapter, bare=True)
    recorded = manifest.model_copy(update={"options": options.as_dict()})
    recorded = Manifest.model_validate_json(recorded.model_dump_json())
    assert options_of(recorded) == options
    write_adapter(tmp_path / "tuned", more={"data": {"train": {"reports": ["2"], "texts": []}}})
    with pytest.raises(OptionError, match="does not hold adapter"):
        options_of(recorded)
    (tmp_path / "tuned" / "card.json").unlink()
    with pytest.raises(ModelError, match="no adapter"):
        options_of(recorded)


@pytest.mark.parametrize(
    "lost", [{"shots": {"ids": ["1"], "count": 1, "digest": "x"}}, {"an_option_of_another_version": 3}]
)
def test_what_a_manifest_does_not_hold_is_named(manifest: Manifest, lost: dict[str, Any]) -> None:
    recorded = manifest.model_copy(update={"options": {**manifest.options, **lost}})
    with pytest.raises(OptionError, match=f"does not hold {next(iter(lost))}"):
        options_of(recorded)


def test_the_reports_of_a_run_are_as_they_were(
    tmp_path: Path, study: Codebook, reports: list[Report], gold: Path, engine: Any
) -> None:
    asked = engine()
    store = tmp_path / "store.sqlite"
    given = [
        Report(**{**_fields(one), "language": "nl", "patient": "p", "date": "2021-01-01"}) for one in reports
    ]
    run = epicrisis.extract(given, study, asked, store=store)
    subject = of_run(run, gold, engine=asked)
    assert list(subject.reports) == given
    assert subject.baseline is run
    assert subject.task.source.digest == run.manifest.source.digest
    assert subject.task.source.columns == run.manifest.source.columns


def _fields(report: Report) -> dict[str, Any]:
    return {name: getattr(report, name) for name in ("id", "text", "metadata")}
