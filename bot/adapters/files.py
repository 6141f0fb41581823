"""Writes files whole or not at all."""

from __future__ import annotations

from pathlib import Path

from bot.errors import ContentError


def write_whole(file: Path, content: bytes) -> None:
    """Write `content` to `file`; what it held stays until the last byte is there.

    Raises:
        ContentError: it cannot be written.
    """
    direct = file.is_symlink() or (file.exists() and not file.is_file())  # /dev/stdout, a pipe
    part = file if direct else file.with_name(f"{file.name}.part")
    try:
        part.write_bytes(content)
        if not direct:
            part.replace(file)
    except OSError as error:
        if not direct:
            part.unlink(missing_ok=True)
        raise ContentError(f"cannot be written ({error.strerror})", file=str(file)) from error
