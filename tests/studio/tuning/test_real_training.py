"""The whole way with the real program: a tiny model of random weights is trained, and then asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from epicrisis.studio.engines import Engines
from epicrisis.studio.jobs import JobRequest, Jobs
from epicrisis.studio.jobs.dispatcher import Dispatcher
from epicrisis.studio.stored_runs import open_run
from epicrisis.studio.tuning.details import details

pytest.importorskip("torch")
pytest.importorskip("peft")
#: Reports, two of each patient.
REPORTS = 40


@pytest.fixture
def base(study: Any, write_gguf: Callable[..., Path], tmp_path: Path) -> str:
    """The address of the tiny model, allowed in the project, with reports and gold of twenty patients."""
    path = write_gguf(tmp_path / "tiny.gguf", layers=2, heads=4, heads_kv=2)
    Engines(study.studio.database).add(str(path), "tiny", by="test")
    words = ("is enlarged", "is normal", "looks normal", "is much enlarged")
    rows = [
        (f"r{n}", f"p{n // 2}", f"Scan {n}: the kidney {words[n % 4]}.", n % 4 in (1, 2))
        for n in range(REPORTS)
    ]
    (study.project.shelf("reports") / "reports.csv").write_text(
        "id,patient,text\n" + "".join(f"{one},{patient},{text}\n" for one, patient, text, _ in rows), "utf-8"
    )
    (study.project.shelf("gold") / "gold.csv").write_text(
        "id,normal\n" + "".join(f"{one},{str(normal).lower()}\n" for one, _, _, normal in rows), "utf-8"
    )
    return str(path)


@pytest.fixture
def at_work(study: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Jobs are worked on."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    dispatcher = Dispatcher(study.project)
    dispatcher.start()
    yield
    dispatcher.stop()


def test_a_tiny_model_is_trained_and_asked(
    study: Any, base: str, at_work: None, until_true: Callable[[Callable[[], Any]], Any]
) -> None:
    settings = {"epochs": 2, "rank": 2, "batch": 8, "learning_rate": 0.01, "max_length": 1024}
    job = study.add(base=base, bare=True, settings=settings)
    study.until_status(job, "finished")

    found = details(study.studio, "kidney-1")
    assert (found.status, found.history.ended, found.history.step) == (
        "finished",
        "finished",
        found.history.steps,
    )
    assert found.history.losses[-1].loss < found.history.losses[0].loss
    assert len(found.history.validations) == 2
    assert found.card is not None
    data = found.card.data
    assert data.train.count + data.validation.count + data.test.count == REPORTS
    assert found.card.metrics is not None
    assert found.card.metrics.reports == data.test.count
    assert found.card.metrics.difference is not None
    assert {one.name for one in found.card.metrics.variables} == {"normal"}
    assert found.engines == [base]

    request = JobRequest(reports="reports.csv", codebook="kidney", engine=base, adapter="kidney-1", limit=2)
    run = Jobs(study.project).add(request, by="test")
    done = until_true(
        lambda: (one := Jobs(study.project).get(run)).status not in ("queued", "running") and one
    )
    assert (done.status, done.error) == ("finished", None)
    options = open_run(study.project, done.run).manifest.options
    assert (options["adapter"]["name"], options["bare"]) == ("kidney-1", True)
