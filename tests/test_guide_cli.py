from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.domain.dialog import Answered
from bot.domain.flowchart import Guide
from bot.errors import ModelUnavailableError
from bot.services.patience import ENDLESS, Patience
from bot.services.reading import Reading
from bot.settings import Settings
from tests.adapters.test_content import NOTE
from tests.commands import TIMEOUT_SECONDS, outside_environment, run_adaptbot
from tests.notes import written
from tests.test_cli import ROOT, lines, logging_restored, run  # noqa: F401 - an autouse fixture

WIKI = "We run a support bot over a wiki that changes daily."
FIELDS = ["id", "method", "path", "unsure", "todos", "reply", "cited"]
WIDE = {"COLUMNS": "300", "NO_COLOR": "1"}

pytestmark = pytest.mark.usefixtures("empty_folder")


class WikiReader:
    """Reads of a wiki that it is needed and changes; "broken" is more than it can read."""

    def read(self, description: str, *, patience: Patience = ENDLESS) -> tuple[Answered, ...]:
        patience.check()
        if "broken" in description:
            raise ModelUnavailableError("the model does not answer")
        if "wiki" not in description:
            return ()
        facts = Answered("facts", "yes", "a wiki")
        return (facts, Answered("change", "often", "changes daily"))


@pytest.fixture(autouse=True)
def reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """Descriptions are read without the embedding model, which has tests of its own."""

    def reading(_settings: Settings, _guide: Guide) -> Reading:
        return Reading([WikiReader()])

    monkeypatch.setattr("bot.wiring.reading", reading)


@pytest.fixture
def at_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.guide_cli.interactive", lambda: True)


def refused(*arguments: str | Path, status: int = 2) -> str:
    """What a verb says that refuses its arguments: one sentence, and no traceback."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], env=WIDE)
    assert result.exit_code == status, result.output
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    return " ".join(line.strip("│ ") for line in result.stderr.split("\n"))


def told(result: Result) -> str:
    """What was printed, however it was wrapped."""
    return " ".join(result.stdout.split())


def test_the_shipped_guide_is_well_formed() -> None:
    assert run("flowchart", "--check").stdout == "The decision guide is well formed.\n"


def test_a_broken_guide_is_named_with_every_line_at_fault(tmp_path: Path) -> None:
    shipped = (ROOT / "knowledge" / "flowchart.yaml").read_text(encoding="utf-8")
    guide = tmp_path / "guide.yaml"
    guide.write_text(shipped + "\nnonsense: 1\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["flowchart", "--check", "--file", str(guide)])
    assert result.exit_code == 2
    last = guide.read_text(encoding="utf-8").count("\n")
    assert f"{guide}:{last}: nonsense: is unknown here" in result.stderr


def test_the_guide_is_shown() -> None:
    shown = run("flowchart").stdout
    assert "It can recommend" in shown
    assert "rag_plus_fine_tuning" in shown


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "opening"), [("guide.png", b"\x89PNG\r\n"), ("guide.SVG", b"<?xml")]
)
def test_the_guide_is_drawn_as_the_suffix_says(name: str, opening: bytes) -> None:
    assert run("flowchart", "--picture", name).stdout == f"The decision guide is drawn in {name}.\n"
    light = Path(name).read_bytes()
    assert light.startswith(opening)
    run("flowchart", "--picture", name, "--theme", "dark")
    assert Path(name).read_bytes() != light


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--picture", "guide.jpg"], "guide.jpg ends in neither .png nor .svg"),
        (["--picture", "png"], "png ends in neither .png nor .svg"),
        (["--picture", "none/guide.png"], "the folder none does not exist"),
        (["--picture", "folder.png"], "'folder.png' is a directory"),
        (["--picture", "guide.png", "--theme", "red"], "is not one of 'light', 'dark'"),
        (["--file", "folder.png"], "'folder.png' is a directory"),
    ],
)
def test_a_picture_that_cannot_be_made_is_refused_in_a_sentence(
    tmp_path: Path, arguments: list[str], problem: str
) -> None:
    (tmp_path / "folder.png").mkdir()
    assert problem in refused("flowchart", *arguments)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.png"]


def test_the_guide_leads_by_numbers_to_a_recommendation() -> None:
    shown = run("recommend", typed="nonsense\n99\n1\nb\n" + "1\n" * 12).stdout
    assert "Please type a number from 1 to" in shown
    assert "Recommended: " in shown
    assert "https://" in shown


def test_why_shows_the_passage_behind_the_question() -> None:
    shown = told(run("recommend", typed="w\n2\n"))
    assert "Part 1, Cost of in-context learning (ICL)" in shown


def test_a_recommendation_can_be_read_by_programs() -> None:
    found = json.loads(run("recommend", "--json", typed="1\n" * 12).stdout)
    assert list(found) == FIELDS
    assert found["path"][0] == {
        "step": "prompting",
        "choice": found["path"][0]["choice"],
        "support": found["path"][0]["support"],
        "read_from": None,
    }


@pytest.mark.parametrize("typed", ["q\n", "1\nq\n", "", "1\n"])
def test_the_guide_can_be_left(tmp_path: Path, typed: str) -> None:
    result = CliRunner().invoke(app, ["recommend", "--record", "r.md"], input=typed)
    assert result.exit_code == 1
    assert "Recommended" not in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_broken_note_is_named_before_anything_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(NOTE.replace("year: 2021", "year: soon"), tmp_path / "notes")
    monkeypatch.setenv("ADAPTBOT_KNOWLEDGE", "notes")
    result = CliRunner().invoke(app, ["recommend"], input="2\n")
    assert str(result.exception).startswith(f"{path.relative_to(tmp_path)}:5: ")
    assert result.stdout == ""


def test_a_description_is_answered_without_questions_where_nobody_sits() -> None:
    made = run("recommend", WIKI)
    assert "Recommended: Add retrieval (RAG)" in made.stdout
    assert "from “a wiki”" in made.stdout
    assert "You were not sure" in made.stdout
    assert "> " not in made.stdout


@pytest.mark.usefixtures("at_terminal")
def test_at_a_terminal_only_what_is_left_is_asked() -> None:
    made = run("recommend", WIKI, typed="3\n5\n1\n")
    shown = told(made)
    assert "I read these from your description:" in shown.partition("1 of at most")[0]
    assert "from “changes daily”" in shown
    assert "How often do these facts change?" in shown.partition("1 of at most")[0]
    assert shown.count("of at most") == 3
    assert "Recommended: Add retrieval (RAG)" in shown
    assert "You were not sure" not in shown


@pytest.mark.usefixtures("at_terminal")
def test_what_was_read_can_be_changed_at_a_terminal() -> None:
    shown = told(run("recommend", WIKI, typed="3\nc 2\n2\n1\n1\n1\n1\n1\n1\n"))
    assert "Your answer was “Yes, private, recent or specialist facts”" in shown
    assert "from “a wiki”" not in shown.partition("Recommended: ")[2]


@pytest.mark.usefixtures("at_terminal")
def test_json_asks_nothing_about_a_description_even_at_a_terminal() -> None:
    found = json.loads(run("recommend", WIKI, "--json").stdout)
    assert list(found) == FIELDS
    assert found["method"] == "rag"
    read = {t["step"]: t["read_from"] for t in found["path"]}
    assert (read["facts"], read["change"]) == ("a wiki", "changes daily")
    assert set(found["unsure"]) == read.keys() - {"facts", "change"}


@pytest.mark.parametrize(
    ("description", "problem"),
    [
        ("", "the description has no words"),
        (" \u200b\n", "the description has no words"),
        ("🙂🙂 …", "the description has no words"),
        ("a" * 40_000, "the description has 40,000 characters, and 20,000 are read"),
    ],
)
@pytest.mark.parametrize("more", [[], ["--json"]])
def test_a_description_that_cannot_be_read_is_refused(
    tmp_path: Path, description: str, problem: str, more: list[str]
) -> None:
    assert problem in refused("recommend", description, "--record", "r.md", *more)
    assert list(tmp_path.iterdir()) == []


def test_inputs_reach_the_estimate() -> None:
    given = ["--input", "requests_per_day=200", "--input", " retrieved_tokens = 1e3 "]
    made = run("recommend", WIKI, *given)
    assert "Given by you: requests a day 200 (requests); retrieved tokens" in told(made)
    assert made.stderr == ""


def test_an_input_that_the_method_does_not_need_is_named() -> None:
    made = run("recommend", WIKI, "--json", "--input", "parameters=13")
    assert made.stderr == "The estimate of this method does not need: parameters.\n"
    json.loads(made.stdout)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (["parameters"], "'parameters': write it as in --input parameters=13"),
        (["=13"], "'=13': write it as in --input parameters=13"),
        (["size=13"], "'size' is no input; there are parameters, "),
        (["parameters=big"], "parameters: 'big' is not a number"),
        (["parameters="], "parameters: '' is not a number"),
        (["parameters=0"], "Model size: a number above 0 up to 10,000"),
        (["parameters=nan"], "Model size: a number above 0 up to 10,000"),
        (["parameters=-1"], "Model size: a number above 0 up to 10,000"),
        (["parameters=1e400"], "Model size: a number above 0 up to 10,000"),
        (["parameters=1", "parameters=2"], "--input parameters is given twice"),
    ],
)
def test_an_input_that_cannot_be_taken_is_refused_before_anything_is_asked(
    given: list[str], problem: str
) -> None:
    options = [word for each in given for word in ("--input", each)]
    assert problem in refused("recommend", *options)


def test_a_record_is_kept_beside_the_recommendation() -> None:
    today = datetime.now().astimezone().date()
    made = run("recommend", WIKI, "--record", "decision.md", "--input", "requests_per_day=200")
    assert "Recommended: " in made.stdout
    assert made.stderr == "The decision record is in decision.md.\n"
    text = Path("decision.md").read_text(encoding="utf-8")
    assert text.startswith(f"---\nstatus: proposed\ndate: {today}\n")
    assert f"```text\n{WIKI}\n```" in text
    assert "(read from `changes daily`)" in text
    assert "requests a day 200 (requests, given)" in text
    run("recommend", "--json", "--record", "decision.md", typed="2\n")
    assert "Nobody described the project" in Path("decision.md").read_text(encoding="utf-8")


def test_a_record_that_cannot_be_written_costs_nobody_the_recommendation(tmp_path: Path) -> None:
    target = tmp_path / "away"
    target.symlink_to(tmp_path / "gone" / "r.md")
    result = CliRunner().invoke(app, ["recommend", WIKI, "--record", "away"])
    assert "Recommended: " in result.stdout
    assert str(result.exception).startswith("away:1: cannot be written")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--record", "."], "'.' is a directory"),
        (["--record", "none/r.md"], "the folder none does not exist; please make it first"),
        (["--out", "out.jsonl"], "--out goes with --batch"),
        (["--batch", "in.jsonl"], "--batch needs --out FILE"),
        (["--batch", "in.jsonl", "--out", "in.jsonl"], "--out is the file of the descriptions"),
        (["--batch", "in.jsonl", "--out", "../here/in.jsonl"], "--out is the file of the descri"),
        (["--batch", "in.jsonl", "--out", "."], "'.' is a directory"),
        (["--batch", "in.jsonl", "--out", "none/o.jsonl"], "the folder none does not exist"),
        (["--batch", ".", "--out", "out.jsonl"], "'.' is a directory"),
        (["--batch", "none.jsonl", "--out", "out.jsonl"], "'none.jsonl' does not exist"),
        (
            ["--batch", "in.jsonl", "--out", "out.jsonl", "--record", "r.md"],
            "--record keeps one recommendation, and --batch makes many",
        ),
        (
            [WIKI, "--batch", "in.jsonl", "--out", "out.jsonl"],
            "--batch reads the descriptions from its file: leave yours out",
        ),
    ],
)
def test_options_that_do_not_go_together_are_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], problem: str
) -> None:
    batch = tmp_path / "here" / "in.jsonl"
    batch.parent.mkdir()
    batch.write_text('{"id": "d1", "question": "A bot"}\n', encoding="utf-8")
    monkeypatch.chdir(batch.parent)
    assert problem in refused("recommend", *arguments)
    assert list(batch.parent.iterdir()) == [batch]
    assert batch.read_text(encoding="utf-8") == '{"id": "d1", "question": "A bot"}\n'


def descriptions(*items: dict[str, Any]) -> Path:
    file = Path("in.jsonl")
    text = "\n\n".join(json.dumps(item) for item in items)
    file.write_text(f"\ufeff{text}", encoding="utf-8")
    return file


def test_a_batch_is_recommended_for_in_order() -> None:
    batch = descriptions(
        {"id": "z", "question": WIKI, "kind": "flowchart", "accept": ["rag"]},
        {"id": 7, "question": ""},
        {"id": "a", "question": "🙂 \ud800"},
        {"id": "b", "question": "long " * 8_000},
    )
    run("recommend", "--batch", batch, "--out", "out.jsonl", "--input", "requests_per_day=200")
    found = lines(Path("out.jsonl"))
    assert [row["id"] for row in found] == ["z", "7", "a", "b"]
    assert [list(row) for row in found] == [FIELDS] * 4
    assert [row["method"] for row in found] == ["rag", *["in_context_learning"] * 3]
    assert "requests a day 200 (requests)" in found[0]["reply"]
    assert found[0]["path"][1] == {
        "step": "facts",
        "choice": "yes",
        "support": "secondary",
        "read_from": "a wiki",
    }
    assert "facts" not in found[0]["unsure"]
    assert "facts" in found[1]["unsure"]


def test_an_empty_batch_gives_an_empty_file() -> None:
    Path("in.jsonl").write_text("\n", encoding="utf-8")
    run("recommend", "--batch", "in.jsonl", "--out", "out.jsonl")
    assert Path("out.jsonl").read_bytes() == b""


def test_a_description_that_fails_leaves_the_output_as_it_was(tmp_path: Path) -> None:
    batch = descriptions({"id": "a", "question": WIKI}, {"id": "b", "question": "broken"})
    out = tmp_path / "out.jsonl"
    out.write_text("mine\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["recommend", "--batch", str(batch), "--out", str(out)])
    assert isinstance(result.exception, ModelUnavailableError)
    assert out.read_text(encoding="utf-8") == "mine\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


@pytest.mark.parametrize("bad", [b"not json", b'{"id": "d2"}', b'{"id": "d2", "question": "\xff"}'])
def test_a_malformed_line_is_one_sentence_with_file_and_line(tmp_path: Path, bad: bytes) -> None:
    batch, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    batch.write_bytes(b'{"id": "d1", "question": "A bot"}\n' + bad + b"\n")
    made = run_adaptbot(["recommend", "--batch", batch, "--out", out], cwd=tmp_path)
    assert made.returncode == 2
    assert made.stderr.startswith(f"adaptbot: {batch}:2: the line is not ")
    assert made.stderr.count("\n") == 1
    assert not out.exists()


@pytest.mark.slow
def test_a_description_is_read_and_asked_about_at_a_real_terminal(tmp_path: Path) -> None:
    shown, status = at_real_terminal(
        ["recommend", "Support bot over a wiki that changes daily. No labelled data."],
        typed="t\n" + "5\n4\n3\n\n" * 8,
        cwd=tmp_path,
    )
    assert status == 0, shown
    assert "I read these from your description:" in shown
    assert "from “" in shown
    assert "Recommended: " in shown


def at_real_terminal(arguments: list[str], *, typed: str, cwd: Path) -> tuple[str, int]:
    """Run `adaptbot` on a terminal of its own; what it showed, and how it ended."""
    ours, theirs = pty.openpty()
    environment = outside_environment(ADAPTBOT_HOME=str(cwd / "home"), TERM="xterm")
    command = [sys.executable, "-m", "bot", *arguments]
    with subprocess.Popen(
        command, cwd=cwd, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        os.write(ours, typed.encode())
        late = threading.Timer(TIMEOUT_SECONDS, process.kill)
        late.start()
        shown = b""
        try:
            while piece := os.read(ours, 65_536):
                shown += piece
        except OSError:  # how Linux says that the other side has closed
            pass
        status = process.wait()
        late.cancel()
    os.close(ours)
    return shown.decode(), status
