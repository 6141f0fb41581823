"""Stand-ins for the ports, written by hand; the contract tests run them beside the real ones."""

from __future__ import annotations

import math
import queue
import threading
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeVar

from bot.domain.answer import Hit, Passage, Question, Source, Turn
from bot.domain.dialog import Answered
from bot.domain.scoring import Reply
from bot.domain.sufficiency import SIGNALS
from bot.domain.text import content_terms
from bot.domain.trace import Trace
from bot.domain.vocabulary import sentences
from bot.errors import IndexUnavailableError, ModelUnavailableError, UndeliverableError
from bot.services.patience import ENDLESS, Patience
from bot.services.ports import (
    Consultation,
    Conversation,
    Job,
    Payload,
    Recommended,
    Replied,
    State,
    Stop,
    Task,
    Vote,
)

Key = TypeVar("Key")
Row = TypeVar("Row")

LORA = Source(
    key="lora",
    title="LoRA: Low-Rank Adaptation of Large Language Models",
    label="Hu 2021",
    year=2021,
    url="https://arxiv.org/abs/2106.09685",
)
PART1 = Source(
    key="part1",
    title="Methods for adapting large language models",
    label="Part 1",
    year=2024,
    url="https://ai.meta.com/blog/adapting-large-language-models-llms/",
    kind="series",
)


def passage(source: Source, section: str, *lines: str) -> Passage:
    """A passage in few words."""
    slug = section.lower().replace(" ", "-")
    return Passage(f"{source.key}#{slug}", source, section, "original", lines)


CORPUS = (
    passage(
        PART1,
        "Cost of pre-training",
        "Llama 2 70B took 1,720,320 GPU hours to pre-train.",
        "Llama 2 was pre-trained on 2 trillion tokens.",
    ),
    passage(PART1, "What RAG is", "RAG puts retrieved documents into the prompt of the model."),
    passage(
        LORA,
        "What LoRA trains",
        "LoRA trains two small low-rank matrices beside each frozen weight matrix.",
        "LoRA adds no inference latency once its matrices are merged.",
    ),
)


DIMENSIONS = 256


def word_vector(text: str) -> list[float]:
    """The counts of the words of `text`, hashed to so many dimensions; of length 1.

    The first dimension is that of a text without words, which is like no other.
    """
    vector = [0.0] * DIMENSIONS
    for term in content_terms(text):
        vector[1 + zlib.crc32(term.encode()) % (DIMENSIONS - 1)] += 1.0
    length = math.hypot(*vector)
    return [x / length for x in vector] if length else [1.0, *vector[1:]]


def cosine(one: Sequence[float], other: Sequence[float]) -> float:
    """Of two vectors of length 1."""
    return math.fsum(a * b for a, b in zip(one, other, strict=True))


@dataclass
class WordIndex:
    """A PassageIndex and a VectorIndex that know words and no meaning.

    As the one it scores the share of the question's words that a sentence has, as the other the
    cosine between the words of the two.
    """

    passages: Sequence[Passage] = CORPUS
    broken: bool = False

    def search(self, question: str, *, limit: int) -> list[Hit]:
        if self.broken:
            raise IndexUnavailableError("the index cannot be searched")
        wanted = set(content_terms(question))
        hits = [self._scored(hit, wanted) for hit in sentences(self.passages)]
        best = sorted((hit for hit in hits if hit.score > 0), key=lambda hit: -hit.score)
        return best[:limit]

    def embed(self, text: str) -> list[float]:
        return word_vector(text)

    def nearest(self, vector: Sequence[float], *, limit: int) -> list[Hit]:
        if self.broken:
            raise IndexUnavailableError("the index cannot be searched")
        hits = [
            replace(hit, score=cosine(vector, word_vector(_embedded(hit))))
            for hit in sentences(self.passages)
        ]
        return sorted(hits, key=lambda hit: -hit.score)[:limit]

    def _scored(self, hit: Hit, wanted: set[str]) -> Hit:
        found = wanted & set(content_terms(_embedded(hit)))
        return replace(hit, score=len(found) / len(wanted) if wanted else 0.0)


def _embedded(hit: Hit) -> str:
    return f"{hit.passage.section} {hit.text}"


@dataclass
class NotedIndex(WordIndex):
    """A WordIndex that notes what it was asked, by words and by vector."""

    searched: list[str] = field(default_factory=list)
    embedded: list[str] = field(default_factory=list)

    def search(self, question: str, *, limit: int) -> list[Hit]:
        self.searched.append(question)
        return super().search(question, limit=limit)

    def embed(self, text: str) -> list[float]:
        self.embedded.append(text)
        return super().embed(text)


@dataclass
class ScriptedJudge:
    """A Judge that gives the score it was told to give, and notes what it was shown."""

    says: float = 1.0
    shown: list[tuple[dict[str, float], tuple[float, ...]]] = field(default_factory=list)
    """Signals by name, and the question's vector."""

    def score(self, signals: Sequence[float], vector: Sequence[float]) -> float:
        self.shown.append((dict(zip(SIGNALS, signals, strict=True)), tuple(vector)))
        return self.says


@dataclass
class ScriptedReranker:
    """A Reranker that gives each sentence its score in `says`, 0 where it has none."""

    says: Mapping[str, float]
    asked: list[tuple[str, list[str]]] = field(default_factory=list)

    def scores(self, question: str, sentences: Sequence[str]) -> list[float]:
        self.asked.append((question, list(sentences)))
        return [self.says.get(sentence, 0.0) for sentence in sentences]


@dataclass
class ScriptedModel:
    """A LanguageModel that says what it was told to say; None means that it cannot be reached."""

    says: str | None
    name: str = "scripted:model"
    asked: list[str] = field(default_factory=list)
    seconds: float = 0.0
    """It takes so long; whoever asks may lose patience before."""

    def write(
        self,
        question: str,
        *,
        passages: Sequence[Passage],  # noqa: ARG002 - the port's signature
        hits: Sequence[Hit],  # noqa: ARG002
        patience: Patience = ENDLESS,
    ) -> str:
        self.asked.append(question)
        ready = time.monotonic() + self.seconds
        patience.check()
        while time.monotonic() < ready:
            time.sleep(0.01)
            patience.check()
        if self.says is None:
            raise ModelUnavailableError("scripted: down")
        return self.says


@dataclass
class ScriptedReader:
    """Takes from a description what it was told that certain words say."""

    says: Mapping[str, tuple[str, str]]
    """By words, the step and the choice."""
    broken: Exception | None = None

    def read(self, description: str, *, patience: Patience = ENDLESS) -> tuple[Answered, ...]:
        patience.check()
        if self.broken is not None:
            raise self.broken
        found = (words for words in self.says if words in description)
        return tuple(Answered(*self.says[words], read_from=words) for words in found)


@dataclass
class ScriptedSystem:
    """A System that says what it was told to say to a question, and notes what it was asked."""

    says: Mapping[str, Reply]
    asked: list[Question] = field(default_factory=list)

    def reply(self, question: Question) -> Reply:
        self.asked.append(question)
        return self.says.get(question.text, Reply("I could not find that.", abstained=True))


@dataclass
class MemoryRecords:
    """Records in memory, for threads to share."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    said: dict[str, Replied] = field(default_factory=dict)
    """By work."""
    talks: dict[str, Conversation] = field(default_factory=dict)
    """By thread."""
    recommended: dict[str, Recommended] = field(default_factory=dict)
    """By work."""
    votes: dict[tuple[str, str], Vote] = field(default_factory=dict)
    """By work and person."""
    stopped: dict[str, Stop] = field(default_factory=dict)
    """By key."""
    consultations: dict[str, tuple[Consultation, datetime]] = field(default_factory=dict)
    """By id, with the time of the last change."""
    guides: dict[str, str] = field(default_factory=dict)
    """By version."""
    traces: dict[str, tuple[Trace, datetime]] = field(default_factory=dict)
    """By work, with the time of the keeping."""
    _since: dict[str | tuple[str, str], datetime] = field(default_factory=dict)
    """When a reply or a vote was kept."""
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def turns(self, thread: str, *, limit: int) -> tuple[Turn, ...]:
        with self._lock:
            said = [turn for turn in self.said.values() if turn.thread == thread]
        return tuple(Turn(turn.question, turn.reply) for turn in said[-limit:])

    def add_turn(self, replied: Replied) -> None:
        with self._lock:
            if replied.work_id not in self.said:
                self.said[replied.work_id] = replied
                self._since[replied.work_id] = self.now()

    def replied(self, work_id: str) -> Replied | None:
        return self.said.get(work_id)

    def conversation(self, thread: str) -> Conversation | None:
        return self.talks.get(thread)

    def answered(self, thread: str, user: str, at: float) -> None:
        with self._lock:
            self.talks[thread] = Conversation(user, at)

    def heard(self, thread: str, user: str) -> None:
        with self._lock:
            if talk := self.talks.get(thread):
                kept = talk.speaker if user == talk.asker and talk.speaker else user
                self.talks[thread] = replace(talk, speaker=kept, spoken=talk.spoken + 1)

    def add_recommendation(self, recommended: Recommended) -> None:
        with self._lock:
            kept = replace(recommended, at=self.now())
            self.recommended.setdefault(recommended.work_id, kept)

    def recommendations(self, user: str, *, limit: int) -> tuple[Recommended, ...]:
        with self._lock:
            given = [one for one in self.recommended.values() if one.user == user]
        return tuple(given[::-1][:limit])

    def vote(self, vote: Vote) -> None:
        with self._lock:
            self.votes[vote.work_id, vote.user] = vote
            self._since[vote.work_id, vote.user] = self.now()

    def stop(self, stop: Stop) -> None:
        with self._lock:
            earlier = self.stopped.get(stop.key)
            if earlier is None or earlier.at <= stop.at:
                self.stopped[stop.key] = stop

    def stops(self, keys: Sequence[str]) -> tuple[Stop, ...]:
        with self._lock:
            known = {self.stopped[key] for key in keys if key in self.stopped}
        return tuple(sorted(known, key=lambda stop: (stop.at, stop.key)))

    def keep_consultation(self, consultation: Consultation) -> None:
        kept = replace(consultation, inputs=dict(consultation.inputs))
        with self._lock:
            self.consultations[consultation.id] = kept, self.now()

    def consultation(self, name: str) -> Consultation | None:
        kept = self.consultations.get(name)
        return kept[0] if kept else None

    def keep_guide(self, version: str, text: str) -> None:
        self.guides.setdefault(version, text)

    def guide_text(self, version: str) -> str | None:
        return self.guides.get(version)

    def keep_trace(self, work_id: str, trace: Trace) -> None:
        with self._lock:
            self.traces[work_id] = replace(trace, seconds=dict(trace.seconds)), self.now()

    def trace(self, work_id: str) -> Trace | None:
        kept = self.traces.get(work_id)
        return kept[0] if kept else None

    def purge(self, before: datetime) -> int:
        moment = before.timestamp()
        with self._lock:
            return (
                _forget(self.said, lambda turn: self._since[turn.work_id] < before)
                + _forget(self.talks, lambda talk: talk.answered_at < moment)
                + _forget(self.recommended, lambda one: one.at is not None and one.at < before)
                + _forget(self.votes, lambda vote: self._since[vote.work_id, vote.user] < before)
                + _forget(self.stopped, lambda stop: stop.at < moment)
                + _forget(self.consultations, lambda kept: kept[1] < before)
                + _forget(self.traces, lambda kept: kept[1] < before)
            )


def _forget(rows: dict[Key, Row], old: Callable[[Row], bool]) -> int:
    """Take out what is `old`; returns how many that were."""
    keys = [key for key, row in rows.items() if old(row)]
    for key in keys:
        del rows[key]
    return len(keys)


@dataclass
class ImmediateWork:
    """Work done at once, in the caller's thread."""

    tasks: Mapping[str, Task] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    busy: int = 0
    """Jobs that seem to wait."""

    def start(self, tasks: Mapping[str, Task]) -> None:
        self.tasks = tasks

    def submit(self, job: Job) -> None:
        if job.id in self.done:
            return
        self.done.append(job.id)
        task = self.tasks[job.kind]
        task.deliver(job, task.prepare(job), again=False)

    def state(self, job: Job) -> State:
        return "done" if job.id in self.done else "unknown"

    def waiting(self) -> int:
        return self.busy

    def close(self) -> bool:
        return True


@dataclass
class QueuedWork:
    """Work done after it was accepted, one job after the other, in a thread of its own.

    Each job goes once; what it raises is raised again when the work is closed, unless Slack refuses
    what it says.
    """

    tasks: Mapping[str, Task] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    """All that were accepted, by id, in order."""
    failed: list[Exception] = field(default_factory=list)
    _prepared: dict[str, Payload] = field(default_factory=dict)
    _queue: queue.SimpleQueue[Job | None] = field(default_factory=queue.SimpleQueue)
    _delivered: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.Thread | None = None

    @property
    def idle(self) -> bool:
        """Whether everything accepted is done."""
        with self._lock:
            return len(self._delivered) == len(self.jobs)

    def of(self, kind: str) -> list[Job]:
        """The jobs of one kind."""
        return [job for job in list(self.jobs.values()) if job.kind == kind]

    def repeat(self, job: Job) -> None:
        """Deliver a job once more, as after a crash before that was recorded."""
        self.tasks[job.kind].deliver(job, self._prepared[job.id], again=True)

    def start(self, tasks: Mapping[str, Task]) -> None:
        self.tasks = tasks
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def submit(self, job: Job) -> None:
        with self._lock:
            if job.id in self.jobs:
                return
            self.jobs[job.id] = job
        self._queue.put(job)

    def state(self, job: Job) -> State:
        if job.id in self._delivered:
            return "done"
        return "open" if job.id in self.jobs else "unknown"

    def waiting(self) -> int:
        return self._queue.qsize()

    def close(self) -> bool:
        self._queue.put(None)
        if self._thread is not None:
            self._thread.join()
        if self.failed:
            raise self.failed[0]
        return True

    def _run(self) -> None:
        while (job := self._queue.get()) is not None:
            try:
                self._do(job)
            except UndeliverableError:
                pass
            except Exception as error:  # noqa: BLE001 - raised again in the test's own thread
                self.failed.append(error)
            finally:
                with self._lock:
                    self._delivered.add(job.id)

    def _do(self, job: Job) -> None:
        task = self.tasks[job.kind]
        self._prepared[job.id] = task.prepare(job)
        task.deliver(job, self._prepared[job.id], again=False)
