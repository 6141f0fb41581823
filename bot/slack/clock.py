"""This machine's clock, held against Slack's."""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime

from bot.services.examining import Finding

SKEW_DOUBTFUL, SKEW_BAD = 60.0, 300.0
"""Seconds; beyond the second one, Slack's requests count as too old to be genuine."""


def skewed(seconds: float) -> Finding:
    """What it means that this machine's clock is so many seconds ahead of Slack's."""
    apart = f"{abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'} Slack's"
    remedy = "set this machine's clock (NTP)"
    if abs(seconds) > SKEW_BAD:
        return Finding("bad", f"{apart}: Slack's signed requests count as too old", remedy)
    if abs(seconds) > SKEW_DOUBTFUL:
        return Finding("doubtful", apart, remedy)
    return Finding("good", "within a minute of Slack's")


def date_of(header: str) -> datetime | None:
    """The time that a Date header says; None where it says none."""
    try:
        return parsedate_to_datetime(header)
    except ValueError:
        return None
