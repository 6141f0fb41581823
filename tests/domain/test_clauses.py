from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.clauses import MOST_CLAUSES, QUOTED, Span, clauses, narrower, quoted, spans

SUPPORT = (
    "we run a support bot over a wiki that changes daily, no labelled data, "
    "answers must show sources"
)


def texts(found: list[Span]) -> list[str]:
    return [span.text for span in found]


def test_clauses_end_at_punctuation_brackets_dashes_and_conjunctions() -> None:
    said = "Two towns (both small): rules change daily - no labels; and 1,200 mails\nbut no cites."
    assert texts(clauses(said)) == [
        "Two towns",
        "both small",
        "rules change daily",
        "no labels",
        "and 1,200 mails",
        "but no cites",
    ]


def test_neighbouring_clauses_are_also_read_together() -> None:
    assert "no labelled data, answers must show sources" in texts(spans(SUPPORT))


def test_long_clauses_are_not_read_together() -> None:
    long = "word " * 20
    assert texts(spans(f"{long}; {long}x")) == [long.strip(), f"{long}x"]


def test_a_span_stands_in_the_description_word_for_word() -> None:
    for span in spans(SUPPORT):
        assert SUPPORT[span.start : span.end] == span.text


def test_the_shorter_stretches_of_a_span_come_shortest_first() -> None:
    found = texts(narrower(SUPPORT, clauses(SUPPORT)[0]))
    assert "that changes daily" in found
    assert found == sorted(found, key=len)
    assert SUPPORT.split(", ", maxsplit=1)[0] not in found


def test_what_denies_is_not_parted_from_what_it_denies() -> None:
    said = "so far not one of us has anything good to say about it from the first day on"
    for span in narrower(said, Span(0, len(said), said)):
        assert "not one" in span.text


def test_short_clauses_are_quoted_as_they_stand() -> None:
    said = "answers from our own wiki, no labels"
    assert texts(narrower(said, Span(0, len(said), said, clauses=2))) == [
        "no labels",
        "answers from our own wiki",
    ]


def test_what_is_quoted_begins_with_no_conjunction() -> None:
    said = "it works, and because that changes daily."
    assert quoted(said, Span(8, len(said), said[8:])) == "changes daily"


def test_what_is_quoted_is_cut_between_words() -> None:
    said = "labelled " * 30
    words = quoted(said, Span(0, len(said), said))
    assert len(words) <= QUOTED
    assert set(words.split()) == {"labelled"}


def test_a_text_without_punctuation_is_cut_into_pieces() -> None:
    said = "we have a bot that reads the wiki which is new every day " * 30
    assert len(clauses(said)) > 5


def test_only_so_many_clauses_are_looked_at() -> None:
    assert len(clauses("yes, no. " * 5_000)) == MOST_CLAUSES
    assert len(spans("a1, b2, c3. " * 5_000)) <= 3 * MOST_CLAUSES


@given(st.text(max_size=400))
def test_any_text_can_be_taken_apart_and_quoted(text: str) -> None:
    for span in spans(text):
        assert quoted(text, span) in text
        for inner in narrower(text, span):
            assert span.start <= inner.start < inner.end <= span.end
            assert quoted(text, inner) in text
