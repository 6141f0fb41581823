from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.fitted_reader import save
from bot.adapters.guide import load_guide, parse_guide
from bot.adapters.reader import BATCH, EmbeddedReader, read_fitted
from bot.adapters.reader_weights import Floats
from bot.domain.clauses import QUOTED
from bot.domain.flowchart import Guide
from bot.errors import (
    ContentError,
    IndexUnavailableError,
    ModelUnavailableError,
    OutOfTimeError,
    StoppedError,
)
from bot.services.patience import Patience
from tests.adapters.readers import CLASSES, Counting, small_reader


@pytest.fixture
def embed() -> Counting:
    return Counting()


@pytest.fixture(scope="module")
def guide() -> Guide:
    return load_guide()


@pytest.fixture
def reader(guide: Guide, embed: Counting) -> EmbeddedReader:
    bare = without_phrases(guide)
    return EmbeddedReader(bare, embed=embed, fitted=small_reader())


def without_phrases(guide: Guide) -> Guide:
    steps = [
        replace(step, choices=tuple(replace(choice, phrases=()) for choice in step.choices))
        for step in guide.steps
    ]
    return replace(guide, steps=tuple(steps))


def read(reader: EmbeddedReader, description: str) -> dict[str, tuple[str, str | None]]:
    return {a.step: (a.choice, a.read_from) for a in reader.read(description)}


def test_what_is_said_is_read_with_the_words_that_say_it(reader: EmbeddedReader) -> None:
    said = "Hello, a bot over a wiki that changes daily, and 2.5k mails were tagged."
    assert read(reader, said) == {
        "facts": ("yes", "over a wiki"),
        "change": ("often", "changes daily"),
        "examples": ("more", "2.5k mails were tagged"),
    }


def test_answers_come_in_the_order_of_the_guide(reader: EmbeddedReader) -> None:
    found = reader.read("12 tagged, new daily, over a wiki")
    assert [answer.step for answer in found] == ["facts", "change", "examples"]


def test_the_clearer_of_two_choices_is_taken(reader: EmbeddedReader) -> None:
    assert read(reader, "static mostly but also other things, daily")["change"][0] == "often"


def test_a_count_without_a_number_is_not_read(reader: EmbeddedReader) -> None:
    assert "examples" not in read(reader, "mails were tagged")


def test_none_at_all_needs_no_number(reader: EmbeddedReader) -> None:
    assert read(reader, "mails are untagged")["examples"] == ("hardly_any", "mails are untagged")


def test_what_the_guide_does_not_know_is_not_read(reader: EmbeddedReader) -> None:
    assert read(reader, "rain, maybe") == {}


@pytest.mark.parametrize("nothing", ["", "   ", "\n\t", "🙂🙂 🎉", "?!", "\x00\x07", ",.;"])
def test_nothing_is_read_from_nothing(reader: EmbeddedReader, nothing: str) -> None:
    assert reader.read(nothing) == ()


def test_control_characters_stay_in_what_is_quoted_and_do_no_harm(reader: EmbeddedReader) -> None:
    said = "over a\x07 wi\u200bki, new dai\u00adly"
    found = read(reader, said)
    assert found["facts"][0] == "yes"
    assert all(words is not None and words in said for _, words in found.values())


def test_long_descriptions_are_read_in_batches(reader: EmbeddedReader, embed: Counting) -> None:
    said = ("we sell shoes, and hats. " * 2_000)[:39_000] + "changes daily"
    assert reader.read("changes daily, " + said)
    assert max(embed.batches) <= BATCH


def test_texts_of_unlike_length_are_embedded_apart(reader: EmbeddedReader) -> None:
    said = f"daily, static, {'shoes ' * 39}, a wiki, {'hats ' * 39}, {'boots ' * 39}"
    assert read(reader, said)["facts"] == ("yes", "a wiki")


def test_what_is_quoted_is_short_and_verbatim(reader: EmbeddedReader) -> None:
    said = "daily " * 100
    (answer,) = reader.read(said)
    assert answer.read_from
    assert answer.read_from in said
    assert len(answer.read_from) <= QUOTED


@pytest.mark.parametrize(
    ("patience", "error"),
    [(Patience(0), OutOfTimeError), (Patience(stopped=lambda: True), StoppedError)],
)
def test_reading_ends_with_the_patience(
    reader: EmbeddedReader, embed: Counting, patience: Patience, error: type[Exception]
) -> None:
    with pytest.raises(error):
        reader.read("changes daily", patience=patience)
    assert embed.batches == []


def test_a_model_that_cannot_be_loaded_is_unavailable(guide: Guide) -> None:
    def broken(_: Sequence[str]) -> Floats:
        raise IndexUnavailableError("the embedding model cannot be loaded")

    with pytest.raises(ModelUnavailableError, match="cannot be loaded"):
        EmbeddedReader(guide, embed=broken, fitted=None).read("changes daily")


def test_several_can_read_at_a_time(guide: Guide, embed: Counting) -> None:
    reader, found = EmbeddedReader(guide, embed=embed, fitted=None), []
    threads = [
        threading.Thread(target=lambda: found.append(reader.read("updated daily")))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1


def test_a_reader_is_found_by_the_name_of_its_model(tmp_path: Path) -> None:
    save(small_reader(), tmp_path / "reader-org-some-model-v2.npz")
    found = read_fitted(tmp_path, model="org/Some_Model-v2")
    assert found is not None
    assert found.clauses.classes == CLASSES
    assert read_fitted(tmp_path, model="another") is None


def test_a_damaged_reader_is_named(tmp_path: Path) -> None:
    (tmp_path / "reader-some.npz").write_text("nothing")
    with pytest.raises(ContentError, match=r"reader-some\.npz"):
        read_fitted(tmp_path, model="some")


ADDED = """
  - id: offline
    question: Must it run offline?
    why: A closed network rules out hosted models.
    support: derived
    basis: our inference
    choices:
      - id: "yes"
        label: "Yes"
        phrases: [no internet connection at all, must never touch the network, runs offline]
        next: prompting
      - id: "no"
        label: "No"
        phrases: [internet connection is fine, hosted in a cloud]
        next: prompting
    not_sure:
      because: We assume that it may be hosted.
      next: prompting
"""


@pytest.fixture(scope="module")
def grown(guide: Guide) -> Guide:
    """The guide with a step more, that nothing was fitted to."""
    from bot.adapters.guide import guide_text  # noqa: PLC0415

    text = guide_text().replace("\nsteps:\n", f"\nsteps:{ADDED}", 1)
    text = text.replace("start: prompting", "start: offline").replace(
        "most_questions: 8", "most_questions: 9"
    )
    assert guide.start == "prompting"
    return parse_guide(text, file="grown.yaml")


def test_a_step_that_was_added_is_read_from_its_phrases(grown: Guide, embed: Counting) -> None:
    reader = EmbeddedReader(grown, embed=embed, fitted=small_reader())
    assert read(reader, "a wiki, no internet connection") == {
        "offline": ("yes", "no internet connection"),
        "facts": ("yes", "a wiki"),
    }


def test_a_clause_that_denies_is_not_like_a_phrase_that_does_not(
    grown: Guide, embed: Counting
) -> None:
    reader = EmbeddedReader(grown, embed=embed, fitted=small_reader())
    assert read(reader, "internet connection")["offline"][0] == "no"
    assert read(reader, "without internet connection")["offline"][0] == "yes"
    assert "offline" not in read(reader, "not hosted in a cloud")


def test_a_clause_that_is_like_two_choices_says_neither(grown: Guide, embed: Counting) -> None:
    reader = EmbeddedReader(grown, embed=embed, fitted=small_reader())
    assert "offline" not in read(reader, "offline in a cloud")


def test_without_weights_every_step_is_read_from_phrases(guide: Guide, embed: Counting) -> None:
    steps = tuple(
        replace(
            step,
            choices=tuple(
                replace(c, phrases=PHRASES.get((step.id, c.id), ())) for c in step.choices
            ),
        )
        for step in guide.steps
    )
    reader = EmbeddedReader(replace(guide, steps=steps), embed=embed, fitted=None)
    reader.warm()
    assert read(reader, "mails updated daily, 80 pairs tagged by hand, nothing else") == {
        "change": ("often", "mails updated daily"),
        "examples": ("some", "80 pairs tagged by hand"),
    }


PHRASES = {
    ("change", "often"): ("updated daily",),
    ("change", "hardly_ever"): ("static archive",),
    ("examples", "hardly_any"): ("12 pairs tagged", "no pairs tagged"),
    ("examples", "more"): ("4,000 pairs tagged by hand",),
}
