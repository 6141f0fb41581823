from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.numerals import masked, numbers

WRITTEN = [
    ("2.5k annotated", [2_500]),
    ("1,5k annotated", [1_500]),
    ("12 400 lines", [12_400]),
    ("2.300 Beispiele", [2_300]),
    ("14,000 letters, 3 readers", [14_000, 3]),
    ("1.234 million rows", [1_234_000]),
    ("300k corrected lines", [300_000]),
    ("€3.5m a year", [3_500_000]),
    ("0.612 F1", [0.612]),
    ("stuck at 71 %", [71]),
    ("500+ pairs", [500]),
    ("3 dozen", [36]),
    ("a dozen or so", [12]),
    ("half a million", [500_000]),
    ("six hundred graded", [600]),
    ("a few hundred labelled", [300]),
    ("couple of thousand pairs", [2_000]),
    ("hundreds of mails", [300]),
    ("twenty-five tickets", [25]),
    ("in 2024, 300 mails", [2024, 300]),
]


@pytest.mark.parametrize(("text", "expected"), WRITTEN)
def test_a_number_is_read_however_it_is_written(text: str, expected: list[float]) -> None:
    assert numbers(text) == pytest.approx(expected)


@pytest.mark.parametrize("text", ["a 70B model", "T5x", "one of them", "several of us", "mp3"])
def test_what_only_looks_like_a_count_is_none(text: str) -> None:
    assert numbers(text) == []
    assert masked(text) == text


def test_counts_that_differ_look_alike_once_masked() -> None:
    assert masked("300k corrected lines").split() == masked("about 12 corrected lines").split()[1:]


@given(st.text())
def test_any_text_can_be_read_and_masked(text: str) -> None:
    assert all(number >= 0 for number in numbers(text))
    assert len(masked(text).split(" 77 ")) > len(numbers(text))


@given(st.integers(1, 10**9))
def test_thousands_may_be_parted(count: int) -> None:
    assert numbers(f"we have {count:,} pairs") == numbers(f"we have {count} pairs") == [count]
