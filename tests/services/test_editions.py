"""A dialog goes on with the guide that it began with, whatever the guide of today is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Barrier

import pytest
from structlog.testing import capture_logs

from bot.adapters.guide import guide_text, parse_guide
from bot.domain.flowchart import Guide
from bot.errors import StoreUnavailableError
from bot.services.editions import REMEMBERED, Editions
from tests.fakes import MemoryRecords

PARSE = partial(parse_guide, file="kept")
NOW = guide_text()
BEFORE = NOW.replace("Hardly ever", "Almost never")
TODAY = PARSE(NOW)
EARLIER = PARSE(BEFORE)
THREADS = 8


@dataclass
class Parser:
    """Knows some guides by their texts, and notes what it was asked to parse."""

    guides: dict[str, Guide]
    parsed: list[str] = field(default_factory=list)

    def __call__(self, text: str) -> Guide:
        self.parsed.append(text)
        return self.guides.get(text) or PARSE(text)


@dataclass
class BrokenTexts:
    """A database that fails."""

    def keep_guide(self, version: str, text: str) -> None:
        raise StoreUnavailableError(f"cannot keep {len(text)} characters of {version}")

    def guide_text(self, version: str) -> str | None:
        raise StoreUnavailableError(f"cannot look up {version}")


@dataclass
class CrowdedTexts(MemoryRecords):
    """Hands out no text before so many threads have asked for one."""

    crowd: Barrier = field(default_factory=lambda: Barrier(THREADS))

    def guide_text(self, version: str) -> str | None:
        self.crowd.wait(timeout=10)
        return super().guide_text(version)


def editions(records: MemoryRecords, parse: Parser | None = None) -> Editions:
    return Editions(TODAY, NOW, texts=records, parse=parse or Parser({}))


def events(logs: Iterable[Mapping[str, object]]) -> list[object]:
    return [entry["event"] for entry in logs if entry["log_level"] == "warning"]


def test_today_s_guide_is_at_hand_without_any_record() -> None:
    broken = Editions(TODAY, NOW, texts=BrokenTexts(), parse=PARSE)
    assert broken.current is TODAY
    assert broken.edition(TODAY.version) is TODAY


def test_today_s_guide_is_kept_for_later() -> None:
    records = MemoryRecords()
    editions(records).keep()
    editions(records).keep()
    assert records.guides == {TODAY.version: NOW}


def test_a_guide_that_was_kept_is_found_again_when_another_is_today_s() -> None:
    records = MemoryRecords()
    Editions(EARLIER, BEFORE, texts=records, parse=PARSE).keep()
    later = editions(records)
    assert later.edition(EARLIER.version) == EARLIER
    assert later.current is TODAY
    assert EARLIER.version != TODAY.version


@pytest.mark.parametrize("version", ["2026-11", "", "2026-11+zzzzzz"])
def test_a_version_that_was_never_kept_is_none(version: str) -> None:
    with capture_logs() as logs:
        assert editions(MemoryRecords()).edition(version) is None
    assert events(logs) == ["version of the guide not kept"]


def test_a_version_that_another_replica_keeps_meanwhile_is_found() -> None:
    records = MemoryRecords()
    here = editions(records)
    with capture_logs():
        assert here.edition(EARLIER.version) is None
    Editions(EARLIER, BEFORE, texts=records, parse=PARSE).keep()
    assert here.edition(EARLIER.version) == EARLIER


def test_a_kept_text_that_is_no_guide_any_more_is_none_and_told_to_the_admin_once() -> None:
    records, parse = MemoryRecords(), Parser({})
    text = BEFORE.replace("start: prompting", "strat: prompting")
    records.keep_guide("2026-10+abcdef", text)
    here = editions(records, parse)
    with capture_logs() as logs:
        assert here.edition("2026-10+abcdef") is None
        assert here.edition("2026-10+abcdef") is None
    assert events(logs) == ["kept guide not readable"]
    assert "start: is missing" in str(logs)
    assert parse.parsed == [text]


def test_a_kept_text_of_another_version_is_none_and_told_to_the_admin() -> None:
    records = MemoryRecords()
    records.keep_guide("2026-10+abcdef", BEFORE)
    with capture_logs() as logs:
        assert editions(records).edition("2026-10+abcdef") is None
    assert events(logs) == ["kept guide of another version"]


def test_an_earlier_guide_is_parsed_once() -> None:
    records, parse = MemoryRecords(guides={EARLIER.version: BEFORE}), Parser({})
    here = editions(records, parse)
    first = here.edition(EARLIER.version)
    assert first is here.edition(EARLIER.version)
    assert parse.parsed == [BEFORE]


def test_an_earlier_guide_is_parsed_once_whoever_asks_at_the_same_time() -> None:
    records, parse = CrowdedTexts(guides={EARLIER.version: BEFORE}), Parser({})
    here = editions(records, parse)
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(here.edition, [EARLIER.version] * THREADS))
    assert found == [EARLIER] * THREADS
    assert parse.parsed == [BEFORE]


def test_of_many_earlier_guides_those_asked_for_last_are_at_hand() -> None:
    versions = [f"2026-10+{number:06}" for number in range(REMEMBERED + 1)]
    records = MemoryRecords(guides={version: version for version in versions})
    parse = Parser({version: replace(TODAY, version=version) for version in versions})
    here = editions(records, parse)
    for version in [*versions, versions[-1], versions[0]]:
        found = here.edition(version)
        assert found is not None
        assert found.version == version
    assert parse.parsed == [*versions, versions[0]]


def test_a_database_that_fails_is_not_taken_for_a_guide_that_is_gone() -> None:
    broken = Editions(TODAY, NOW, texts=BrokenTexts(), parse=PARSE)
    with pytest.raises(StoreUnavailableError):
        broken.edition(EARLIER.version)
    with pytest.raises(StoreUnavailableError):
        broken.keep()
