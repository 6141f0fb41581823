from __future__ import annotations

import pytest

from bot.domain.polarity import denies


@pytest.mark.parametrize(
    "text",
    [
        "no labelled data",
        "we never had to fix the tone",
        "does not change often",
        "it doesn't change",
        "it doesnt change",
        "labels: zero",
        "nobody has tagged anything",
        "works w/o GPUs",
    ],
)
def test_a_denial_is_seen(text: str) -> None:
    assert denies(text)


@pytest.mark.parametrize(
    "text",
    ["labelled data", "changes often", "notes in a knotty wiki", "not only German", "never not"],
)
def test_what_denies_nothing_or_twice_affirms(text: str) -> None:
    assert not denies(text)
