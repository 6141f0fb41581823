from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.cutting import TABLES, cut
from bot.slack.layout import ROOM, blocks_of, messages, weight_of, words_of
from bot.slack.rich import Piece, read_markdown
from bot.slack.runs import PLAIN, Run, Runs, text_of
from tests.slack.rendered import check, of_type, plain, read_out, words

URL = "https://arxiv.org/abs/2106.09685"
SENTENCE = "LoRA trains two small matrices & freezes the rest, with r < 8 in most cases [1]. "


def laid_out(markdown: str, *, last: int = 0) -> list[list[dict[str, Any]]]:
    """The blocks of each message, checked."""
    packed = messages(read_markdown(markdown, {1: URL}), last=last)
    made = [blocks_of(each) for each in packed]
    check({"text": words_of(each), "blocks": blocks_of(each)} for each in packed)
    assert all(weight_of(blocks) <= ROOM for blocks in made)
    return made


def table(rows: int, columns: int = 3, cell: str = "cell") -> str:
    head = ["|" + "|".join(f"h{c}" for c in range(columns)) + "|", "|" + "-|" * columns]
    body = ("|" + "|".join(f"{cell}{r}x{c}" for c in range(columns)) + "|" for r in range(1, rows))
    return "\n".join([*head, *body])


@pytest.mark.parametrize("text", [SENTENCE * 160, SENTENCE.replace(". ", ".\n\n") * 160])
def test_a_long_text_comes_in_messages_that_end_between_sentences(text: str) -> None:
    made = laid_out(text[:13_000])
    assert len(made) > 1
    for blocks in made[:-1]:
        assert plain(blocks).endswith("[1].")
    assert read_out(made).split() == text[:13_000].split()


def test_a_text_without_spaces_is_cut_all_the_same() -> None:
    made = laid_out("x" * 13_000)
    assert "".join(plain(blocks) for blocks in made).replace("\n", "") == "x" * 13_000


def test_a_table_of_60_rows_is_one_table_with_what_stands_around_it() -> None:
    [blocks] = laid_out(f"before\n\n{table(60)}\n\nafter")
    assert [block["type"] for block in blocks] == ["rich_text", "table", "rich_text"]
    assert len(blocks[1]["rows"]) == 60


def test_a_table_of_150_rows_is_two_tables_each_with_the_header() -> None:
    made = laid_out(table(150))
    tables = [table for blocks in made for table in of_type(blocks, "table")]
    assert len(made) == len(tables) == 2
    assert [plain(each["rows"][0]) for each in tables] == ["h0h1h2"] * 2
    rows = [plain(row) for each in tables for row in each["rows"][1:]]
    assert rows == [f"cell{r}x0cell{r}x1cell{r}x2" for r in range(1, 150)]


def test_a_cell_too_large_for_a_table_goes_on_in_further_rows() -> None:
    long = " ".join(f"word{n}" for n in range(1_500))
    made = laid_out(f"| a | b |\n|-|-|\n| x | {long} |\n| y | z |")
    tables = [table for blocks in made for table in of_type(blocks, "table")]
    cells = [plain(row[1]) for each in tables for row in each["rows"][1:]]
    assert " ".join(cells).split() == [*long.split(), "z"]
    assert max(map(len, cells)) <= 2_000


@pytest.mark.parametrize(
    ("markdown", "tables"),
    [(table(3, 21), 0), ("\n\n".join([table(2)] * 30), TABLES), (table(900), 0)],
    ids=["wide", "many", "endless"],
)
def test_tables_beyond_what_a_thread_bears_are_shown_as_text(markdown: str, tables: int) -> None:
    made = laid_out(markdown)
    assert len(of_type(made, "table")) == tables
    assert words(read_out(made)) == words(markdown)


def test_a_code_fence_of_9000_characters_is_split_between_lines() -> None:
    lines = [f"    line_{n} = value({n})  # a < b" for n in range(300)]
    made = laid_out("Look:\n\n```py\n" + "\n".join(lines) + "\n```\nDone.")
    pieces = of_type(made, "rich_text_preformatted")
    assert len(pieces) > 2
    assert "\n".join(map(plain, pieces)).split("\n") == lines
    assert plain(made).endswith("Done.")


def test_60_headings_are_no_60_blocks() -> None:
    made = laid_out("\n\n".join(f"## Heading {n}\n\nText {n}." for n in range(60)))
    assert len(made) == 1
    assert len(made[0]) < 5


def test_a_heading_is_not_left_behind_by_what_it_heads() -> None:
    for filler in range(11_000, 12_000, 100):
        made = laid_out("x " * (filler // 2) + "\n\n# Heading\n\n" + "y " * 500)
        assert not any(plain(blocks).endswith("Heading") for blocks in made)


@pytest.mark.parametrize("last", [0, 400, 6_000, 11_000])
@pytest.mark.parametrize(
    "text", ["", "word", SENTENCE * 130, SENTENCE.strip() + "\n\n" + table(90)]
)
def test_the_last_message_has_room_for_what_follows(text: str, last: int) -> None:
    made = laid_out(text, last=last)
    assert weight_of(made[-1]) + last <= ROOM
    assert all(made[:-1])


def test_an_ordered_list_goes_on_counting_in_the_next_message() -> None:
    made = laid_out("\n".join(f"{n}. {SENTENCE}" for n in range(1, 101)))
    assert len(made) > 1
    lists = of_type(made, "rich_text_list")
    starts = [each.get("offset", 0) for each in lists]
    lengths = [len(each["elements"]) for each in lists]
    assert starts == [sum(lengths[:n]) for n in range(len(lengths))]
    assert sum(lengths) == 100


def test_the_plain_words_tell_lists_tables_and_code() -> None:
    markdown = "# T\n\n- a\n  - b\n\n2. c\n\n> d\n\n```\n  e\n```\n\n|f|g|\n|-|-|\n|h|i [1]|"
    assert words_of(read_markdown(markdown, {1: URL})).split("\n") == [
        "T", "• a", "  • b", "2. c", "d", "  e", "f | g", "h | i [1]",
    ]  # fmt: skip


def test_where_a_link_leads_is_told_in_words_but_for_marks() -> None:
    assert words_of(read_markdown("x [1]", {1: URL})) == "x [1]"
    linked = Piece("paragraph", (Run("label", url=URL),))
    assert words_of([linked]) == f"label ({URL})"


runs = st.lists(
    st.one_of(
        st.builds(Run, st.sampled_from(["word ", "x" * 50, "end. ", "a\n", " "])),
        st.just(Run("[1]", PLAIN, URL, mark=True)),
        st.just(Run("bold ", frozenset({"bold"}))),
    ),
    min_size=1,
    max_size=40,
).map(tuple)


@given(runs, st.integers(1, 300), st.booleans())
def test_cutting_loses_nothing_and_cuts_no_mark(made: Runs, limit: int, code: bool) -> None:  # noqa: FBT001
    made = (Run("x"), *made, Run("y"))
    stretches = cut(made, limit, code=code)
    glued = "".join("".join(map(text_of, stretches)).split())
    assert glued == "".join(text_of(made).split())
    kept = [run for stretch in stretches for run in stretch if run.mark]
    assert kept == [run for run in made if run.mark]
    assert all(stretches)


@given(st.text(alphabet="ab .\n#->`*[1]", max_size=300), st.integers(1, 60))
def test_whatever_is_split_keeps_its_words(text: str, times: int) -> None:
    whole = words_of(read_markdown(text * times, {1: URL}))
    letters = [character for character in read_out(laid_out(text * times)) if character in "ab"]
    assert letters == [character for character in whole if character in "ab"]
