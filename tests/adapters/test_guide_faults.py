"""Faults planted in the shipped guide: each is found, with the line it stands on."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

from bot.adapters.content import read_corpus
from bot.adapters.guide import check_guide, parse_guide
from bot.domain.flowchart_rules import PARTS, PATHS
from bot.errors import ContentError
from tests.adapters.test_guide import BREACHES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SHIPPED = files("knowledge").joinpath("flowchart.yaml").read_text(encoding="utf-8")
LINES = SHIPPED.splitlines(keepends=True)

HERE = "# here"
"""Stands on the line that the error must name, unless the start of a line is given."""

NEVER = "        label: Hardly ever\n"
STATIC = "          - static archive\n"
PHRASES = f"{NEVER}        phrases:\n"
ASKED = "    question: How often do these facts change?\n"
PASSAGE = "    passage: part1#when-to-use-rag"
PROMPTING = "    support: original\n    cite: part1\n    passage: part1#cost"
NO_FACTS = "          R: Your answers need no facts from outside the model."
CHEAPER = "because: We assume PEFT, which costs less and forgets less."
MET = "next: [{unless: [R, B], to: keep_prompting}, {to: standing}]"
UNSORTED = "      todos: A8\n      next: standing"
UNMEASURED = "      notices: measure\n      next: standing"

ROUND = """
  - id: extra_{n}
    loop: true
    question: Another one?
    why: It is asked.
    support: derived
    basis: our inference
    choices:
      - {{id: a, label: A, next: {next}}}
      - {{id: b, label: B, next: {next}}}
    not_sure: {{because: We assume A., next: {next}}}
"""

RULES = [
    ("readable-texts", ASKED, "    question: # here\n", HERE),
    ("readable-texts", ASKED, "    question: '  ' # here\n", HERE),
    ("readable-texts", "    title: In-context learning", "    title: # here", HERE),
    ("readable-texts", CHEAPER, 'because: "" # here', HERE),
    ("readable-texts", "{when: R, to: rag}", "{when: '', to: rag} # here", HERE),
    ("readable-texts", PHRASES, f"{NEVER}        phrases:\n          - '' # here\n", HERE),
    ("readable-texts", "label: Hardly ever", 'label: "Hardly\\u0007" # here', HERE),
    ("readable-texts", "label: Hardly ever", 'label: "Hardly\\ud800" # here', HERE),
    ("plain-ids", "- id: facts", "- id: the facts # here", HERE),
    ("plain-ids", "- id: facts", "- id: Facts # here", HERE),
    ("plain-ids", "- id: often", "- id: often,daily # here", HERE),
    ("plain-ids", "- id: often", "- id: change=often # here", HERE),
    ("plain-ids", "- id: hybrid_full", f"- id: {'h' * 25} # here", HERE),
    ("phrases-apart", STATIC, f"{STATIC}          - ' Static ARCHIVE ' # here\n", HERE),
    ("cited-passages", PASSAGE, "    passage: rag2020#what-rag-is # here", HERE),
    ("cited-passages", PASSAGE, "    passage: When to use RAG # here", HERE),
    ("cited-passages", PASSAGE, "    passage: part1#When to use RAG # here", HERE),
    ("positive-figures", "few_examples: 50", "few_examples: -50 # here", HERE),
    ("positive-figures", "most_questions: 8", "most_questions: 0 # here", HERE),
    ("known-implied", '{facts: "yes"}', '{fact: "yes"} # here', HERE),
    ("known-implied", '{facts: "yes"}', "{facts: unsure} # here", HERE),
    ("known-implied", '{facts: "yes"}', "{change: often} # here", HERE),
    ("known-notes", "done: [A1, A2]", "done: [A1, B2] # here", HERE),
    ("known-notes", "warnings: cost_motive", "warnings: cost # here", HERE),
    ("known-notes", "todos: [D1, D2, D3]\n    caveats", "todos: [D4] # here\n    caveats", HERE),
    ("known-flags", NO_FACTS, NO_FACTS.replace("R:", "Q:") + " # here", HERE),
    ("known-flags", MET, f"{MET.replace('[R, B]', '[R, C]')} # here", HERE),
    ("known-targets", "after: goals", "after: goal # here", HERE),
    ("known-targets", "{when: B, to: peft}", "{when: B, to: lora} # here", HERE),
    ("named-support", PROMPTING, PROMPTING.replace("    cite: part1\n", ""), "  - id: prompting"),
    ("few-questions", "most_questions: 8", "most_questions: 4 # here", HERE),
]

SHAPES = [
    (
        "id: is missing",
        f"      - id: hardly_ever\n  {NEVER[2:]}",
        "      - label: Never # here\n",
        HERE,
    ),
    (
        "next: is missing",
        "        caveats: small_corpus\n        next: behaviour\n",
        "",
        "      - id: hardly_ever",
    ),
    ("version: is missing", 'version: "2026-11"\n', "", "title:"),
    (
        "support: is missing",
        f"    support: original\n    cite: part1\n{PASSAGE}",
        PASSAGE,
        "  - id: change",
    ),
    ("settings: should be", "settings:\n", "settings: none # here\nfigures:\n", HERE),
    ("choices: should be", "    choices:\n", "    choices: none # here\n    others:\n", HERE),
    ("loop: should be", "    loop: true", "    loop: perhaps # here", HERE),
    ("reason: should be", "reason: *lean", "reason: because # here", HERE),
    ("start: should be", "start: prompting", "start: [prompting] # here", HERE),
    ("found undefined alias", "reason: *lean", "reason: *leaning # here", HERE),
    ("cannot start any token", "title: A decision", "title:\n\tA decision # here", HERE),
    ("expected <block end>", "  - id: facts", " - id: facts # here", HERE),
    ("a key is a single word", "start: prompting", "start: prompting\n? [a, b] # here\n: c", HERE),
    ("character", "start: prompting", "start: prompt\u0007ing # here", HERE),
    ("written twice", ASKED, f"{ASKED}    id: change # here\n", HERE),
]

WILD = [
    ("a mapping that holds itself", "settings:\n", "settings: &all\n  all: *all\n"),
    ("lists without end", "always: A1", f"always: {'[' * 5_000}"),
    ("a figure of many digits", "few_examples: 50", f"few_examples: {'9' * 5_000}"),
    ("a byte that is no letter", "start: prompting", "start: \0"),
    ("two files in one", "always: A1", "---\nalways: A1"),
    ("nothing but its first line", SHIPPED, LINES[0]),
]

EDITS: dict[str, Callable[[int], list[str]]] = {
    "without a line": lambda i: [*LINES[:i], *LINES[i + 1 :]],
    "cut off before a line": lambda i: LINES[:i],
    "with a line further in": lambda i: [*LINES[:i], "  " + LINES[i], *LINES[i + 1 :]],
    "with a line further out": lambda i: [*LINES[:i], LINES[i].lstrip(), *LINES[i + 1 :]],
    "with two lines exchanged": lambda i: [*LINES[:i], *LINES[i : i + 2][::-1], *LINES[i + 2 :]],
}
STRIDE = 41
"""Every so many lines one is edited, at another place for each kind of edit."""


def planted(old: str, new: str) -> str:
    assert old in SHIPPED
    return SHIPPED.replace(old, new, 1)


def line_of(mark: str, text: str) -> int:
    lines = text.splitlines()
    return next(
        i for i, line in enumerate(lines, 1) if line.startswith(mark) or HERE == mark in line
    )


def found(text: str, folder: Path) -> list[ContentError]:
    path = folder / "flowchart.yaml"
    path.write_text(text, encoding="utf-8")
    errors = check_guide(path).errors
    assert {error.file for error in errors} <= {str(path)}
    return errors


@pytest.mark.parametrize(("rule", "old", "new", "mark"), RULES)
def test_a_breach_is_found_with_its_rule_and_line(
    tmp_path: Path, rule: str, old: str, new: str, mark: str
) -> None:
    text = planted(old, new)
    errors = found(text, tmp_path)
    assert line_of(mark, text) in [e.line for e in errors if e.problem.endswith(f"({rule})")]


@pytest.mark.parametrize(("says", "old", "new", "mark"), SHAPES)
def test_what_cannot_be_understood_is_found_with_its_line(
    tmp_path: Path, says: str, old: str, new: str, mark: str
) -> None:
    text = planted(old, new)
    errors = found(text, tmp_path)
    assert line_of(mark, text) in [error.line for error in errors if says in error.problem]


def test_a_loop_that_not_sure_never_leaves_is_found(tmp_path: Path) -> None:
    text = planted(UNMEASURED, UNMEASURED.replace("standing", "error_source"))
    errors = found(text.replace(UNSORTED, UNSORTED.replace("standing", "goals")), tmp_path)
    assert [error.problem.rpartition(" ")[2] for error in errors] == ["(unsure-ends)"] * 2
    assert "    not_sure:" in {text.splitlines()[error.line - 1] for error in errors}


def test_a_round_after_building_has_no_more_questions_than_the_first(tmp_path: Path) -> None:
    more = "\n".join(ROUND.format(n=n, next=f"extra_{n + 1}") for n in range(6))
    text = planted("routes:\n", f"{more}{ROUND.format(n=6, next='standing')}\nroutes:\n")
    text = text.replace(UNSORTED, UNSORTED.replace("standing", "extra_0"))
    errors = found(text, tmp_path)
    assert [error.line for error in errors] == [line_of("  most_questions", text)]
    assert "some path asks 9 questions" in errors[0].problem


def test_every_rule_has_a_file_that_breaks_it() -> None:
    planted_here = {"unsure-ends", *(rule for rule, *_ in RULES)}
    assert planted_here | {rule for rule, *_ in BREACHES} == PARTS.keys() | PATHS.keys()


@pytest.mark.parametrize(("old", "new"), [each[1:] for each in WILD], ids=[w[0] for w in WILD])
def test_a_wild_file_is_refused_in_a_sentence(old: str, new: str) -> None:
    with pytest.raises(ContentError, match=r"^flowchart\.yaml:\d+: [^\n]+$"):
        parse_guide(planted(old, new), file="flowchart.yaml")


@pytest.mark.parametrize("edit", EDITS)
def test_a_damaged_file_is_a_guide_or_names_what_is_wrong(tmp_path: Path, edit: str) -> None:
    first = list(EDITS).index(edit)
    for i in range(first, len(LINES), STRIDE):
        text = "".join(EDITS[edit](i))
        for error in found(text, tmp_path):
            assert 1 <= error.line <= text.count("\n") + 1, (edit, i, error)
            assert error.problem.strip(), (edit, i)


def test_a_file_that_is_cut_off_is_no_guide(tmp_path: Path) -> None:
    assert all(found("".join(LINES[:i]), tmp_path) for i in range(0, len(LINES), STRIDE))


def test_what_is_cited_has_to_be_in_the_corpus(tmp_path: Path) -> None:
    text = planted("    cite: part1\n", "    cite: part9\n")
    text = text.replace("    passage: part1#when-to-use-rag", "    passage: part1#nonsense")
    (tmp_path / "flowchart.yaml").write_text(text, encoding="utf-8")
    found = check_guide(tmp_path / "flowchart.yaml", corpus=read_corpus()).errors
    words = " ".join(error.problem for error in found)
    assert "cites 'part9', of which there is no note" in words
    assert "there is no passage 'part1#nonsense'" in words
    assert {"part9", "nonsense"} <= {
        word for error in found for word in ("part9", "nonsense") if word in line(text, error.line)
    }


def line(text: str, number: int) -> str:
    """A line and the few below it."""
    return "\n".join(text.split("\n")[number - 1 : number + 12])


def test_the_shipped_guide_cites_what_is_there() -> None:
    assert check_guide(corpus=read_corpus()).errors == []


def test_aliases_of_aliases_end_in_an_error(tmp_path: Path) -> None:
    lines = ["a: &a0 [x, x]"]
    lines += [f"b{n}: &a{n + 1} [{', '.join([f'*a{n}'] * 10)}]" for n in range(9)]
    file = tmp_path / "flowchart.yaml"
    file.write_text("\n".join(lines), encoding="utf-8")
    [error] = check_guide(file).errors
    assert "more than 100,000 parts" in error.problem
