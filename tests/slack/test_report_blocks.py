"""The messages and modals of a recommendation, over the whole guide and the shipped sources."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from bot.domain.answer import Source
from bot.domain.dialog import Answered, Dialog, start
from bot.domain.estimate import INPUTS, Inputs
from bot.playground.controls import controls
from bot.playground.limits import check_blocks, check_text, check_view
from bot.services.recommending import ALONE, Report, report
from bot.settings import Settings
from bot.slack.press import Press
from bot.slack.report_blocks import (
    BEHIND,
    CHANGE_NUMBERS,
    REMIND_ME,
    inputs_modal,
    reminder_modal,
    report_messages,
    why_modal,
)
from bot.wiring import sources
from tests.fakes import CORPUS
from tests.slack.bots import GUIDE
from tests.slack.test_dialog_blocks import NAME, OWNER, TOGETHER, walk

SAMPLED = 100
PRESS = Press(version="1", owner=OWNER, path="", consultation=NAME)
GIVEN = Inputs({each.id: each.at_most for each in INPUTS})
LIVE = "<!channel> <@U1BEN> <https://evil.example|x> & co"


@pytest.fixture(scope="module")
def held() -> Mapping[str, Source]:
    return sources(Settings(_env_file=None))


@pytest.fixture(scope="module")
def ends() -> list[Dialog]:
    """Some of the ways to each outcome: the first of each, and a sample of all."""
    every = [dialog for dialog in walk(start(GUIDE)) if dialog.outcome]
    after = [d.choose("goals", "no").choose("error_source", "unsure") for d in every[::400]]
    first = {dialog.outcome.id: dialog for dialog in [*every, *after] if dialog.outcome}
    return [*first.values(), *every[::SAMPLED], *after]


def ended(path: Mapping[str, str], **words: str) -> Dialog:
    """The end of a path, with the words that answers were read from."""
    known = [Answered(step, choice, words.get(step)) for step, choice in path.items()]
    return start(GUIDE, known).assume()


def texts(blocks: list[dict[str, Any]]) -> str:
    return "\n".join(b["text"]["text"] for b in blocks if b["type"] == "section")


def rendered(told: Report) -> tuple[str, str]:
    """What the two messages say."""
    first, second = report_messages(told, PRESS, year=2026)
    return texts(first["blocks"]), texts(second["blocks"])


def test_every_outcome_is_told_in_messages_that_slack_takes(
    ends: list[Dialog], held: Mapping[str, Source]
) -> None:
    assert {d.outcome.id for d in ends if d.outcome} == {each.id for each in GUIDE.outcomes}
    for dialog in ends:
        press = Press.at(dialog, owner=OWNER, consultation=NAME)
        for inputs in (Inputs(), GIVEN):
            said = report_messages(report(dialog, held, inputs), press, year=2026)
            assert len(said) == 2
            for message in said:
                check_blocks(message["blocks"])
                check_text(message["text"], longest=40_000)
                assert len(message["blocks"]) <= 50
                assert len(json.dumps(message["blocks"])) < TOGETHER


def test_the_first_message_says_what_to_do_and_the_second_what_that_rests_on(
    held: Mapping[str, Source],
) -> None:
    first, second = report_messages(report(ended({"facts": "yes"}), held), PRESS, year=2026)
    assert first["blocks"][0]["text"]["text"].startswith("Recommended: ")
    assert second["blocks"][0]["text"]["text"] == BEHIND
    what, why = texts(first["blocks"]), texts(second["blocks"])
    for heading in ("In short", "Why", "Do first", "The ladder"):
        assert f"*{heading}*" in what
        assert f"*{heading}*" not in why
    for heading in ("You were not sure", "Ruled out", "Estimate"):
        assert f"*{heading}*" in why
        assert f"*{heading}*" not in what
    assert [c.label for c in controls(first["blocks"])] == []
    assert [c.label for c in controls(second["blocks"])] == [CHANGE_NUMBERS, REMIND_ME]


def test_every_mark_links_to_a_source_that_is_listed(
    ends: list[Dialog], held: Mapping[str, Source]
) -> None:
    for dialog in ends[:12]:
        told = report(dialog, held)
        what, why = rendered(told)
        links = dict(re.findall(r"<([^|>]+)\|\[(\d+)\]>", what + why))
        urls = {str(r.number): r.source.url for r in told.references}
        assert urls
        assert {number: url for url, number in links.items()}.items() <= urls.items()
        assert not re.search(r"(?<!\|)\[\d+\]", what + why), "a mark that links nowhere"
        listed = json.dumps(report_messages(told, PRESS, year=2026)[1]["blocks"])
        for reference in told.references:
            assert f"[{reference.number}]" in listed
            assert reference.source.url in listed


def test_each_method_that_was_not_chosen_has_the_answer_that_ruled_it_out(
    held: Mapping[str, Source],
) -> None:
    told = report(ended({"prompting": "falls_short", "facts": "yes", "change": "often"}), held)
    _, why = rendered(told)
    ruled = why.split("*Ruled out*")[1].split("\n\n")[0]
    chosen = told.recommendation.method
    for method, facts in GUIDE.methods.items():
        assert (facts.title in ruled) == (method != chosen), method
    assert "You answered “" in ruled


def test_what_was_not_sure_says_what_another_answer_would_change(
    held: Mapping[str, Source],
) -> None:
    told = report(ended({"prompting": "falls_short", "facts": "yes"}), held)
    _, why = rendered(told)
    unsure = why.split("*You were not sure*")[1].split("*Ruled out*")[0]
    assert len(unsure.strip().splitlines()) == len(told.recommendation.unsure)
    assert "it would be: " in unsure
    assert ALONE in unsure


def test_caveats_are_marked_as_not_in_the_series(held: Mapping[str, Source]) -> None:
    told = report(ended({"facts": "yes", "change": "hardly_ever"}), held)
    _, why = rendered(told)
    assert "*Not in the series, but worth a thought*" in why
    assert told.recommendation.caveats
    for point in told.recommendation.caveats:
        assert point.text[:40] in why.split("worth a thought*")[1]


def test_nothing_of_a_description_is_live(held: Mapping[str, Source]) -> None:
    told = report(ended({"prompting": "meets"}, prompting=LIVE), held)
    for message in report_messages(told, PRESS, year=2026):
        everything = json.dumps(message, ensure_ascii=False)
        for alive in ("<!", "<@", "<https://evil"):
            assert alive not in everything
    assert "“&lt;!channel&gt; &lt;@U1BEN&gt;" in rendered(told)[1]


def fields(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {b["block_id"]: b for b in view["blocks"] if b["type"] == "input"}


def test_the_estimate_s_modal_asks_for_what_its_method_uses(
    ends: list[Dialog], held: Mapping[str, Source]
) -> None:
    for dialog in ends:
        told = report(dialog, held)
        view = inputs_modal(told.estimate, held="x" * 1_500)
        check_view(view, "modal")
        assert set(fields(view)) == {each.id for each in told.estimate.uses}
        assert "examples" not in fields(view) or told.recommendation.method not in (
            "rag",
            "in_context_learning",
        )


def test_a_field_says_what_is_assumed_and_holds_what_was_given(held: Mapping[str, Source]) -> None:
    peft = ended({"prompting": "too_costly", "examples": "some", "full_or_peft": "no"})
    given = Inputs({"parameters": 13.5, "gpu_hour_price": 2, "teraflops": 0.000001})
    view = inputs_modal(report(peft, held, given).estimate, held="")
    check_view(view, "modal")
    found = fields(view)
    values = {name: f["element"].get("initial_value") for name, f in found.items()}
    assert {name: value for name, value in values.items() if value is not None} == {
        "parameters": "13.5",
        "gpu_hour_price": "2",
        "teraflops": "0.000001",
    }
    assert found["examples"]["hint"]["text"] == "500 is assumed: a small set."
    assert "hint" not in found["gpu_hour_price"], "no price is ever assumed"
    assert all(field["optional"] for field in found.values())


def test_the_other_modals_are_views_that_slack_takes() -> None:
    check_view(reminder_modal(held="x" * 1_500, at=1_800_000_000), "modal")
    for step in GUIDE.steps:
        question = step.question[0].text
        for passage in (None, *CORPUS):
            check_view(why_modal(step, question, passage), "modal")
