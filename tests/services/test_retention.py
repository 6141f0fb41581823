"""What is older than people were promised is forgotten, also where one store is in trouble."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from structlog.testing import capture_logs

from bot.services.retention import Retention
from tests.polling import eventually

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass
class Kept:
    """A store that notes before which moments it was purged."""

    gone: int = 0
    broken: bool = False
    purged: list[datetime] = field(default_factory=list)

    def purge(self, before: datetime) -> int:
        self.purged.append(before)
        if self.broken:
            raise OSError("disk full at /secret/place")
        return self.gone


def test_every_store_forgets_what_is_older_than_so_many_days() -> None:
    one, other = Kept(gone=2), Kept(gone=3)
    assert Retention([one.purge, other.purge], days=30).purge(NOW) == 5
    assert one.purged == other.purged == [NOW - timedelta(days=30)]


def test_the_trouble_of_one_store_is_not_the_other_s() -> None:
    broken, sound = Kept(broken=True), Kept(gone=1)
    with capture_logs() as logs:
        assert Retention([broken.purge, sound.purge], days=1).purge(NOW) == 1
    assert {"event": "not purged", "problem": "OSError", "log_level": "warning"} in logs
    assert "secret" not in str(logs)


def test_it_purges_at_the_start_and_again_and_again_until_it_is_closed() -> None:
    kept = Kept(broken=True)
    retention = Retention([kept.purge], days=30, every=0.01)
    with capture_logs():
        retention.start()
        eventually(lambda: len(kept.purged) >= 3)
        retention.close()
        eventually(lambda: "retention" not in {thread.name for thread in threading.enumerate()})
    before = datetime.now(UTC) - timedelta(days=30)
    assert all(abs((moment - before).total_seconds()) < 60 for moment in kept.purged)


def test_a_long_wait_does_not_hold_up_the_end() -> None:
    kept = Kept()
    retention = Retention([kept.purge], days=30)
    retention.start()
    eventually(lambda: kept.purged)
    retention.close()
    eventually(lambda: "retention" not in {thread.name for thread in threading.enumerate()})
    assert len(kept.purged) == 1
