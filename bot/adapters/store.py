"""Records in SQLite or PostgreSQL, by SQLAlchemy."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.adapters.store_schema import Schema, check, open_engine
from bot.adapters.store_tables import (
    KEPT_SINCE,
    consultations,
    conversations,
    guides,
    recommendations,
    stops,
    traces,
    turns,
    votes,
)
from bot.domain.answer import Turn
from bot.domain.trace import Trace
from bot.errors import StoreUnavailableError
from bot.services.ports import (
    Consultation,
    Conversation,
    Recommended,
    Replied,
    Stop,
    Vote,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["Schema", "Store", "check"]

PURGED_AT_ONCE = 1_000
PURGE_PAUSE_SECONDS = 0.01
"""In which others write: SQLite lets nobody in while rows are deleted."""


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class Store:
    """Keeps everything that has to outlive the process, beside the work itself.

    Threads may share it. Each call but `purge` is one statement, and so one transaction. Every one
    raises `StoreUnavailableError` when the database fails; the text holds nobody's words.
    """

    def __init__(self, database: str, *, now: Callable[[], datetime] = utc_now) -> None:
        """Open the database and bring its schema up to date.

        Raises:
            StoreUnavailableError: it cannot be opened, or a newer version made it.
        """
        self._engine = open_engine(database)
        self._now = now

    def turns(self, thread: str, *, limit: int) -> tuple[Turn, ...]:
        """The last `limit` turns of `thread`, oldest first."""
        last = (
            sa.select(turns.c.question, turns.c.reply)
            .where(turns.c.thread == thread)
            .order_by(turns.c.at.desc(), turns.c.work_id.desc())
            .limit(limit)
        )
        return tuple(Turn(*row) for row in reversed(self._rows(last)))

    def add_turn(self, replied: Replied) -> None:
        """Keep it once."""
        self._run(self._once(turns, asdict(replied) | {"at": self._now()}))

    def replied(self, work_id: str) -> Replied | None:
        """The answer given to one request."""
        given = _selected(turns, Replied).where(turns.c.work_id == work_id)
        return next((Replied(*row) for row in self._rows(given)), None)

    def conversation(self, thread: str) -> Conversation | None:
        """The state of `thread`; None where the bot never answered in it."""
        state = _selected(conversations, Conversation).where(conversations.c.thread == thread)
        return next((Conversation(*row) for row in self._rows(state)), None)

    def answered(self, thread: str, user: str, at: float) -> None:
        """Note that `user` was answered in `thread`; nobody has spoken since."""
        state = asdict(Conversation(asker=user, answered_at=at))
        self._run(self._instead(conversations, {"thread": thread} | state))

    def heard(self, thread: str, user: str) -> None:
        """Note that `user` wrote in `thread`; nothing happens where the bot never answered."""
        self._run(
            sa.update(conversations)
            .where(conversations.c.thread == thread)
            .values(
                speaker=sa.case(
                    (
                        sa.and_(conversations.c.asker == user, conversations.c.speaker != ""),
                        conversations.c.speaker,
                    ),
                    else_=user,
                ),
                spoken=conversations.c.spoken + 1,
            )
        )

    def add_recommendation(self, recommended: Recommended) -> None:
        """Keep an outcome once."""
        self._run(self._once(recommendations, asdict(recommended) | {"at": self._now()}))

    def recommendations(self, user: str, *, limit: int) -> tuple[Recommended, ...]:
        """The last `limit` of `user`, latest first."""
        last = (
            _selected(recommendations, Recommended)
            .where(recommendations.c.user == user)
            .order_by(recommendations.c.at.desc(), recommendations.c.work_id.desc())
            .limit(limit)
        )
        return tuple(Recommended(*row) for row in self._rows(last))

    def vote(self, vote: Vote) -> None:
        """Keep `vote` in place of an earlier one by the same person on the same answer."""
        self._run(self._instead(votes, asdict(vote) | {"at": self._now()}))

    def stop(self, stop: Stop) -> None:
        """Keep it; of two for the same key the later one counts."""
        self._run(self._instead(stops, asdict(stop), unless_after=stops.c.at))

    def stops(self, keys: Sequence[str]) -> tuple[Stop, ...]:
        """Those for any of `keys`, earliest first."""
        known = (
            _selected(stops, Stop).where(stops.c.key.in_(keys)).order_by(stops.c.at, stops.c.key)
        )
        return tuple(Stop(*row) for row in self._rows(known)) if keys else ()

    def keep_consultation(self, consultation: Consultation) -> None:
        """Keep it in place of an earlier one with the same id; it is as old as its last change."""
        row = {each.name: getattr(consultation, each.name) for each in fields(consultation)}
        self._run(self._instead(consultations, row | {"at": self._now()}))

    def consultation(self, name: str) -> Consultation | None:
        """The one of that id, as long as it is kept."""
        kept = _selected(consultations, Consultation).where(consultations.c.id == name)
        return next((Consultation(*row) for row in self._rows(kept)), None)

    def keep_guide(self, version: str, text: str) -> None:
        """Keep the text of that version once."""
        self._run(self._once(guides, {"version": version, "text": text, "at": self._now()}))

    def guide_text(self, version: str) -> str | None:
        """The text of that version, if it was ever kept."""
        kept = sa.select(guides.c.text).where(guides.c.version == version)
        return next((text for (text,) in self._rows(kept)), None)

    def keep_trace(self, work_id: str, trace: Trace) -> None:
        """Keep it in place of an earlier one of the same work."""
        row = {"work_id": work_id, "trace": trace, "at": self._now()}
        self._run(self._instead(traces, row))

    def trace(self, work_id: str) -> Trace | None:
        """How that work was answered, as long as it is kept."""
        kept = sa.select(traces.c.trace).where(traces.c.work_id == work_id)
        return next((trace for (trace,) in self._rows(kept)), None)

    def purge(self, before: datetime) -> int:
        """Forget whatever was kept before that moment; returns how many rows that were."""
        return sum(self._forget(since, before) for since in KEPT_SINCE)

    def close(self) -> None:
        """Release the connections."""
        self._engine.dispose()

    def _forget(self, since: sa.Column[Any], before: datetime) -> int:
        moment = before.timestamp() if isinstance(since.type, sa.Double) else before
        key = sa.tuple_(*since.table.primary_key)
        old = sa.select(*since.table.primary_key).where(since < moment).limit(PURGED_AT_ONCE)
        forgotten = 0
        while some := self._run(sa.delete(since.table).where(key.in_(old))):
            forgotten += some
            time.sleep(PURGE_PAUSE_SECONDS)
        return forgotten

    def _once(self, table: sa.Table, row: Mapping[str, object]) -> sa.Insert:
        return self._insert(table).values(row).on_conflict_do_nothing()

    def _instead(
        self,
        table: sa.Table,
        row: Mapping[str, object],
        *,
        unless_after: sa.Column[Any] | None = None,
    ) -> sa.Insert:
        insert = self._insert(table).values(row)
        new = insert.excluded
        return insert.on_conflict_do_update(
            index_elements=table.primary_key,
            set_={name: new[name] for name in row if not table.c[name].primary_key},
            where=None if unless_after is None else unless_after <= new[unless_after.name],
        )

    def _insert(self, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
        if self._engine.dialect.name == "postgresql":
            return postgresql.insert(table)
        return sqlite.insert(table)

    def _rows(self, query: sa.Select[*tuple[Any, ...]]) -> Sequence[sa.Row[*tuple[Any, ...]]]:
        with _reaching(), self._engine.connect() as connection:
            return connection.execute(query).all()

    def _run(self, change: sa.Insert | sa.Update | sa.Delete) -> int:
        with _reaching(), self._engine.connect() as connection:
            return connection.execute(change).rowcount


def _selected(table: sa.Table, kind: type[DataclassInstance]) -> sa.Select[*tuple[Any, ...]]:
    """The columns of `table` in the order of the fields of `kind`."""
    return sa.select(*(table.c[field.name] for field in fields(kind)))


@contextmanager
def _reaching() -> Iterator[None]:
    try:
        yield
    except sa.exc.SQLAlchemyError as error:
        raise StoreUnavailableError(
            f"the database does not answer as it should ({type(error).__name__}); "
            "`adaptbot doctor` looks after it"
        ) from error
