from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from bot.adapters.files import write_whole
from bot.errors import ContentError


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    file = tmp_path / "record.md"
    file.write_bytes(b"before, and longer")
    write_whole(file, b"after")
    assert file.read_bytes() == b"after"
    assert list(tmp_path.iterdir()) == [file]


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "record.md"
    folder.mkdir()
    with pytest.raises(ContentError, match="cannot be written"):
        write_whole(tmp_path / "none" / "record.md", b"x")
    (folder / "mine").write_bytes(b"mine")
    with pytest.raises(ContentError, match=r"record\.md:1: cannot be written"):
        write_whole(folder, b"x")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["mine", "record.md"]


def test_a_link_is_written_through(tmp_path: Path) -> None:
    file, link = tmp_path / "real.md", tmp_path / "link.md"
    file.write_bytes(b"before")
    link.symlink_to(file)
    write_whole(link, b"after")
    assert link.is_symlink()
    assert file.read_bytes() == b"after"


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    write_whole(pipe, b"after")
    reader.join(timeout=10)
    assert got == [b"after"]
