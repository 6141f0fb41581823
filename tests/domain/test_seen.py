from __future__ import annotations

from bot.domain.seen import WHOLE, as_compared, seen


def test_clauses_numbers_and_the_whole_are_seen_in_that_order() -> None:
    parts = seen("A wiki, 300 mails tagged")
    assert [text.split() for text in parts.texts] == [
        "A wiki".split(),
        "77 mails tagged".split(),
        "A wiki, 77 mails tagged".split(),
        "77 mails tagged".split(),
        "A wiki, 77 mails tagged".split(),
    ]


def test_control_characters_are_not_compared() -> None:
    assert as_compared("a\x07 wi\u200bki,\n new") == "a wiki, new"


def test_of_a_long_description_the_beginning_is_seen_as_a_whole() -> None:
    assert len(seen("a wiki " * 2_000).whole) <= WHOLE
