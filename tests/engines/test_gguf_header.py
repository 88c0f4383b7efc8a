"""The header of a GGUF file: read right, and damage named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from epicrisis.engines.gguf_header import _BLOCKS, read_header
from epicrisis.errors import ModelError


def test_it_reads_what_the_model_is(tiny_gguf: Path) -> None:
    header = read_header(tiny_gguf)
    assert header.architecture == "llama"
    assert header.context_length == 131_072
    assert header.size == header.expected_size == tiny_gguf.stat().st_size
    assert header.cache_bytes(1000) == 1000 * 1 * 2 * (16 + 16) * 2
    header.check_complete()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_a_file_cut_anywhere_is_an_error(tiny_gguf: Path, tmp_path: Path, data: st.DataObject) -> None:
    whole = tiny_gguf.read_bytes()
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    with pytest.raises(ModelError) as caught:
        read_header(cut).check_complete()
    assert str(cut) in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"GGUF\x01\x00\x00\x00" + bytes(100)])
def test_other_files(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelError):
        read_header(path)


def test_missing_files_and_folders(tmp_path: Path) -> None:
    for path in (tmp_path / "none.gguf", tmp_path):
        with pytest.raises(ModelError, match="cannot be read"):
            read_header(path)


def test_a_tensor_type_from_the_future_is_not_called_damage(
    tmp_path: Path, write_gguf: Callable[..., Path]
) -> None:
    path = write_gguf(tmp_path / "x.gguf")
    name = b"output_norm.weight"
    data = bytearray(path.read_bytes())
    kind = data.index(name) + len(name) + 4 + 8  # after the name: number of dimensions, one dimension, type
    data[kind : kind + 4] = (999).to_bytes(4, "little")
    path.write_bytes(data)
    header = read_header(path)
    assert header.expected_size is None
    header.check_complete()


def test_block_sizes_agree_with_the_format() -> None:
    from gguf.constants import GGML_QUANT_SIZES

    known = {int(kind): size for kind, size in GGML_QUANT_SIZES.items()}
    assert {kind: known[kind] for kind in _BLOCKS if kind in known} == {
        kind: size for kind, size in _BLOCKS.items() if kind in known
    }
