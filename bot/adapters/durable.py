"""Durable work on DBOS: the one file that knows it."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextvars import Context
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from cachetools import TTLCache
from dbos import DBOS, DBOSConfig, SetEnqueueOptions, SetWorkflowID, StepOptions
from dbos import error as dbos_error

from bot.adapters.leases import NAMES, Leases, leases
from bot.adapters.turns import Turns
from bot.errors import (
    BusyError,
    SettingsError,
    StoreUnavailableError,
    UndeliverableError,
    UnsaidError,
)
from bot.services.ports import Job, Payload, State, Task
from bot.telemetry import logger

ANSWERS, NOTICES = "answers", "notices"
"""The queues: what takes work, and what is only said, which waits for none of it."""
APPLICATION_VERSION = "1"
"""Fixed: DBOS's default hashes the code, and an upgrade would strand every job in flight."""
TICKS = 50
"""Of a second: what was asked that close together keeps the order in which it came."""
PRIORITIES = 2**31 - 2
"""DBOS orders by 32-bit numbers; ours begin anew every 16 months, which one thread may notice."""
REMEMBERED, REMEMBERED_SECONDS = 10_000, 900.0
POLL_SECONDS = 0.1
DRAIN_SECONDS = 15
LOOK_SECONDS = 2.0
"""How often a process looks after its lease, and for work that a dead one left."""
TAKEN_SECONDS = 45.0
"""How long a start waits for a name that a process holds which is just ending."""
SHAKEN_SECONDS = 60.0
"""After a lost lease, what is said may have been said by the process that took over."""
DELIVERIES = 2
PAUSE_SECONDS = 2.0
"""Before the second delivery; what fails then is delivered later, so that nobody waits for it."""
LATER = (30.0, 90.0, 270.0, 810.0, 2_430.0)
"""Seconds before each later delivery, if Slack names no longer time itself."""
FINISHED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
PAGE = 1_000

_log = logger(__name__)


class DurableWork:
    """Runs each job as one workflow: begin, prepare, deliver, every step recorded.

    One instance a process (DBOS allows no second one).
    """

    def __init__(
        self,
        *,
        database: str,
        replica: str | None,
        workers: int,
        pause: float = PAUSE_SECONDS,
        later: tuple[float, ...] = LATER,
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
            "should_retry": _worth_another_try,
        }
        self._later = later
        self._accepting: dict[str, Future[None]] = {}
        self._turns = Turns()
        self._running: dict[str, tuple[Task, Job]] = {}
        self._done: TTLCache[str, None] = TTLCache(REMEMBERED, REMEMBERED_SECONDS)
        self._waiting = 0
        self._lock = threading.Lock()
        self._leases: Leases | None = None
        self._name = ""
        self._shaken_until = 0.0
        self._closing = threading.Event()
        self._deliver_later: Any = None
        self._run: Any = None

    def start(self, tasks: Mapping[str, Task]) -> None:
        """Take up what an earlier process left, and wait for more.

        Raises:
            StoreUnavailableError: the database cannot be opened.
            SettingsError: another process holds the replica's name, or the SQLite file.
        """
        self._leases = leases(self._database)
        try:
            self._name = self._named(self._leases)
            self._launch(tasks)
        except sa.exc.SQLAlchemyError as error:
            self._leases.release()
            DBOS.destroy(destroy_registry=True)
            raise StoreUnavailableError(
                f"the database cannot be opened ({type(error).__name__}); check "
                "ADAPTBOT_DATABASE_URL, or that ADAPTBOT_HOME can be written"
            ) from error
        except BaseException:
            self._leases.release()
            raise
        threading.Thread(
            target=self._look_after, args=(self._leases,), name="leases", daemon=True
        ).start()

    def submit(self, job: Job) -> None:
        """Return when the job is committed; duplicates wait for the first one's commit.

        A job may submit further ones while it is delivered.

        Raises:
            StoreUnavailableError: this process is ending.
        """
        if self._closing.is_set():
            raise StoreUnavailableError("the process is ending, and takes no more work")
        with self._lock:
            first = job.id not in self._accepting
            future = self._accepting.setdefault(job.id, Future())
        if not first:
            future.result()
            return
        try:
            with self._turns.of(job.thread, job.order):
                Context().run(self._enqueue, job)  # DBOS lets no step of a job submit another
            future.set_result(None)
        except BaseException as error:
            future.set_exception(error)
            raise
        finally:
            with self._lock:
                del self._accepting[job.id]

    def state(self, job: Job) -> State:
        """How far a job is; what this process knows by itself costs no query."""
        with self._lock:
            if job.id in self._running:
                return "open"
            if job.id in self._done:
                return "done"
        found = DBOS.list_workflows(workflow_ids=[job.id], load_input=False, load_output=False)
        if not found:
            return "unknown"
        return "done" if found[0].status in FINISHED else "open"

    def waiting(self) -> int:
        """Jobs not begun when last counted, and those accepted since."""
        return self._waiting

    def purge(self, before: datetime) -> int:
        """Forget finished jobs, with all they carried, that were accepted before that moment."""
        gone = 0
        while old := DBOS.list_workflows(
            status=FINISHED,
            end_time=before.isoformat(),
            limit=PAGE,
            load_input=False,
            load_output=False,
        ):
            DBOS.delete_workflows([workflow.workflow_id for workflow in old])
            gone += len(old)
        if gone:
            with self._lock:
                self._done.clear()
        return gone

    def close(self) -> bool:
        """Let running jobs end for up to `DRAIN_SECONDS`; queued ones wait for the next start.

        Returns whether they ended. Those that did not are told so, and taken up by the next
        process; this one can only be left by `os._exit`, as threads cannot be ended.
        """
        self._closing.set()
        end = threading.Thread(target=_destroy, name="drain", daemon=True)
        end.start()
        end.join(DRAIN_SECONDS + LOOK_SECONDS)
        with self._lock:
            left = list(self._running.values())
        for task, job in left:
            task.interrupted(job)
        if self._leases and not left:
            self._leases.release()
        return not left

    def _named(self, held: Leases) -> str:
        """The name of this replica, held: the one that is set, or the first that is free."""
        names = [self._replica] if self._replica else [f"replica-{n + 1}" for n in range(NAMES)]
        until = time.monotonic() + TAKEN_SECONDS
        while True:
            for name in names:
                if held.take(name):
                    return name
            if time.monotonic() > until:
                raise SettingsError(
                    "another adaptbot that is running holds "
                    + (f"ADAPTBOT_REPLICA={self._replica}" if self._replica else "this database")
                    + "; give each its own ADAPTBOT_REPLICA, and each SQLite its own ADAPTBOT_HOME"
                )
            time.sleep(POLL_SECONDS)

    def _launch(self, tasks: Mapping[str, Task]) -> None:
        logging.getLogger("dbos").setLevel(logging.WARNING)
        config = DBOSConfig(
            name="adaptbot",
            system_database_url=self._database,
            application_version=APPLICATION_VERSION,
            executor_id=self._name,
            log_level="WARNING",
        )
        if self._database.startswith("sqlite"):
            config["sys_db_pool_size"] = 1
        _prepare_database(self._database)
        DBOS(config=config)
        self._define(tasks)
        DBOS.launch()
        for queue in (ANSWERS, NOTICES):
            DBOS.register_queue(
                queue,
                partition_concurrency=1,
                worker_concurrency=self._workers,
                polling_interval_sec=POLL_SECONDS,
                on_conflict="always_update",
            )

    def _enqueue(self, job: Job) -> None:
        options = SetEnqueueOptions(
            queue_partition_key=job.thread, priority=int(job.order * TICKS) % PRIORITIES + 1
        )
        queue = NOTICES if job.aside else ANSWERS
        with SetWorkflowID(job.id), options:
            DBOS.enqueue_workflow(
                queue, self._run, job.kind, dict(job.payload), job.thread, job.order
            )
        if not job.aside:
            self._waiting += 1

    def _define(self, tasks: Mapping[str, Task]) -> None:
        """The workflows. Their names and arguments are kept in the database: never change them."""

        @DBOS.workflow(name="job")
        def run(kind: str, payload: dict[str, object], thread: str, order: float) -> None:
            job = Job(str(DBOS.workflow_id), kind, thread, order, payload)
            task = tasks[kind]
            with self._lock:
                self._running[job.id] = task, job
                self._waiting = max(self._waiting - 1, 0)
            try:
                began = DBOS.run_step({"name": "begin"}, lambda: self._process)
                prepared = DBOS.run_step({"name": "prepare"}, task.prepare, job)
                again = began != self._process
                self._delivered(_Delivery(task, job, prepared, self._doubtful, again=again), 0)
            finally:
                with self._lock:
                    del self._running[job.id]
                    self._done[job.id] = None

        @DBOS.workflow(name="later")
        def later(
            job: tuple[str, str, str, float, dict[str, object]],
            prepared: dict[str, object],
            round_: int,
        ) -> None:
            name, kind, thread, order, payload = job
            task = tasks[kind]
            same = Job(name, kind, thread, order, payload)
            delivery = _Delivery(task, same, prepared, self._doubtful, again=True)
            self._delivered(delivery, round_)

        self._run, self._deliver_later = run, later

    def _delivered(self, delivery: _Delivery, round_: int) -> None:
        """Say it now, or else later, so that no worker and no other thread waits for Slack."""
        try:
            DBOS.run_step(self._persistent, delivery)
        except BusyError as error:
            self._put_off(delivery, round_, at_least=error.seconds)
        except dbos_error.DBOSMaxStepRetriesExceeded:
            self._put_off(delivery, round_)
        except UndeliverableError:
            pass  # logged where it was found; there is nobody left to tell

    def _put_off(self, delivery: _Delivery, round_: int, *, at_least: float = 0.0) -> None:
        job = delivery.job
        if round_ >= len(self._later):
            _log.error("undeliverable", work=job.id, problem="Slack never took it")
            return
        pause = max(self._later[round_], at_least)
        _log.warning("delivered later", work=job.id, seconds=pause)
        options = SetEnqueueOptions(queue_partition_key=job.thread, delay_seconds=pause)
        with SetWorkflowID(f"{job.id}:later:{round_ + 1}"), options:
            DBOS.enqueue_workflow(
                NOTICES,
                self._deliver_later,
                (job.id, job.kind, job.thread, job.order, dict(job.payload)),
                dict(delivery.prepared),
                round_ + 1,
            )

    def _doubtful(self) -> bool:
        return time.monotonic() < self._shaken_until

    def _look_after(self, held: Leases) -> None:
        while not self._closing.wait(LOOK_SECONDS):
            try:
                if not held.held():
                    _log.warning("the lease was lost")
                    self._shaken_until = time.monotonic() + SHAKEN_SECONDS
                    continue
                self._take_over(held)
                self._count()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next look may be better
                if not self._closing.is_set():
                    _log.warning("cannot look after the work", problem=type(error).__name__)

    def _take_over(self, held: Leases) -> None:
        """Queue again what a process that is dead had begun."""
        begun = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        for name in {str(workflow.executor_id) for workflow in begun} - {self._name}:
            with held.of_the_dead(name) as dead:
                if not dead:
                    continue
                left = [found for found in begun if found.executor_id == name]
                for queue in {found.queue_name for found in left}:
                    ids = [found.workflow_id for found in left if found.queue_name == queue]
                    DBOS.resume_workflows(ids, queue_name=queue)
                _log.warning("work of a dead replica taken over", replica=name, jobs=len(left))

    def _count(self) -> None:
        if self._waiting:
            queued = DBOS.list_workflows(
                status="ENQUEUED",
                queue_name=ANSWERS,
                load_input=False,
                load_output=False,
                limit=PAGE,
            )
            self._waiting = len(queued)


@dataclass(slots=True)
class _Delivery:
    """One delivery, tried again until it is done; only its first try in a first run is fresh."""

    task: Task
    job: Job
    prepared: Payload
    doubtful: Callable[[], bool]
    again: bool

    def __call__(self) -> None:
        again, self.again = self.again or self.doubtful(), True
        try:
            self.task.deliver(self.job, self.prepared, again=again)
        except (UndeliverableError, BusyError):
            raise
        except Exception as error:  # noqa: BLE001 - DBOS keeps what is raised: token, text and all
            raise UnsaidError(type(error).__name__) from None


def _destroy() -> None:
    DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=DRAIN_SECONDS)


def _prepare_database(address: str) -> None:
    """SQLite in WAL mode; and a first connection, whose error DBOS would print at length."""
    engine = sa.create_engine(address, poolclass=sa.NullPool)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(sa.text("PRAGMA journal_mode=WAL"))
    engine.dispose()


def _worth_another_try(error: BaseException) -> bool:
    if isinstance(error, UndeliverableError):
        _log.error("undeliverable", problem=error.code)
        return False
    if isinstance(error, BusyError):
        return False
    _log.warning("delivery failed", problem=str(error))
    return True
