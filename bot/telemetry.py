"""Logs and metrics: structured, without any text that people wrote."""

from __future__ import annotations

import logging
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


def configure(level: str = "INFO", *, json_lines: bool = False) -> None:
    """Log to standard error: for people on a terminal, one JSON object a line elsewhere.

    Libraries stay at WARNING whatever `level` says: at DEBUG some log what people wrote.
    """
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s", force=True)
    rendering: list[structlog.typing.Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if json_lines
        else [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            *rendering,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module."""
    return cast("structlog.stdlib.BoundLogger", structlog.get_logger(name))
