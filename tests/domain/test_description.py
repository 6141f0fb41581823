from __future__ import annotations

from bot.domain.description import (
    FROM_DESCRIPTION,
    UNSAID,
    Described,
    Example,
    Said,
    from_descriptions,
    from_phrases,
    of_wholes,
)
from bot.domain.labelled import COUNTED

SETTINGS = {"few_examples": 50, "some_examples": 500}
STEPS = ["facts", "change", "sources", "examples"]
WIKI = Described(
    "d1-007",
    "A bot over a wiki that changes daily, no labels, nobody minds slips in a reply to students",
    accept=("rag",),
    said={
        "facts": Said("yes", "a wiki that changes daily"),
        "change": Said("often", "changes daily"),
        "sources": Said("no", "labels, nobody minds slips"),
    },
)
MAILS = Described(
    "d2-001",
    "40 clerks and 900 mails, 700 of them are tagged, 30 twice",
    accept=("peft",),
    said={"examples": Said("more", "700 of them are tagged, 30 twice")},
)


def labels_of(described: Described, text: str) -> list[dict[str, str | None]]:
    found = from_descriptions([described], STEPS, SETTINGS)
    assert {example.weight for example in found} == {FROM_DESCRIPTION}
    return [dict(e.labels) for e in found if " ".join(e.text.split()) == text]


def test_a_description_belongs_to_the_group_that_its_id_begins_with() -> None:
    assert WIKI.group == "d1"


def test_a_stretch_says_also_what_a_stretch_inside_it_says() -> None:
    assert labels_of(WIKI, "a wiki that changes daily") == [{"facts": "yes", "change": "often"}]
    assert labels_of(WIKI, "changes daily") == [{"change": "often"}]


def test_a_clause_says_what_stands_in_it_and_may_say_what_reaches_into_it() -> None:
    assert labels_of(WIKI, "A bot over a wiki that changes daily") == [
        {"facts": "yes", "change": "often"}
    ]
    assert labels_of(WIKI, "nobody minds slips in a reply to students") == [{"sources": None}]


def test_a_number_counts_examples_where_it_fits_what_is_said_of_them() -> None:
    others = dict.fromkeys(STEPS)
    assert labels_of(MAILS, "77 clerks") == [{}, {**others, "examples": UNSAID}]
    assert {**others, "examples": COUNTED} in labels_of(MAILS, "77 of them are tagged")
    assert {**others, "examples": None} in labels_of(MAILS, "77 twice")


def test_a_whole_says_all_that_is_said() -> None:
    (whole,) = of_wholes([MAILS], SETTINGS)
    assert whole.labels == {"examples": COUNTED}
    assert whole.text.count("77") == 4


def test_a_phrase_says_its_choice_and_one_of_the_background_nothing() -> None:
    phrases = [
        ("team", "all", "we can"),
        ("", "nothing", "in Oslo"),
        ("examples", "more", "900 tagged"),
    ]
    assert from_phrases(phrases, SETTINGS) == [
        Example("we can", {"team": "all"}),
        Example("in Oslo", {}),
        Example(" 77  tagged", {"examples": COUNTED}),
    ]
