"""Examines what adaptbot stands on: each check says what it found and what to do about it."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.domain.text import clean
from bot.errors import AdaptbotError

CHECK_SECONDS = 5.0
"""How long any one check may take; all of them run at the same time."""
HIDDEN = "…"
SHORTEST = 4
"""Of a secret, in characters: a shorter one would be found in every other word."""

State = Literal["good", "doubtful", "bad", "off"]
"""In order; works, but look at it; does not work; not in use, or not to be seen from here."""

_TOKEN = re.compile(r"\bx(?:ox|app)[A-Za-z]*(?:\.xox[a-z]+)?-[\w.-]+")
_USERINFO = re.compile(r"(?<=://)[^\s/@]*@")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found."""

    state: State
    found: str
    remedy: str = ""
    """What to do; "" where there is nothing to be done."""
    step: int = 0
    """Of the way to a real workspace, where the remedy is one; 0 where it is none."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to be looked at."""

    name: str
    look: Callable[[], Finding]
    """May take its time and may raise anything: `examine` sees to that."""
    remedy: str = ""
    """What to do where `look` fails, or does not end in time."""
    late: State = "bad"
    """What it means that `look` does not end in time."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of one thing."""

    name: str
    state: State
    found: str
    remedy: str = ""
    step: int = 0
    """As in `Finding`."""


def examine(
    checks: Iterable[Check], *, secrets: Collection[str] = (), within: float = CHECK_SECONDS
) -> list[Verdict]:
    """A verdict for each check, in their order, none later than `within` seconds from now.

    Every check has a thread of its own, so that one that fails or hangs hides no other; one that
    hangs is left behind. `secrets`, tokens and passwords in addresses appear in no verdict.
    """
    looks = [_Look(check) for check in checks]
    until = time.monotonic() + within
    verdicts = [look.verdict(until, within=within) for look in looks]
    return [_without(secrets, verdict) for verdict in verdicts]


def in_order(verdicts: Sequence[Verdict]) -> bool:
    """Whether nothing is bad."""
    return all(verdict.state != "bad" for verdict in verdicts)


def masked(text: str, secrets: Collection[str] = ()) -> str:
    """`text` on one line, without `secrets`, tokens of Slack's and passwords in addresses."""
    for secret in sorted((secret.strip() for secret in secrets), key=len, reverse=True):
        if len(secret) >= SHORTEST:
            text = text.replace(secret, HIDDEN)
    return clean(_USERINFO.sub(f"{HIDDEN}@", _TOKEN.sub(HIDDEN, text)))


class _Look:
    """A check under way."""

    def __init__(self, check: Check) -> None:
        self._check = check
        self._finding: Finding | None = None
        self._thread = threading.Thread(target=self._look, name=check.name, daemon=True)
        self._thread.start()

    def verdict(self, until: float, *, within: float) -> Verdict:
        """What was found by `until`, on the clock of `time.monotonic`."""
        self._thread.join(max(until - time.monotonic(), 0.0))
        finding = self._finding or Finding(
            self._check.late, f"no answer within {within:g} s", self._check.remedy
        )
        return Verdict(self._check.name, finding.state, finding.found, finding.remedy, finding.step)

    def _look(self) -> None:
        try:
            self._finding = self._check.look()
        except AdaptbotError as error:
            self._finding = Finding("bad", str(error), self._check.remedy)
        except BaseException as error:  # noqa: BLE001 - a panic of Chroma's core is no Exception
            self._finding = Finding("bad", f"failed ({type(error).__name__})", self._check.remedy)


def _without(secrets: Collection[str], verdict: Verdict) -> Verdict:
    return replace(
        verdict, found=masked(verdict.found, secrets), remedy=masked(verdict.remedy, secrets)
    )
