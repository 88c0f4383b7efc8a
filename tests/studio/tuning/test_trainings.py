"""What may be asked for, and what is refused before it stands in the queue."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from epicrisis.errors import CodebookError, MissingExtraError, OptionError
from epicrisis.studio.engines import Engines
from epicrisis.studio.jobs.trouble import told_by_command
from epicrisis.studio.tuning import extra
from epicrisis.studio.tuning.bases import bases, sensible
from epicrisis.studio.web.refusals import Refused


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"name": "new"}, OptionError),
        ({"name": "../out"}, OptionError),
        ({"reports": "others.csv"}, Refused),
        ({"codebook": "others"}, Refused),
        ({"gold": "none.csv"}, Refused),
        ({"gold": "../../etc/passwd"}, OptionError),
        ({"base": "/etc/passwd"}, OptionError),
        ({"base": "http://127.0.0.1:9/v1#other"}, OptionError),
    ],
)
def test_what_is_not_of_the_project_is_not_queued(study: Any, change: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        study.add(**change)
    assert study.jobs.all() == []
    assert not study.out().exists()


def test_a_codebook_with_errors_is_not_queued(study: Any) -> None:
    (study.project.shelf("codebooks") / "kidney.yaml").write_text(
        "name: c\nvariables: [{name: v}]\n", "utf-8"
    )
    with pytest.raises(CodebookError):
        study.add()


def test_nothing_is_queued_without_the_extra(study: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extra, "installed", lambda: False)
    with pytest.raises(MissingExtraError, match="tune") as missing:
        study.add()
    assert "pip install 'epicrisis[tune]'" in (missing.value.hint or "")
    assert study.jobs.all() == []


def test_a_model_of_a_server_cannot_be_trained(study: Any) -> None:
    Engines(study.studio.database).add("http://127.0.0.1:9/v1#m", "server", by="test")
    assert "server" not in [one.label for one in bases(study.studio.database)]
    with pytest.raises(OptionError, match="model of this machine"):
        study.add(base="http://127.0.0.1:9/v1#m")


def test_a_name_is_taken_once(study: Any) -> None:
    study.add()
    study.put_adapter("by-hand")
    for name in ("kidney-1", "by-hand"):
        with pytest.raises(Refused) as refused:
            study.add(name=name)
        assert refused.value.status == 409
    assert len(study.jobs.all()) == 1


def test_of_two_that_ask_at_once_one_gets_the_name(study: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    study.add()
    monkeypatch.setattr(type(study.jobs), "_check_name", lambda self, name: None)
    with pytest.raises(Refused):
        study.add()
    (one,) = study.jobs.all()
    assert [path.name for path in study.jobs.folder(one.id).parent.iterdir()] == [one.id]


def test_runs_and_trainings_know_only_their_own(study: Any) -> None:
    from epicrisis.studio.jobs import Jobs
    from epicrisis.studio.jobs.queue import EveryJob

    job = study.add()
    assert Jobs(study.project).all() == []
    assert Jobs(study.project).find(job) is None
    assert [one.id for one in EveryJob(study.project).all()] == [job]


def test_the_base_to_begin_with_is_the_largest_that_trains_in_reasonable_time(study: Any) -> None:
    found = bases(study.studio.database)
    assert {one.address: one.effort for one in found} == {
        "qwen2.5-coder-1.5b-instruct": "long",
        "qwen2.5-coder-0.5b-instruct": "hours",
        "smollm2-135m-instruct": "minutes",
    }
    assert sensible(found) == "qwen2.5-coder-0.5b-instruct"
    for one in found:
        one.ready = one.effort == "minutes"
    assert sensible(found) == "smollm2-135m-instruct"


def test_a_model_file_says_its_effort_by_its_size(study: Any, tmp_path: Path) -> None:
    path = tmp_path / "large.gguf"
    with path.open("wb") as file:
        file.truncate(5_000_000_000)
    Engines(study.studio.database).add(str(path), "large", by="test")
    (found,) = [one for one in bases(study.studio.database) if one.label == "large"]
    assert (found.effort, found.size) == ("gpu", 5_000_000_000)


@pytest.mark.parametrize(
    ("hint", "expected"),
    [
        (
            "Use less: --batch 2 --accumulate 4 (the same result); --checkpointing (slower); a smaller "
            "--base.",
            "Use less: 'Examples at once' 2 'Batches in a step' 4 (the same result); 'Save memory' (slower); "
            "a smaller 'Base'.",
        ),
        ("Annotate more reports, or share them out otherwise: --split.", "Annotate more reports."),
        (
            "Annotate more reports, or take answers of a stronger model along: epicrisis distill.",
            "Annotate more reports.",
        ),
        (
            "Lower the learning rate: --learning-rate 0.0001",
            "Lower the learning rate: 'Learning rate' 0.0001",
        ),
        ("Name another folder with --out, or begin anew with --fresh.", None),
        (
            "Train on the processor: --preset cpu.",
            "Train on the processor: on the processor of this machine.",
        ),
        ("", None),
    ],
)
def test_options_are_called_what_the_studio_calls_them(hint: str, expected: str | None) -> None:
    found = told_by_command(None, f"error: It failed.\n{hint}\n", {})
    assert found.message == "It failed."
    assert found.hint == (
        expected or "Train again with other settings; or go on, if it was nothing of the settings."
    )
