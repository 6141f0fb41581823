from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.adapters.lines import read_lines, write_lines
from bot.errors import ContentError


def test_only_line_feeds_part_lines_and_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_bytes("\ufeffa\u2028b\nc".encode())
    assert read_lines(file) == ["a\u2028b", "c"]


def test_a_line_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_bytes(b"fine\nna\xefve\n")
    with pytest.raises(ContentError, match=r"in\.jsonl:2: the line is not UTF-8"):
        read_lines(file)


def test_what_cannot_be_read_or_written_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="cannot be read"):
        read_lines(tmp_path)
    with pytest.raises(ContentError, match="cannot be written"):
        write_lines(tmp_path / "nowhere" / "out.jsonl", ["a"])


def test_half_a_surrogate_pair_stays_json(tmp_path: Path) -> None:
    file = tmp_path / "out.jsonl"
    write_lines(file, [json.dumps({"id": "\ud800"}, ensure_ascii=False)])
    assert json.loads(file.read_text("utf-8")) == {"id": "\ud800"}


def test_what_a_file_held_stays_when_writing_fails(tmp_path: Path) -> None:
    def broken() -> Iterator[str]:
        yield "new"
        raise RuntimeError("scripted")

    file = tmp_path / "out.jsonl"
    file.write_text("old")
    with pytest.raises(RuntimeError):
        write_lines(file, broken())
    assert file.read_text() == "old"


def test_a_link_is_written_through_and_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old")
    link.symlink_to(target)
    write_lines(link, ["new"])
    assert link.is_symlink()
    assert target.read_text() == "new\n"
