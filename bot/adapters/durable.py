"""Durable work on DBOS: the one file that knows it."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import sqlalchemy
from dbos import DBOS, DBOSConfig, SetEnqueueOptions, SetWorkflowID, StepOptions

from bot.errors import StoreUnavailableError, UndeliverableError
from bot.services.ports import Job, Payload, Task
from bot.telemetry import logger

QUEUE = "answers"
APPLICATION_VERSION = "1"
"""Fixed: DBOS's default hashes the code, and an upgrade would strand every job in flight."""
EPOCH = 1_700_000_000
"""Priorities are small integers: seconds since this moment."""
POLL_SECONDS = 0.1
DRAIN_SECONDS = 20
DELIVERIES = 4
PAUSE_SECONDS = 5.0
"""Before the second delivery; each further pause is three times as long."""

_log = logger(__name__)


class DurableWork:
    """Runs each job as one workflow: begin, prepare, deliver, every step recorded.

    One instance a process (DBOS allows no second one).
    """

    def __init__(
        self, *, database: str, replica: str, workers: int, pause: float = PAUSE_SECONDS
    ) -> None:
        self._database = database
        self._replica = replica
        self._workers = workers
        self._process = uuid.uuid4().hex
        self._persistent: StepOptions = {
            "name": "deliver",
            "retries_allowed": True,
            "max_attempts": DELIVERIES,
            "interval_seconds": pause,
            "backoff_rate": 3.0,
            "should_retry": _worth_another_try,
        }
        self._accepting: dict[str, Future[None]] = {}
        self._lock = threading.Lock()
        self._run: Any = None

    def start(self, tasks: Mapping[str, Task]) -> None:
        """Take up what an earlier process left, and wait for more.

        Raises:
            StoreUnavailableError: the database cannot be opened.
        """
        logging.getLogger("dbos").setLevel(logging.WARNING)
        config = DBOSConfig(
            name="adaptbot",
            system_database_url=self._database,
            application_version=APPLICATION_VERSION,
            executor_id=self._replica,
            log_level="WARNING",
        )
        if self._database.startswith("sqlite"):
            config["sys_db_pool_size"] = 1
        try:
            self._prepare_database()
            DBOS(config=config)
            self._run = self._workflow(tasks)
            DBOS.launch()
        except sqlalchemy.exc.SQLAlchemyError as error:
            DBOS.destroy(destroy_registry=True)
            raise StoreUnavailableError(
                f"the database cannot be opened ({type(error).__name__}); check "
                "ADAPTBOT_DATABASE_URL, or that ADAPTBOT_HOME can be written"
            ) from error
        DBOS.register_queue(
            QUEUE,
            partition_concurrency=1,
            worker_concurrency=self._workers,
            polling_interval_sec=POLL_SECONDS,
            on_conflict="always_update",
        )

    def submit(self, job: Job) -> None:
        """Return when the job is committed; duplicates wait for the first one's commit."""
        with self._lock:
            first = job.id not in self._accepting
            future = self._accepting.setdefault(job.id, Future())
        if not first:
            future.result()
            return
        try:
            self._enqueue(job)
            future.set_result(None)
        except BaseException as error:
            future.set_exception(error)
            raise
        finally:
            with self._lock:
                del self._accepting[job.id]

    def close(self) -> None:
        """Let running jobs end for up to `DRAIN_SECONDS`; queued ones wait for the next start."""
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=DRAIN_SECONDS)

    def _enqueue(self, job: Job) -> None:
        options = SetEnqueueOptions(
            queue_partition_key=job.thread, priority=max(1, int(job.order) - EPOCH)
        )
        with SetWorkflowID(job.id), options:
            DBOS.enqueue_workflow(QUEUE, self._run, job.kind, dict(job.payload))

    def _workflow(self, tasks: Mapping[str, Task]) -> Any:
        @DBOS.workflow(name="job")
        def run(kind: str, payload: dict[str, object]) -> None:
            task = tasks[kind]
            began = DBOS.run_step({"name": "begin"}, lambda: self._process)
            prepared = DBOS.run_step({"name": "prepare"}, task.prepare, payload)
            again = began != self._process
            deliver = _Delivery(task, payload, prepared, str(DBOS.workflow_id), again)
            DBOS.run_step(self._persistent, deliver)

        return run

    def _prepare_database(self) -> None:
        if not self._database.startswith("sqlite"):
            return
        engine = sqlalchemy.create_engine(self._database)
        with engine.connect() as connection:
            connection.execute(sqlalchemy.text("PRAGMA journal_mode=WAL"))
        engine.dispose()


@dataclass(slots=True)
class _Delivery:
    """One delivery, tried again until it is done; only its first try in a first run is fresh."""

    task: Task
    payload: Payload
    prepared: Payload
    work_id: str
    again: bool

    def __call__(self) -> None:
        again, self.again = self.again, True
        self.task.deliver(self.payload, self.prepared, work_id=self.work_id, again=again)


def _worth_another_try(error: BaseException) -> bool:
    if isinstance(error, UndeliverableError):
        _log.error("undeliverable", problem=error.code)
        return False
    _log.warning("delivery failed", problem=type(error).__name__)
    return True
