"""One asyncio loop in a thread of its own: a call that runs there can be ended from outside."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from functools import cache
from typing import Any, TypeVar

Result = TypeVar("Result")

_starting = threading.Lock()


def in_background(work: Coroutine[Any, Any, Result]) -> Future[Result]:
    """What `work` will come to; cancelling it cancels `work` where it waits.

    The loop is one for the whole process, since providers' clients share their connections between
    models, and it starts with the first call: a server that forks has none yet.
    """
    with _starting:
        loop = _loop()
    return asyncio.run_coroutine_threadsafe(work, loop)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="chat-model", daemon=True).start()
    return loop
