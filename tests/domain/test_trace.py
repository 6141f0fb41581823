from __future__ import annotations

import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.grounding import Problem
from bot.domain.trace import FAULTS, VERBATIM, Fault, Found, Judged, Trace, as_data, from_data

PLAIN = Trace("What is LoRA?", "extractive", "answered")
numbers = st.floats(allow_nan=False, allow_infinity=False)
traces = st.builds(
    Trace,
    asked=st.text(),
    model=st.text(),
    outcome=st.sampled_from(["answered", "off_topic", "too_long"]),
    found=st.lists(st.builds(Found, score=numbers), max_size=3).map(tuple),
    judged=st.lists(st.builds(Judged, problem=st.sampled_from(sorted(FAULTS))), max_size=3).map(
        tuple
    ),
    seconds=st.dictionaries(st.text(), numbers, max_size=3),
)


@given(traces)
def test_a_trace_goes_through_json_and_back_as_it_was(trace: Trace) -> None:
    assert from_data(json.loads(json.dumps(as_data(trace)))) == trace


def test_the_least_trace_goes_through_json_as_well() -> None:
    assert from_data(json.loads(json.dumps(as_data(PLAIN)))) == PLAIN


@pytest.mark.parametrize("problem", [*get_args(Problem), "uncited", ""])
def test_whatever_the_check_finds_is_told_in_words(problem: Fault) -> None:
    assert Judged("A.", (1,), supported=not problem, problem=problem).why == FAULTS[problem]


@pytest.mark.parametrize(
    ("sentence", "rests_on", "verbatim"),
    [
        ("LoRA trains two matrices.", "LoRA trains two matrices.", True),
        ("LoRA  trains two matrices", "LoRA trains two matrices.", True),
        ("LoRA trains 2 matrices.", "LoRA trains two matrices.", False),
        ("LoRA trains two matrices.", "", False),
    ],
)
def test_a_sentence_of_the_passage_itself_is_told_from_one_it_bears_out(
    sentence: str, rests_on: str, *, verbatim: bool
) -> None:
    judged = Judged(sentence, (1,), supported=True, problem="", rests_on=rests_on)
    assert judged.verbatim is verbatim
    assert (judged.why == VERBATIM) is verbatim


def test_what_was_dropped_is_never_called_verbatim() -> None:
    assert not Judged("A.", (1,), supported=False, problem="overlap", rests_on="A.").verbatim
