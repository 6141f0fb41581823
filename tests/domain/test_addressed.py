# ruff: noqa: RUF001 - other languages have other letters

from __future__ import annotations

import json
import re
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import NotRequired, TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.addressed import ThreadState, addressed, score

THREADS = Path(__file__).parents[1] / "addressed"
REPLY_MINUTES = 1.0
"""Between two messages where a line says nothing."""
SLACK = 2
"""Errors that the held set may have more than were measured; both kinds have it once."""

Message = TypedDict(
    "Message",
    {
        "from": str,
        "text": str,
        "to_bot": NotRequired[bool],
        "after_minutes": NotRequired[float],
    },
)


class Line(TypedDict):
    """A thread whose last message is to be judged."""

    id: str
    messages: list[Message]
    answer: bool
    why: str


@dataclass(frozen=True)
class Figures:
    """Of a set; "answer" is the positive class."""

    answered: int
    """Rightly."""
    interruptions: int
    missed: int
    sorts: Counter[tuple[str, str]]
    """Failures by whose turn it was and what went wrong."""

    @property
    def precision(self) -> float:
        return self.answered / (self.answered + self.interruptions)

    @property
    def recall(self) -> float:
        return self.answered / (self.answered + self.missed)


def lines(name: str) -> list[Line]:
    return [json.loads(line) for line in (THREADS / name).read_text().splitlines() if line.strip()]


def state(messages: list[Message]) -> ThreadState:
    """What the store would know when the last of `messages` arrives."""
    asker, waiting, previous, spoken, minutes = "", "", "", 0, 0.0
    for message in messages[:-1]:
        minutes += message.get("after_minutes", REPLY_MINUTES)
        if message["from"] == "bot":
            asker, previous, spoken, minutes = waiting or asker, "", 0, 0.0
        else:
            waiting = message["from"] if message.get("to_bot") else waiting
            previous, spoken = message["from"], spoken + 1
    minutes += messages[-1].get("after_minutes", REPLY_MINUTES)
    return ThreadState(asker, previous, spoken, minutes)


def delivered(text: str) -> str:
    """As Slack delivers it, without the bot's own mention."""
    text = re.sub(r"(?<!\w)@adaptbot\b", "", text)
    return re.sub(r"(?<!\w)@(\w+)", lambda match: f"<@U{match[1].upper()}>", text).strip()


def measured(name: str) -> Figures:
    outcomes: Counter[tuple[bool, bool]] = Counter()
    sorts: Counter[tuple[str, str]] = Counter()
    for line in lines(name):
        last, thread = line["messages"][-1], state(line["messages"])
        said = addressed(delivered(last["text"]), speaker=last["from"], thread=thread)
        outcomes[said, line["answer"]] += 1
        if said != line["answer"]:
            sorts[thread.turn(last["from"]), "interrupts" if said else "misses"] += 1
    return Figures(
        answered=outcomes[True, True],
        interruptions=outcomes[True, False],
        missed=outcomes[False, True],
        sorts=sorts,
    )


@pytest.mark.parametrize("name", ["own.jsonl", "held.jsonl"])
def test_every_line_can_be_judged(name: str) -> None:
    read = lines(name)
    unusable = [
        line["id"]
        for line in read
        if line["messages"][-1]["from"] == "bot"
        or not isinstance(line["answer"], bool)
        or not state(line["messages"]).asker
    ]
    count, ids = len(read), len({line["id"] for line in read})

    assert (count, ids, unusable) == (60, 60, [])


@pytest.mark.parametrize(
    ("name", "interruptions", "missed"),
    [
        ("own.jsonl", 0, 0),
        # Written by somebody who did not see the rules; measured once, when they were done, at
        # 3 interruptions and 14 missed (precision 0.84, recall 0.53). Two errors are the slack.
        ("held.jsonl", 5, 16),
    ],
)
def test_the_sets_are_judged_as_well_as_when_they_were_measured(
    name: str, interruptions: int, missed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = measured(name)
    errors = figures.interruptions + figures.missed
    with capsys.disabled():
        sys.stdout.write(
            f"\n{name}: precision {figures.precision:.3f}, recall {figures.recall:.3f}, "
            f"{errors} errors {dict(figures.sorts)}\n"
        )

    assert figures.interruptions <= interruptions
    assert figures.missed <= missed
    assert errors <= max(interruptions + missed - SLACK, 0)


DIRECT = ThreadState("ana", minutes=1)
TALKED = ThreadState("ana", previous_speaker="ben", spoken=1, minutes=3)


@pytest.mark.parametrize(
    "text",
    [
        "and for 70B?",
        "why?",
        "what about adapters?",
        "could you give an example?",
        "in simpler words please",
        "are you sure? the paper says 4 bits",
        "I still don't understand why it forgets",
        "Thanks, and how about evaluation?",
        "```\nr=8\n```\nis this a sensible default?",
        "¿por qué?",
        "warum?",
        "为什么？",
    ],
)
def test_the_asker_goes_on_without_a_mention(text: str) -> None:
    assert addressed(text, speaker="ana", thread=DIRECT)


@pytest.mark.parametrize(
    "text",
    [
        "thanks!",
        "ok, makes sense",
        "ben, what do you think?",
        "hey cem do we have budget for this?",
        "<@UBEN> is that right?",
        "does anyone have experience with this?",
        "let's talk about it tomorrow",
        "who knew?",
        "Coffee?",
        "> does LoRA add latency?\nno idea",
        "the bot said 8, is that too low?",
        "thanks adaptbot!",
        "",
        "   ",
    ],
)
def test_the_asker_also_talks_to_people(text: str) -> None:
    assert not addressed(text, speaker="ana", thread=DIRECT)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("does that hold for QLoRA as well?", True),
        ("source?", True),
        ("how do you combine both?", True),
        ("did you try that on our data?", False),
        ("which rank do you use?", False),
        ("can you share your config?", False),
        ("can you explain what a rank is?", True),
    ],
)
def test_you_is_the_asker_to_a_colleague_unless_the_bot_or_anybody_is_meant(
    *, text: str, meant: bool
) -> None:
    assert addressed(text, speaker="ben", thread=DIRECT) is meant


@pytest.mark.parametrize(
    "text",
    [
        "which version?",
        "but why would it overfit?",
        "and how much did it cost?",
        "why?",
        "hm, would that scale?",
        "what about the license?",
        "is that with or without the adapters merged?",
        "what's wrong with full fine-tuning?",
    ],
)
def test_what_asks_back_goes_to_the_person_who_has_just_spoken(text: str) -> None:
    assert not addressed(text, speaker="ana", thread=TALKED)


@pytest.mark.parametrize(
    "text",
    [
        "adaptbot, and for 70B models?",
        "hey adaptbot, what do you recommend?",
        "one more question: how many epochs are usual for instruction tuning?",
    ],
)
def test_talk_does_not_hide_a_call_by_name_or_a_return_to_the_answer(text: str) -> None:
    assert addressed(text, speaker="ana", thread=TALKED)


def test_the_bot_goes_by_the_name_it_is_given() -> None:
    text = "helper, and for 70B models?"

    assert addressed(text, speaker="cem", thread=TALKED, name="Helper")
    assert not addressed(text, speaker="cem", thread=TALKED)


def test_a_mention_inside_a_question_to_the_bot_is_still_for_people() -> None:
    question = "what is the usual rank?"

    assert addressed(question, speaker="ana", thread=DIRECT)
    assert not addressed(f"{question} <@U1>", speaker="ana", thread=DIRECT)


def test_a_turn_is_talk_once_somebody_else_has_spoken() -> None:
    own = ThreadState("ana", previous_speaker="ana", spoken=1)

    assert [own.turn("ana"), own.turn("ben"), DIRECT.turn("ben"), TALKED.turn("ana")] == [
        "asker",
        "talk",
        "other",
        "talk",
    ]


@given(spoken=st.integers(1, 50), minutes=st.floats(0, 10_000))
def test_more_talk_and_more_time_never_speak_for_the_bot(spoken: int, minutes: float) -> None:
    text = "Is continued pre-training ever a good idea?"
    near = score(text, speaker="ana", thread=ThreadState("ana", "ben", spoken, minutes))
    far = score(text, speaker="ana", thread=ThreadState("ana", "ben", spoken + 1, minutes + 60))

    assert far <= near


@given(text=st.text(max_size=300))
def test_any_text_is_judged(text: str) -> None:
    assert addressed(text, speaker="ana", thread=TALKED) in (True, False)


@pytest.mark.parametrize(
    "text",
    ['"' + " " * 4000, "“ " * 2000, "dın" * 1300, "we should " * 400, "a," * 2000, "<@" * 2000],
)
def test_a_hostile_text_takes_no_long_time(text: str) -> None:
    begun = time.perf_counter()
    addressed(text, speaker="ana", thread=DIRECT)

    assert time.perf_counter() - begun < 2
