"""How an answer's trace looks in a terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from bot.domain.trace import Found, Judged, Trace
from bot.terminal import trace_lines

FOUND = Found("lora", "Hu 2021", "[bold]Method", "lora#m", -1.256, 1, offered=True, text="A.\nB.")
KEPT = Judged("Rank is r.", (1, 3), supported=True, problem="", rests_on="Rank.", writer="a:model")
DROPPED = Judged("\x1b[31mIt [1] is red.", (), supported=False, problem="uncited", writer="a:model")
TRACE = Trace(
    "What is [red]LoRA[/red]?",
    "a:model",
    "answered",
    (FOUND,),
    (KEPT, DROPPED),
    {"retrieval": 0.0312, "whole": 1.25},
)


def shown(trace: Trace) -> str:
    told = Console(file=io.StringIO(), width=100)
    for line in trace_lines(trace):
        told.print(line, highlight=False)
    assert isinstance(told.file, io.StringIO)
    return told.file.getvalue()


@pytest.mark.parametrize(
    "words",
    [
        "Looked up: What is [red]LoRA[/red]?",
        "-1.26  Hu 2021, [bold]Method",
        "kept     1, 3   Rank is r.",
        "borne out by what it cites",
        "dropped  -      It [1] is red.",
        "it cites no passage that was offered",
        "retrieval 31.2 ms, whole 1,250.0 ms",
    ],
)
def test_a_trace_shows_passages_checks_and_seconds_as_they_are(words: str) -> None:
    assert words in shown(TRACE)


def test_what_a_model_wrote_gives_the_terminal_no_orders() -> None:
    assert "\x1b" not in shown(TRACE)


def test_where_nothing_was_looked_up_only_the_seconds_are_shown() -> None:
    told = shown(Trace("", "extractive", "empty", seconds={"whole": 0.0}))
    assert told.strip() == "Took (the first search loads the model): whole 0.0 ms"
