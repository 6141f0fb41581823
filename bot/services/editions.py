"""The decision guide in the version that a dialog began with."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from cachetools import LRUCache

from bot.domain.flowchart import Guide
from bot.errors import ContentError
from bot.services.ports import GuideTexts
from bot.telemetry import logger

REMEMBERED = 8
"""Earlier versions that are at hand without being parsed anew."""

_log = logger(__name__)


class Editions:
    """The guide of today, and those of earlier versions by the texts that are kept.

    Threads may share it. `parse` raises ContentError for a text that is no guide (any more).
    """

    def __init__(
        self, guide: Guide, text: str, *, texts: GuideTexts, parse: Callable[[str], Guide]
    ) -> None:
        self._guide = guide
        self._text = text
        self._texts = texts
        self._parse = parse
        self._earlier: LRUCache[str, Guide | None] = LRUCache(REMEMBERED)
        self._lock = Lock()

    @property
    def current(self) -> Guide:
        """The guide that new dialogs begin with."""
        return self._guide

    def keep(self) -> None:
        """Keep the text of today's guide, for the days when it is an earlier one.

        Raises:
            StoreUnavailableError: the database fails.
        """
        self._texts.keep_guide(self._guide.version, self._text)

    def edition(self, version: str) -> Guide | None:
        """The guide of that version; None where it was never kept, or cannot be read any more.

        Raises:
            StoreUnavailableError: the database fails.
        """
        if version == self._guide.version:
            return self._guide
        with self._lock:
            if version in self._earlier:
                return self._earlier[version]
        text = self._texts.guide_text(version)
        if text is None:  # not remembered: a newer replica may keep it in a moment
            _log.warning("version of the guide not kept", version=version)
            return None
        with self._lock:
            if version not in self._earlier:
                self._earlier[version] = self._parsed(text, version)
            return self._earlier[version]

    def _parsed(self, text: str, version: str) -> Guide | None:
        try:
            guide = self._parse(text)
        except ContentError as error:
            _log.warning("kept guide not readable", version=version, problem=str(error))
            return None
        if guide.version != version:
            _log.warning("kept guide of another version", version=version, found=guide.version)
            return None
        return guide
