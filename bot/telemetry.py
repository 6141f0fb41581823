"""Logs and metrics: structured, without any text that people wrote."""

from __future__ import annotations

import logging
import re
import sys
from typing import cast

import structlog
from prometheus_client import Counter, Histogram

QUESTIONS = Counter("adaptbot_questions_total", "Questions by outcome", ["outcome"])
ANSWER_SECONDS = Histogram(
    "adaptbot_answer_seconds",
    "Seconds from a question's start to its answer",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60),
)
FAILURES = Counter("adaptbot_failures_total", "Failures a person was told about", ["where"])


_SECRET = re.compile(
    r"xox[a-z](?:\.xox[a-z])?-[\w-]+|xapp-[\w-]+|xoxe-[\w-]+|\bBearer\s+\S+|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
    r"|[\w.+-]+@[\w-]+\.[\w.-]+"
)
"""Tokens, passwords within addresses, addresses of people."""


def masked(text: str) -> str:
    """`text` without anything secret that it may hold by accident."""
    return _SECRET.sub("***", text)


class _Masked(logging.Formatter):
    """What libraries log, masked as well."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


def _mask(
    _logger: object, _method: str, entry: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    return {
        name: masked(value) if isinstance(value, str) else value for name, value in entry.items()
    }


def configure(level: str = "INFO", *, json_lines: bool = False) -> None:
    """Log to standard error: for people on a terminal, one JSON object a line elsewhere.

    Libraries stay at WARNING whatever `level` says: at DEBUG some log what people wrote.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Masked("%(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    rendering: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if json_lines
        else structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            _mask,
            rendering,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module."""
    return cast("structlog.stdlib.BoundLogger", structlog.get_logger(name))
