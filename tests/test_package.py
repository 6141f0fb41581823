from __future__ import annotations

import json
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.commands import outside_environment, run_python

ROOT = Path(__file__).parents[1]
QUESTION = "How many GPU hours did it take to pre-train Llama 2 70B?"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    made = run_python("-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), cwd=ROOT)
    assert made.returncode == 0, made.stderr
    [file] = folder.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("installed")
    options = ["--no-deps", "--no-index", "--quiet", "--target", str(target)]
    made = run_python("-m", "pip", "install", *options, str(wheel), cwd=target)
    assert made.returncode == 0, made.stderr
    return target


def test_the_wheel_holds_code_notes_and_prompts_and_no_tests(wheel: Path) -> None:
    names = set(ZipFile(wheel).namelist())
    shipped = {
        str(path.relative_to(ROOT))
        for folder in ("bot", "knowledge", "prompts")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert shipped <= names
    assert {name.partition("/")[0] for name in names if ".dist-info" not in name} == {
        "bot",
        "knowledge",
        "prompts",
    }


def test_the_installed_bot_answers_a_question(
    installed: Path, built_home: Path, tmp_path: Path
) -> None:
    environment = outside_environment(PYTHONPATH=str(installed), ADAPTBOT_HOME=str(built_home))
    where = run_python(
        "-c", "import bot; print(bot.__file__)", cwd=tmp_path, environment=environment
    )
    assert Path(where.stdout.strip()).is_relative_to(installed)
    made = run_python("-m", "bot", "ask", "--json", QUESTION, cwd=tmp_path, environment=environment)
    assert made.returncode == 0, made.stderr
    answer = json.loads(made.stdout)
    assert "1,720,320" in answer["reply"]
    assert answer["cited"]


@pytest.mark.parametrize(
    "script",
    [
        "from bot.adapters.store import Store; Store('sqlite:///adaptbot.sqlite').close()",
        "from bot.adapters.prompts import read_prompt; read_prompt('answer')",
        "from bot.adapters.guide import load_guide; load_guide()",
    ],
    ids=["migrations", "prompts", "guide"],
)
def test_the_installed_bot_finds_its_files(installed: Path, tmp_path: Path, script: str) -> None:
    environment = outside_environment(PYTHONPATH=str(installed))
    made = run_python("-c", script, cwd=tmp_path, environment=environment)
    assert made.returncode == 0, made.stderr


def test_the_command_is_named_adaptbot(installed: Path) -> None:
    [entry] = installed.glob("adaptbot-*.dist-info/entry_points.txt")
    assert "adaptbot = bot.__main__:main" in entry.read_text(encoding="utf-8")
