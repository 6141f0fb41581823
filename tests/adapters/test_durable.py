from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from dbos import DBOS

from bot.adapters.durable import DELIVERIES, DurableWork
from bot.adapters.leases import leases
from bot.errors import BusyError, StoreUnavailableError, UndeliverableError
from bot.services.ports import Job, Payload
from tests.commands import outside_environment
from tests.polling import eventually

ROOT = Path(__file__).parents[2]
ASKED = 1_800_000_000.0
SECRET = "xoxb-held-by-an-error"


@dataclass
class Recording:
    """A task that notes what is done, waits at a gate if there is one, and fails on request."""

    steps: list[tuple[str, str]] = field(default_factory=list)
    gates: dict[str, threading.Event] = field(default_factory=dict)
    deliveries: list[tuple[Payload, Payload, str, bool]] = field(default_factory=list)
    further: dict[str, list[Job]] = field(default_factory=dict)
    """By name, what is submitted once it is delivered."""
    submit: Callable[[Job], None] = print
    """Set to the work's own by the test that needs it."""

    def prepare(self, job: Job) -> Payload:
        payload = job.payload
        name = str(payload["name"])
        self.steps.append(("began", name))
        if name in self.gates:
            assert self.gates[name].wait(timeout=30)
        if payload.get("fails") == "prepare":
            raise RuntimeError("scripted")
        return {"text": f"answer to {name}", "nested": [1, 2.5, None, {"a": True}]}

    def deliver(self, job: Job, prepared: Payload, *, again: bool) -> None:
        payload = job.payload
        if payload.get("fails") == "deliver":
            self.steps.append(("failed", str(payload["name"])))
            raise RuntimeError("scripted")
        if payload.get("fails") == "leak":
            self.steps.append(("failed", str(payload["name"])))
            raise RuntimeError(SECRET)
        if payload.get("fails") == "for good":
            self.steps.append(("failed", str(payload["name"])))
            raise UndeliverableError("is_archived")
        if payload.get("fails") == "once" and not again:
            raise RuntimeError("scripted")
        self.steps.append(("tried", str(payload["name"])))
        tries = self.steps.count(("tried", str(payload["name"])))
        if payload.get("fails") == "busy" and tries == 1:
            raise BusyError(0.2)
        if payload.get("fails") == "twice" and tries <= DELIVERIES:
            raise ConnectionError("scripted")
        self.deliveries.append((payload, prepared, job.id, again))
        self.steps.append(("delivered", str(payload["name"])))

        for further in self.further.pop(str(payload["name"]), ()):
            self.submit(further)

    def interrupted(self, job: Job) -> None:
        raise AssertionError(f"{job.id} was interrupted")

    def gate(self, name: str) -> threading.Event:
        return self.gates.setdefault(name, threading.Event())

    def delivered(self, *names: str) -> bool:
        return {("delivered", name) for name in names} <= set(self.steps)


class Bench:
    """Running work with its task; a name is made unique by its thread's."""

    def __init__(self, work: DurableWork, task: Recording) -> None:
        self.work = work
        self.task = task

    def job(self, thread: str, name: str, *, order: float = ASKED, **payload: object) -> Job:
        unique = f"{thread}-{name}"
        return Job(f"job-{unique}", "note", thread, order, {"name": unique, **payload})

    def submit(self, thread: str, name: str, *, order: float = ASKED, **payload: object) -> str:
        job = self.job(thread, name, order=order, **payload)
        self.work.submit(job)
        return str(job.payload["name"])


@pytest.fixture(
    scope="module", params=["SQLite", pytest.param("PostgreSQL", marks=pytest.mark.slow)]
)
def bench(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bench]:
    address = f"sqlite:///{tmp_path_factory.mktemp('work') / 'work.sqlite'}"
    if request.param == "PostgreSQL":
        new_database: Callable[[], str] = request.getfixturevalue("postgres")
        address = new_database()
    task = Recording()
    work = DurableWork(database=address, replica=None, workers=4, pause=0.05, later=(0.1, 0.1))
    work.start({"note": task})
    yield Bench(work, task)
    work.close()


@pytest.fixture
def thread() -> str:
    return f"C1:{uuid.uuid4().hex[:8]}"


def test_a_job_is_prepared_then_delivered(bench: Bench, thread: str) -> None:
    name = bench.submit(thread, "a", words="🙂 мир", number=1.5)
    eventually(lambda: bench.task.delivered(name))
    [done] = [found for found in bench.task.deliveries if found[0]["name"] == name]
    payload, prepared, work_id, again = done
    assert payload == {"name": name, "words": "🙂 мир", "number": 1.5}
    assert prepared == {"text": f"answer to {name}", "nested": [1, 2.5, None, {"a": True}]}
    assert (work_id, again) == (f"job-{name}", False)


def test_a_job_submits_a_further_one_while_it_is_delivered(bench: Bench, thread: str) -> None:
    bench.task.submit = bench.work.submit
    first, second = bench.job(thread, "first"), bench.job(thread, "second", order=ASKED + 1)
    names = [str(job.payload["name"]) for job in (first, second)]
    bench.task.further[names[0]] = [second, second]
    bench.work.submit(first)
    eventually(lambda: bench.task.delivered(*names))
    assert [bench.task.steps.count(("delivered", name)) for name in names] == [1, 1]


def test_a_job_that_is_submitted_again_is_done_once(bench: Bench, thread: str) -> None:
    gate = bench.task.gate(f"{thread}-a")
    for _ in range(2):
        bench.submit(thread, "a")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: bench.submit(thread, "a"), range(16)))
    gate.set()
    eventually(lambda: bench.task.delivered(f"{thread}-a"))
    bench.submit(thread, "a")
    last = bench.submit(thread, "b", order=ASKED + 1)
    eventually(lambda: bench.task.delivered(last))
    assert bench.task.steps.count(("began", f"{thread}-a")) == 1
    assert bench.task.steps.count(("delivered", f"{thread}-a")) == 1


def test_jobs_of_a_thread_run_one_at_a_time_in_the_order_they_were_asked(
    bench: Bench, thread: str
) -> None:
    gate = bench.task.gate(f"{thread}-first")
    names = [bench.submit(thread, "first")]
    eventually(lambda: ("began", names[0]) in bench.task.steps)
    late = [bench.submit(thread, f"{n}", order=ASKED + n) for n in (3, 1, 2)]
    elsewhere = bench.submit(f"other-{thread}", "a")
    eventually(lambda: bench.task.delivered(elsewhere))
    later = bench.submit(f"other-{thread}", "b")
    eventually(lambda: bench.task.delivered(later))  # by now the late ones would have begun too
    gate.set()
    eventually(lambda: bench.task.delivered(*late))
    mine = [step for step in bench.task.steps if step[1].startswith(thread) if step[0] != "tried"]
    ordered = [names[0], late[1], late[2], late[0]]
    assert mine == [(what, name) for name in ordered for what in ("began", "delivered")]


def test_threads_do_not_wait_for_each_other(bench: Bench, thread: str) -> None:
    gate = bench.task.gate(f"{thread}-slow")
    slow = bench.submit(thread, "slow")
    eventually(lambda: ("began", slow) in bench.task.steps)
    other = bench.submit(f"{thread}-other", "quick")
    eventually(lambda: bench.task.delivered(other))
    assert not bench.task.delivered(slow)
    gate.set()
    eventually(lambda: bench.task.delivered(slow))


@pytest.mark.parametrize("fails", ["prepare", "deliver"])
def test_a_job_that_fails_does_not_block_its_thread(bench: Bench, thread: str, fails: str) -> None:
    broken = bench.submit(thread, "broken", fails=fails)
    after = bench.submit(thread, "after", order=ASKED + 1)
    eventually(lambda: bench.task.delivered(after))
    assert not bench.task.delivered(broken)


def test_a_delivery_that_failed_is_tried_again_as_one_that_may_have_been_done(
    bench: Bench, thread: str
) -> None:
    name = bench.submit(thread, "shaky", fails="once")
    eventually(lambda: bench.task.delivered(name))
    [again] = [again for payload, _, _, again in bench.task.deliveries if payload["name"] == name]
    assert again


def test_what_is_refused_for_good_is_not_tried_again(bench: Bench, thread: str) -> None:
    name = bench.submit(thread, "refused", fails="for good")
    after = bench.submit(thread, "after", order=ASKED + 1)
    eventually(lambda: bench.task.delivered(after))
    assert bench.task.steps.count(("failed", name)) == 1


@pytest.mark.parametrize("fails", ["busy", "twice"])
def test_what_slack_does_not_take_now_is_delivered_later_and_holds_up_nobody(
    bench: Bench, thread: str, fails: str
) -> None:
    name = bench.submit(thread, "late", fails=fails)
    after = bench.submit(thread, "after", order=ASKED + 1)
    eventually(lambda: bench.task.delivered(name, after))
    [again] = [again for payload, _, _, again in bench.task.deliveries if payload["name"] == name]
    assert again
    assert bench.task.steps.count(("began", name)) == 1


def test_a_job_is_open_until_it_is_done(bench: Bench, thread: str) -> None:
    job = bench.job(thread, "a")
    assert bench.work.state(job) == "unknown"
    gate = bench.task.gate(f"{thread}-a")
    bench.work.submit(job)
    assert bench.work.state(job) == "open"
    gate.set()
    eventually(lambda: bench.work.state(job) == "done")


def test_what_is_only_said_waits_for_no_work(bench: Bench, thread: str) -> None:
    gates = [bench.task.gate(f"{thread}-{n}-slow") for n in range(4)]
    slow = [bench.submit(f"{thread}-{n}", "slow") for n in range(4)]
    eventually(lambda: {("began", name) for name in slow} <= set(bench.task.steps))
    queued = bench.submit(f"{thread}-5", "queued")
    said = replace(bench.job(thread, "said"), aside=True)
    assert bench.work.waiting() >= 1
    bench.work.submit(said)
    eventually(lambda: bench.task.delivered(f"{thread}-said"))
    assert not bench.task.delivered(queued)
    for gate in gates:
        gate.set()
    eventually(lambda: bench.task.delivered(queued))


def test_finished_jobs_are_forgotten_with_what_they_carried(bench: Bench, thread: str) -> None:
    gate = bench.task.gate(f"{thread}-2-open")
    done, still_open = bench.job(thread, "done"), bench.job(f"{thread}-2", "open")
    bench.work.submit(done)
    bench.work.submit(still_open)
    eventually(lambda: bench.work.state(done) == "done")
    assert bench.work.purge(datetime.now(UTC) - timedelta(minutes=5)) == 0
    assert bench.work.purge(datetime.now(UTC) + timedelta(minutes=5)) >= 1
    assert bench.work.state(done) == "unknown"
    assert bench.work.state(still_open) == "open"
    gate.set()
    eventually(lambda: bench.work.state(still_open) == "done")


@pytest.mark.slow
@pytest.mark.parametrize("database", ["SQLite", "PostgreSQL"])
def test_a_job_that_was_killed_before_delivery_is_resumed_and_not_prepared_again(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    address = f"sqlite:///{tmp_path / 'work.sqlite'}"
    if database == "PostgreSQL":
        new_database: Callable[[], str] = request.getfixturevalue("postgres")
        address = new_database()
    journal = tmp_path / "journal.txt"
    with _process(address, journal, "hang", "q1") as process:
        eventually(lambda: journal.exists() and "delivering" in journal.read_text(), within=60)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(timeout=20)
    with _process(address, journal, "finish") as process:
        assert process.wait(timeout=90) == 0
    prepared, killed, resumed, end = journal.read_text(encoding="utf-8").splitlines()
    nonce = prepared.removeprefix("prepared q1 ")
    assert killed == f"delivering q1 {nonce} q1 again=False"
    assert resumed == f"delivering q1 {nonce} q1 again=True"
    assert end == "delivered"


@pytest.mark.slow
def test_a_replica_takes_over_what_a_dead_one_had_begun(
    postgres: Callable[[], str], tmp_path: Path
) -> None:
    address, journal = postgres(), tmp_path / "journal.txt"
    with contextlib.ExitStack() as processes:
        first = processes.enter_context(_process(address, journal, "hang", "q1"))
        eventually(lambda: journal.exists() and "delivering" in journal.read_text(), within=60)
        second = processes.enter_context(_process(address, journal, "serve"))
        time.sleep(8)  # the second one looks around more than once, and leaves the living alone
        assert journal.read_text().count("delivering") == 1
        os.kill(first.pid, signal.SIGKILL)
        first.wait(timeout=20)
        killed = time.monotonic()
        eventually(lambda: "\ndelivered\n" in journal.read_text(), within=30)
        assert time.monotonic() - killed < 30, "checklist: taken over within 30 s"
        second.terminate()
        assert second.wait(timeout=40) == 0
    assert "again=True" in journal.read_text().splitlines()[2]


@pytest.mark.slow
@pytest.mark.parametrize("database", ["SQLite", "PostgreSQL"])
def test_what_outlives_the_drain_is_told_so_and_taken_up_again(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    address = f"sqlite:///{tmp_path / 'work.sqlite'}"
    if database == "PostgreSQL":
        new_database: Callable[[], str] = request.getfixturevalue("postgres")
        address = new_database()
    journal = tmp_path / "journal.txt"
    with _process(address, journal, "hang", "q1") as process:
        eventually(lambda: journal.exists() and "delivering" in journal.read_text(), within=60)
        process.terminate()
        assert process.wait(timeout=30) == 3
    assert journal.read_text().splitlines()[-1] == "interrupted q1"
    with _process(address, journal, "finish") as process:
        assert process.wait(timeout=90) == 0
    assert "again=True" in journal.read_text()


@pytest.mark.slow
def test_two_processes_do_not_share_a_sqlite_file(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'work.sqlite'}"
    held = leases(address)
    assert held.take("replica-1")
    other = leases(address)
    assert not other.take("replica-2")
    held.release()
    assert other.take("replica-2")
    other.release()


@pytest.mark.slow
def test_a_name_is_held_by_one_process_and_free_after_it(postgres: Callable[[], str]) -> None:
    address = postgres()
    one, other = leases(address), leases(address)
    assert one.take("replica-1")
    assert not other.take("replica-1")
    assert other.take("replica-2")
    with other.of_the_dead("replica-1") as dead:
        assert not dead
    assert one.held()
    one.release()
    with other.of_the_dead("replica-1") as dead:
        assert dead
        assert not one.take("replica-1"), "nobody starts under a name that is being buried"
    assert one.take("replica-1")
    one.release()
    other.release()


@pytest.mark.slow
def test_a_name_is_taken_again_after_the_database_was_away(postgres: Callable[[], str]) -> None:
    address = postgres()
    one, other = leases(address), leases(address)
    assert one.take("replica-1")
    admin = sa.create_engine(address, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    admin.dispose()
    assert not one.held(), "it was lost for a moment"
    assert one.held()
    with other.of_the_dead("replica-1") as dead:
        assert not dead
    one.release()
    other.release()


def test_what_fails_is_kept_without_what_the_error_holds(bench: Bench, thread: str) -> None:
    name = bench.submit(thread, "leaky", fails="leak")
    eventually(lambda: ("failed", name) in bench.task.steps)
    kept = [
        workflow.error
        for workflow in DBOS.list_workflows(workflow_ids=[f"job-{name}"])
        if workflow.error
    ]
    steps = DBOS.list_workflow_steps(f"job-{name}")
    assert SECRET not in repr([kept, steps])


@pytest.mark.slow
@pytest.mark.parametrize(
    "broken",
    [
        "sqlite:////no/such/folder/work.sqlite",
        "postgresql+psycopg://user:secret@127.0.0.1:9/adaptbot",
    ],
)
def test_a_database_that_cannot_be_opened_is_an_error_without_the_address(
    tmp_path: Path, broken: str
) -> None:
    with _process(broken, tmp_path / "journal.txt", "finish", capture=True) as process:
        _, shown = process.communicate(timeout=60)
    assert StoreUnavailableError.__name__ in shown
    assert "ADAPTBOT_DATABASE_URL" in shown
    assert "secret" not in shown


def _process(*arguments: str | Path, capture: bool = False) -> subprocess.Popen[str]:
    """DBOS is one to a process, so work that is to die runs in another."""
    script = Path(__file__).with_name("durable_process.py")
    return subprocess.Popen(
        [sys.executable, script, *map(str, arguments)],
        cwd=ROOT,
        env=outside_environment(PYTHONPATH=str(ROOT)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE if capture else subprocess.DEVNULL,
        text=True,
    )
