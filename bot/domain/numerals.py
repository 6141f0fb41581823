"""The numbers in what people type about their projects: "2.5k annotated", "a few hundred"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

MASK = "77"
"""Stands for a number where only the words around it are to tell."""

_SCALES = {"k": 10**3, "thousand": 10**3, "thousands": 10**3, "m": 10**6, "mio": 10**6}
_SCALES |= {"million": 10**6, "millions": 10**6, "hundred": 100, "hundreds": 100}
_SCALES |= {"dozen": 12, "dozens": 12}
_UNITS: Mapping[str, float] = MappingProxyType(
    dict(
        zip(
            """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
            sixteen seventeen eighteen nineteen twenty""".split(),
            range(2, 21),
            strict=True,
        )
    )
    | dict(
        zip(
            "thirty forty fifty sixty seventy eighty ninety".split(),
            range(30, 100, 10),
            strict=True,
        )
    )
    | {"half a": 0.5, "a couple": 2, "couple": 2, "a few": 3, "few": 3, "several": 4, "some": 3}
    | {"a": 1, "one": 1, "": 3}
)
"""What stands before a scale; nothing does in "hundreds of examples"."""
_VAGUE = ("half a", "a couple", "couple", "a few", "few", "several", "some", "a", "one", "")
_PLAIN = "|".join(word for word in _UNITS if word not in _VAGUE)
_BEFORE = "|".join(word for word in _UNITS if word)
_NUMBER = re.compile(
    r"(?<![\w.,])[$\u20ac\u00a3]?"
    r"(?P<digits>[1-9]\d{0,2}(?:[ ,.'\u2019]\d{3})+(?!\d)|\d+(?:[.,]\d+)?|\.\d+)"
    r"(?:(?:\s?(?P<scale>k|m|mio)|\s+(?P<word>hundred|thousand|million|dozen))\b|(?!\w))"
    rf"|\b(?:(?P<times>{_BEFORE})(?:\s+of)?[\s-]+(?:a\s+)?)?"
    r"(?P<big>dozen|hundred|thousand|million|dozens|hundreds|thousands|millions)\b"
    rf"|\b(?P<tens>twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)-(?P<ones>{_PLAIN})\b"
    rf"|\b(?P<plain>{_PLAIN})\b",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:[ ,.'\u2019]\d{3})+")


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number where it stands."""

    start: int
    end: int
    """In characters."""
    value: float


def numerals(text: str) -> list[Numeral]:
    """The numbers of `text` in their order: digits, "2.5k", "12 400", "six hundred", "a dozen"."""
    return [Numeral(*match.span(), _value(match)) for match in _NUMBER.finditer(text)]


def numbers(text: str) -> list[float]:
    """The values of `numerals`."""
    return [numeral.value for numeral in numerals(text)]


def masked(text: str, *, by: str = MASK) -> str:
    """`text` with `by` in the place of each number, as a word of its own."""
    return _NUMBER.sub(f" {by} ", text)


def _value(match: re.Match[str]) -> float:
    if digits := match["digits"]:
        scale = (match["scale"] or match["word"] or "").lower()
        return _digits(digits, scaled=bool(scale)) * _SCALES.get(scale, 1)
    if big := match["big"]:
        before = " ".join((match["times"] or _least(big)).lower().split())
        return _UNITS[before] * _SCALES[big.lower()]
    if tens := match["tens"]:
        return _UNITS[tens.lower()] + _UNITS[match["ones"].lower()]
    return _UNITS[match["plain"].lower()]


def _digits(digits: str, *, scaled: bool) -> float:
    """The value; a mark before three digits parts thousands, unless a scale follows ("1.234 m")."""
    parts = re.split(r"\D", digits)
    if _GROUPED.fullmatch(digits) and not (scaled and len(parts) == 2):  # noqa: PLR2004
        return float("".join(parts))
    return float(".".join(parts))


def _least(big: str) -> str:
    """What goes without saying: a hundred, but some hundreds."""
    return "" if big.lower().endswith("s") else "one"
