"""What a run showed, as figures: pure functions over what was seen."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.playground.calls import Call
from bot.playground.delivery import Delivery
from tests.load.crowd import Asked, Phase
from tests.load.dialogs import Walk
from tests.load.served import Sample
from tests.load.watch import Watch

SHOWING = frozenset(
    {
        "agents.sessions.setStatus",
        "assistant.threads.setStatus",
        "chat.postEphemeral",
        "chat.postMessage",
        "chat.startStream",
    }
)
"""Methods whose effect people see."""
FEWEST_SAMPLES = 30
"""Taken one a second, when the bot was warm; fewer say nothing about growth."""
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Times:
    """Durations in seconds."""

    count: int = 0
    p50: float = 0.0
    p95: float = 0.0
    p99: float = 0.0
    most: float = 0.0


def times(seconds: Iterable[float]) -> Times:
    """The percentiles of some durations; zeros where there is none."""
    ordered = sorted(seconds)
    if not ordered:
        return Times()

    def part(share: float) -> float:
        return round(ordered[min(int(share * len(ordered)), len(ordered) - 1)], 4)

    return Times(len(ordered), part(0.5), part(0.95), part(0.99), round(ordered[-1], 4))


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of everything that was asked."""

    asked: int
    answered_once: int
    doubled: int
    """Messages too many: a second one for the same work."""
    lost: int
    out_of_order: int
    """Threads whose answers came in another order than the questions."""
    steps: int
    steps_lost: int
    steps_doubled: int
    """Changes of a dialog beyond one a step."""
    recommendations_lost: int
    """Dialogs that ended without one."""
    apologies: int
    """Times somebody was told that something went wrong."""


def counts(asked: Sequence[Asked], watch: Watch, *, walks: Sequence[Walk], lost: int) -> Counts:
    """Everything counted; `lost` steps are known already."""
    given = {put.work: len(watch.answers.get(put.work, ())) for put in asked}
    said = [s for messages in watch.threads.values() for s in messages] + watch.whispers
    return Counts(
        asked=len(asked),
        answered_once=sum(number == 1 for number in given.values()),
        doubled=sum(len(found) - 1 for work, found in watch.answers.items() if work and found),
        lost=sum(number == 0 for number in given.values()),
        out_of_order=len(disordered(asked, watch)),
        steps=sum(walk.pressed + 1 for walk in walks),
        steps_lost=lost,
        steps_doubled=sum(max(_changes(walk, watch) - walk.pressed, 0) for walk in walks),
        recommendations_lost=sum(not recommended(walk, watch) for walk in walks if walk.ended),
        apologies=sum("Reference for the admins" in s.message.text for s in said),
    )


def recommended(walk: Walk, watch: Watch) -> bool:
    """Whether a dialog's thread holds more than the dialog and what it hangs on."""
    own = {walk.message.ts, walk.message.thread}
    thread = watch.threads.get((walk.message.channel, walk.message.thread), ())
    return any(said.message.ts not in own for said in thread)


def _changes(walk: Walk, watch: Watch) -> int:
    return len(watch.texts.get(walk.key, ())) - 1


def _threads(asked: Sequence[Asked]) -> list[list[Asked]]:
    threads: dict[tuple[str, str], list[Asked]] = {}
    for put in asked:
        threads.setdefault(put.thread, []).append(put)
    return list(threads.values())


def disordered(asked: Sequence[Asked], watch: Watch) -> list[list[Asked]]:
    """The threads whose answers came in another order than the questions."""
    return [own for own in _threads(asked) if not _in_order(own, watch)]


def _in_order(own: Sequence[Asked], watch: Watch) -> bool:
    firsts = [watch.answers[put.work][0].at for put in own if watch.answers.get(put.work)]
    return firsts == sorted(firsts)


def answer_seconds(asked: Sequence[Asked], watch: Watch) -> dict[Phase, Times]:
    """From each question to its answer."""
    taken = ((put, watch.answers[put.work][0].at) for put in asked if watch.answers.get(put.work))
    return _by_phase((put.phase, at - put.at) for put, at in taken)


def reaction_seconds(asked: Sequence[Asked], calls: Sequence[Call]) -> dict[Phase, Times]:
    """From each question that starts a thread to the first thing that shows there."""
    first: dict[tuple[str, str], float] = {}
    for call in calls:
        if call.method in SHOWING and call.ok:
            channel = call.args.get("channel") or call.args.get("channel_id")
            first.setdefault((str(channel), str(call.args.get("thread_ts"))), call.at)
    roots = [put for put in asked if put.ts == put.root and put.thread in first]
    return _by_phase((put.phase, first[put.thread] - put.at) for put in roots)


def ack_seconds(asked: Sequence[Asked], deliveries: Iterable[Delivery]) -> dict[Phase, Times]:
    """How long each event about a question took to be acknowledged, every repeat included."""
    phases = {(put.channel, put.ts): put.phase for put in asked}
    found: list[tuple[Phase, float]] = []
    for delivery in deliveries:
        phase = phases.get(_event_key(delivery))
        if phase:
            found += [(phase, attempt.seconds) for attempt in delivery.attempts if attempt.ok]
    return _by_phase(found)


def late(asked: Sequence[Asked], deliveries: Iterable[Delivery]) -> int:
    """First deliveries that were not acknowledged within 3 s, with no power cut about."""
    calm = {(put.channel, put.ts) for put in asked if put.phase != "cut"}
    return sum(
        delivery.attempts[0].reason == "http_timeout"
        for delivery in deliveries
        if delivery.attempts and not delivery.first.number and _event_key(delivery) in calm
    )


def story(put: Asked, watch: Watch, deliveries: Iterable[Delivery], calls: Iterable[Call]) -> str:
    """What happened around one question: how its events fared, and which calls its thread saw."""
    given = [f"{said.at - put.at:.1f} s" for said in watch.answers.get(put.work, ())]
    tried = [
        "+".join(attempt.reason or "ok" for attempt in delivery.attempts)
        for delivery in deliveries
        if _event_key(delivery) == (put.channel, put.ts)
    ]
    shown = [
        f"{call.method} {call.status} after {call.at - put.at:.1f} s"
        for call in calls
        if str(call.args.get("thread_ts", call.args.get("ts"))) == put.root
    ]
    about = f"{put.phase}: {put.text!r} ({put.work}) answered after {given}"
    return f"{about}; events: {tried}; calls: {shown}"


def detours(walks: Sequence[Walk], watch: Watch) -> list[str]:
    """The dialogs that changed more often than somebody pressed, with what they showed."""
    astray = [walk for walk in walks if _changes(walk, watch) > walk.pressed]
    return [f"{walk.key}: {[text[:40] for text in watch.texts[walk.key]]}" for walk in astray]


def _event_key(delivery: Delivery) -> tuple[str, str]:
    event = delivery.payload.get("event", {})
    return str(event.get("channel", "")), str(event.get("ts", ""))


def _by_phase(found: Iterable[tuple[Phase, float]]) -> dict[Phase, Times]:
    by_phase: dict[Phase, list[float]] = {}
    for phase, seconds in found:
        by_phase.setdefault(phase, []).append(seconds)
    return {phase: times(seconds) for phase, seconds in by_phase.items()}


@dataclass(frozen=True, slots=True)
class Memory:
    """What the bot held in memory, in megabytes (10^6 bytes), and what it used."""

    first: float
    peak: float
    last: float
    slope: float
    """Megabytes a minute over the last half of the time that the bot was warm."""
    growth: float | None
    """Mean of the last quarter of that time by that of the third; None for a short run."""
    cpu: float
    """Processor seconds, over all starts."""
    held: list[float]
    """Megabytes at each second, over all starts."""


def memory(samples: Sequence[Sample], *, warm: float) -> Memory:
    """The weight of the bot over a run; from `warm` on, in seconds since 1970, it may not grow."""
    if not samples:
        return Memory(0, 0, 0, 0, None, 0, [])
    used: Mapping[int, float] = {sample.start: sample.cpu for sample in samples}
    lasting = [sample for sample in samples if sample.at >= warm]
    return Memory(
        first=round(samples[0].resident / MEGABYTE, 1),
        peak=round(max(sample.resident for sample in samples) / MEGABYTE, 1),
        last=round(samples[-1].resident / MEGABYTE, 1),
        slope=round(_slope(lasting[len(lasting) // 2 :]), 2),
        growth=_growth([sample.resident for sample in lasting]),
        cpu=round(sum(used.values()), 1),
        held=[round(sample.resident / MEGABYTE, 1) for sample in samples],
    )


def _slope(samples: Sequence[Sample]) -> float:
    if len(samples) < 2:
        return 0.0
    minutes = [(sample.at - samples[0].at) / 60 for sample in samples]
    held = [sample.resident / MEGABYTE for sample in samples]
    return statistics.linear_regression(minutes, held).slope


def _growth(held: Sequence[int]) -> float | None:
    if len(held) < FEWEST_SAMPLES:
        return None
    quarter = len(held) // 4
    third = statistics.fmean(held[-2 * quarter : -quarter])
    return round(statistics.fmean(held[-quarter:]) / third, 3)
