"""The tables of the records; their schema in the database is Alembic's."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime

import sqlalchemy as sa

from bot.domain.dialog import Answered
from bot.domain.trace import Trace, as_data, from_data

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

metadata = sa.MetaData()


def storable(text: str) -> str:
    """`text` with U+FFFD for what no database takes: NUL, half an emoji."""
    return _UNSTORABLE.sub("\ufffd", text)


class Prose(sa.types.TypeDecorator[str]):
    """Text of any length, as far as it is storable."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Make `value` storable."""
        return None if value is None else storable(value)


class Answers(sa.types.TypeDecorator[tuple[Answered, ...]]):
    """Answers as a JSON list of [step, choice, words]; the words as `Prose` would keep them."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(
        self,
        value: tuple[Answered, ...] | None,
        dialect: sa.Dialect,  # noqa: ARG002 - SQLAlchemy's signature
    ) -> str | None:
        """Write them."""
        if value is None:
            return None
        return json.dumps(
            [[a.step, a.choice, a.read_from and storable(a.read_from)] for a in value]
        )

    def process_result_value(
        self,
        value: str | None,
        dialect: sa.Dialect,  # noqa: ARG002 - SQLAlchemy's signature
    ) -> tuple[Answered, ...] | None:
        """Read them."""
        return None if value is None else tuple(Answered(*each) for each in json.loads(value))


class Numbers(sa.types.TypeDecorator[Mapping[str, float]]):
    """Numbers as a JSON object, by name."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(
        self,
        value: Mapping[str, float] | None,
        dialect: sa.Dialect,  # noqa: ARG002 - SQLAlchemy's signature
    ) -> str | None:
        """Write them."""
        return None if value is None else json.dumps(dict(value))

    def process_result_value(
        self,
        value: str | None,
        dialect: sa.Dialect,  # noqa: ARG002 - SQLAlchemy's signature
    ) -> dict[str, float] | None:
        """Read them."""
        return None if value is None else dict(json.loads(value))


class Traced(sa.types.TypeDecorator[Trace]):
    """A trace as a JSON object; in ASCII, which any database takes."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(
        self,
        value: Trace | None,
        dialect: sa.Dialect,  # noqa: ARG002 - SQLAlchemy's signature
    ) -> str | None:
        """Write it."""
        return None if value is None else json.dumps(as_data(value))

    def process_result_value(
        self,
        value: str | None,
        dialect: sa.Dialect,  # noqa: ARG002 - SQLAlchemy's signature
    ) -> Trace | None:
        """Read it."""
        return None if value is None else from_data(json.loads(value))


class Moment(sa.types.TypeDecorator[datetime]):
    """A moment in UTC, whichever database keeps it: SQLite forgets a moment's offset."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Turn it into UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Say that it is UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


turns = sa.Table(
    "turns",
    metadata,
    sa.Column("work_id", sa.String(200), primary_key=True),
    sa.Column("thread", sa.String(120), nullable=False, index=True),
    sa.Column("user", sa.String(40), nullable=False, server_default=""),
    sa.Column("question", Prose, nullable=False),
    sa.Column("reply", Prose, nullable=False),
    sa.Column("shown", Prose, nullable=False, server_default=""),
    sa.Column("at", Moment, nullable=False, index=True),
)

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("thread", sa.String(120), primary_key=True),
    sa.Column("asker", sa.String(40), nullable=False),
    sa.Column("answered_at", sa.Double, nullable=False, index=True),
    sa.Column("speaker", sa.String(40), nullable=False),
    sa.Column("spoken", sa.Integer, nullable=False),
)

recommendations = sa.Table(
    "recommendations",
    metadata,
    sa.Column("work_id", sa.String(200), primary_key=True),
    sa.Column("thread", sa.String(120), nullable=False, index=True),
    sa.Column("user", sa.String(40), nullable=False, index=True),
    sa.Column("guide_version", sa.String(40), nullable=False),
    sa.Column("path", Prose, nullable=False),
    sa.Column("method", sa.String(40), nullable=False),
    sa.Column("at", Moment, nullable=False, index=True),
)

votes = sa.Table(
    "votes",
    metadata,
    sa.Column("work_id", sa.String(200), primary_key=True),
    sa.Column("user", sa.String(40), primary_key=True),
    sa.Column("opinion", sa.String(10), nullable=False),
    sa.Column("reason", sa.String(40), nullable=False),
    sa.Column("comment", Prose, nullable=False),
    sa.Column("at", Moment, nullable=False, index=True),
)

stops = sa.Table(
    "stops",
    metadata,
    sa.Column("key", sa.String(200), primary_key=True),
    sa.Column("user", sa.String(40), nullable=False),
    sa.Column("at", sa.Double, nullable=False, index=True),
    sa.Column("quietly", sa.Boolean, nullable=False),
)

consultations = sa.Table(
    "consultations",
    metadata,
    sa.Column("id", sa.String(200), primary_key=True),
    sa.Column("thread", sa.String(120), nullable=False, index=True),
    sa.Column("user", sa.String(40), nullable=False),
    sa.Column("description", Prose, nullable=False),
    sa.Column("read", Answers, nullable=False),
    sa.Column("inputs", Numbers, nullable=False),
    sa.Column("at", Moment, nullable=False, index=True),
)

traces = sa.Table(
    "traces",
    metadata,
    sa.Column("work_id", sa.String(200), primary_key=True),
    sa.Column("trace", Traced, nullable=False),
    sa.Column("at", Moment, nullable=False, index=True),
)

guides = sa.Table(
    "guides",
    metadata,
    sa.Column("version", sa.String(60), primary_key=True),
    sa.Column("text", Prose, nullable=False),
    sa.Column("at", Moment, nullable=False),
)

KEPT_SINCE = (
    turns.c.at,
    conversations.c.answered_at,
    recommendations.c.at,
    votes.c.at,
    stops.c.at,
    consultations.c.at,
    traces.c.at,
)
"""For each table the column that tells how old a row is.

`guides` is not among them: it holds nobody's words, and a button of any age may need its version.
"""
