from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
COMMAND = Path(sys.executable).with_name("lint-imports")

VIOLATIONS = {
    "domain to adapter": ("bot/domain/answer.py", "import bot.adapters.chroma"),
    "domain to service": ("bot/domain/text.py", "from bot.services import ports"),
    "service to Slack": ("bot/services/answering.py", "import slack_sdk"),
    "service to settings": ("bot/services/batch.py", "from bot.settings import Settings"),
    "service to LangChain": ("bot/services/retrieving.py", "import langchain_core"),
    "adapter to Slack's ring": ("bot/adapters/store.py", "import bot.slack.blocks"),
    "Slack's ring to adapter": ("bot/slack/blocks.py", "import bot.adapters.store"),
    "listener to database": ("bot/slack/inbox.py", "import sqlalchemy"),
    "adapter to wiring": ("bot/adapters/llm.py", "import bot.wiring"),
}


def linted(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    for folder in ("bot", "knowledge", "prompts"):
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_imports_point_inward() -> None:
    found = linted(ROOT)
    assert found.returncode == 0, found.stdout
    assert "0 broken" in found.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("file", "line"), VIOLATIONS.values(), ids=VIOLATIONS)
def test_an_import_that_points_outward_is_caught(copied: Path, file: str, line: str) -> None:
    path = copied / file
    text = path.read_text(encoding="utf-8")
    first = "from __future__ import annotations\n"
    planted = text.replace(first, f"from __future__ import annotations\n\n{line}\n", 1)
    assert line in planted
    path.write_text(planted, encoding="utf-8")
    found = linted(copied)
    assert found.returncode == 1, found.stdout
    assert "1 broken" in found.stdout or "2 broken" in found.stdout


@pytest.mark.slow
def test_a_module_without_a_layer_is_caught(copied: Path) -> None:
    (copied / "bot" / "helpers.py").write_text('"""Nowhere."""\n', encoding="utf-8")
    assert linted(copied).returncode == 1
