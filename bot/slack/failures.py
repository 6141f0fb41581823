"""The one boundary where an exception becomes a plain sentence and a reference number."""

from __future__ import annotations

import secrets

from bot.errors import IndexUnavailableError
from bot.telemetry import FAILURES, logger

_log = logger(__name__)


def reported(error: Exception, *, where: str) -> str:
    """Log `error` under a new number, and say so in words that hold nothing of it."""
    number = secrets.token_hex(4)
    FAILURES.labels(where).inc()
    _log.error("failure", where=where, reference=number, exc_info=error)
    if isinstance(error, IndexUnavailableError):
        sentence = "I cannot search my sources right now, so I would rather not answer."
    else:
        sentence = "Something went wrong on my side, and I could not finish this."
    return f"{sentence} Please try again in a moment. Reference for the admins: {number}"
