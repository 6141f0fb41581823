"""The errors adaptbot raises, in one tree.

AdaptbotError                what a caller may catch; its text is a sentence for the admin
├── SettingsError            a setting is missing or wrong; the text names it
├── ContentError             a note, the guide or a prompt is malformed; names file and line
├── DialogError              a path does not fit the decision guide
├── EstimateError            an input of the estimate is unknown or out of range; names it
├── IndexUnavailableError    the index cannot be read or built
├── ModelUnavailableError    the chat model cannot be reached, or is not installed
├── StoreUnavailableError    the database cannot be opened, or fails
├── UndeliverableError       what was to be said is refused for good; trying again is no use
├── UnsaidError              what was to be said could not be said now
├── BusyError                Slack asks to wait for longer than a delivery may take
├── StoppedError             somebody stopped the work
└── OutOfTimeError           the work took longer than anybody waits for it

An expected outcome, such as "nothing found", is a value and never one of these.
"""

from __future__ import annotations


class AdaptbotError(Exception):
    """Root of everything adaptbot raises on purpose."""


class SettingsError(AdaptbotError):
    """A setting is missing or wrong."""


class ContentError(AdaptbotError):
    """A content file is malformed."""

    def __init__(self, problem: str, *, file: str, line: int = 1) -> None:
        super().__init__(f"{file}:{line}: {problem}")
        self.problem = problem
        self.file = file
        self.line = line


class DialogError(AdaptbotError):
    """A path does not fit the decision guide."""


class EstimateError(AdaptbotError):
    """An input of the estimate is unknown or out of range."""


class IndexUnavailableError(AdaptbotError):
    """The index cannot be read or built."""


class ModelUnavailableError(AdaptbotError):
    """The chat model cannot be reached, or its package is not installed."""


class StoreUnavailableError(AdaptbotError):
    """The database cannot be opened, or fails."""


class UndeliverableError(AdaptbotError):
    """What was to be said is refused for good: trying again is no use."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        return f"refused: {self.code}"


class BusyError(AdaptbotError):
    """Slack asks to wait for longer than a delivery may take."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    def __str__(self) -> str:
        return f"to be tried again in {self.seconds:.0f} s"


class UnsaidError(AdaptbotError):
    """What was to be said could not be said now; the text names what went wrong."""


class StoppedError(AdaptbotError):
    """Somebody stopped the work."""


class OutOfTimeError(AdaptbotError):
    """The work took longer than anybody waits for it."""
