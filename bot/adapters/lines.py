"""Reads and writes files of lines, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bot.errors import ContentError


def read_lines(file: Path) -> list[str]:
    """The lines of a UTF-8 file, with or without a byte-order mark.

    Raises:
        ContentError: it cannot be read.
    """
    try:
        return file.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ContentError("the line is not UTF-8 text", file=str(file), line=line) from error
    except OSError as error:
        raise ContentError(f"cannot be read ({error.strerror})", file=str(file)) from error


def write_lines(file: Path, lines: Iterable[str]) -> None:
    """Write `lines` to `file`; what it held stays until the last one is there.

    A half of a surrogate pair is written as its JSON escape.

    Raises:
        ContentError: it cannot be written.
    """
    direct = file.is_symlink() or (file.exists() and not file.is_file())  # /dev/stdout, a pipe
    part = file if direct else file.with_name(f"{file.name}.part")
    try:
        with part.open("w", encoding="utf-8", errors="backslashreplace") as opened:
            opened.writelines(f"{line}\n" for line in lines)
        if not direct:
            part.replace(file)
    except OSError as error:
        raise ContentError(f"cannot be written ({error.strerror})", file=str(file)) from error
