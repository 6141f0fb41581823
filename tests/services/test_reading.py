# ruff: noqa: RUF001 - quotes as people's keyboards write them

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.dialog import Answered
from bot.errors import IndexUnavailableError, ModelUnavailableError, OutOfTimeError, StoppedError
from bot.services.patience import ENDLESS, Patience
from bot.services.reading import Reading, opening, stretch

WIKI = "We run a support bot over a wiki that changes daily."


@dataclass
class ScriptedReader:
    """Says `answers`, or fails; notes what it was given."""

    answers: tuple[Answered, ...] = ()
    error: Exception | None = None
    texts: list[str] = field(default_factory=list)
    patiences: list[Patience] = field(default_factory=list)

    def read(self, description: str, *, patience: Patience = ENDLESS) -> tuple[Answered, ...]:
        self.texts.append(description)
        self.patiences.append(patience)
        if self.error:
            raise self.error
        return self.answers


OFTEN = (Answered("change", "often", "changes daily"),)
RARELY = (Answered("change", "hardly_ever", "a wiki"),)


def gone() -> ScriptedReader:
    return ScriptedReader(error=ModelUnavailableError("openai:m: RateLimitError"))


def test_the_first_reader_that_answers_is_believed() -> None:
    second = ScriptedReader(RARELY)
    assert Reading([ScriptedReader(OFTEN), second]).read(WIKI) == OFTEN
    assert second.texts == []


def test_a_reader_that_finds_nothing_has_answered() -> None:
    second = ScriptedReader(RARELY)
    assert Reading([ScriptedReader(), second]).read(WIKI) == ()
    assert second.texts == []


def test_the_next_reader_takes_over_from_one_that_cannot_be_reached(
    capsys: pytest.CaptureFixture[str],
) -> None:
    patience = Patience(60)
    readers = [gone(), gone(), ScriptedReader(OFTEN)]
    assert Reading(readers).read(WIKI, patience=patience) == OFTEN
    assert [reader.texts for reader in readers] == [[WIKI]] * 3
    assert [reader.patiences for reader in readers] == [[patience]] * 3
    logged = capsys.readouterr()
    assert "openai:m: RateLimitError" in logged.out + logged.err
    assert "wiki" not in logged.out + logged.err


def test_the_error_of_the_last_reader_passes() -> None:
    last = ScriptedReader(error=ModelUnavailableError("the last one"))
    with pytest.raises(ModelUnavailableError, match="the last one"):
        Reading([gone(), last]).read(WIKI)


@pytest.mark.parametrize("error", [StoppedError, OutOfTimeError, IndexUnavailableError])
def test_any_other_error_ends_the_reading(error: type[Exception]) -> None:
    second = ScriptedReader(OFTEN)
    with pytest.raises(error):
        Reading([ScriptedReader(error=error()), second]).read(WIKI)
    assert second.texts == []


@pytest.mark.parametrize("text", ["", " \n\t", "?!…", "🙂🙃", "\x00\x1b[0m", "\u200b\ufeff\u202e"])
def test_a_text_without_words_says_nothing_and_is_given_to_nobody(text: str) -> None:
    reader = ScriptedReader(OFTEN)
    assert Reading([reader]).read(text) == ()
    assert reader.texts == []


def test_without_readers_nothing_is_read() -> None:
    assert Reading([]).read(WIKI) == ()


def test_readers_get_the_text_that_is_kept_and_shown() -> None:
    reader = ScriptedReader()
    reading = Reading([reader])
    typed = "A wiki\u200b that \x1b[1mchanges\x1b[0m\n\n daily  <b>&amp; no labels</b>\x07"
    reading.read(typed)
    assert reader.texts == [reading.cleaned(typed)]
    assert reader.texts == ["A wiki that changes\ndaily <b>&amp; no labels</b>"]


@given(st.text())
def test_a_cleaned_text_stays_as_it_is(text: str) -> None:
    reading = Reading([])
    assert reading.cleaned(reading.cleaned(text)) == reading.cleaned(text)


def test_a_long_text_reaches_the_readers_whole() -> None:
    reader = ScriptedReader()
    Reading([reader]).read("word " * 8_000)
    assert reader.texts == [" ".join(["word"] * 8_000)]


@pytest.mark.parametrize(
    ("text", "limit", "kept"),
    [
        ("One two. Three four.", 20, "One two. Three four."),
        ("One two. Three four.", 19, "One two. Three"),
        ("One two three. Four five.", 20, "One two three."),
        ("One two three! Four five.", 14, "One two three!"),
        ("One two three? Four five.", 13, "One two"),
        ("It grew by 3.5 percent a year", 20, "It grew by 3.5"),
        ("He said “no more.” Then he went", 24, "He said “no more.”"),
        ("One. Two three four five six", 20, "One. Two three four"),
        ("abcdefghij", 4, "abcd"),
        ("ab cdefghij", 8, "ab cdefg"),
        ("一二三四五。六七八九十", 8, "一二三四五。"),
        ("", 8, ""),
    ],
)
def test_a_text_is_cut_at_a_sentence_or_else_at_a_word(text: str, limit: int, kept: str) -> None:
    assert opening(text, limit) == kept


@given(st.text(alphabet="ab .!", max_size=60), st.integers(1, 60))
def test_what_is_kept_is_the_beginning_and_at_least_nearly_half(text: str, limit: int) -> None:
    kept = opening(text, limit)
    assert text.startswith(kept)
    assert len(kept) <= limit
    assert len(text[: limit // 2].rstrip()) <= len(kept)


TEXT = (
    "We DON’T have labels.  The  “price list” changes each\nMonday; "
    "3.5k mails, C++ code (w/o tests)"
)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("changes each Monday", "changes each\nMonday"),
        ("don't have labels", "DON’T have labels"),
        ("The 'price list' changes", "The  “price list” changes"),
        ('"We don\'t have labels."', "We DON’T have labels"),
        ("…changes each Monday...", "changes each\nMonday"),
        ("3.5k mails", "3.5k mails"),
        ("C++", "C++"),
        ("(w/o tests)", "(w/o tests)"),
        ("\u200bMonday", "Monday"),
    ],
)
def test_words_are_found_as_the_text_has_them(words: str, found: str) -> None:
    assert stretch(words, TEXT) == found


@pytest.mark.parametrize(
    "words",
    [
        "",
        " ",
        "...",
        "“”",
        "label",
        "lab",
        "345k mails",
        "3x5k mails",
        "mails code",
        ".*",
        "Monday|x",
    ],
)
def test_what_is_no_part_of_the_text_is_not_found(words: str) -> None:
    assert stretch(words, TEXT) is None


@given(st.text(max_size=30), st.text(max_size=60))
def test_what_is_found_stands_in_the_text(words: str, text: str) -> None:
    found = stretch(words, text)
    assert found is None or found in text


@given(st.lists(st.sampled_from("ab C++ 3.5k (w/o 'no' x".split()), min_size=1), st.data())
def test_any_run_of_words_is_found_again(words: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    assert stretch(" ".join(words[start:end]).upper(), " ".join(words)) is not None
