from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.answer import Answer, Cited, Evidence, NotFound, Reference, Source
from bot.playground.controls import Control, controls
from bot.playground.limits import check_blocks
from bot.slack.blocks import HELP, SHORT, Said, answer_messages, context, header, section, sections
from bot.slack.layout import ROOM, weight_of
from bot.slack.sources import age
from tests.fakes import CORPUS, LORA, PART1
from tests.slack.rendered import body, check, links, of_type, plain, words
from tests.slack.test_rich import ANYTHING, LIVE

WORK = "T1LOCAL:C1GENERAL:1700000000.000100"
SENTENCE = "LoRA trains two small matrices & freezes the rest, with r < 8 in most cases [1]. "
LONG = (SENTENCE * 200)[:13_000]
ABOUT = Source("adaptbot", "About adaptbot", "adaptbot", 2026, "", kind="about")


def references(number: int, *, evidence: Evidence = "original") -> tuple[Reference, ...]:
    sources = (
        Source(f"k{n}", f"<!channel> {'A long title ' * 20}", "Hu 2021", 2021, LORA.url)
        for n in range(1, number + 1)
    )
    return tuple(
        Reference(n, source, ("A section", "Another & <one>"), evidence)
        for n, source in enumerate(sources, start=1)
    )


def said(answer: Answer, *, share: bool = False) -> list[Said]:
    """The messages, checked."""
    made = answer_messages(answer, work_id=WORK, year=2026, share=share)
    check(made)
    return made


def only(answer: Answer) -> Said:
    [message] = said(answer)
    return message


def buttons(messages: list[Said]) -> list[Control]:
    return [control for message in messages for control in controls(message["blocks"])]


def listed(answer: Answer) -> list[str]:
    """The items of the list of sources."""
    [container] = of_type(only(answer)["blocks"], "container")
    sections = [plain(section) for section in container["child_blocks"]]
    lines = "\n".join(sections).split("\n")
    return [re.sub(r"<[^|>]+\|([^>]*)>", r"\1", line) for line in lines]


def cited(*sources: Source, evidence: Evidence = "original") -> Cited:
    made = (Reference(n, s, (), evidence) for n, s in enumerate(sources, start=1))
    return Cited("One [1].", tuple(made))


def test_an_answer_links_its_marks_and_folds_up_its_sources() -> None:
    reference = Reference(1, LORA, ("What LoRA trains", "Rank"), "original")
    message = only(Cited("LoRA trains two matrices [1].", (reference,)))
    text, container, _ = message["blocks"]
    assert plain(text) == "LoRA trains two matrices [1]."
    assert links(text) == [("[1]", LORA.url)]
    assert container["title"]["text"] == "1 source"
    assert container["is_collapsible"] is container["default_collapsed"] is True
    name = f"[1] Hu 2021: {LORA.title}"
    assert plain(container["child_blocks"]) == (
        f"<{LORA.url}|{name}> · 2021, 5 years old · read in the original · What LoRA trains; Rank"
    )


def test_the_text_of_a_message_tells_all_of_it_and_is_inert() -> None:
    answer = Cited("**LoRA** trains <!channel> a < b [1].", (Reference(1, LORA, (), "original"),))
    assert only(answer)["text"].split("\n") == [
        "LoRA trains !channel a &lt; b [1].",
        "Sources:",
        f"[1] Hu 2021: {LORA.title} {LORA.url}",
    ]


def test_a_source_read_about_only_says_so() -> None:
    assert "from a page about it" in listed(cited(PART1, evidence="secondary"))[0]


def test_the_bot_itself_is_a_source_without_address_or_age() -> None:
    answer = cited(ABOUT)
    assert listed(answer) == ["[1] adaptbot: About adaptbot"]
    message = only(answer)
    assert plain(message["blocks"][0]) == "One [1]."
    assert links(message["blocks"]) == []
    assert message["text"].endswith("[1] adaptbot: About adaptbot")


@pytest.mark.parametrize(
    ("year", "told"),
    [
        (2026, "2026, this year"),
        (2025, "2025, last year"),
        (2024, "2024, 2 years old"),
        (2027, "2027"),
    ],
)
def test_a_source_tells_how_old_it_is(year: int, told: str) -> None:
    assert age(replace(LORA, year=year), 2026) == told


@pytest.mark.parametrize("url", ["http://x.example", "javascript:alert(1)", "https://a@b.example/"])
def test_an_odd_address_of_a_source_is_no_link(url: str) -> None:
    assert links(only(cited(replace(LORA, url=url)))["blocks"]) == []


ANSWERS: list[Answer] = [
    Cited("One [1].", references(1)),
    Cited(LONG, references(1)),
    Cited("x" * 13_000, references(3)),
    Cited("<" * 4_000, references(1)),
    Cited("line\n" * 2_600, references(1)),
    Cited("word " * 2_600, references(60)),
    Cited(LONG, references(60, evidence="secondary")),
    Cited("One [60].", references(60)),
    Cited(". " * 3_000, references(1)),
    Cited("[1] " * 3_000, references(1)),
    Cited("\u200b", references(1)),
    Cited("", ()),
    Cited("One [1].", references(1), lead="You asked in Dutch; my sources are in English."),
    NotFound("empty", "I don't see a question there."),
    NotFound("off_topic", "I can't help with that.", nearest=CORPUS),
    NotFound("not_covered", "<!channel> " * 500, nearest=CORPUS),
    NotFound("not_covered", "<!channel> " * 3_000, nearest=CORPUS * 20, suggestions=("x" * 90,)),
    NotFound("off_topic", "\n", suggestions=("", " "), about_method=True),
]


@pytest.mark.parametrize("share", [False, True])
@pytest.mark.parametrize("answer", ANSWERS, ids=str)
def test_every_answer_is_messages_that_slack_takes(answer: Answer, share: bool) -> None:  # noqa: FBT001
    made = said(answer, share=share)
    assert "<!" not in json.dumps(made).replace("<!channel> A long title", "")
    assert all(weight_of(message["blocks"]) <= ROOM for message in made)
    kinds = [[block["type"] for block in message["blocks"]] for message in made]
    assert [kind[-1] == "context_actions" for kind in kinds] == [False] * (len(made) - 1) + [True]
    assert all("container" not in kind and "actions" not in kind for kind in kinds[:-1])


def test_an_answer_of_13000_characters_is_told_whole() -> None:
    made = said(Cited(LONG, references(1)))
    assert len(made) > 1
    shown = " ".join(plain(block) for block in body(made))
    assert words(shown) == words(LONG)
    assert words(" ".join(message["text"] for message in made)).count("LoRA") == LONG.count("LoRA")


@given(
    st.lists(
        st.sampled_from([SENTENCE.strip(), "[1]" * 40, "a_b", "x" * 200, "**y**"]), min_size=1
    ),
    st.integers(1, 60),
)
def test_a_short_answer_is_always_one_message(sentences: list[str], number: int) -> None:
    text = " ".join(sentences)[:SHORT].strip()
    only(Cited(text, references(number)))


def test_sources_beyond_the_limit_are_counted() -> None:
    answer = cited(*(source.source for source in references(60)))
    *items, end = listed(answer)
    assert 5 < len(items) < 60
    [container] = of_type(only(answer)["blocks"], "container")
    assert container["title"]["text"] == "60 sources"
    assert end == f"… and {60 - len(items)} more sources"
    assert "[60] Hu 2021" in only(answer)["text"]


def test_a_notice_before_an_answer_stands_by_itself() -> None:
    answer = Cited("- one [1]\n- two [1]", references(1), lead="My sources say instead:")
    rich = only(answer)["blocks"][0]
    assert [plain(element) for element in rich["elements"]] == [
        "My sources say instead:",
        "one [1]two [1]",
    ]


def test_thumbs_carry_the_answer_they_are_about() -> None:
    up, down = buttons([only(ANSWERS[0])])
    assert {up.action_id, down.action_id} == {"feedback"}
    assert json.loads(up.action["value"]) == {"w": WORK, "o": "up"}
    assert json.loads(down.action["value"]) == {"w": WORK, "o": "down"}
    [thumbs] = of_type(only(ANSWERS[0])["blocks"], "feedback_buttons")
    for face in ("positive_button", "negative_button"):
        assert 0 < len(thumbs[face]["accessibility_label"]) <= 75


def test_an_answer_can_be_shared_where_that_is_asked_for() -> None:
    shared = [b for b in buttons(said(ANSWERS[0], share=True)) if b.action_id == "share"]
    assert [(b.label, b.action["value"]) for b in shared] == [("Share to channel", WORK)]
    assert "share" not in [b.action_id for b in buttons(said(ANSWERS[0]))]


def test_a_refusal_links_the_nearest_sections() -> None:
    message = only(NotFound("not_covered", 'No "<@U1BEN>" here.', nearest=CORPUS[:2]))
    rich, _ = message["blocks"]
    assert links(rich) == [("Part 1", PART1.url)] * 2
    assert plain(rich) == (
        'No "@U1BEN" here.\n\nNearest I hold:Part 1, Cost of pre-trainingPart 1, What RAG is'
    )
    assert message["text"].split("\n") == [
        'No "@U1BEN" here.',
        "Nearest I hold:",
        f"• Part 1 ({PART1.url}), Cost of pre-training",
        f"• Part 1 ({PART1.url}), What RAG is",
    ]


def test_a_refusal_offers_questions_that_have_an_answer() -> None:
    long = "How does " + "very " * 20 + "long a question get?"
    message = only(NotFound("not_covered", "No.", suggestions=("What is RAG?", long, 'a "b" \\?')))
    asks = [control for control in buttons([message]) if control.action_id.startswith("ask:")]
    assert [control.action_id for control in asks] == ["ask:0", "ask:1", "ask:2"]
    assert [json.loads(control.action["value"]) for control in asks] == [
        {"q": question, "w": WORK} for question in ("What is RAG?", long, 'a "b" \\?')
    ]
    assert asks[0].label == "What is RAG?"
    assert asks[1].label.endswith("…")
    assert plain(message["blocks"][1]) == f"You could ask:{long}"
    assert message["text"].split("\n")[1:] == [
        "You could ask:", "• What is RAG?", f"• {long}", '• a "b" \\?',
    ]  # fmt: skip


def test_a_question_too_long_for_a_button_is_offered_in_words() -> None:
    long = "é" * 2_100
    message = only(NotFound("not_covered", "No.", suggestions=(long,)))
    assert [control.action_id for control in buttons([message])] == ["feedback"] * 2
    assert long in plain(message["blocks"][1])


def test_who_asks_for_a_method_is_shown_the_guide() -> None:
    message = only(NotFound("not_covered", "No.", about_method=True))
    [start, *_] = buttons([message])
    assert (start.action_id, start.label) == ("open_guide", "Start the decision guide")
    assert start.action["value"] == WORK
    [button] = of_type(message["blocks"], "button")
    assert button["style"] == "primary"
    assert "/adapt" in message["text"]


@given(ANYTHING, st.integers(1, 40))
def test_whatever_a_model_writes_is_safe_and_fits(written: str, times: int) -> None:
    known = (Reference(1, LORA, (), "original"), Reference(2, ABOUT, (), "original"))
    made = said(Cited(written * times, known))
    for message in made:
        unlinked = message["text"].replace(LORA.url, "")
        assert "<" not in unlinked
        assert ">" not in unlinked
        assert LIVE.search(unlinked.replace("&lt;", "<").lower()) is None
    assert {url for _, url in links([message["blocks"] for message in made])} <= {LORA.url}


@given(
    st.lists(
        st.sampled_from(["word", "a &amp; b", "<https://x.example|[1]>", "\n", ". ", "y" * 99])
    )
)
def test_sections_cut_neither_links_nor_escapes_nor_words(parts: list[str]) -> None:
    text = " ".join(parts * 40)
    made = [block["text"]["text"] for block in sections(text)]
    assert "".join(" ".join(made).split()) == "".join(text.split())
    for piece in made:
        assert piece.count("<") == piece.count(">")
        assert piece.count("&") == piece.count(";")
        assert 0 < len(piece) <= 3_000


@given(st.integers(2_980, 3_001), st.sampled_from(["&amp;", "<https://x.example|[1]>"]))
def test_not_even_a_text_without_spaces_is_cut_in_a_link(start: int, token: str) -> None:
    made = [block["text"]["text"] for block in sections("x" * start + token + "y" * 3_000)]
    assert any(token in piece for piece in made)


@pytest.mark.parametrize("block", [section("#general"), context("#general")])
def test_slack_makes_no_links_of_its_own(block: dict[str, Any]) -> None:
    text = block.get("text") or block["elements"][0]
    assert text["verbatim"] is True


def test_a_headline_and_the_help_keep_within_the_limits() -> None:
    check_blocks([header("long " * 100), section(HELP)])
