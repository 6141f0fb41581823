"""docs/reliability.md is held against the tests that it names."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "reliability.md"
ROWS = [*(f"R{number}" for number in range(1, 33)), *(f"S{number}" for number in range(1, 23))]
NOT_SHOWN = {"R15": "does not apply", "S13": "not yet", "S19": "not yet", "S20": "not yet"}
"""Rows without a test, and what the document has to say of them."""

_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
_ROW = re.compile(r"^\| (?P<id>[RS][0-9]+) \|(?P<rest>.*)\|$", re.MULTILINE)


def text() -> str:
    return DOCUMENT.read_text(encoding="utf-8")


def named() -> list[tuple[str, str]]:
    """Every test that the document names: its file and its function."""
    return sorted(set(_TEST.findall(text())))


def rows() -> dict[str, str]:
    return {row["id"]: row["rest"] for row in _ROW.finditer(text())}


@cache
def functions_of(file: str) -> frozenset[str]:
    """The test functions of a file."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    functions = (node.name for node in tree.body if isinstance(node, ast.FunctionDef))
    return frozenset(name for name in functions if name.startswith("test_"))


def test_every_test_that_is_named_exists() -> None:
    missing = [
        f"{file}::{name}"
        for file, name in named()
        if not (ROOT / file).is_file() or name not in functions_of(file)
    ]
    assert missing == []


def test_nothing_is_named_in_a_way_that_is_not_checked() -> None:
    assert text().count("::") == len(_TEST.findall(text()))


def test_the_checklist_has_every_row_once_in_order() -> None:
    assert [row["id"] for row in _ROW.finditer(text())] == ROWS


@pytest.mark.parametrize("row", ROWS)
def test_a_row_names_a_test_or_says_why_not(row: str) -> None:
    shown = bool(_TEST.search(rows()[row]))
    assert shown is (row not in NOT_SHOWN)
    assert NOT_SHOWN.get(row, "") in rows()[row]


def test_every_promise_names_a_test() -> None:
    promises = text().partition("## Honest limits")[0].split("\n- ")[1:]
    assert len(promises) > 20
    assert [promise for promise in promises if not _TEST.search(promise)] == []


def test_every_test_that_is_called_after_a_row_is_named() -> None:
    files = sorted((ROOT / "tests" / "slack" / "checklist").glob("test_*.py"))
    files += sorted((ROOT / "tests" / "slack").glob("test_checklist_*.py"))
    after_a_row = {
        name
        for file in files
        for name in functions_of(str(file.relative_to(ROOT)))
        if re.match(r"test_[rs][0-9]+_", name)
    }
    assert len(after_a_row) > 20
    assert sorted(after_a_row - {name for _, name in named()}) == []
