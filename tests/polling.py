"""Waits for something that another thread or process does."""

from __future__ import annotations

import time
from collections.abc import Callable

STEP_SECONDS = 0.02


def eventually(condition: Callable[[], object], *, within: float = 20.0) -> None:
    """Return once `condition` holds.

    Raises:
        AssertionError: it did not within that many seconds.
    """
    end = time.monotonic() + within
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {within} seconds: {condition}")
        time.sleep(STEP_SECONDS)
