from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

from bot.adapters.guide import check_guide, guide_text, load_guide, parse_guide
from bot.errors import ContentError

if TYPE_CHECKING:
    from pathlib import Path

SHIPPED = files("knowledge").joinpath("flowchart.yaml").read_text(encoding="utf-8")

HERE = "# here"
"""Stands on the line that the error must name, unless another mark is given."""

UNSURE_BEHAVIOUR = "      next: [{when: R, to: team}, {to: improve_prompting}]\n\n  - id: raw_text"
X2E = "prompting baseline all the same.\n    support: original\n    cite: part1\n"
TEAM = "    support: derived\n    cite: part1\n    basis: our inference\n"
FEW = "        clears: F\n"
MISSED = "        todos: A5\n        next: standing"
FULL = "    method: full_fine_tuning\n"
HYBRID = "  rag_plus_fine_tuning:\n    title: RAG and fine-tuning together\n    needs: [R, B]\n"
NO_SLIP = "        label: No, an occasional slip can be caught\n"

BREACHES = [
    ("unique-ids", "- id: facts", "- id: prompting # here", HERE),
    ("unique-ids", "- id: often", "- id: unsure # here", HERE),
    ("known-targets", "start: prompting", "start: nowhere # here", HERE),
    ("known-targets", "next: change", "next: gone # here", HERE),
    ("known-targets", "{when: R, to: rag}", "{when: R, to: join} # here", HERE),
    ("closed-branches", "    - {to: improve_prompting}\n  standing:", "  standing:", "  join:"),
    ("closed-branches", "{when: B, to: full_or_peft}", "{to: full_or_peft} # here", HERE),
    ("known-flags", FEW, FEW.replace("F", "Q # here"), HERE),
    ("known-flags", "valid: {when: R}", "valid: {when: Z} # here", HERE),
    ("known-flags", "    needs: R\n", "    needs: Z # here\n", HERE),
    ("known-implied", '{facts: "yes"}', "{facts: perhaps} # here", HERE),
    ("known-notes", "notices: X1", "notices: X9 # here", HERE),
    ("known-notes", "always: A1", "always: A0 # here", HERE),
    ("known-notes", "caveats: [residency, upkeep]", "caveats: [weather] # here", HERE),
    ("short-labels", "Hardly ever", f"{'Hardly ever ' * 7} # here", HERE),
    ("named-support", TEAM, TEAM.removesuffix("    basis: our inference\n"), "  - id: team"),
    ("named-support", X2E, X2E.removesuffix("    cite: part1\n"), "  X2e:"),
    ("forward-only", "next: change", "next: prompting # here", HERE),
    ("forward-only", "next: change", "next: goals # here", HERE),
    ("forward-only", "after: goals", "after: facts # here", HERE),
    ("forward-only", MISSED, MISSED.replace("standing", "error_source # here"), HERE),
    ("never-pre-training", "  pre_training:\n", "  scratch:\n", "advised_against:"),
    ("never-pre-training", "- id: hybrid_full", "- id: pre_training # here", HERE),
    ("every-method", FULL, "    method: peft\n", "outcomes:"),
    ("every-method", HYBRID, "", "methods:"),
    ("all-reached", "next: change", "next: behaviour", "  - id: change"),
    ("real-questions", NO_SLIP, f"{NO_SLIP}        listed: {{when: R}}\n", "  - id: sources"),
    ("few-questions", "most_questions: 8", "most_questions: 7 # here", HERE),
    ("few-questions", "  most_questions: 8\n", "", "settings:"),
    ("unsure-is-cheapest", UNSURE_BEHAVIOUR, "      next: rag\n\n  - id: raw_text", "start:"),
]

MALFORMED = [
    ("strat: is unknown here", "start: prompting", "strat: prompting # here", HERE),
    ("nxet: is unknown here", "        next: change", "        nxet: x # here", HERE),
    ("label: is missing", "        label: Hardly ever\n", "", "      - id: hardly_ever"),
    ("not_sure: is missing", "    not_sure:\n", "    notsure:\n", "  - id: prompting"),
    ("30 letters, digits", 'version: "2026-11"', 'version: "2026+11" # here', HERE),
    ("30 letters, digits", 'version: "2026-11"', "version: 2026 11 # here", HERE),
    ("30 letters, digits", 'version: "2026-11"', "version: märz # here", HERE),
    ("30 letters, digits", 'version: "2026-11"', 'version: "" # here', HERE),
    ("30 letters, digits", 'version: "2026-11"', f"version: {'1' * 31} # here", HERE),
    ("a text or a list", "label: Hardly ever", "label: {a: b} # here", HERE),
    ("valid integer", "few_examples: 50", "few_examples: many # here", HERE),
    ("'original', 'secondary' or 'derived'", "support: original", "support: rumour # here", HERE),
    ("'in_context_learning', 'rag'", FULL, "    method: pre_training # here\n", HERE),
    ("'our inference'", "basis: our inference", "basis: a hunch # here", HERE),
    ("written twice", "start: prompting", "start: prompting\nstart: facts # here", HERE),
    ("settings has no 'fewest'", "under about {few_examples}", "under {fewest} # here", HERE),
    ("not YAML", "start: prompting", "start: [prompting # here", "after:"),
]


def broken(folder: Path, old: str, new: str) -> Path:
    assert old in SHIPPED
    path = folder / "flowchart.yaml"
    path.write_text(SHIPPED.replace(old, new, 1), encoding="utf-8")
    return path


def line_of(mark: str, path: Path) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(
        i for i, line in enumerate(lines, 1) if line.startswith(mark) or HERE == mark in line
    )


def test_the_shipped_guide_loads() -> None:
    assert load_guide().version.startswith("2026-11+")
    assert check_guide().errors == []


def test_a_version_ends_in_the_digest_of_its_text() -> None:
    digest = hashlib.sha256(SHIPPED.encode()).hexdigest()
    assert load_guide().version == f"2026-11+{digest[:6]}"
    assert check_guide().guide == load_guide()


def test_a_guide_is_the_same_by_its_file_and_by_its_text() -> None:
    assert guide_text() == SHIPPED
    assert parse_guide(SHIPPED, file="kept") == load_guide()


def test_a_guide_that_was_edited_has_another_version_without_being_declared_so() -> None:
    edited = SHIPPED.replace("Hardly ever", "Almost never")
    assert edited != SHIPPED
    versions = {parse_guide(text, file="kept").version for text in (SHIPPED, edited)}
    assert len(versions) == 2


def test_a_guide_has_the_same_version_with_the_line_ends_of_another_system(
    tmp_path: Path,
) -> None:
    path = tmp_path / "flowchart.yaml"
    path.write_bytes(SHIPPED.replace("\n", "\r\n").encode())
    assert load_guide(path).version == load_guide().version


def test_the_longest_version_fits_where_versions_are_kept() -> None:
    longest = SHIPPED.replace('version: "2026-11"', f"version: {'Az09.-' * 5}")
    assert len(parse_guide(longest, file="kept").version) <= 40


def test_a_text_that_is_no_guide_is_refused_by_the_name_it_was_given() -> None:
    with pytest.raises(ContentError, match=r"^kept:1: a guide is a mapping"):
        parse_guide("just words", file="kept")
    with pytest.raises(ContentError, match=r"^kept:1: cannot be read"):
        parse_guide("version: \ud83d", file="kept")


def test_figures_of_the_settings_stand_in_the_texts() -> None:
    assert "under about 200,000 tokens" in load_guide().caveats["small_corpus"].text


@pytest.mark.parametrize(("rule", "old", "new", "mark"), BREACHES)
def test_a_breach_of_a_rule_names_rule_file_and_line(
    tmp_path: Path, rule: str, old: str, new: str, mark: str
) -> None:
    path = broken(tmp_path, old, new)
    errors = [error for error in check_guide(path).errors if f"({rule})" in error.problem]
    assert (str(path), line_of(mark, path)) in [(error.file, error.line) for error in errors]


@pytest.mark.parametrize(("says", "old", "new", "mark"), MALFORMED)
def test_a_malformed_file_is_refused_with_its_line(
    tmp_path: Path, says: str, old: str, new: str, mark: str
) -> None:
    path = broken(tmp_path, old, new)
    errors = [error for error in check_guide(path).errors if says in error.problem]
    assert (str(path), line_of(mark, path)) in [(error.file, error.line) for error in errors]
    with pytest.raises(ContentError, match=r"flowchart\.yaml:\d+: "):
        load_guide(path)


def test_all_problems_are_collected_in_the_order_of_the_lines(tmp_path: Path) -> None:
    path = tmp_path / "flowchart.yaml"
    text = SHIPPED.replace("start: prompting", "start: nowhere").replace("always: A1", "always: A0")
    path.write_text(text, encoding="utf-8")
    errors = check_guide(path).errors
    assert [error.line for error in errors] == [line_of("start:", path), line_of("always:", path)]
    with pytest.raises(ContentError, match="'nowhere'"):
        load_guide(path)


@pytest.mark.parametrize("text", ["", "just words", "- a list"])
def test_what_is_no_guide_at_all_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "flowchart.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match=r"flowchart\.yaml:1: a guide is a mapping"):
        load_guide(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"absent\.yaml:1: cannot be read"):
        load_guide(tmp_path / "absent.yaml")
    with pytest.raises(ContentError, match=r"absent\.yaml:1: cannot be read"):
        guide_text(tmp_path / "absent.yaml")
    [error] = check_guide(tmp_path / "absent.yaml").errors
    assert "cannot be read" in error.problem


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "flowchart.yaml"
    path.write_bytes(b"version: \xff")
    with pytest.raises(ContentError, match="cannot be read"):
        load_guide(path)
