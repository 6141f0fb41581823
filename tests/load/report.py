"""The outcome of a run, for people and for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Group
from rich.table import Table

from tests.load.crowd import Asked, CrowdedSlack, Phase
from tests.load.dialogs import Dialogs
from tests.load.measures import (
    Counts,
    Memory,
    Times,
    ack_seconds,
    answer_seconds,
    counts,
    detours,
    disordered,
    late,
    memory,
    reaction_seconds,
    story,
    times,
)
from tests.load.served import LoadedServing
from tests.load.watch import Watch

MOST_GROWTH = 1.1
"""Of the memory of the last quarter by that of the quarter before."""
FEWEST_ASKED = 200
"""With fewer questions the last quarter may load what is loaded once, as what draws the picture."""
PHASES: tuple[Phase, ...] = ("first", "idle", "steady", "cut", "burst")


@dataclass(frozen=True, slots=True)
class Report:
    """Every figure of one run; times in seconds."""

    counts: Counts
    ack: dict[Phase, Times]
    reaction: dict[Phase, Times]
    answer: dict[Phase, Times]
    step_ack: Times
    step_shown: Times
    memory: Memory
    events: int
    """Delivered, repeats and what the bot hears of itself included."""
    repeated: int
    """Events delivered a second time on purpose."""
    late: int
    """Events that were not acknowledged within 3 s although the bot was there."""
    replayed: int
    """Events whose retries had run out before the bot was back."""
    unreached: int
    """Attempts while the bot was down."""
    calls: dict[str, int]
    """Of the Web API, by method."""
    whispers: dict[str, int]
    """What was said to one person alone, by its first words."""
    faults: int
    """Calls that were answered with a fault on purpose."""
    outage: float
    """From the kill to the first answer after the restart."""
    stories: list[str]
    """What happened around everything that went wrong."""

    @property
    def failures(self) -> list[str]:
        """Why the run is no success; empty where it is one."""
        return list(_failures(self))


def report(
    slack: CrowdedSlack,
    watch: Watch,
    *,
    asked: Sequence[Asked],
    dialogs: Dialogs,
    bot: LoadedServing,
    repeated: int,
    replayed: int,
    outage: float,
) -> Report:
    """Work out every figure."""
    deliveries, calls, steps = slack.deliveries("events_api"), slack.calls(), dialogs.steps
    reasons = Counter(attempt.reason for delivery in deliveries for attempt in delivery.attempts)
    unanswered = [put for put in asked if put.work not in watch.answers]
    disorder = [put for own in disordered(asked, watch) for put in own]
    return Report(
        counts=counts(asked, watch, walks=dialogs.walks, lost=len(steps.lost)),
        ack=ack_seconds(asked, deliveries),
        reaction=reaction_seconds(asked, calls),
        answer=answer_seconds(asked, watch),
        step_ack=times(steps.acks),
        step_shown=times(steps.shown),
        memory=memory(bot.samples, warm=bot.warm),
        events=len(deliveries),
        repeated=repeated,
        late=late(asked, deliveries),
        replayed=replayed,
        unreached=reasons["connection_failed"],
        calls=dict(Counter(call.method for call in calls).most_common()),
        whispers=dict(Counter(said.message.text[:60] for said in watch.whispers).most_common()),
        faults=sum(call.status in (429, 500) for call in calls),
        outage=round(outage, 1),
        stories=[
            *(story(put, watch, deliveries, calls) for put in (*unanswered, *disorder)),
            *steps.lost,
            *detours(dialogs.walks, watch),
        ],
    )


def _failures(found: Report) -> Iterator[str]:
    counted = found.counts
    for number, what in (
        (counted.lost, "questions without an answer"),
        (counted.doubled, "messages said twice"),
        (counted.out_of_order, "threads answered out of order"),
        (counted.steps_lost, "steps of dialogs lost"),
        (counted.steps_doubled, "steps of dialogs applied twice"),
        (counted.recommendations_lost, "recommendations lost"),
    ):
        if number:
            yield f"{number} {what}"
    growth = found.memory.growth
    if growth is not None and growth > MOST_GROWTH and counted.asked >= FEWEST_ASKED:
        yield f"memory grew by {growth:.2f} in the last quarter (at most {MOST_GROWTH:.2f})"


def tables(found: Report) -> Group:
    """The report for a terminal."""
    return Group(_time_table(found), _count_table(found))


def _time_table(found: Report) -> Table:
    table = Table(title="Seconds", title_justify="left")
    for column in ("", "when", "number", "p50", "p95", "p99", "most"):
        table.add_column(column, justify="left" if column in ("", "when") else "right")
    for name, by_phase in (
        ("acknowledged", found.ack),
        ("first reaction", found.reaction),
        ("answered", found.answer),
    ):
        for phase in PHASES:
            if phase in by_phase:
                table.add_row(name, phase, *_cells(by_phase[phase]))
        table.add_section()
    table.add_row("step acknowledged", "steady", *_cells(found.step_ack))
    table.add_row("step shown", "steady", *_cells(found.step_shown))
    return table


def _cells(taken: Times) -> list[str]:
    figures = (taken.p50, taken.p95, taken.p99, taken.most)
    return [str(taken.count), *(f"{seconds:.3f}" for seconds in figures)]


def _count_table(found: Report) -> Table:
    counted, held = found.counts, found.memory
    table = Table(title="Counts", title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, value in (
        ("questions asked", counted.asked),
        ("answered exactly once", counted.answered_once),
        ("lost", counted.lost),
        ("messages said twice", counted.doubled),
        ("threads out of order", counted.out_of_order),
        ("dialog steps", counted.steps),
        ("steps lost", counted.steps_lost),
        ("steps applied twice", counted.steps_doubled),
        ("recommendations lost", counted.recommendations_lost),
        ("apologies", counted.apologies),
        ("events delivered", found.events),
        ("of these on purpose again", found.repeated),
        ("not acknowledged in time", found.late),
        ("delivered after all retries", found.replayed),
        ("sent while the bot was down", found.unreached),
        ("Web API calls", sum(found.calls.values())),
        ("of these failed on purpose", found.faults),
        ("seconds from the kill to an answer", found.outage),
        ("memory at first, MB", held.first),
        ("memory at most, MB", held.peak),
        ("memory at last, MB", held.last),
        ("memory growth, MB a minute", held.slope),
        ("memory, last quarter by third", held.growth if held.growth is not None else "-"),
        ("processor seconds of the bot", held.cpu),
    ):
        table.add_row(name, str(value))
    return table
