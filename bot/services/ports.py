"""The seams where a second implementation exists, or a test's fake stands in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from bot.domain.answer import Hit, Passage, Question, Turn
from bot.domain.dialog import Answered
from bot.domain.scoring import Reply
from bot.domain.trace import Trace
from bot.services.patience import ENDLESS, Patience

Progress = Callable[[int, int], None]
"""Called with (done, of all) while something long runs."""


class PassageIndex(Protocol):
    """Finds sentences of passages for a question."""

    def search(self, question: str, *, limit: int) -> list[Hit]:
        """The best `limit` sentences, best first.

        Raises:
            IndexUnavailableError: the index cannot be read.
        """
        ...


class VectorIndex(Protocol):
    """Finds sentences of passages for a vector."""

    def embed(self, text: str) -> Sequence[float]:
        """The vector of `text`, of length 1.

        Raises:
            IndexUnavailableError: the embedding model cannot be loaded.
        """
        ...

    def nearest(self, vector: Sequence[float], *, limit: int) -> list[Hit]:
        """The `limit` sentences nearest to `vector`, best first; the score is the cosine.

        Raises:
            IndexUnavailableError: the index cannot be read.
        """
        ...


class Reranker(Protocol):
    """Reads question and sentence together, which is slower and more exact than two vectors."""

    def scores(self, question: str, sentences: Sequence[str]) -> Sequence[float]:
        """One number a sentence, higher is better."""
        ...


class Judge(Protocol):
    """Says whether what was retrieved answers the question."""

    def score(self, signals: Sequence[float], vector: Sequence[float]) -> float:
        """Above 0 when it does; `signals` as `bot.domain.sufficiency.SIGNALS` names them."""
        ...


class LanguageModel(Protocol):
    """Writes an answer from passages."""

    @property
    def name(self) -> str:
        """What wrote the answer, as shown to people and kept with it."""
        ...

    def write(
        self,
        question: str,
        *,
        passages: Sequence[Passage],
        hits: Sequence[Hit],
        patience: Patience = ENDLESS,
    ) -> str:
        """Text with marks such as [2], each naming a passage by its position from 1.

        `hits` are the sentences of those passages that were found, best first.

        Raises:
            ModelUnavailableError: the model cannot be reached or does not answer.
            StoppedError: somebody stopped the work; the model is no longer asked.
            OutOfTimeError: the asker's time is up.
        """
        ...


class DescriptionReader(Protocol):
    """Finds what the description of a project says about the guide's questions."""

    def read(self, description: str, *, patience: Patience = ENDLESS) -> tuple[Answered, ...]:
        """What is clearly said, at most one choice a step, each with the words that say it.

        `read_from` is a verbatim part of `description`. Steps and choices are those of the guide
        that the reader was made for.

        Raises:
            ModelUnavailableError: the model cannot be reached or does not answer.
            StoppedError: somebody stopped the work.
            OutOfTimeError: the asker's time is up.
        """
        ...


@dataclass(frozen=True, slots=True)
class Recommended:
    """The audit trail of one dialog."""

    work_id: str
    thread: str
    user: str
    guide_version: str
    path: str
    """As in a button: `step=choice` joined by commas."""
    method: str
    at: datetime | None = None
    """When it was kept; the store's own time."""


@dataclass(frozen=True, slots=True)
class Replied:
    """One question with the answer that was given to it."""

    work_id: str
    thread: str
    user: str
    """Who asked."""
    question: str
    reply: str
    shown: str = ""
    """The answer as it was rendered, to be shown elsewhere at the asker's word."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """What is known of a thread in which the bot has answered; no word of what people said."""

    asker: str
    """Who was answered last."""
    answered_at: float
    """When, in seconds since 1970."""
    speaker: str = ""
    """Who spoke last since then, whereby the asker counts only as long as nobody else has spoken;
    "" for nobody."""
    spoken: int = 0
    """How many messages people have written since then."""


Opinion = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Vote:
    """What one person thinks of one answer."""

    work_id: str
    user: str
    opinion: Opinion
    reason: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """Somebody's word that work is to end."""

    key: str
    """The thread, or the one job, that is to end."""
    user: str
    at: float
    """In seconds since 1970: what was asked later goes on."""
    quietly: bool = False
    """Nothing is to be said about it: the message that asked is gone."""


class Turns(Protocol):
    """Keeps what was asked and answered."""

    def turns(self, thread: str, *, limit: int) -> tuple[Turn, ...]:
        """The last `limit` turns of `thread`, oldest first."""
        ...

    def add_turn(self, replied: Replied) -> None:
        """Keep it; a second one with the same `work_id` changes nothing."""
        ...

    def replied(self, work_id: str) -> Replied | None:
        """The answer given to one request, as long as it is kept."""
        ...


class Conversations(Protocol):
    """Knows in which threads the bot has answered, and whether people have talked since."""

    def conversation(self, thread: str) -> Conversation | None:
        """The state of `thread`; None where the bot never answered in it."""
        ...

    def answered(self, thread: str, user: str, at: float) -> None:
        """Note that `user` was answered in `thread`; nobody has spoken since."""
        ...

    def heard(self, thread: str, user: str) -> None:
        """Note that `user` wrote in `thread`, once for a message.

        Nothing happens where the bot never answered.
        """
        ...


class Recommendations(Protocol):
    """Keeps how dialogs ended."""

    def add_recommendation(self, recommended: Recommended) -> None:
        """Keep an outcome with its path; a second one with the same `work_id` changes nothing."""
        ...

    def recommendations(self, user: str, *, limit: int) -> tuple[Recommended, ...]:
        """The last `limit` of `user`, latest first."""
        ...


class Votes(Protocol):
    """Keeps what people think of answers: one row for each answer and person."""

    def vote(self, vote: Vote) -> None:
        """Keep `vote` in place of an earlier one by the same person on the same answer."""
        ...


class Stops(Protocol):
    """Keeps what is to end, where every replica sees it."""

    def stop(self, stop: Stop) -> None:
        """Keep it; of two for the same key the later one counts."""
        ...

    def stops(self, keys: Sequence[str]) -> tuple[Stop, ...]:
        """Those for any of `keys`."""
        ...


@dataclass(frozen=True, slots=True)
class Consultation:
    """What a dialog needs to know beside its path, which its buttons are too small to carry."""

    id: str
    thread: str
    user: str
    """Who started it."""
    description: str = ""
    """The project in the person's words; "" where they gave none."""
    read: tuple[Answered, ...] = ()
    """What was read from the description, with the words it was read from."""
    inputs: Mapping[str, float] = field(default_factory=dict)
    """What they gave for the estimate, by the names of `bot.domain.estimate.INPUTS`."""


class Consultations(Protocol):
    """Keeps what dialogs are about."""

    def keep_consultation(self, consultation: Consultation) -> None:
        """Keep it in place of an earlier one with the same id."""
        ...

    def consultation(self, name: str) -> Consultation | None:
        """The one of that id, as long as it is kept."""
        ...


class GuideTexts(Protocol):
    """Keeps the text of every version of the guide that dialogs may still rest on."""

    def keep_guide(self, version: str, text: str) -> None:
        """Keep it once."""
        ...

    def guide_text(self, version: str) -> str | None:
        """The text of that version, if it was ever kept."""
        ...


class Traces(Protocol):
    """Keeps how questions were answered, for whoever wants to look at it later."""

    def keep_trace(self, work_id: str, trace: Trace) -> None:
        """Keep it in place of an earlier one of the same work."""
        ...

    def trace(self, work_id: str) -> Trace | None:
        """How that work was answered, as long as it is kept."""
        ...


class Records(
    Turns, Conversations, Recommendations, Votes, Stops, Consultations, GuideTexts, Traces, Protocol
):
    """Everything that has to outlive the process, beside the work itself.

    Every method raises StoreUnavailableError when the database fails.
    """

    def purge(self, before: datetime) -> int:
        """Forget whatever was kept before that moment; returns how many rows that were."""
        ...


Payload = Mapping[str, object]
"""What a job carries from acceptance to delivery: JSON values only."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something a person asked for, to be done exactly once."""

    id: str
    """The same request always has the same id, however often it is delivered."""
    kind: str
    thread: str
    """Jobs of one thread run one at a time, in order."""
    order: float
    """When it was asked, in seconds since 1970: the order within a thread."""
    payload: Payload
    aside: bool = False
    """It is only said, and waits for no work."""


class Task(Protocol):
    """How jobs of one kind are done, in two recorded steps."""

    def prepare(self, job: Job) -> Payload:
        """Work out what will be said; after a crash this may run again."""
        ...

    def deliver(self, job: Job, prepared: Payload, *, again: bool) -> None:
        """Say it. `again` means that a crash may have come between saying and recording it.

        Raises:
            UndeliverableError: it is refused for good.
            BusyError: it is to be said later; everything else is tried again soon.
        """
        ...

    def interrupted(self, job: Job) -> None:
        """The process ends before the job does, which is taken up again by another one."""
        ...


State = Literal["unknown", "open", "done"]
"""Of a job: never submitted, still to be finished, finished."""


class Work(Protocol):
    """Runs jobs durably: accepted once, in order within a thread, resumed after a crash."""

    def submit(self, job: Job) -> None:
        """Return when `job` is kept for good; the same `job.id` again changes nothing."""
        ...

    def state(self, job: Job) -> State:
        """How far `job` is."""
        ...

    def waiting(self) -> int:
        """About how many jobs are accepted and not begun."""
        ...

    def close(self) -> bool:
        """Stop taking jobs, let the running ones end for a bounded time, and release.

        Returns whether they ended; what did not is taken up by the next process.
        """
        ...


class System(Protocol):
    """Anything that answers questions, to be measured beside others."""

    def reply(self, question: Question) -> Reply:
        """What it says, with what it cites and what it retrieved.

        Raises:
            IndexUnavailableError: its index cannot be read.
        """
        ...
