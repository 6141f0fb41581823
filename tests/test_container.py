"""The container, held against its linters and against what runs inside, without an engine."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

import pytest
from dockerfile_parse import DockerfileParser

from bot.slack.web import HealthServer, Site
from tests.commands import NOWHERE, TIMEOUT_SECONDS, outside_environment, run_python
from tests.slack.process import free_port
from tests.test_deploy import settings

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
ENTRY = DEPLOY / "entry.sh"
Enter = Callable[..., subprocess.CompletedProcess[str]]
QUESTION = "How many GPU hours did it take to pre-train Llama 2 70B?"


def instructions(name: str) -> list[str]:
    """What follows `name` in the Dockerfile, once an instruction."""
    parsed = DockerfileParser(str(DEPLOY / "Dockerfile")).structure
    return [str(found["value"]) for found in parsed if found["instruction"] == name]


def environment() -> dict[str, str]:
    """What the image sets for whatever runs in it."""
    return dict(re.findall(r"(\w+)=(\S+)", instructions("ENV")[-1]))


def in_context(path: str) -> bool:
    """Whether the engine may read it: the last line of .dockerignore that fits decides."""
    kept = True
    places = [str(place) for place in (PurePosixPath(path), *PurePosixPath(path).parents)]
    for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines():
        pattern = line.removeprefix("!").removeprefix("**/")
        anywhere = "**/" in line
        if line and not line.startswith("#"):
            names = [PurePosixPath(place).name for place in places] if anywhere else places
            if any(fnmatch(name, pattern) for name in names if name != "."):
                kept = line.startswith("!")
    return kept


# ---- The image ------------------------------------------------------------------------------


def test_the_linter_finds_nothing_in_the_dockerfile() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    found = subprocess.run(
        [linter, "--no-color", DEPLOY / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")


def test_each_stage_stands_on_a_pinned_image_or_on_an_earlier_stage() -> None:
    stages: set[str] = set()
    for line in instructions("FROM"):
        image, _, name = line.partition(" AS ")
        assert image in stages or re.fullmatch(r"python:3\.11-slim-\w+", image), line
        stages.add(name)
    assert len(instructions("FROM")) > 1


def test_what_is_copied_exists_and_is_in_the_context() -> None:
    copied = [line.split() for line in instructions("COPY") if "--from=" not in line]
    paths = [word for line in copied for word in line[:-1] if not word.startswith("--")]
    assert {"bot", "knowledge", "prompts", "constraints.txt"} <= set(paths)
    for path in paths:
        assert (ROOT / path).exists(), path
        assert in_context(path), path


def test_it_runs_as_nobody_in_particular_and_as_the_first_process() -> None:
    [user] = instructions("USER")
    assert all(int(number) >= 10_000 for number in user.split(":"))
    assert instructions("STOPSIGNAL") == ["SIGTERM"]
    assert json.loads(instructions("CMD")[-1]) == ["adaptbot", "serve"]
    [entry] = [json.loads(line) for line in instructions("ENTRYPOINT")]
    assert any(line.endswith(f"deploy/entry.sh {entry[0]}") for line in instructions("COPY"))
    assert ENTRY.read_text("utf-8").rstrip().endswith('\nexec "$@"')
    assert ENTRY.stat().st_mode & stat.S_IXUSR


def test_it_works_offline_and_keeps_everything_in_its_volume() -> None:
    set_ = environment()
    assert set_["HF_HUB_OFFLINE"] == "1"
    assert set_["PYTHONUNBUFFERED"] == "1"
    assert instructions("VOLUME") == [set_["ADAPTBOT_HOME"]]
    assert {name for name in set_ if name.startswith("ADAPTBOT_")} <= settings()


@pytest.mark.parametrize("name", ["Dockerfile", "compose.yaml", "entry.sh"])
def test_no_index_is_named_and_no_secret_is_written_down(name: str) -> None:
    text = (DEPLOY / name).read_text("utf-8")
    assert not re.search(r"https?://(?!127\.0\.0\.1)", text)
    assert not re.search(r"(xox[a-z]|xapp)-", text)


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        ".git/config",
        ".venv/bin/python",
        ".adaptbot/adaptbot.sqlite",
        "bot/.env",
        "bot/__pycache__/cli.pyc",
        "deploy/.env",
        "deploy/settings.env",
        "docs/privacy.md",
        "tests/conftest.py",
    ],
)
def test_the_context_leaves_out_what_the_image_does_not_need(path: str) -> None:
    assert not in_context(path)


@pytest.mark.parametrize("path", ["bot/adapters/migrations/env.py", "knowledge/series/part1.md"])
def test_the_context_holds_what_is_installed(path: str) -> None:
    assert in_context(path)


@pytest.mark.parametrize("ready", [True, False])
def test_the_healthcheck_tells_whether_the_bot_is_ready(ready: bool) -> None:  # noqa: FBT001 - a case
    _, _, command = instructions("HEALTHCHECK")[0].partition("CMD ")
    python, *arguments = json.loads(command)
    assert python == "python"
    port = free_port()
    server = HealthServer(Site(None, ready=lambda: ready), host="127.0.0.1", port=port)
    # Docker hands the proxy of its own settings down to every container.
    given = outside_environment(ADAPTBOT_PORT=str(port), http_proxy=NOWHERE, NO_PROXY="")
    try:
        checked = run_python(*arguments, cwd=ROOT, environment=given)
    finally:
        server.close()
    assert (checked.returncode == 0) is ready, checked.stderr


# ---- The entry ------------------------------------------------------------------------------


@pytest.fixture
def enter(tmp_path: Path) -> Enter:
    """Runs the entry over `tmp_path/baked` and `tmp_path/home`."""
    (tmp_path / "baked").mkdir()
    (tmp_path / "home").mkdir()

    def run(*command: str, index: str) -> subprocess.CompletedProcess[str]:
        for name in ("baked", "chroma.sqlite3"):
            file = tmp_path / "baked" / name
            file.unlink(missing_ok=True)
            file.write_text(index)
            file.chmod(0o444)
        given = {
            "PATH": os.environ["PATH"],
            "BAKED_INDEX": str(tmp_path / "baked"),
            "ADAPTBOT_HOME": str(tmp_path / "home"),
        }
        return subprocess.run(
            ["sh", ENTRY, *command], env=given, capture_output=True, text=True, check=False
        )

    return run


def test_the_entry_fills_an_empty_home_and_becomes_the_command(
    enter: Enter, tmp_path: Path
) -> None:
    ended = enter("sh", "-c", 'echo "$@"; umask; exit 7', "name", "a b", index="first")
    assert (ended.returncode, ended.stdout, ended.stderr) == (7, "a b\n0077\n", "")
    copied = tmp_path / "home/index/chroma.sqlite3"
    assert copied.read_text() == "first"
    assert stat.S_IMODE(copied.stat().st_mode) == 0o600, "Chroma writes to it, and nobody else"


def test_the_entry_replaces_the_index_of_another_image_only(enter: Enter, tmp_path: Path) -> None:
    home = tmp_path / "home"
    enter("true", index="first")
    (home / "adaptbot.sqlite").write_text("records")
    (home / "index/own").write_text("built from other notes")
    enter("true", index="first")
    assert (home / "index/own").exists()

    (home / "index.new").mkdir()
    (home / "index.new/chroma.sqlite3").write_text("a copy that was cut off")
    assert enter("true", index="second").returncode == 0
    assert (home / "index/chroma.sqlite3").read_text() == "second"
    assert {path.name for path in home.iterdir()} == {"index", "adaptbot.sqlite"}
    assert {path.name for path in (home / "index").iterdir()} == {"baked", "chroma.sqlite3"}


def test_the_entry_says_what_to_do_where_the_home_cannot_be_written(
    enter: Enter, tmp_path: Path
) -> None:
    (tmp_path / "home").rmdir()
    ended = enter("true", index="first")
    assert ended.returncode == 2
    assert f"cannot write to {tmp_path}/home; give it that folder (chown)" in ended.stderr


@pytest.mark.slow
def test_what_the_image_holds_answers_without_network_and_without_rights(
    built_home: Path, tmp_path: Path
) -> None:
    installed, home = tmp_path / "installed", tmp_path / "home"
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--target"]
    made = run_python("-m", "pip", "install", *options, str(installed), str(ROOT), cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    baked = shutil.copytree(built_home / "index", tmp_path / "baked")
    (baked / "baked").write_text("this image")
    for part in (installed, baked):
        for path in (*part.rglob("*"), part):
            path.chmod(path.stat().st_mode & ~0o222)
    home.mkdir()
    given = {
        **environment(),
        "PATH": f"{installed / 'bin'}:/usr/bin:/bin",
        "PYTHONPATH": str(installed),
        "PYTHONWARNINGS": "ignore",
        "BAKED_INDEX": str(baked),
        "ADAPTBOT_HOME": str(home),
        "HTTP_PROXY": NOWHERE,
        "HTTPS_PROXY": NOWHERE,
    }

    def run(*command: str) -> str:
        ended = subprocess.run(
            [*without_rights(), "sh", ENTRY, *command],
            env=given,
            cwd=home,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    assert run("adaptbot", "index") == "The index is up to date.\n"
    answer = json.loads(run("adaptbot", "ask", "--json", QUESTION))
    assert "1,720,320" in answer["reply"]
    assert answer["cited"]


def without_rights() -> list[str]:
    """Before a command: root's rights to write where nobody may are given up."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
