from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.views import View

from bot.adapters.content import read_corpus
from bot.adapters.guide import load_guide
from bot.domain.answer import Source
from bot.playground.limits import check_view
from bot.services.ports import Recommended
from bot.slack.home_blocks import (
    NO_RECOMMENDATIONS,
    NO_RECORDS,
    NO_SOURCES,
    QUESTION_LIMIT,
    ask_modal,
    home_view,
    notice_modal,
)
from tests.fakes import LORA, PART1

YEAR = 2026
TITLES = {"rag": "Retrieval-augmented generation (RAG)", "peft": "PEFT"}
LIVE = ("<!channel>", "<@U1BEN>", "<#C1>", "<https://evil.example")
HOSTILE = "<!channel> <@U1BEN> <#C1> <https://evil.example|docs> a < b & c \u200b\u202e*bold*"


def recommended(number: int = 1, **changed: Any) -> Recommended:
    made = Recommended(
        work_id=f"w{number}",
        thread="T1:D1:1.0",
        user="U1ANA",
        guide_version="2026-11",
        path="facts=yes",
        method="rag",
        at=datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
    )
    return replace(made, **changed)


def source(year: int, label: str = "Somebody", **changed: Any) -> Source:
    made = Source(f"{label}{year}", "A title", label, year, f"https://papers.example/{label}")
    return replace(made, **changed)


def view(
    recommendations: list[Recommended] | None = None, *sources: Source, days: int = 90
) -> dict[str, Any]:
    """A Home tab that Slack would take."""
    made = home_view(
        recommendations=[] if recommendations is None else recommendations,
        sources=sources,
        year=YEAR,
        titles=TITLES,
        retention_days=days,
    )
    check_view(made, "home")
    return made


def texts(part: Any) -> Iterator[str]:
    """Every text that a view shows, in order."""
    if isinstance(part, dict):
        if isinstance(part.get("text"), str):
            yield part["text"]
        for value in part.values():
            yield from texts(value)
    elif isinstance(part, list):
        for each in part:
            yield from texts(each)


def shown(made: dict[str, Any]) -> str:
    return "\n".join(texts(made))


def counted(made: dict[str, Any]) -> list[tuple[str, int]]:
    """The spans of years with their counts."""
    fields = [field for block in made["blocks"] for field in block.get("fields", [])]
    pairs = (field["text"].split("\n") for field in fields)
    return [(name.strip("*"), int(count)) for name, count in pairs]


def test_the_two_ways_to_begin_are_buttons_and_the_guide_comes_first() -> None:
    [buttons] = [b["elements"] for b in view()["blocks"] if b["type"] == "actions"]
    assert [(b["action_id"], b["text"]["text"], b.get("style")) for b in buttons] == [
        ("home:guide", "Start the decision guide", "primary"),
        ("home:ask", "Ask a question", None),
    ]


def test_a_recommendation_shows_its_method_its_day_and_the_guides_version() -> None:
    told = shown(view([recommended()]))
    stamp = int(datetime(2026, 11, 23, 9, 30, tzinfo=UTC).timestamp())
    day = f"<!date^{stamp}^{{date_short_pretty}}|2026-11-23>"
    assert f"• *Retrieval-augmented generation (RAG)* · {day} · guide 2026-11" in told
    assert NO_RECOMMENDATIONS not in told


def test_a_recommendation_without_a_day_is_shown_without_one() -> None:
    told = shown(view([recommended(at=None)]))
    assert "• *Retrieval-augmented generation (RAG)* · guide 2026-11" in told


def test_a_method_of_an_older_guide_is_shown_by_its_id() -> None:
    assert "*prompt tuning*" in shown(view([recommended(method="prompt_tuning")]))


def test_the_latest_recommendations_are_shown_in_their_order() -> None:
    many = [recommended(n, guide_version=f"v{n}") for n in range(9)]
    lines = [line for line in shown(view(many)).splitlines() if line.startswith("•")]
    assert [line.rsplit(" ", 1)[1] for line in lines] == ["v0", "v1", "v2", "v3", "v4"]


def test_without_recommendations_the_tab_says_how_to_get_one() -> None:
    assert NO_RECOMMENDATIONS in shown(view([]))


def test_recommendations_that_cannot_be_read_are_not_called_none() -> None:
    made = home_view(
        recommendations=None, sources=[LORA], year=YEAR, titles=TITLES, retention_days=90
    )
    check_view(made, "home")
    assert NO_RECORDS in shown(made)
    assert NO_RECOMMENDATIONS not in shown(made)


def test_the_parts_of_the_series_are_linked_in_order_with_their_age() -> None:
    parts = [replace(PART1, key=f"part{n}", label=f"Part {n}") for n in (3, 1, 2)]
    lines = [line for line in shown(view([], *parts)).splitlines() if line.startswith("• <")]
    assert lines == [
        f"• <{PART1.url}|Part {n}: {PART1.title}> · 2024, 2 years old" for n in (1, 2, 3)
    ]


def test_references_are_counted_by_their_years() -> None:
    years = [2026, 2026, 2025, 2024, 2022, 2021, 2020, 2020, 2015]
    made = view([], *(source(year) for year in years))
    assert counted(made) == [
        ("2025 and 2026", 3),
        ("2023 and 2024", 1),
        ("2021 and 2022", 2),
        ("2020 and before", 3),
    ]
    assert "*9 references* from 2015 to 2026, about 4 years old on average" in shown(made)


@pytest.mark.parametrize(
    ("years", "told"),
    [
        ([2026], "*1 reference* of 2026, less than a year old on average"),
        ([2025], "*1 reference* of 2025, about a year old on average"),
        ([2020, 2020], "*2 references* of 2020, about 6 years old on average"),
    ],
)
def test_few_references_are_told_in_good_english(years: list[int], told: str) -> None:
    assert told in shown(view([], *(source(year) for year in years)))


@given(st.lists(st.integers(1950, 2030), min_size=1, max_size=200))
def test_every_reference_is_counted_in_one_span(years: list[int]) -> None:
    made = view([], *(source(year) for year in years))
    assert sum(count for _, count in counted(made)) == len(years)
    assert all(count > 0 for _, count in counted(made))


def test_a_reference_dated_ahead_counts_as_new() -> None:
    made = view([], source(2028), source(2026))
    assert counted(made) == [("2025 and 2026", 2)]
    assert "less than a year old on average" in shown(made)


def test_the_newest_references_are_named_and_only_a_few() -> None:
    sources = [source(year, f"Author{year}") for year in range(2010, 2027)]
    lines = [line for line in shown(view([], *sources)).splitlines() if line.startswith("• <")]
    assert [line.split("|")[1].split(":")[0] for line in lines] == [
        f"Author{year}" for year in (2026, 2025, 2024, 2023, 2022)
    ]
    assert lines[0] == (
        "• <https://papers.example/Author2026|Author2026: A title> · 2026, this year"
    )


def test_what_the_bot_says_of_itself_is_no_source() -> None:
    made = view([], replace(LORA, kind="about", url="", title="About adaptbot"))
    assert "About adaptbot" not in shown(made)
    assert NO_SOURCES in shown(made)


@pytest.mark.parametrize("url", ["", "http://plain.example", "javascript:alert(1)", "slack://x"])
def test_only_https_is_linked(url: str) -> None:
    told = shown(view([], replace(LORA, url=url)))
    assert f"• Hu 2021: {LORA.title} · 2021, 5 years old" in told


def test_an_address_longer_than_a_line_is_left_out() -> None:
    told = shown(view([], replace(LORA, url=f"https://papers.example/{'x' * 2_990}")))
    assert f"• Hu 2021: {LORA.title} · 2021, 5 years old" in told


@pytest.mark.parametrize(
    ("days", "told"), [(90, "for 90 days"), (1, "for 1 day,"), (365, "for 365 days")]
)
def test_how_long_things_are_kept_is_said(days: int, told: str) -> None:
    assert told in shown(view(days=days))


def test_nothing_that_comes_from_elsewhere_is_live() -> None:
    hostile = [
        recommended(method="made_up", guide_version=HOSTILE),
        recommended(method=HOSTILE),
    ]
    sources = [
        replace(LORA, label=HOSTILE, title=HOSTILE),
        replace(PART1, label=HOSTILE, title=HOSTILE),
    ]
    told = json.dumps(view(hostile, *sources), ensure_ascii=False)
    assert [live for live in LIVE if live in told] == []
    assert "\u200b" not in told
    assert "\u202e" not in told
    assert "a &lt; b &amp; c" in told


@given(
    st.lists(st.builds(recommended, method=st.text(), guide_version=st.text()), max_size=8),
    st.lists(
        st.builds(
            source,
            st.integers(1900, 2100),
            st.text(max_size=300),
            title=st.text(max_size=400),
            kind=st.sampled_from(["series", "reference", "about"]),
        ),
        max_size=120,
    ),
)
def test_whatever_it_holds_slack_takes_the_tab(
    recommendations: list[Recommended], sources: list[Source]
) -> None:
    view(recommendations, *sources)


@pytest.mark.parametrize("text", ["<" * 2_000, "&" * 2_000, "word " * 500, "\n" * 2_000])
def test_long_texts_stay_within_slacks_limits(text: str) -> None:
    many = [recommended(n, method=text, guide_version=text) for n in range(5)]
    sources = [replace(LORA, title=text, label=text)] * 60 + [replace(PART1, title=text)] * 60
    assert len(view(many, *sources)["blocks"]) <= 100


def test_what_ships_makes_a_tab_that_slacks_own_models_take() -> None:
    guide = load_guide()
    made = home_view(
        recommendations=[recommended(method=method) for method in guide.methods],
        sources=[*read_corpus().sources.values()],
        year=YEAR,
        titles={method: facts.title for method, facts in guide.methods.items()},
        retention_days=90,
    )
    check_view(made, "home")
    View(**made).validate_json()
    assert shown(made).count("Part ") >= 3
    for facts in guide.methods.values():
        assert f"*{facts.title}*" in shown(made)


def test_the_modals_are_such_as_slack_takes() -> None:
    for made in (ask_modal(), notice_modal("word " * 2_000), notice_modal("Sorry.")):
        check_view(made, "modal")
        View(**made).validate_json()


def test_the_question_may_be_as_long_as_slack_lets_it() -> None:
    field = ask_modal()["blocks"][0]["element"]
    assert (field["max_length"], field["multiline"]) == (QUESTION_LIMIT, True)
    assert QUESTION_LIMIT == 3_000
