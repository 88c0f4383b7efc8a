import errno
import os
import shutil
import stat

import pytest

from epicrisis.errors import OutputError
from epicrisis.export import check_writable, replacing


def names(folder):
    return [path.name for path in folder.iterdir()]


def test_a_place_that_can_be_written_to_is_left_as_it_is(tmp_path):
    check_writable(tmp_path / "t.csv")
    (tmp_path / "u.csv").write_text("old")
    check_writable(tmp_path / "u.csv")
    assert names(tmp_path) == ["u.csv"]
    assert (tmp_path / "u.csv").read_text() == "old"


def test_places_that_cannot(tmp_path):
    (tmp_path / "file").write_text("")
    os.mkfifo(tmp_path / "pipe")
    for path, words in (
        (tmp_path, "folder, not a file"),
        (tmp_path / "no" / "t.csv", "does not exist"),
        (tmp_path / "file" / "t.csv", "not a folder"),
        (tmp_path / "pipe", "not an ordinary file"),
    ):
        with pytest.raises(OutputError, match=words) as caught:
            check_writable(path)
        assert caught.value.path == str(path)


@pytest.mark.parametrize("refused", ["t.csv", ""])
def test_no_permission(tmp_path, monkeypatch, refused):
    (tmp_path / "t.csv").write_text("old")
    monkeypatch.setattr(os, "access", lambda path, mode: os.fspath(path) != os.fspath(tmp_path / refused))
    with pytest.raises(OutputError, match=r"write-protected|No permission"):
        check_writable(tmp_path / "t.csv")


def test_a_full_disk_is_seen_before(tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=5_000_000))
    with pytest.raises(OutputError, match="5 MB is free, 10 MB is needed"):
        check_writable(tmp_path / "t.csv")
    check_writable(tmp_path / "t.csv", needed=1000)


def test_the_file_appears_when_all_is_written(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("old")
    with replacing(path) as part:
        part.write_text("new")
        assert path.read_text() == "old"
        assert part.parent == tmp_path
    assert path.read_text() == "new"
    assert names(tmp_path) == ["t.csv"]
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask


@pytest.mark.parametrize(
    ("error", "raised", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), OutputError, "disk is full"),
        (OSError(errno.EIO, "Input/output error"), OutputError, "Input/output error"),
        (KeyboardInterrupt(), KeyboardInterrupt, ""),
        (ValueError("x"), ValueError, "x"),
    ],
)
def test_nothing_is_left_when_something_goes_wrong(tmp_path, error, raised, words):
    path = tmp_path / "t.csv"
    path.write_text("old")

    def write():
        with replacing(path) as part:
            part.write_text("half")
            raise error

    with pytest.raises(raised) as caught:
        write()
    assert words in str(caught.value)
    assert path.read_text() == "old"
    assert names(tmp_path) == ["t.csv"]


def test_a_link_is_followed(tmp_path):
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to("real.csv")
    with replacing(tmp_path / "link.csv") as part:
        part.write_text("new")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text() == "new"
