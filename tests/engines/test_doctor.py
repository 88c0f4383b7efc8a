"""What the doctor finds, and what it says to do."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from epicrisis.engines import doctor, machine
from epicrisis.engines.catalogue import CATALOGUE
from epicrisis.engines.doctor import Check, examine
from epicrisis.engines.store import ModelStore
from epicrisis.errors import OptionError


def checks(address: str, store: ModelStore | None = None) -> dict[str, Check]:
    return {check.name: check for check in examine(address, store)}


def test_a_whole_model(tiny_gguf: Path) -> None:
    found = checks(str(tiny_gguf))
    assert {name: check.level for name, check in found.items()} == dict.fromkeys(
        ("python", "llama.cpp", "processor", "model", "memory", "disk"), "ok"
    )


def test_a_damaged_model(tiny_gguf: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(tiny_gguf.read_bytes()[:-1])
    found = checks(str(cut))["model"]
    assert found.level == "fail"
    assert "cut short" in found.message
    assert str(cut) in found.message


def test_a_model_that_is_not_there_yet() -> None:
    found = checks(CATALOGUE[0].name)
    assert found["model"].level == "warn"
    assert f"models pull {CATALOGUE[0].name}" in (found["model"].hint or "")
    assert "PyPI" in found["sources"].message


def test_a_model_whose_bytes_are_wrong(tmp_path: Path) -> None:
    store = ModelStore(tmp_path, [])
    path = store.path(CATALOGUE[0].sha256)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"GGUF")
    found = checks(CATALOGUE[0].name, store)["model"]
    assert found.level == "fail"
    assert "--again" in (found.hint or "")


@pytest.mark.parametrize(
    ("features", "installed", "advice"),
    [
        ({"avx2"}, False, None),
        ({"avx2", "avx512f"}, False, "epicrisis[native]"),
        ({"avx2", "avx512f", "amx_tile"}, False, "AMX"),
        ({"avx2", "avx512f"}, True, "is installed"),
    ],
)
def test_an_engine_for_what_the_processor_can_do(
    tiny_gguf: Path, monkeypatch: pytest.MonkeyPatch, features: set[str], installed: bool, advice: str | None
) -> None:
    monkeypatch.setattr(doctor, "processor_features", lambda: features)
    monkeypatch.setattr(doctor.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr("epicrisis.engines.native_library.installed", lambda: installed)
    found = checks(f"llamacpp:{tiny_gguf}")["processor"]
    assert found.level == "ok"
    assert found.hint is None if advice is None else advice in (found.hint or "")
    assert ("AVX-512" in found.message) == ("avx512f" in features)


def test_the_native_engine(tiny_gguf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = SimpleNamespace(__version__="1.2.3")
    monkeypatch.setattr("epicrisis.engines.native_library.library", lambda: library)
    monkeypatch.setattr(doctor, "processor_features", lambda: {"avx2", "avx512f"})
    monkeypatch.setattr(doctor.platform, "machine", lambda: "x86_64")
    found = checks(f"native:{tiny_gguf}")
    assert "llama-cpp-python 1.2.3" in found["llama.cpp"].message
    assert found["processor"].hint is None


def test_the_native_engine_that_is_not_installed(tiny_gguf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "llama_cpp", None)
    found = checks(f"native:{tiny_gguf}")["llama.cpp"]
    assert found.level == "fail"
    assert "epicrisis[native]" in (found.hint or "")


def test_too_little_of_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "available_memory", lambda: 10_000_000)
    monkeypatch.setattr(doctor, "processor_features", lambda: {"sse2"})
    monkeypatch.setattr(doctor.platform, "machine", lambda: "x86_64")
    usage = doctor.shutil.disk_usage("/")
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: usage._replace(free=1000))
    found = checks(CATALOGUE[0].name)
    assert {name: found[name].level for name in ("memory", "processor", "disk")} == {
        "memory": "fail",
        "processor": "warn",
        "disk": "fail",
    }
    assert all(found[name].hint for name in ("memory", "processor", "disk"))


def test_a_server_that_is_down() -> None:
    found = checks("http://127.0.0.1:9/v1#m")
    assert list(found) == ["python", "server"]
    assert found["server"].level == "fail"


def test_a_server_that_ignores_schemas(server: Any, answer: Any) -> None:
    server.script = [answer("The sea is dark.")]
    found = checks(server.url)
    assert found["server"].level == "warn"
    assert found["schema"].level == "fail"
    assert found["confidence"].level == "warn"


def test_a_server_that_obeys(server: Any, answer: Any) -> None:
    server.models = {"data": [{"id": "m", "owned_by": "vllm", "max_model_len": 4096}]}
    server.script = [answer('{"mark": "ZQ-41"}')]
    found = checks(server.url)
    assert [found[name].level for name in ("server", "schema")] == ["ok", "ok"]
    assert "4,096" in found["server"].message


def test_an_address_that_means_nothing() -> None:
    with pytest.raises(OptionError):
        checks("qwn")


def test_memory_is_what_the_container_leaves(tmp_path: Path) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal: 200 kB\nMemAvailable:    100 kB\n")
    assert machine.available_memory(meminfo, tmp_path) == 102_400
    (tmp_path / "memory.max").write_text("50000\n")
    (tmp_path / "memory.current").write_text("20000\n")
    assert machine.available_memory(meminfo, tmp_path) == 30_000
    (tmp_path / "memory.max").write_text("max\n")
    assert machine.available_memory(meminfo, tmp_path) == 102_400
    assert machine.available_memory(tmp_path / "none", tmp_path) is None


def test_processor_features(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor\t: 0\nflags\t\t: fpu avx2 avx512f\n")
    assert machine.processor_features(cpuinfo) == {"fpu", "avx2", "avx512f"}
    assert machine.processor_features(tmp_path / "none") is None


def test_cores_are_physical_allowed_and_within_the_quota(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, siblings in enumerate(("0,4", "1,5", "2,6", "3,7", "0,4", "1,5", "2,6", "3,7")):
        topology = tmp_path / f"cpu{number}" / "topology"
        topology.mkdir(parents=True)
        (topology / "thread_siblings_list").write_text(siblings)
    monkeypatch.setattr(machine, "_CPUS", tmp_path)
    monkeypatch.setattr(machine, "_QUOTA", tmp_path / "cpu.max")
    monkeypatch.setattr(machine, "_allowed", lambda: set(range(8)))
    assert machine.usable_cores() == 4
    monkeypatch.setattr(machine, "_allowed", lambda: {0, 4, 5})
    assert machine.usable_cores() == 2
    (tmp_path / "cpu.max").write_text("150000 100000\n")
    assert machine.usable_cores() == 1
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert machine.usable_cores() == 2
