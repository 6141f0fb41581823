from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.adapters.content import read_corpus
from bot.adapters.guide import load_guide
from bot.domain.answer import Source
from bot.domain.dialog import Answered, Dialog, start
from bot.domain.estimate import Inputs
from bot.domain.flowchart import Guide
from bot.services.recommending import Report, report
from bot.services.recording import record

TODAY = date(2026, 11, 23)
MADR = [
    "Context and Problem Statement",
    "Decision Drivers",
    "Considered Options",
    "Decision Outcome",
    "Pros and Cons of the Options",
    "More Information",
]
OPTIONS = {
    "In-context learning",
    "Retrieval-augmented generation (RAG)",
    "Parameter-efficient fine-tuning (PEFT)",
    "Full fine-tuning",
    "RAG and fine-tuning together",
    "Pre-training",
    "Continued pre-training",
}
ANSWERS = {
    "keep_prompting": {"prompting": "meets"},
    "improve_prompting": {"prompting": "untried", "facts": "no", "sources": "no"},
    "rag": {"prompting": "falls_short", "facts": "yes", "behaviour": "nothing", "team": "all"},
    "peft": {
        "prompting": "falls_short",
        "facts": "no",
        "sources": "no",
        "behaviour": "style",
        "examples": "more",
        "team": "all",
        "full_or_peft": "no",
    },
    "full": {
        "prompting": "falls_short",
        "facts": "no",
        "sources": "no",
        "behaviour": "style",
        "examples": "more",
        "team": "all",
        "full_or_peft": "yes",
    },
    "hybrid": {
        "prompting": "falls_short",
        "facts": "yes",
        "behaviour": "style",
        "examples": "more",
        "team": "all",
        "full_or_peft": "no",
    },
    "nobody knows": {},
}
MARK = re.compile(r"\[([0-9]+)\]")
HOSTILE = """# Not a heading
```
@channel <!here> <script>alert(1)</script>
````` | [7] [link](https://evil.example) ![i](https://evil.example/i.png) <b>
- a list
---"""
markdown = MarkdownIt("gfm-like", {"linkify": False})


@pytest.fixture(scope="module")
def guide() -> Guide:
    return load_guide()


@pytest.fixture(scope="module")
def sources() -> dict[str, Source]:
    return read_corpus().sources


def known(answers: dict[str, str], words: str | None = None) -> list[Answered]:
    return [Answered(step, choice, words) for step, choice in answers.items()]


def ended(guide: Guide, name: str) -> Dialog:
    return start(guide, known(ANSWERS[name])).assume()


@pytest.fixture(scope="module", params=ANSWERS)
def made(request: pytest.FixtureRequest, guide: Guide, sources: dict[str, Source]) -> Report:
    dialog = ended(guide, request.param)
    assert dialog.outcome
    assert request.param in {dialog.outcome.id, "nobody knows"}
    return report(dialog, sources)


def body(text: str) -> str:
    """The document without its front matter."""
    opening, front, rest = text.split("---\n", 2)
    assert opening == ""
    assert yaml.safe_load(front)
    return rest


def headings(tokens: list[Token]) -> list[tuple[str, str]]:
    return [
        (token.tag, after.content)
        for token, after in pairwise(tokens)
        if token.type == "heading_open"
    ]


def under(text: str, heading: str) -> str:
    """What stands below a heading, as far as the next one of the same or a higher level."""
    level = heading.split(" ", maxsplit=1)[0]
    begun = text.split(f"\n{heading}\n", 1)[1]
    return re.split(rf"\n#{{1,{len(level)}}} ", begun)[0].strip()


def problems(text: str) -> list[str]:
    """What a linter of Markdown would say about a record."""
    tokens = markdown.parse(body(text))
    named = headings(tokens)
    found = [
        f"{tag} {content!r} twice" for tag, content in named if named.count((tag, content)) > 1
    ]
    if [tag for tag, _ in named].count("h1") != 1 or named[0][0] != "h1":
        found.append("not one H1, at the beginning")
    levels = [int(tag[1]) for tag, _ in named]
    found += [f"jump to h{b}" for a, b in pairwise(levels) if b > a + 1]
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "heading_close" and token.tag != "h1":
            at_end = after is None or (after.type == "heading_open" and after.tag <= token.tag)
            found += ["an empty section"] if at_end else []
    live = [c for token in tokens for c in token.children or [token]]
    found += [f"HTML: {piece.content}" for piece in live if piece.type.startswith("html")]
    found += [f"image: {piece.content}" for piece in live if piece.type == "image"]
    rows = text.rpartition("## More Information")[2].split("\n")
    cells = [len(row.replace(r"\|", "").split("|")) for row in rows if row.startswith("|")]
    if len(set(cells)) > 1:
        found.append("a row of another length")
    if "\n\n\n" in text or re.search(r"[ \t]$", text, re.MULTILINE) or not text.endswith("\n"):
        found.append("blanks too many or too few")
    return found


def plain(text: str) -> str:
    return "\n".join(
        "".join(child.content for child in token.children)
        for token in markdown.parse(body(text))
        if token.children
    )


def test_a_record_is_well_formed_whatever_the_outcome(made: Report) -> None:
    assert problems(record(made, description="A bot.", today=TODAY)) == []


def test_a_record_follows_the_headings_of_madr(made: Report) -> None:
    text = record(made, description="A bot.", today=TODAY)
    assert [name for tag, name in headings(markdown.parse(body(text))) if tag == "h2"] == MADR
    assert under(text, "### Consequences")
    assert under(text, "### Confirmation")
    front = yaml.safe_load(text.split("---\n")[1])
    assert front == {
        "status": "proposed",
        "date": TODAY,
        "guide-version": made.recommendation.guide_version,
    }


def test_all_seven_options_are_considered_and_each_but_one_is_ruled_out(made: Report) -> None:
    text = record(made, description="", today=TODAY)
    assert {line[2:] for line in under(text, "## Considered Options").split("\n")} == OPTIONS
    argued = under(text, "## Pros and Cons of the Options")
    chosen = made.recommendation.method_title
    assert f"### {chosen} (Chosen)" in argued
    for title in OPTIONS - {chosen}:
        assert "* Ruled out: " in under(f"\n{argued}", f"### {title}")
        assert "* Settled by: " in under(f"\n{argued}", f"### {title}")


def test_every_mark_has_its_source_and_every_source_a_mark(made: Report) -> None:
    text = record(made, description="", today=TODAY)
    listed = under(text, "### Sources").split("\n")
    assert [int(line.split(".")[0]) for line in listed] == list(range(1, len(listed) + 1))
    before = text.split("### Sources")[0]
    assert {int(mark) for mark in MARK.findall(before)} == set(range(1, len(listed) + 1))
    for line, reference in zip(listed, made.references, strict=True):
        source = reference.source
        assert f"{source.label}: {source.title} ({source.year})." in line
        assert f"<{source.url}>" in line


def test_a_source_says_whether_it_was_read_itself(guide: Guide, sources: dict[str, Source]) -> None:
    made = report(ended(guide, "peft"), sources)
    lines = under(record(made, description="", today=TODAY), "### Sources").split("\n")
    weak = {r.number for r in made.references if r.evidence == "secondary"}
    assert weak
    for number, line in enumerate(lines, start=1):
        assert line.endswith("(from a page about it)") == (number in weak)


def test_the_record_says_what_the_report_says(made: Report) -> None:
    text = plain(record(made, description="", today=TODAY))
    it = made.recommendation
    points = (*it.reasons, *it.summary, *it.watch, *it.warnings, *it.notices, *it.todos)
    for point in (*points, *it.caveats, it.review, *(ruled.reason for ruled in it.ruled_out)):
        assert " ".join(point.text.split()) in text
    assert it.next_rung.text in text
    assert f"Recommended: {it.title}." in text


@pytest.mark.parametrize(
    "answers",
    [
        {"prompting": "too_costly", "facts": "no", "sources": "no", "examples": "more"},
        {"prompting": "falls_short", "facts": "no", "sources": "no", "raw_text": "from_scratch"},
    ],
)
def test_warnings_and_notices_are_recorded(
    guide: Guide, sources: dict[str, Source], answers: dict[str, str]
) -> None:
    made = report(start(guide, known(answers)).assume(), sources)
    points = (*made.recommendation.warnings, *made.recommendation.notices)
    assert points
    text = record(made, description="", today=TODAY)
    assert problems(text) == []
    for point in points:
        assert " ".join(point.text.split()) in plain(text)


def test_every_answer_is_a_driver(made: Report) -> None:
    drivers = under(record(made, description="", today=TODAY), "## Decision Drivers")
    lines = drivers.split("\n\n")[0].split("\n")
    for line, trace in zip(lines, made.recommendation.path, strict=True):
        assert line == f"* {trace.question} **{trace.label}**"


def test_what_nobody_knew_says_what_another_answer_would_change(
    guide: Guide, sources: dict[str, Source]
) -> None:
    made = report(ended(guide, "nobody knows"), sources)
    unsure = under(record(made, description="", today=TODAY), "### Answers That Were Not Sure")
    assert len(unsure.split("\n")) == len(made.recommendation.unsure)
    assert "With “It meets our targets on a test set” it would be: Stay with prompting." in unsure
    sure = {"prompting": "meets"}
    certain = report(start(guide, known(sure)), sources)
    assert "Not Sure" not in record(certain, description="", today=TODAY)


def test_the_to_dos_can_be_ticked_off(guide: Guide, sources: dict[str, Source]) -> None:
    made = report(ended(guide, "peft"), sources)
    todos = under(record(made, description="", today=TODAY), "### To-Dos").split("\n")
    assert len(todos) == len(made.recommendation.todos) > 0
    assert all(line.startswith("* [ ] ") for line in todos)


def test_a_description_is_quoted_as_it_was_read(guide: Guide, sources: dict[str, Source]) -> None:
    made = report(ended(guide, "rag"), sources)
    text = record(made, description="We run a\u200b bot.\nOver  a wiki.", today=TODAY)
    assert "```text\nWe run a bot. Over a wiki.\n```" in text
    for empty in ("", " \u200b "):
        assert "Nobody described the project" in record(made, description=empty, today=TODAY)


@pytest.mark.parametrize("words", [HOSTILE, HOSTILE * 40, "`", "[1] [99]", "~~~\n```\n" * 9])
def test_nothing_in_a_description_comes_alive(
    guide: Guide, sources: dict[str, Source], words: str
) -> None:
    answers = known(ANSWERS["peft"], words)
    made = report(start(guide, answers), sources)
    text = record(made, description=words, today=TODAY, asked=words)
    assert problems(text) == []
    assert [name for tag, name in headings(markdown.parse(body(text))) if tag == "h2"] == MADR
    alive = [
        piece.content
        for token in markdown.parse(body(text))
        for piece in token.children or []
        if piece.type == "text"
    ]
    assert not any("@channel" in piece or "evil" in piece for piece in alive)
    links = [t.attrs["href"] for t in _pieces(text) if t.type == "link_open"]
    urls = {r.source.url for r in made.references}
    assert set(links) <= {*urls, "#decision-outcome"}


def _pieces(text: str) -> list[Token]:
    return [piece for token in markdown.parse(body(text)) for piece in token.children or []]


@given(st.text(max_size=80))
def test_no_description_breaks_the_document(words: str) -> None:
    guide, sources = load_once()
    made = report(ended(guide, "rag"), sources)
    assert problems(record(made, description=words, today=TODAY, asked=words)) == []


_loaded: list[tuple[Guide, dict[str, Source]]] = []


def load_once() -> tuple[Guide, dict[str, Source]]:
    if not _loaded:
        _loaded.append((load_guide(), read_corpus().sources))
    return _loaded[0]


def test_the_words_that_an_answer_was_read_from_stand_beside_it(
    guide: Guide, sources: dict[str, Source]
) -> None:
    answers = [Answered("facts", "yes", "a wiki `that` changes")]
    made = report(start(guide, answers).assume(), sources)
    drivers = under(record(made, description="", today=TODAY), "## Decision Drivers")
    assert "(read from ``a wiki `that` changes``)" in drivers


def test_the_estimate_shows_figure_value_formula_and_inputs(
    guide: Guide, sources: dict[str, Source]
) -> None:
    made = report(ended(guide, "peft"), sources, Inputs({"parameters": 65}))
    estimate = under(record(made, description="", today=TODAY), "### Estimate")
    rows = [line for line in estimate.split("\n") if line.startswith("|")]
    assert rows[0] == "| Figure | Value | Formula | Inputs |"
    assert len(rows) == 2 + len(made.estimate.figures)
    qlora = next(row for row in rows if "QLoRA" in row)
    assert "| 32.5 to 48 GB |" in qlora
    assert "model size 65 (billion parameters, given)" in qlora
    assert MARK.search(qlora)
    assert "training examples 500 (examples, assumed: a small set)" in estimate
    assert "* What one GPU sustains (TFLOP/s)" in estimate
    given = {"teraflops": 100.0, "gpu_hour_price": 2.0}
    told = report(ended(guide, "peft"), sources, Inputs(given))
    priced = under(record(told, description="", today=TODAY), "### Estimate")
    assert "Price of one run" in priced
    assert "Not given" not in priced


def test_a_source_that_we_do_not_hold_is_not_marked(guide: Guide) -> None:
    text = record(report(ended(guide, "peft"), {}), description="", today=TODAY)
    assert problems(text) == []
    assert "### Sources" not in text
    assert not MARK.search(text)


def test_the_asker_is_named_where_there_is_one(made: Report) -> None:
    named = record(made, description="", today=TODAY, asked="Ana <b>")
    assert "Proposed for `Ana <b>` by the decision guide" in named
    assert "Proposed by the decision guide" in record(made, description="", today=TODAY)


@pytest.mark.parametrize(
    ("method", "title"),
    [
        ("In-context learning", "# Adapt the model by in-context learning"),
        ("RAG and fine-tuning together", "# Adapt the model by RAG and fine-tuning together"),
    ],
)
def test_the_title_names_the_method_within_a_sentence(
    made: Report, method: str, title: str
) -> None:
    renamed = replace(made, recommendation=replace(made.recommendation, method_title=method))
    assert f"\n{title}\n" in record(renamed, description="", today=TODAY)


def test_the_same_recommendation_gives_the_same_record(
    guide: Guide, sources: dict[str, Source]
) -> None:
    one, other = (
        record(report(ended(guide, "hybrid"), sources), description="x", today=TODAY) for _ in "12"
    )
    assert one == other
