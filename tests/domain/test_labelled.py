from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.labelled import COUNTED, EXAMPLES, choice_for, told, windows

SETTINGS = {"few_examples": 50, "some_examples": 500}


@pytest.mark.parametrize(
    ("count", "choice"),
    [(0, "hardly_any"), (49, "hardly_any"), (50, "some"), (500, "some"), (501, "more")],
)
def test_a_count_stands_for_the_choice_within_whose_bounds_it_lies(
    count: float, choice: str
) -> None:
    assert choice_for(count, SETTINGS) == choice


def test_the_bounds_are_those_of_the_guide() -> None:
    assert choice_for(60, {"few_examples": 100, "some_examples": 200}) == "hardly_any"
    assert choice_for(60, {}) is None


def test_only_a_number_that_stands_for_the_choice_tells_it() -> None:
    assert told(EXAMPLES, "some", "60 tagged", SETTINGS) == COUNTED
    assert told(EXAMPLES, "more", "60 clerks tagged plenty", SETTINGS) == "more"
    assert told(EXAMPLES, "hardly_any", "none tagged", SETTINGS) == "hardly_any"
    assert told("team", "all", "600 engineers", SETTINGS) == "all"


def test_a_window_shows_its_number_and_the_words_around_it() -> None:
    said = "we have 12 clerks in 3 towns, and 2.5k mails tagged"
    first, second, third = windows(said)
    assert first.span.text == "we have 77 clerks in 5 towns"
    assert second.span.text == "we have 5 clerks in 77 towns"
    assert third.span.text == "and 77 mails tagged"
    assert said[third.numeral.start : third.numeral.end] == "2.5k"
    assert third.numeral.value == 2_500


def test_a_window_is_cut_in_long_clauses() -> None:
    said = f"{'before ' * 20}300 tagged {'after ' * 10}"
    (window,) = windows(said)
    assert window.span.text.split() == ["before"] * 6 + ["77", "tagged"] + ["after"] * 7
    assert said[window.span.start : window.span.end].split()[6] == "300"


@given(st.text(max_size=200))
def test_every_window_is_a_stretch_around_its_number(text: str) -> None:
    for window in windows(text):
        span, numeral = window.span, window.numeral
        assert 0 <= span.start <= numeral.start < numeral.end <= span.end <= len(text)
