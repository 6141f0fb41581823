from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner, Result

from bot.cli import app
from tests.adapters.test_content import NOTE
from tests.commands import outside_environment, run_adaptbot, run_python
from tests.notes import written
from tests.openai_server import Fails, OpenAIServer, Reply, Says

ROOT = Path(__file__).parents[1]
HEAVY = "torch sentence_transformers chromadb langchain langchain_core dbos slack_bolt sqlalchemy"
COST = "How many GPU hours did it take to pre-train Llama 2 70B?"
FIELDS = ["reply", "cited", "abstained", "reason", "latency_ms", "model"]

pytestmark = pytest.mark.usefixtures("empty_folder")


@pytest.fixture(autouse=True)
def logging_restored() -> Iterator[None]:
    """Every verb configures the process's logging: that is undone."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def run(*arguments: str | Path, typed: str = "") -> Result:
    """Run a verb in this process; it has to end well."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=typed)
    assert result.exception is None, result.exception
    assert result.exit_code == 0, result.stderr
    return result


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


@pytest.fixture
def home(built_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ADAPTBOT_HOME", str(built_home))
    return built_home


def test_the_command_line_starts_without_anything_heavy(tmp_path: Path) -> None:
    script = f"import sys, bot.cli; print([m for m in {HEAVY.split()} if m in sys.modules])"
    made = run_python("-c", script, cwd=tmp_path)
    assert made.stdout.strip() == "[]", made.stderr


def test_every_verb_is_listed() -> None:
    listed = run("--help").stdout
    verbs = "ask index sources recommend flowchart evaluate serve playground doctor"
    for verb in verbs.split():
        assert verb in listed


@pytest.mark.parametrize("verb", [["sources"], ["ask", "What is LoRA?"], ["index"]])
def test_a_malformed_note_is_one_line_that_names_file_and_line(
    tmp_path: Path, verb: Sequence[str]
) -> None:
    path = written(NOTE.replace("year: 2021", "year: soon"), tmp_path / "notes")
    home = str(tmp_path / "home")
    knowledge = str(tmp_path / "notes")
    made = run_adaptbot(verb, cwd=tmp_path, ADAPTBOT_KNOWLEDGE=knowledge, ADAPTBOT_HOME=home)
    assert made.returncode == 2
    assert made.stdout == ""
    assert made.stderr.startswith(f"adaptbot: {path}:5: front matter, 'year'")
    assert made.stderr.count("\n") == 1


def test_a_wrong_setting_is_one_line_that_names_it(tmp_path: Path) -> None:
    made = run_adaptbot(["sources"], cwd=tmp_path, ADAPTBOT_PORT="much")
    assert made.returncode == 2
    assert made.stderr.startswith("adaptbot: please correct these settings: ADAPTBOT_PORT: ")
    assert made.stderr.count("\n") == 1


def test_sources_are_listed_and_can_be_read_by_programs() -> None:
    assert "part1" in run("sources").stdout
    found = json.loads(run("sources", "--json").stdout)
    assert {"part1", "part2", "part3", "lora"} <= {source["key"] for source in found}
    published = [source for source in found if source["kind"] != "about"]
    assert all(source["url"].startswith("https://") for source in published)


@pytest.mark.parametrize("bad", ["{}", "not json", '{"id": "q2"}', "[]"])
def test_a_malformed_batch_line_is_named_and_the_output_untouched(tmp_path: Path, bad: str) -> None:
    batch, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    batch.write_text(f'{{"id": "q1", "question": "What?"}}\n{bad}\n', encoding="utf-8")
    out.write_text("mine\n", encoding="utf-8")
    made = run_adaptbot(["ask", "--batch", batch, "--out", out], cwd=tmp_path)
    assert made.returncode == 2
    assert made.stderr.startswith(f"adaptbot: {batch}:2: the line is not a question")
    assert made.stderr.count("\n") == 1
    assert out.read_text(encoding="utf-8") == "mine\n"


@pytest.mark.parametrize(
    "arguments",
    [["ask", "--batch", "in.jsonl"], ["ask", "--batch", "no-such-file", "--out", "out.jsonl"]],
)
def test_a_batch_needs_a_file_to_read_and_one_to_write(
    tmp_path: Path, arguments: list[str]
) -> None:
    (tmp_path / "in.jsonl").write_text("", encoding="utf-8")
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "--batch" in result.stderr


def question_set(path: Path, *rows: dict[str, object]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        ("not json", "the line is not JSON"),
        ("{}", "'id': Field required"),
        ('{"id": "q2"}', 'write {"id"'),
        ('{"id": "q2", "question": "?", "expects": [["("]]}', "'expects.0.0': '(' is no regular"),
        ('{"id": "q1", "question": "Again?"}', "the id 'q1' stands already in "),
    ],
)
def test_a_malformed_question_set_is_named_with_its_line(
    tmp_path: Path, bad: str, problem: str
) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text(f'{{"id": "q1", "question": "What?"}}\n{bad}\n', encoding="utf-8")
    made = run_adaptbot(["evaluate", path], cwd=tmp_path)
    assert made.returncode == 2
    assert made.stderr.startswith(f"adaptbot: {path}:2: {problem}")
    assert made.stderr.count("\n") == 1
    assert made.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["no-such-file"], "no-such-file"),
        ([], "name the files"),
        (["guide.jsonl"], "no question to answer"),
        (["guide.jsonl", "--accept"], "take our own questions"),
        (["guide.jsonl", "--calibrate"], "take our own questions"),
    ],
)
def test_an_evaluation_needs_questions(tmp_path: Path, arguments: list[str], problem: str) -> None:
    question_set(tmp_path / "guide.jsonl", {"id": "d", "kind": "flowchart", "question": "A bot"})
    question_set(tmp_path / "tests" / "questions" / "held.jsonl", {"id": "h", "question": "?"})
    result = CliRunner().invoke(app, ["evaluate", *arguments], env={"COLUMNS": "200"})
    assert result.exit_code == 2
    assert problem in result.stderr
    assert not (tmp_path / "tests" / "questions" / "recorded.json").exists()


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a note and our own questions about it; one is not answered well."""
    written(NOTE, tmp_path / "notes")
    monkeypatch.setenv("ADAPTBOT_KNOWLEDGE", "notes")
    monkeypatch.setenv("ADAPTBOT_HOME", "home")
    lora: dict[str, object] = {"kind": "definition", "expects": [["matri"]], "must_cite": ["lora"]}
    rain: dict[str, object] = {"kind": "off_topic", "answerable": False, "behaviour": "decline"}
    question_set(
        tmp_path / "tests" / "questions" / "own.jsonl",
        {"id": "a", "question": "What does LoRA train?", **lora},
        {"id": "r", "question": "Rain in Lisbon [today]?", **rain},
        {"id": "d", "question": "A bot over a wiki", "kind": "flowchart"},
        {"id": "t", "turns": [{"question": "What does LoRA train?", "expects": [["nonsense"]]}]},
    )
    question_set(tmp_path / "tests" / "questions" / "held.jsonl", {"id": "h", "question": "?"})
    return tmp_path


@pytest.mark.slow
def test_an_evaluation_shows_the_bot_beside_the_plain_pipeline(small: Path) -> None:
    made = run("evaluate", "--failures")
    rows = {line.split("  ")[0].strip(): line for line in made.stdout.split("\n")}
    assert rows["3 questions"]
    assert rows["figure"].split() == ["figure", "adaptbot", "plain"]
    assert "2 of 3 (67%)" in rows["right and rightly cited"]
    assert "1 of 3 (33%)" in rows["right and rightly cited"]
    assert rows["false answers"].split()[2:] == ["0", "of", "1", "(0%)", "1", "of", "1", "(100%)"]
    assert "t/0 (multiturn, wrong)" in made.stdout
    assert "LoRA trains" in made.stdout.partition("t/0 (multiturn")[2]
    assert "1 flowchart line is left to `recommend --batch`." in made.stderr
    assert not (small / "tests" / "questions" / "recorded.json").exists()


@pytest.mark.slow
def test_an_evaluation_can_be_read_by_programs_and_recorded(small: Path) -> None:
    found = json.loads(run("evaluate", "--json", "--accept").stdout)
    assert list(found) == ["questions", "adaptbot", "plain", "calibration"]
    assert found["questions"] == 3
    assert found["adaptbot"]["total"]["good"] == {"count": 2, "of": 3}
    assert found["plain"]["false_answers"] == {"count": 1, "of": 1}
    assert set(found["adaptbot"]) == set(found["plain"])
    record = small / "tests" / "questions" / "recorded.json"
    assert json.loads(record.read_text("utf-8")) == {"a": True, "r": True, "t/0": False}
    alone = json.loads(run("evaluate", "--json", "--no-baseline", "--failures").stdout)
    assert list(alone) == ["questions", "adaptbot", "calibration"]
    assert [row["id"] for row in alone["adaptbot"]["failures"]] == ["t/0"]


@pytest.mark.slow
def test_an_evaluation_can_be_calibrated_to_notes_of_ones_own(small: Path) -> None:
    lora: dict[str, object] = {"expects": [["matri"]], "must_cite": ["lora"]}
    rain: dict[str, object] = {"answerable": False, "behaviour": "decline", "kind": "near_topic"}
    words = "small big rank weights layers adapters inputs values rows columns heads norms".split()
    folder = small / "tests" / "questions"
    question_set(
        folder / "own.jsonl",
        *({"id": f"a{w}", "question": f"What {w} does LoRA train?", **lora} for w in words),
    )
    question_set(
        folder / "calibration" / "a.jsonl",
        *({"id": f"r{w}", "question": f"Rain on {w} in Lisbon?", **rain} for w in words),
    )
    shipped = (ROOT / "knowledge" / "calibration" / "ranking.yaml").read_bytes()
    found = json.loads(run("evaluate", "--calibrate", "--no-baseline", "--json").stdout)
    assert found["adaptbot"]["total"]["good"]["of"] == len(words)
    made = small / "notes" / "calibration"
    assert {path.name for path in made.iterdir()} == {
        "ranking.yaml",
        "judge-all-minilm-l6-v2.npz",
        "judge-all-minilm-l6-v2.yaml",
    }
    assert f"questions: {2 * len(words)}" in (made / "judge-all-minilm-l6-v2.yaml").read_text(
        "utf-8"
    )
    assert (ROOT / "knowledge" / "calibration" / "ranking.yaml").read_bytes() == shipped
    assert json.loads(run("ask", "--json", "What does LoRA train?").stdout)["cited"] == ["lora"]
    assert json.loads(run("ask", "--json", "Rain in Lisbon?").stdout)["abstained"]


@pytest.mark.slow
def test_a_question_is_answered_with_its_figure_and_source(
    built_home: Path, tmp_path: Path
) -> None:
    made = run_adaptbot(["ask", COST], cwd=tmp_path, ADAPTBOT_HOME=str(built_home))
    assert made.returncode == 0, made.stderr
    assert "1,720,320" in made.stdout
    assert "[1]" in made.stdout
    assert "https://" in made.stdout
    assert "Building" not in made.stderr


@pytest.mark.slow
@pytest.mark.usefixtures("home")
def test_an_answer_has_the_fields_that_other_programs_rely_on() -> None:
    answer = json.loads(run("ask", "--json", COST).stdout)
    assert list(answer) == [*FIELDS, "sources"]
    assert "1,720,320" in answer["reply"]
    assert (answer["abstained"], answer["reason"], answer["model"]) == (False, None, "extractive")
    assert [source["key"] for source in answer["sources"]] == answer["cited"]
    assert [source["number"] for source in answer["sources"]] == [
        number for number, _ in enumerate(answer["cited"], start=1)
    ]


@pytest.mark.slow
@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("question", "reason"),
    [("", "empty"), ("🙂", "empty"), ("a" * 40_000, "too_long"), ("Rain in Lisbon today?", None)],
)
def test_a_refusal_has_a_reason(question: str, reason: str | None) -> None:
    answer = json.loads(run("ask", "--json", question).stdout)
    assert list(answer) == [*FIELDS, "nearest"]
    assert answer["abstained"]
    assert answer["cited"] == []
    assert answer["reason"] == (reason or answer["reason"])
    assert answer["reason"] in {"off_topic", "not_covered", "empty", "too_long"}


@pytest.mark.slow
@pytest.mark.usefixtures("home")
def test_an_answer_is_explained_on_request_and_otherwise_as_before() -> None:
    plain, told = run("ask", COST).stdout, run("ask", COST, "--explain").stdout
    assert told.startswith(plain)
    for words in ("Looked up: ", "Found (", "Checked (", "taken word for word", "Took ("):
        assert words in told.removeprefix(plain)
        assert words not in plain
    answer = json.loads(run("ask", "--json", "--explain", COST).stdout)
    assert list(answer) == [*FIELDS, "sources", "trace"]
    trace = answer["trace"]
    assert list(trace) == ["asked", "model", "outcome", "found", "judged", "seconds"]
    assert (trace["asked"], trace["outcome"]) == (COST, "answered")
    assert trace["found"][0]["key"] == answer["cited"][0]
    assert all(each["supported"] for each in trace["judged"])
    assert trace["seconds"]["whole"] * 1_000 <= answer["latency_ms"]


@pytest.mark.slow
@pytest.mark.usefixtures("home")
def test_a_refusal_is_explained_as_well() -> None:
    refused = json.loads(run("ask", "--json", "--explain", "Rain in Lisbon today?").stdout)
    assert list(refused) == [*FIELDS, "nearest", "trace"]
    assert refused["trace"]["outcome"] == refused["reason"]
    assert "Found (scores" in run("ask", "--explain", "Rain in Lisbon today?").stdout
    assert "Found (scores" not in run("ask", "--explain", "?").stdout


def test_a_batch_is_not_explained(tmp_path: Path) -> None:
    batch, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    batch.write_text('{"id": "q1", "question": "What?"}', encoding="utf-8")
    arguments = ["ask", "--explain", "--batch", str(batch), "--out", str(out)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "--explain is for one question" in result.stderr
    assert not out.exists()


@pytest.mark.slow
@pytest.mark.usefixtures("home")
def test_a_batch_is_answered_in_order_with_threads(tmp_path: Path) -> None:
    batch, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    turns = [{"question": "What is QLoRA?"}, {"question": "largest model they tuned with it?"}]
    asked = [
        {"id": "z", "question": COST},
        {"id": "t", "turns": turns},
        {"id": "a", "question": "🙂"},
    ]
    batch.write_text("\n\n".join(json.dumps(item) for item in asked), encoding="utf-8")
    run("ask", "--batch", batch, "--out", out)
    found = lines(out)
    assert [(row["id"], row.get("turn")) for row in found] == [
        ("z", None),
        ("t", 0),
        ("t", 1),
        ("a", None),
    ]
    assert [list(row) for row in found] == [
        ["id", *FIELDS],
        ["id", *FIELDS, "turn"],
        ["id", *FIELDS, "turn"],
        ["id", *FIELDS],
    ]
    assert "qlora" in found[2]["cited"]


@pytest.mark.slow
@pytest.mark.usefixtures("home")
def test_an_index_that_fits_is_not_built_again() -> None:
    assert run("index").stdout == "The index is up to date.\n"


@pytest.mark.slow
@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("reply", "model"),
    [(Says("It took 1,720,320 GPU hours [1]."), "openai:gpt-4o-mini"), (Fails(401), "extractive")],
)
def test_a_chat_model_writes_where_one_is_set(
    monkeypatch: pytest.MonkeyPatch, reply: Reply, model: str
) -> None:
    with OpenAIServer([reply]) as server:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test-not-a-key")
        monkeypatch.setenv("ADAPTBOT_MODEL", "openai:gpt-4o-mini")
        monkeypatch.setenv("ADAPTBOT_MODEL_BASE_URL", server.url)
        answer = json.loads(run("ask", "--json", COST).stdout)
    assert answer["model"] == model
    assert "1,720,320" in answer["reply"]


@pytest.mark.slow
def test_an_index_of_other_notes_is_built_in_an_empty_home(tmp_path: Path) -> None:
    written(NOTE, tmp_path / "notes")
    settings = {"ADAPTBOT_KNOWLEDGE": "notes", "ADAPTBOT_HOME": "home"}
    built = run_adaptbot(["index"], cwd=tmp_path, **settings)
    assert built.stdout == "The index is built.\n", built.stderr
    made = run_adaptbot(["ask", "--json", "What does LoRA train?"], cwd=tmp_path, **settings)
    assert json.loads(made.stdout)["cited"] == ["lora"]


@pytest.mark.slow
def test_a_broken_index_is_one_line_that_names_it(tmp_path: Path) -> None:
    index = tmp_path / "home" / "index"
    index.mkdir(parents=True)
    (index / "chroma.sqlite3").write_bytes(b"mine " * 1_000)
    made = run_adaptbot(["ask", COST], cwd=tmp_path, ADAPTBOT_HOME=str(tmp_path / "home"))
    assert made.returncode == 2
    assert made.stderr.startswith(f"adaptbot: the index directory {index} cannot be used")
    assert made.stderr.count("\n") == 1


def test_children_of_the_tests_cannot_leave_this_machine() -> None:
    assert outside_environment()["HTTPS_PROXY"].startswith("http://127.0.0.1:")
