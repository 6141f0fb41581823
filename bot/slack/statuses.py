"""The sign that something is under way: shown at once, and gone when the reply is there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from cachetools import TTLCache

from bot.services.admission import REMEMBERED, REMEMBERED_SECONDS
from bot.services.ports import Job, Work
from bot.slack.origin import Origin
from bot.slack.outbox import Outbox

THREADS = 4
"""Of their own, so that nothing that Slack waits for waits behind a status."""


class Statuses:
    """Shows the status of jobs; of one that has ended, here or elsewhere, it shows none."""

    def __init__(self, outbox: Outbox, *, work: Work) -> None:
        self._outbox = outbox
        self._work = work
        self._ended: TTLCache[str, None] = TTLCache(REMEMBERED, REMEMBERED_SECONDS)
        self._lock = Lock()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="statuses")

    def show(self, job: Job, origin: Origin, *, title: str) -> None:
        """Show in a while that `job` is under way; `title` names a conversation that begins."""
        self._pool.submit(self._show, job, origin, title)

    def end(self, job: Job, origin: Origin, *, title: str = "") -> None:
        """Show that nothing is under way any more."""
        with self._lock:
            self._ended[job.id] = None
        self._outbox.session(origin.place, "active", title=title, user=origin.user)

    def _show(self, job: Job, origin: Origin, title: str) -> None:
        if self._over(job):
            return
        self._outbox.session(origin.place, "processing", title=title, user=origin.user)
        if self._over(job):
            self._outbox.session(origin.place, "active")

    def _over(self, job: Job) -> bool:
        with self._lock:
            if job.id in self._ended:
                return True
        return self._work.state(job) != "open"
