from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bot.adapters.fitted_reader import FittedReader, load, save
from bot.domain.seen import seen
from bot.errors import ContentError
from tests.adapters.readers import Counting, small_reader

SETTINGS = {"few_examples": 50, "some_examples": 500}
SAID = "a wiki that is new daily, 300 mails tagged, in Oslo"


def told(reader: FittedReader, description: str) -> dict[str, dict[str, float]]:
    parts = seen(description)
    found = reader.told(parts, Counting()(parts.texts), SETTINGS)
    return {step: {c: chance for c, (chance, _) in each.items()} for step, each in found.items()}


def test_the_clearest_span_of_each_choice_is_weighed() -> None:
    parts = seen(SAID)
    found = small_reader().told(parts, Counting()(parts.texts), SETTINGS)
    chance, clearest = found["change"]["often"]
    assert chance > 0.9
    assert clearest.span == parts.spans[0]
    assert clearest.alone == clearest.chance
    assert found["change"]["hardly_ever"][0] < 0.1


def test_a_number_tells_how_many_examples_there_are() -> None:
    parts = seen(SAID)
    chance, some = small_reader().told(parts, Counting()(parts.texts), SETTINGS)["examples"]["some"]
    assert chance > 0.9
    assert some.counted
    assert some.span == parts.windows[0].span


def test_without_bounds_no_number_tells_anything() -> None:
    parts = seen(SAID)
    found = small_reader().told(parts, Counting()(parts.texts), {})["examples"]
    assert set(found) == {"hardly_any"}


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    file = tmp_path / "reader.npz"
    save(small_reader(), file)
    return file


def test_a_reader_that_was_kept_reads_alike(kept: Path) -> None:
    before, after = told(small_reader(), SAID), told(load(kept), SAID)
    assert after.keys() == before.keys()
    for step, chances in before.items():
        assert after[step] == pytest.approx(chances, abs=0.01)


def rewritten(file: Path, **changed: object) -> None:
    """`file` with other parts; None takes one out."""
    with np.load(file) as held:
        parts = {**held, **changed}
    kept = {name: np.array(part) for name, part in parts.items() if part is not None}
    np.savez(file, allow_pickle=True, **kept)


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-200])


def _of_another_kind(file: Path) -> None:
    file.write_text("classes: none", "utf-8")


def _other_archive(file: Path) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("steps.npy", "none")
    file.write_bytes(held.getvalue())


@pytest.mark.parametrize(
    "spoil",
    [
        _cut,
        _of_another_kind,
        _other_archive,
        lambda file: rewritten(file, clauses_terms=None),
        lambda file: rewritten(file, clauses_terms=np.frombuffer(b"\xff", np.uint8)),
        lambda file: rewritten(file, clauses_bias=np.zeros(1, np.float32)),
        lambda file: rewritten(file, whole_rarity=np.zeros(3, np.float16)),
        lambda file: rewritten(file, clauses_weights=np.zeros(20, np.float16)),
        lambda file: rewritten(file, clauses_weights=np.float16(0)),
        lambda file: rewritten(file, whole_weights=np.zeros((12, 12), np.float16)),
        lambda file: rewritten(file, clauses_classes=np.array(["a=-", "b=-"] * 6)),
        lambda file: rewritten(file, steps=np.array([], np.str_)),
        lambda file: rewritten(file, steps=np.array(["change", "nowhere"])),
        lambda file: rewritten(file, verdict_change_weights=np.zeros((2, 2), np.float32)),
        lambda file: rewritten(file, verdict_change_bias=np.zeros(1, np.float32)),
    ],
)
def test_a_file_that_is_no_reader_is_named(kept: Path, spoil: Callable[[Path], None]) -> None:
    spoil(kept)
    with pytest.raises(ContentError, match=r"reader\.npz:1: .* run adaptbot evaluate --calibrate"):
        load(kept)
