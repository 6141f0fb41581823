"""Where the bot of the playground lives: apart from a production bot, with the same index."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from bot.errors import AdaptbotError

FOLDER = "playground"


class Lodging:
    """A folder in the home, for one playground at a time.

    Its databases begin empty at each start, as the workspace does whose messages they are about.
    """

    def __init__(self, home: Path) -> None:
        self._shared = home
        self.home = home / FOLDER
        self._lock = FileLock(str(self.home / "playground.lock"), thread_local=False)
        self._address = self.home / "address"

    def take(self) -> bool:
        """Hold the folder and make it ready; False where another playground holds it.

        Raises:
            AdaptbotError: the folder cannot be used.
        """
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(blocking=False)
            self._prepare()
        except Timeout:
            return False
        except OSError as error:
            raise AdaptbotError(
                f"the folder {self.home} cannot be used ({error.strerror}); check ADAPTBOT_HOME"
            ) from error
        return True

    def announce(self, address: str) -> None:
        """Say for other processes where the page is."""
        fresh = self.home / "address.new"
        fresh.write_text(address, encoding="utf-8")
        fresh.replace(self._address)

    def announced(self) -> str | None:
        """Where the playground that holds the folder has its page, once it has said so."""
        try:
            return self._address.read_text(encoding="utf-8").strip() or None
        except OSError:
            return None

    def close(self) -> None:
        """Let another playground have it."""
        self._address.unlink(missing_ok=True)
        self._lock.release()

    def _prepare(self) -> None:
        self._address.unlink(missing_ok=True)
        for left in self.home.glob("*.sqlite*"):
            left.unlink()
        self._share_index()

    def _share_index(self) -> None:
        """Use the home's own index, and the lock under which it is built.

        The lock is a second name of the same file, since FileLock follows no symbolic links.
        """
        index, lock = self._shared / "index", self._shared / "index.lock"
        index.mkdir(exist_ok=True)
        lock.touch()
        _replaced(self.home / "index").symlink_to(index.absolute(), target_is_directory=True)
        with suppress(OSError):  # a file system without such names: two might build at once
            os.link(lock, _replaced(self.home / "index.lock"))


def _replaced(path: Path) -> Path:
    """`path`, with nothing there: what lay there was a name, or a copy made of what it named."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    return path
